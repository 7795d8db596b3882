"""The least that any method must store or move: bounds from counting, not from a machine.

With N weights and a density d, a mask needs at least N · H(d) bits,

    H(d) = −d log₂ d − (1 − d) log₂ (1 − d),

and training K weights with AdamW keeps at least three numbers each.

Reading order: `entropy`, `mask_floor`, `state_floor`, `touched`, `traffic`; then `spread`.

What it does not do: measure. The benchmarks do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median

import numpy as np


def spread(numbers: Sequence[float]) -> tuple[float, float, float]:
    """Median, lower and upper quartile.

    >>> spread([1.0, 2.0, 3.0, 4.0, 5.0])
    (3.0, 2.0, 4.0)
    """
    low, high = np.quantile(np.asarray(numbers, float), [0.25, 0.75]).tolist()
    return median(numbers), low, high


def entropy(density: float) -> float:
    """H(d): the fewest bits a weight that tell which share d of the weights is meant.

    >>> entropy(0.5), round(entropy(0.2), 3)
    (1.0, 0.722)
    """
    return sum(-p * math.log2(p) for p in (density, 1 - density) if p > 0)


def mask_floor(entries: int, total: int) -> float:
    """The fewest bytes that tell which `entries` of `total` are meant.

    >>> round(mask_floor(200, 1000), 1)
    90.2
    """
    return total * entropy(entries / total) / 8


def state_floor(entries: int, total: int) -> float:
    """Bytes between two steps of AdamW: 12 an entry, and the mask.

    >>> round(state_floor(200, 1000) / 1000, 2)
    2.49
    """
    return 12 * entries + mask_floor(entries, total)


def touched(density: float, line: int = 16) -> float:
    """The share of cache lines, of 16 fp32 numbers each, that hold an entry of a random ticket.

    >>> round(touched(0.20), 2), round(touched(0.01), 2)
    (0.97, 0.15)
    """
    return 1 - (1 - density) ** line


def traffic(density: float | None = None) -> float:
    """Bytes a weight that pass between memory and processor after the backward pass.

    Dense (None): mask 9 (the gradient read and written, a byte of mask read), clip 12 (read for
    the length, then read and written), AdamW 28 (four numbers read, three written). Packed, for
    each entry: gather 16 (its place 8; its gradient zeroed, then written, 8), clip 12, AdamW 28,
    scatter 12; and 12 for each weight whose cache line holds an entry: its gradient is read, the
    weight is read and written, for memory comes in lines only.

    >>> traffic(), round(traffic(0.20), 1), round(traffic(0.01), 1)
    (49, 25.3, 2.5)
    """
    if density is None:
        return 9 + 12 + 28
    return (16 + 12 + 28 + 12) * density + 12 * touched(density)
