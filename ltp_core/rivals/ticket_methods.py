"""The methods that train a ticket: LTP, its controls, and other ways to choose the weights.

All train a part of the encoder through the same code; they differ in which. A random ticket is the
control: if it does as well, the choice of the ticket taught us nothing.

Reading order: `ltp`, then top to bottom.

What it does not do: choose. `stage1`, `criteria.py` and `lt_sft.py` do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ..model.parameters import eligible
from ..stage2.train import train
from ..stage2.trained import Trained
from ..ticket.ticket import Ticket, origin
from ..training.options import DENSITY, Form
from . import criteria
from .lt_sft import Adapted, apply_language_ticket, swap_language_ticket, task_ticket
from .method import FULL, method

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.backbone import Backbone
    from ..model.parameters import Layers, Modules
    from ..stage2.train import HasWords


@method
def bitfit(lm: Backbone, shots: Rows, *, task: HasWords, **options: Any) -> Trained:
    """Train the encoder's biases and the prompt."""
    return train(lm, shots, task=task, ticket=criteria.biases(lm.model), **options)


@method
def ltp(lm: Backbone, shots: Rows, *, task: HasWords, ticket: Ticket, **options: Any) -> Trained:
    """Train the ticket and the prompt: Lottery Ticket Prompt-learning."""
    return train(lm, shots, task=task, ticket=ticket, **options)


@method
def ticket_only(
    lm: Backbone, shots: Rows, *, task: HasWords, ticket: Ticket, **options: Any
) -> Trained:
    """Train the ticket without a prompt: what is the prompt good for?"""
    return train(lm, shots, task=task, ticket=ticket, **options | {"prompt_length": 0})


@method
def random_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: Modules = None,
    seed: int = 0,
    **options: Any,
) -> Trained:
    """Train a random ticket of the encoder, and the prompt; `seed` decides the ticket, too."""
    tensors = eligible(lm.model, layers, modules)
    ticket = Ticket.random(tensors, density, seed=seed, **origin(lm.model))
    return train(lm, shots, task=task, ticket=ticket, base=ticket.base, seed=seed, **options)


@method
def shuffled_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    ticket: Ticket,
    seed: int = 0,
    **options: Any,
) -> Trained:
    """Train as many weights in each tensor as the ticket has, at random places, and the prompt."""
    return train(lm, shots, task=task, ticket=ticket.shuffled(seed), seed=seed, **options)


@method
def layer_budget_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    ticket: Ticket,
    seed: int = 0,
    **options: Any,
) -> Trained:
    """Train as many weights in each layer as the ticket has, at random places, and the prompt."""
    drawn = criteria.layer_budget(ticket, seed)
    return train(lm, shots, task=task, ticket=drawn, seed=seed, **options)


@method
def magnitude_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: Modules = None,
    **options: Any,
) -> Trained:
    """Train the weights that are largest at θ₀, and the prompt."""
    ticket = Ticket.by_magnitude(lm.model, density, layers, modules)
    return train(lm, shots, task=task, ticket=ticket, **options)


@method
def gradient_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: Modules = None,
    seed: int = 0,
    **options: Any,
) -> Trained:
    """Train the weights with the largest gradient on these very examples, and the prompt."""
    same: dict[str, Any] = {"task": task, "layers": layers, "modules": modules, "seed": seed}
    form = ("prompt_length", *(field.name for field in fields(Form)))
    same |= {key: options[key] for key in form if key in options}
    ticket = criteria.by_gradient(lm, shots, density, **same)
    return train(lm, shots, task=task, ticket=ticket, base=ticket.base, seed=seed, **options)


@method
def middle_layers(
    lm: Backbone, shots: Rows, *, task: HasWords, density: float = DENSITY, **options: Any
) -> Trained:
    """Train whole tensors of the middle layers, as many numbers as a ticket has, and the prompt."""
    ticket = criteria.middle(lm.model, density)
    return train(lm, shots, task=task, ticket=ticket, **options)


@method
def lt_sft(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: Modules = None,
    full_rate: float = FULL[0],
    **options: Any,
) -> Trained:
    """Train what full fine-tuning on these very examples moves most, and the prompt.

    Args:
        full_rate: the rate of that fine-tuning.
    """
    where = {"layers": layers, "modules": modules, "full_rate": full_rate}
    ticket = task_ticket(lm, shots, density, task=task, **options | where)
    return train(lm, shots, task=task, ticket=ticket, **options)


@method
def lt_sft_language(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    adapted: Callable[[str], Adapted],
    density: float = DENSITY,
    source: str = "en",
    **options: Any,
) -> Trained:
    """LT-SFT on top of the source language's ticket, swapped in each language it is tested in.

    Args:
        adapted: gives, for a language's code, what `lt_sft.language` found for it.
    """
    home = apply_language_ticket(lm, adapted(source))
    model = lt_sft(home, shots, task=task, density=density, **options)
    return swap_language_ticket(model, lm, home, adapted)
