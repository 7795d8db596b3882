"""LT-SFT: tickets of a task and of languages, which can be added to each other.

The nearest relative of LTP (Ansell et al. 2022, arXiv 2110.07560). A *sparse fine-tuning* φ of a
model for anything is found in two rounds:

    1. train everything, θ₀ → θ₁, and keep the places of the largest |θ₁ − θ₀|;
    2. go back to θ₀, train these places alone, θ₀ → θ₂;     φ = θ₂ − θ₀, zero elsewhere.

`task_ticket` does round 1 on the task itself: the ticket has seen the task, LTP's has not.

For languages both rounds are masked-LM training on their text (`language`). A language's φ_L is
added to the model before the task is trained, and swapped for another language's in the test:

    train    θ₀ + φ_source + φ_task        test in language L    θ₀ + φ_L + φ_task

Reading order: `task_ticket`; then `language`, `apply_language_ticket`, `swap_language_ticket`.

What it does not do: write files (`study/shared_tickets.py` does).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch import Tensor

from ..model.backbone import Backbone
from ..model.clone import clone_sharing_weights
from ..model.parameters import eligible
from ..stage1.find import find_ticket
from ..stage1.mlm import adapt
from ..stage2.train import RATES, train
from ..ticket.chunks import Deltas
from ..ticket.on_model import gather, scatter
from ..ticket.ticket import Ticket, origin
from ..training.options import DENSITY

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.parameters import Layers, Modules
    from ..stage2.train import HasWords
    from ..stage2.trained import Trained

Adapted: TypeAlias = tuple[Ticket, Tensor]  # a language's ticket and its trained values (K,)


def task_ticket(
    lm: Backbone,
    dataset: Rows,
    density: float = DENSITY,
    *,
    task: HasWords,
    layers: Layers = None,
    modules: Modules = None,
    full_rate: float = RATES["full"][0],
    **options: Any,
) -> Ticket:
    """Round 1 on the task: fine-tune everything, then the top k of |θ₁ − θ₀|.

    Args:
        full_rate: the rate of that fine-tuning.
        options: go to `train`, as in round 2.

    >>> from types import SimpleNamespace
    >>> from ltp_core.model.toy import toy_backbone
    >>> task = SimpleNamespace(words=("food", "animals"))
    >>> shots = {"text": ["dog", "rice"], "label": [1, 0]}
    >>> task_ticket(toy_backbone(), shots, 0.2, task=task, epochs=1, progress=False)
    Ticket(890 of 4,448 eligible parameters, density 0.2001, base '...')
    """
    if options.get("checkpoint") is not None:  # round 2 has a state of its own
        options["checkpoint"] = Path(options["checkpoint"]) / "round1"
    model = train(lm, dataset, task=task, full=True, **options | {"learning_rate": full_rate})
    pair = (eligible(m, layers, modules) for m in (lm.model, model.lm))
    made = {"by": "task movement", "examples": len(dataset["label"])}
    return Ticket.select(Deltas(*pair), density, made=made, **origin(lm.model))


def language(
    lm: Backbone,
    dataset: Rows,
    density: float = DENSITY,
    *,
    layers: Layers = None,
    modules: Modules = None,
    **stage1: Any,
) -> Adapted:
    """Both rounds on a language's text: its ticket, and the trained values (K,).

    Args:
        stage1: options of `mlm.adapt`, for both rounds; a `checkpoint` is for the first alone.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lines = {"text": ["the cat eats rice"] * 4}
    >>> ticket, values = language(toy_backbone(), lines, 0.1, steps=2, progress=False)
    >>> len(ticket) == len(values), bool((values != gather(toy_backbone().model, ticket)).all())
    (True, True)
    """
    ticket = find_ticket(lm, dataset, density, layers=layers, modules=modules, **stage1)
    stage1.pop("checkpoint", None)
    after = adapt(lm, dataset, ticket=ticket, **stage1)
    values = [after[name].view(-1)[index] for name, index in ticket.indices.items()]
    return ticket, torch.cat(values)


def apply_language_ticket(lm: Backbone, adapted: Adapted) -> Backbone:
    """A clone of `lm` with a language's ticket added: θ₀ + φ_L.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> ticket = Ticket.by_magnitude(lm.model, 0.1)
    >>> changed = apply_language_ticket(lm, (ticket, gather(lm.model, ticket) + 1))
    >>> gather(changed.model, ticket).mean() > 0.9
    tensor(True)
    """
    ticket, values = adapted
    ticket.check(lm.model)
    own = [f"{lm.model.base_model_prefix}.{name}" for name in ticket.indices]
    model = clone_sharing_weights(lm.model, own)
    scatter(model, ticket, values)
    return Backbone(model, lm.tokenizer)


def swap_language_ticket(
    model: Trained, lm: Backbone, home: Backbone, adapted: Callable[[str], Adapted]
) -> Trained:
    """Make `model.set_language` replace φ_source by that language's φ_L.

    Save `model` before you set a language: the file holds the ticket's values as they are then, and
    `Trained.load` takes `home`.

    Args:
        home: what `model` was trained from, θ₀ + φ_source.
    """
    ticket = model.ticket
    assert ticket is not None  # LT-SFT trains one
    moved = gather(model.lm, ticket) - gather(home.model, ticket)  # φ_task, (K,)

    def set_language(code: str) -> None:
        there = apply_language_ticket(lm, adapted(code)).model.base_model
        for name, p in model.lm.base_model.named_parameters():
            p.data = there.get_parameter(name).detach().to(p.device, copy=True)
        scatter(model.lm, ticket, gather(model.lm, ticket) + moved)

    model.set_language = set_language
    return model
