"""LT-SFT: tickets of a task and of languages, which can be added to each other.

The nearest relative of LTP (Ansell et al. 2022, arXiv 2110.07560). A *sparse fine-tuning* φ of a
model for anything is found in two rounds:

    1. train everything, θ₀ → θ₁, and keep the places of the largest |θ₁ − θ₀|;
    2. go back to θ₀, train these places alone, θ₀ → θ₂;     φ = θ₂ − θ₀, zero elsewhere.

`task_ticket` does round 1 on the task itself: the ticket has seen the task, LTP's has not.

For languages both rounds are masked-LM training on their text (`language`). A language's φ_L is
added to the model before the task is trained, and exchanged for another when it is tested:

    train    θ₀ + φ_source + φ_task        test in language L    θ₀ + φ_L + φ_task

Reading order: `task_ticket`; then `language`, `apply_language_ticket`, `swap_language_ticket`.

What it does not do: keep files (`experiment.shared_language` does).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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

Adapted = tuple[Ticket, Tensor]  # a language's ticket and its trained values (K,)


def task_ticket(
    lm,
    dataset,
    density: float = 0.20,
    *,
    task,
    layers=None,
    modules=None,
    full_rate: float = RATES["full"][0],
    **options,
) -> Ticket:
    """Round 1 on the task: fine-tune everything, then the top k of |θ₁ − θ₀|.

    `full_rate` is the rate of that fine-tuning; `options` go to `train`, as in round 2.

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


def language(lm, dataset, density: float = 0.20, *, layers=None, modules=None, **stage1) -> Adapted:
    """Both rounds on a language's text; `stage1` goes to `mlm.adapt`, `checkpoint` to the first.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lines = {"text": ["the cat eats rice"] * 4}
    >>> ticket, values = language(toy_backbone(), lines, 0.1, steps=2, progress=False)
    >>> len(ticket) == len(values), bool((values != gather(toy_backbone().model, ticket)).all())
    (True, True)
    """
    ticket = find_ticket(lm, dataset, density, layers=layers, modules=modules, **stage1)
    stage1.pop("checkpoint", None)  # it is the first round's
    after = adapt(lm, dataset, ticket=ticket, **stage1)
    values = [after[name].view(-1)[index] for name, index in ticket.indices.items()]
    return ticket, torch.cat(values)


def apply_language_ticket(lm, adapted: Adapted) -> Backbone:
    """A twin of `lm` that has learned a language: θ₀ + φ_L.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> ticket = Ticket.by_magnitude(lm.model, 0.1)
    >>> gather(apply_language_ticket(lm, (ticket, gather(lm.model, ticket) + 1)).model, ticket).mean() > 0.9
    tensor(True)
    """
    ticket, values = adapted
    ticket.check(lm.model)
    own = [f"{lm.model.base_model_prefix}.{name}" for name in ticket.indices]
    model = clone_sharing_weights(lm.model, own)
    scatter(model, ticket, values)
    return Backbone(model, lm.tokenizer)


def swap_language_ticket(model, lm, home, adapted: Callable[[str], Adapted]):
    """Let `model`, trained from `home` = θ₀ + φ_source, take another language's φ_L to speak it.

    Save it before it speaks: the file holds the task's values over `home`, which `Trained.load`
    then wants, and no language.
    """
    moved = gather(model.lm, model.ticket) - gather(home.model, model.ticket)  # φ_task, (K,)

    def set_language(code: str) -> None:
        there = apply_language_ticket(lm, adapted(code)).model.base_model
        for name, p in model.lm.base_model.named_parameters():
            p.data = there.get_parameter(name).detach().to(p.device, copy=True)
        scatter(model.lm, model.ticket, gather(model.lm, model.ticket) + moved)

    model.set_language = set_language
    return model
