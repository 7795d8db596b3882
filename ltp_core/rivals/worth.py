"""What a ticket is worth before any training: its share of a loss's squared gradient at θ₀.

    squares = task_squares(lm, shots, task=task)                   # or text_squares(lm, text)
    shares(squares, ltp=ticket, random=ticket.random_like(0))      # {'ltp': 0.09, 'random': 0.2}

With v = Σ g² (`ticket/squares.py`),

    held(ticket) = Σ v over the ticket / Σ v over all eligible weights

is the share of the loss's first fall which a ticket can have. A random ticket holds its density,
whatever the loss. The squares are worked out once, for all eligible weights, and asked about as
many tickets as wanted.

Reading order: `task_squares`, `text_squares`, `held`, `shares`.

What it does not do: train. A ticket that holds little may still do well with a higher rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor, float64

from ..model.parameters import eligible
from ..stage1.scores import gradients
from ..ticket.squares import added_up
from ..ticket.ticket import Ticket
from ..training.options import Stage1Options
from .criteria import task_losses, untrained

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.backbone import Backbone
    from ..stage2.train import HasWords


def task_squares(
    lm: Backbone, dataset: Rows, *, task: HasWords, batch_size: int = 16, **form: Any
) -> dict[str, Tensor]:
    """Σ g² of the task's loss, over batches of `dataset`, for each eligible tensor.

    `form` are `prompt_length`, `seed` and fields of `Form`: how the model will be built to train.

    >>> from types import SimpleNamespace
    >>> from ltp_core.model.toy import toy_backbone
    >>> from ltp_core.rivals.criteria import biases
    >>> lm, task = toy_backbone(), SimpleNamespace(words=("food", "animals"))
    >>> squares = task_squares(lm, {"text": ["dog", "rice"], "label": [1, 0]}, task=task)
    >>> 0 < shares(squares, biases=biases(lm.model))["biases"] < 1
    True
    """
    model = untrained(lm, task, **form)
    return added_up(task_losses(model, dataset, batch_size), eligible(model.lm))


def text_squares(
    lm: Backbone, dataset: Rows, *, gradient_batches: int = 60, **stage1: Any
) -> dict[str, Tensor]:
    """Σ g² of the masked-LM loss, over batches of the column `text`, for each eligible tensor.

    `stage1` are fields of `Stage1Options`: batch_size, seed, autocast.
    """
    options = Stage1Options(**stage1)
    return gradients(lm, dataset, eligible(lm.model), options, gradient_batches)


def held(ticket: Ticket, squares: Mapping[str, Tensor]) -> float:
    """The share of all squares that lies in the ticket; 1.0 is everything.

    >>> import torch
    >>> ticket = Ticket("toy", shapes={"w": (2, 2)}, indices={"w": torch.tensor([0, 3])})
    >>> held(ticket, {"w": torch.tensor([[1.0, 4.0], [3.0, 2.0]])})
    0.3
    """
    if lacking := sorted(set(ticket.shapes) - set(squares)):
        raise ValueError(
            f"there are no squares of {lacking[0]!r}, from which the ticket could choose"
        )
    whole = sum(squares[name].sum(dtype=float64).item() for name in ticket.shapes)
    if not whole > 0:
        raise ValueError("the loss has no gradient in any eligible weight; take another loss")
    own = 0.0
    for name, index in ticket.indices.items():
        of = squares[name].reshape(-1)
        own += of[index.to(of.device)].sum(dtype=float64).item()
    return own / whole


def shares(squares: Mapping[str, Tensor], **tickets: Ticket) -> dict[str, float]:
    """For each ticket, by the name given to it, the share of all squares that it holds."""
    return {name: held(ticket, squares) for name, ticket in tickets.items()}
