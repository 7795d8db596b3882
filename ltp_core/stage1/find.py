"""Two ways to a ticket: train stage 1 now, or compare two checkpoints that lie on disk.

    find_ticket       masked-LM training from θ₀ to θ₁, then the top k of |θ₁ − θ₀|
    find_in_folders   the same choice between two Hugging Face folders, read piece by piece

Reading order: top to bottom.

What it does not do: the training (`mlm.py`), or the choice (`Ticket.select`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..model.memory_map import mapped_model
from ..model.parameters import eligible
from ..ticket.chunks import Deltas
from ..ticket.ticket import Ticket, origin
from ..ticket.topk import how_many
from ..training.options import DENSITY, Stage1Options, made_from, takes
from .mlm import adapt

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..data.rows import Rows
    from ..model.backbone import Backbone
    from ..model.parameters import Layers
    from ..training.options import Stage1Keywords


@takes(Stage1Options)
def find_ticket(
    lm: Backbone,
    dataset: Rows,
    density: float = DENSITY,
    *,
    layers: Layers = None,
    modules: str | Sequence[str] | None = None,
    **keywords: Unpack[Stage1Keywords],
) -> Ticket:
    """Stage 1 in one call: masked-LM training on the column `text`, then the top k of |θ₁ − θ₀|.

    layers, modules: what the ticket may choose from (see `eligible`). Stage 1 moves these and the
    rest of the encoder. All other keywords go to `adapt`: see `Stage1Options`.

    >>> from ltp_core.model.toy import toy_backbone
    >>> find_ticket(toy_backbone(), {"text": ["the cat eats rice"]}, steps=2, progress=False)
    Ticket(890 of 4,448 eligible parameters, density 0.2001, base '...')
    """
    options = made_from(Stage1Options, keywords, find_ticket)
    before = eligible(lm.model, layers, modules)
    how_many(density, sum(p.numel() for p in before.values()))  # complain before the long part
    about = origin(lm.model)
    names = list(eligible(lm.model) | before)
    after = adapt(lm, dataset, names=names, base=about["base"], **keywords)
    made = {"by": "masked-LM movement", "steps": options.steps, "seed": options.seed}
    told = [name for name in ("batch_size", "learning_rate") if name in keywords]
    made |= {name: getattr(options, name) for name in told}
    return Ticket.select(Deltas(before, after), density, made=made, **about)


def find_in_folders(
    before: str | Path,
    after: str | Path,
    density: float = DENSITY,
    *,
    layers: Layers = None,
    modules: str | Sequence[str] | None = None,
) -> Ticket:
    """The ticket of a model that somebody has trained already; neither model is loaded.

    before, after: folders that `save_pretrained` wrote, of the base model and the trained one.

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
