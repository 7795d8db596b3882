"""The rivals, a few lines each. All go through the same loop; they differ in what may move.

    method          trains
    prompt_only     the soft prompt; the language model stays frozen
    full            every weight of the language model, and the prompt
    ltp             the winning ticket, and the prompt
    random_ticket   as many weights as a ticket, drawn by chance, and the prompt

The last is the control: if it does as well, the choice of the ticket taught us nothing.

Reading order: top to bottom.

What it does not do: tune. Every rate is in `train.RATES`.
"""

from __future__ import annotations

from .ticket import Ticket, eligible, origin
from .train import train
from .trained import Trained


def prompt_only(lm, shots, *, task, **options) -> Trained:
    """Train only the soft prompt."""
    return train(lm, shots, task=task, **options)


def full(lm, shots, *, task, **options) -> Trained:
    """Train every weight, with the same prompt and cloze."""
    return train(lm, shots, task=task, full=True, **options)


def ltp(lm, shots, *, task, ticket: Ticket, **options) -> Trained:
    """Train the ticket and the prompt: Lottery Ticket Prompt-learning."""
    return train(lm, shots, task=task, ticket=ticket, **options)


def random_ticket(lm, shots, *, task, density: float = 0.20, seed: int = 0, **options) -> Trained:
    """Train a ticket drawn by chance from the encoder, and the prompt; `seed` draws it too."""
    ticket = Ticket.random(eligible(lm.model), density, seed=seed, **origin(lm.model))
    return train(lm, shots, task=task, ticket=ticket, seed=seed, **options)


METHODS = {method.__name__: method for method in (prompt_only, full, ltp, random_ticket)}
