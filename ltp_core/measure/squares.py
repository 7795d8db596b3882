"""Squared gradients of a loss: what single weights are worth to it, before any training.

If each weight may go one step of its own size η against its gradient g = ∂L/∂θ, the loss falls by
η g² for each, to first order. So with the squares added up over batches b,

    v = Σ_b g_b²,          held(ticket) = Σ v over the ticket / Σ v over all eligible weights,

is the share of that fall which a ticket can have. A random ticket of 20 % holds 20 %. The square is
that of a batch's mean gradient, the diagonal of the empirical Fisher matrix up to the batch's size.

Memory: one fp32 number a weight, and the dense gradient of one tensor at a time, for a tensor's
gradient is added and let go as soon as it is complete.

Reading order: `added_up`, `held`.

What it does not do: know where the loss comes from (`stage1/scores.py`, `rivals/worth.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from functools import partial

import torch
from torch import Tensor, nn

from ..ticket.ticket import Ticket


def added_up(
    losses: Iterable[Tensor], tensors: Mapping[str, nn.Parameter], power: int = 2
) -> dict[str, Tensor]:
    """Σ g² over the losses (with `power=1` Σ g) for each tensor, fp32, on its device.

    Args:
        losses: an iterator that works each loss out when it is asked for it.
        tensors: are asked for gradients meanwhile, and left without one.

    >>> w = nn.Parameter(torch.tensor([1.0, 2.0]))
    >>> added_up((x * w.sum() ** 2 / 6 for x in (1, 2)), {"w": w})
    {'w': tensor([5., 5.])}
    """
    asked = {name: p.requires_grad for name, p in tensors.items()}
    total = {name: torch.zeros_like(p, dtype=torch.float32) for name, p in tensors.items()}

    @torch.no_grad()
    def add(name: str, p: Tensor) -> None:
        assert p.grad is not None  # the hook runs when it is complete
        own, p.grad = p.grad.float(), None
        total[name] += own.square_() if power == 2 else own

    with ExitStack() as stack:
        for name, p in tensors.items():
            register = p.requires_grad_().register_post_accumulate_grad_hook
            stack.enter_context(register(partial(add, name)))  # type: ignore[no-untyped-call]  # unannotated there
            stack.callback(p.requires_grad_, asked[name])
        for loss in losses:
            loss.backward()  # type: ignore[no-untyped-call]  # unannotated there
    return total


def held(ticket: Ticket, squares: Mapping[str, Tensor]) -> float:
    """The share of all squares that lies in the ticket; 1.0 is everything.

    Raises:
        ValueError: a tensor of the ticket has no squares, or all of them are zero.

    >>> ticket = Ticket("toy", shapes={"w": (2, 2)}, indices={"w": torch.tensor([0, 3])})
    >>> held(ticket, {"w": torch.tensor([[1.0, 4.0], [3.0, 2.0]])})
    0.3
    """
    if lacking := sorted(set(ticket.shapes) - set(squares)):
        raise ValueError(
            f"there are no squares of {lacking[0]!r}, from which the ticket could choose"
        )
    whole = sum(squares[name].sum(dtype=torch.float64).item() for name in ticket.shapes)
    if not whole > 0:
        raise ValueError("the loss has no gradient in any eligible weight; take another loss")
    own = 0.0
    for name, index in ticket.indices.items():
        of = squares[name].reshape(-1)
        own += of[index.to(of.device)].sum(dtype=torch.float64).item()
    return own / whole
