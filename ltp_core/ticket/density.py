"""How many weights a ticket takes: of all of them together, or of each layer or tensor its share.

    k = round(d · N),        d the density, N the number of eligible weights

Reading order: `how_many`, `GROUPS`, `quotas`.

What it does not do: say which (`Ticket.select` does).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from numbers import Real

from ..model.parameters import place

GROUPS: dict[str, Callable[[str], object]] = {  # what shares a quota
    "all": lambda name: None,
    "layer": lambda name: place(name)[0],
    "tensor": lambda name: name,
}


def how_many(density: float, total: int) -> int:
    """k = round(density · total), for a density in (0, 1].

    Raises:
        ValueError: the density is not in (0, 1], or k would be 0.

    >>> how_many(0.2, 11)
    2
    >>> how_many(20, 11)
    Traceback (most recent call last):
    ValueError: density must be in (0, 1], got 20; did you mean 0.20?
    """
    if not isinstance(density, Real):
        raise ValueError(f"density must be a number in (0, 1], got {density!r}")
    if not 0 < density <= 1:
        share = f"{density / 100:.2f}" if density == round(density, 0) else f"{density / 100:g}"
        hint = f"; did you mean {share}?" if 1 < density <= 100 else ""
        raise ValueError(f"density must be in (0, 1], got {density:g}{hint}")
    k = round(density * total)
    if k == 0:
        raise ValueError(f"density {density:g} of {total:,} parameters is less than one; raise it")
    return k


def quotas(
    sizes: Mapping[str, int], density: float, group: Callable[[str], object]
) -> list[tuple[list[str], int]]:
    """The names of each group, and how many of its numbers may be chosen: its share of the k.

    Groups come in the order of their names as strings. What is left of one group by rounding goes
    to the next in this order, so that all have k together.

    >>> quotas({"a.x": 4, "a.y": 3, "b.x": 3}, 0.3, group=lambda name: name[0])
    [(['a.x', 'a.y'], 2), (['b.x'], 1)]
    """
    found, so_far = [], 0
    for _, names in groupby(sorted(sizes, key=lambda name: (str(group(name)), name)), key=group):
        own = list(names)
        before, so_far = so_far, so_far + sum(sizes[name] for name in own)
        found.append((own, round(density * so_far) - round(density * before)))
    return found
