"""What a ticket is worth before any training: its share of a loss's squared gradient at θ₀.

    squares = task_squares(lm, shots, task=task)                   # or text_squares(lm, text)
    shares(squares, ltp=ticket, random=ticket.random_like(0))      # {'ltp': 0.09, 'random': 0.2}

A random ticket holds its density, whatever the loss. What a share means: `measure/squares.py`. The
squares are worked out once, for all eligible weights, and asked about as many tickets as wanted.

Reading order: `task_squares`, `text_squares`, `shares`.

What it does not do: train. A ticket that holds little may still do well with a higher rate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch import Tensor

from ..measure.squares import added_up, held
from ..model.parameters import eligible
from ..stage1.scores import gradients
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

    Args:
        form: `prompt_length`, `seed` and fields of `Form`: how the model will be built to train.

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

    Args:
        stage1: fields of `Stage1Options`: batch_size, seed, autocast.
    """
    options = Stage1Options(**stage1)
    return gradients(lm, dataset, eligible(lm.model), options, gradient_batches)


def shares(squares: Mapping[str, Tensor], **tickets: Ticket) -> dict[str, float]:
    """For each ticket, by the name given to it, the share of all squares that it holds."""
    return {name: held(ticket, squares) for name, ticket in tickets.items()}
