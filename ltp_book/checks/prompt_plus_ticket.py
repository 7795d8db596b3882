"""Checks of *Prompt plus ticket*: one masked step, the packed update, what is trained."""

from __future__ import annotations

import torch
from torch import Tensor

from .judge import Check, Compared
from .verdict import Exercise


def _step(weight: float, gradient: float, rate: float, decay: float) -> float:
    """One first step of AdamW: the decay, then a step of the rate's size against the gradient."""
    sign = (gradient > 0) - (gradient < 0)
    return weight * (1 - rate * decay) - rate * sign


one_masked_step = Check(
    Exercise("one_masked_step", "prompt_plus_ticket", minutes=5, difficulty=1, importance=3),
    Compared(
        lambda: {"inside": _step(1, 1, 0.2, 0.1), "outside": _step(1, 0, 0.2, 0.1)},
        {"the question": ()},
        {
            "look at the decay: does it ask for a gradient?": (
                lambda: {"inside": _step(1, 1, 0.2, 0.1), "outside": 1}
            ),
            "the decay is left out; it comes on top of the step.": (
                lambda: {"inside": _step(1, 1, 0.2, 0), "outside": 1}
            ),
            "the decay is not multiplied by the rate.": (
                lambda: {"inside": 1 * (1 - 0.1) - 0.2, "outside": 1 - 0.1}
            ),
            "inside and outside are in each other's place: which of them has a gradient?": (
                lambda: {"inside": _step(1, 0, 0.2, 0.1), "outside": _step(1, 1, 0.2, 0.1)}
            ),
        },
    ),
)


def _train(
    weights: Tensor,
    gradients: Tensor,
    index: Tensor,
    rate: float,
    decay: float,
    kind: type[torch.optim.Optimizer] = torch.optim.AdamW,
) -> Tensor:
    """AdamW on the packed entries."""
    values = torch.nn.Parameter(weights[index].clone())
    optimizer = kind([values], lr=rate, weight_decay=decay)
    for gradient in gradients:
        values.grad = gradient[index].clone()
        optimizer.step()
    return weights.clone().index_copy(0, index, values.detach())


def _masked(weights: Tensor, gradients: Tensor, index: Tensor, rate: float, decay: float) -> Tensor:
    """AdamW on all weights, with the gradients masked."""
    kept = torch.zeros_like(gradients).index_copy(1, index, gradients[:, index])
    return _train(weights, kept, torch.arange(len(weights)), rate, decay)


def _first_entries(
    weights: Tensor, gradients: Tensor, index: Tensor, rate: float, decay: float
) -> Tensor:
    """The values are trained well, and written into the first places of the model."""
    values = _train(weights, gradients, index, rate, decay)[index]
    return torch.cat([values, weights[len(index) :]])


_W = torch.tensor([1.0, -2, 3, -4, 5, 0.5])
_G = torch.tensor([[1.0, 2, -1, 0.5, 3, 1], [0.5, -1, -1, 2, 0.1, -1], [1, 1, 1, 1, 1, 1]])

packed_update = Check(
    Exercise(
        "packed_update", "prompt_plus_ticket", minutes=20, difficulty=3, importance=3, points=3
    ),
    Compared(
        _train,
        {
            "with decay": (_W, _G, torch.tensor([1, 4]), 0.1, 0.5),
            "without decay": (_W, _G, torch.tensor([0, 2, 5]), 0.05, 0.0),
        },
        {
            "the frozen part is trained: the decay moves weights whose gradient is 0.": _masked,
            "the frozen part is trained: look at what the optimizer is given.": (
                lambda weights, gradients, index, rate, decay: _train(
                    weights, gradients, torch.arange(len(weights)), rate, decay
                )
            ),
            "nothing is written back: the packed vector is a copy of the weights.": (
                lambda weights, gradients, index, rate, decay: weights
            ),
            "the values are written to other places than they were read from.": _first_entries,
            "the decay is missing, or it is 0.01, what AdamW takes if it is told nothing.": (
                lambda weights, gradients, index, rate, decay: _train(
                    weights, gradients, index, rate, 0.01
                )
            ),
            "this is Adam: its decay goes through the moments.": (
                lambda weights, gradients, index, rate, decay: _train(
                    weights, gradients, index, rate, decay, torch.optim.Adam
                )
            ),
            "the packed values alone are returned; all the model's weights are asked.": (
                lambda weights, gradients, index, rate, decay: _train(
                    weights, gradients, index, rate, decay
                )[index]
            ),
            "one step is taken; there is one for each row of the gradients.": (
                lambda weights, gradients, index, rate, decay: _train(
                    weights, gradients[:1], index, rate, decay
                )
            ),
            "the moments start anew at each step: make the optimizer once.": (
                lambda weights, gradients, index, rate, decay: _train(
                    _train(
                        _train(weights, gradients[:1], index, rate, decay),
                        gradients[1:2],
                        index,
                        rate,
                        decay,
                    ),
                    gradients[2:],
                    index,
                    rate,
                    decay,
                )
            ),
        },
    ),
)

trained_numbers = Check(
    Exercise("trained_numbers", "prompt_plus_ticket", minutes=5, difficulty=1, importance=2),
    Compared(
        lambda entries, length, size, layers=1: entries + length * size * layers,
        {
            "a prompt": (2000, 10, 384),
            "a deep prompt": (0, 5, 16, 12),
            "a ticket": (70, 0, 384),
            "both": (70, 5, 16, 12),
        },
        {
            "a prompt vector is more than one number: look at its size.": (
                lambda entries, length, size, layers=1: entries + length * layers
            ),
            "a deep prompt has vectors of its own in every layer.": (
                lambda entries, length, size, layers=1: entries + length * size
            ),
            "the ticket is counted once, whatever the number of layers.": (
                lambda entries, length, size, layers=1: (entries + length * size) * layers
            ),
            "the ticket is left out.": (
                lambda entries, length, size, layers=1: length * size * layers
            ),
        },
    ),
)

CHECKS = (one_masked_step, packed_update, trained_numbers)
