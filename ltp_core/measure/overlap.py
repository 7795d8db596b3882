"""How much two tickets agree, beside the agreement that chance alone would bring.

The idea. Jaccard's overlap of two tickets A and B is |A ∩ B| / |A ∪ B|. Two random choices of k₁
and k₂ out of N share on the mean (hypergeometric law)

    E = k₁ · k₂ / N     entries, so chance brings     E / (k₁ + k₂ − E).

What this file does not do: intervals. Compare several tickets of each kind for these.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from ..model.parameters import place
from ..ticket.ticket import Ticket


class Overlap(NamedTuple):
    """|A ∩ B| / |A ∪ B| of two tickets, and what two random tickets would give."""

    jaccard: float
    expected: float


def overlap(a: Ticket, b: Ticket, given: str = "total") -> Overlap:
    """The overlap of two tickets on the same tensors.

    Args:
        given: what chance is told. "total": how many entries each ticket has. "layer" or "tensor":
            how many it has in each of these, so E is summed over them, and what lies above it is
            agreement on *which* entries move, not only on which layers do.

    Raises:
        ValueError: the tickets choose from different tensors, or `given` is another word.

    >>> import torch
    >>> from ltp_core.ticket.ticket import Ticket
    >>> a = Ticket("toy", {"w": (10,)}, {"w": torch.tensor([0, 1, 2, 3])})
    >>> b = Ticket("toy", {"w": (10,)}, {"w": torch.tensor([2, 3, 4, 5, 6])})
    >>> overlap(a, b)                           # 2 of 7 shared; by chance 2 of 7 (E = 4 · 5 / 10)
    Overlap(jaccard=0.2857142857142857, expected=0.2857142857142857)
    """
    if a.shapes != b.shapes:
        raise ValueError("the tickets choose from different tensors; `restrict` both alike first")
    if given not in (among := ("total", "layer", "tensor")):
        raise ValueError(f"given must be one of {', '.join(among)}, got {given!r}")
    table: dict[int | str, tuple[int, int, int]] = {}
    for name, shape in a.shapes.items():
        group = "" if given == "total" else place(name)[0] if given == "layer" else name
        k1, k2, n = table.get(group, (0, 0, 0))
        table[group] = (k1 + len(a.indices[name]), k2 + len(b.indices[name]), n + prod(shape))
    shared = sum(int(a.mask(name).view(-1)[b.indices[name]].sum()) for name in a.shapes)
    by_chance = sum(k1 * k2 / n for k1, k2, n in table.values())
    both = len(a) + len(b)
    return Overlap(shared / (both - shared), by_chance / (both - by_chance))
