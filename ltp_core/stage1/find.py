"""Two ways to a ticket: train stage 1 now, or compare two checkpoints that lie on disk.

    find_ticket       masked-LM training from θ₀ to θ₁, then the top k of |θ₁ − θ₀|
    find_in_folders   the same choice between two Hugging Face folders, read piece by piece

Reading order: top to bottom.

What it does not do: the training (`mlm.py`), the scores (`scores.py`), or the choice
(`Ticket.select`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ..data.rows import Rows
from ..keywords import option, takes
from ..model.backbone import Backbone
from ..model.memory_map import mapped_model
from ..model.parameters import Layers, Modules, eligible
from ..ticket.chunks import Deltas
from ..ticket.density import GROUPS, how_many
from ..ticket.ticket import Ticket, origin
from ..training.options import DENSITY, Stage1Options
from .mlm import adapt
from .scores import SCORES, gradients, ranked


@dataclass(frozen=True)
class Finding(Stage1Options):
    """The options of `find_ticket` as one value; its keywords make it."""

    density: float = DENSITY
    score: str = option("movement", "what is ranked: see `scores.py`", one_of=tuple(SCORES))
    quota: str = option("all", "one ranking, or one a layer or tensor", one_of=tuple(GROUPS))
    gradient_batches: int = option(60, "batches whose gradients a score adds up", at_least=1)
    layers: Layers = field(default=None, kw_only=True)
    modules: Modules = field(default=None, kw_only=True)


@takes(Finding)
def find_ticket(lm: Backbone, dataset: Rows, options: Finding) -> Ticket:
    """Stage 1 in one call: masked-LM training on the column `"text"`, then the top k of |θ₁ − θ₀|.

    Stage 1 always moves the whole encoder, and what `layers` names beyond it; `layers` and
    `modules` only limit what the ticket may choose. It runs on a GPU if there is one. `lm` stays as
    it was.

    Args:
        lm: the model that the ticket is for.
        dataset: lines of text in the column `"text"`; no labels.
        density: share of the eligible weights that is in the ticket, in (0, 1].
        score: what the weights are ranked by. "movement" is how far each moved; the others use its
            gradients. Formulas: the table on the page of `ltp_core.stage1`.
        quota: "all" ranks all weights together; "layer" or "tensor" choose the same share of each.
        gradient_batches: over how many batches of the text the gradients are added up, for a score
            that needs them; "movement" does not.
        layers: the layers that the ticket may choose from: numbers from 0, or "embeddings"; None
            for all layers of the encoder (see `eligible`).
        modules: the modules that the ticket may choose from, "query" for example; None for all.

    Raises:
        ValueError: the density is not in (0, 1], the text is empty, or too few weights moved.

    >>> from ltp_core.model.toy import toy_backbone
    >>> find_ticket(toy_backbone(), {"text": ["the cat eats rice"]}, steps=2, progress=False)
    Ticket(890 of 4,448 eligible parameters, density 0.2001, base '...')
    """
    before = eligible(lm.model, options.layers, options.modules)
    how_many(options.density, sum(p.numel() for p in before.values()))  # before the long part
    about, score, how = origin(lm.model), SCORES[options.score], options.only(Stage1Options)
    after, added = {}, {}
    if score.moved:
        names = list(eligible(lm.model) | before)
        after = adapt(lm, dataset, names=names, base=about["base"], **how)
    if score.power:
        batches = options.gradient_batches
        added = gradients(lm, dataset, before, Stage1Options(**how), batches, score.power)
    made = {"by": score.by} | options.pick(*score.told)
    made |= {"optimizer": "sgd"} if score.moved and options.optimizer == "sgd" else {}
    made |= {} if options.quota == "all" else {"quota": options.quota}
    deltas = ranked(score, before, after, added)
    return Ticket.select(deltas, options.density, quota=options.quota, made=made, **about)


def find_in_folders(
    before: str | Path,
    after: str | Path,
    density: float = DENSITY,
    *,
    layers: Layers = None,
    modules: Modules = None,
) -> Ticket:
    """The ticket of a model that somebody has trained already; neither model is loaded.

    The number of weights is rounded, so the density is close to the one asked for.

    Args:
        before: a folder that `save_pretrained` wrote, of the base model.
        after: such a folder of the trained model.
        density: share of the eligible weights that is in the ticket, in (0, 1].
        layers: the layers that the ticket may choose from; None for all of the encoder.
        modules: the modules that the ticket may choose from; None for all.

    >>> import tempfile
    >>> from ltp_core.model.toy import toy_backbone
    >>> with tempfile.TemporaryDirectory() as base, tempfile.TemporaryDirectory() as trained:
    ...     toy_backbone(seed=0).model.save_pretrained(base)
    ...     toy_backbone(seed=1).model.save_pretrained(trained)
    ...     find_in_folders(base, trained, 0.10, layers=1)
    Ticket(222 of 2,224 eligible parameters, density 0.09982, base '...')
    """
    first = mapped_model(before)
    pair = [eligible(model, layers, modules) for model in (first, mapped_model(after))]
    made = {"by": "movement between two checkpoints"}
    return Ticket.select(Deltas(*pair), density, made=made, **origin(first))
