"""Checks of *Making it cheap*: bits of a mask, bytes of a training, gaps between places."""

from __future__ import annotations

import math
from collections.abc import Sequence

from .judge import Check, Compared
from .verdict import Exercise


def _entropy(density: float, log: float = math.log(2)) -> float:
    return sum(-p * math.log(p) / log for p in (density, 1 - density) if p > 0)


mask_bits = Check(
    Exercise("mask_bits", "cheap", minutes=10, difficulty=1, importance=2),
    Compared(
        _entropy,
        {"one half": (0.5,), "a tenth": (0.1,), "nine tenths": (0.9,), "all": (1.0,)},
        {
            "these are not bits: look at the base of your logarithm.": (
                lambda density: _entropy(density, 1.0)
            ),
            "what is outside the mask is told, too: one term is missing.": (
                lambda density: -density * math.log2(density)
            ),
            "the sign is turned: a number of bits is not below zero.": (
                lambda density: -_entropy(density)
            ),
            "this is for each chosen place; bits for each weight are asked.": (
                lambda density: _entropy(density) / density
            ),
        },
    ),
)

state_bytes = Check(
    Exercise("state_bytes", "cheap", minutes=10, difficulty=2, importance=3, points=2),
    Compared(
        lambda density: {"masked": 12, "packed": 24 * density},
        {"a fifth": (0.2,), "a hundredth": (0.01,), "all": (1.0,)},
        {
            "masking saves nothing: how many bytes does a gradient of 0 take?": (
                lambda density: {"masked": 12 * density, "packed": 24 * density}
            ),
            "the mask itself is counted; the task leaves it out.": (
                lambda density: {"masked": 13, "packed": 24 * density}
            ),
            "the whole gradient is counted; it is let go of.": (
                lambda density: {"masked": 12, "packed": 24 * density + 4}
            ),
            "a packed entry must know where it belongs: its place takes bytes, too.": (
                lambda density: {"masked": 12, "packed": 16 * density}
            ),
            "for each packed entry 4 bytes are missing: go through your list once more, the copy, "
            "the gradient and the size of a place too.": (
                lambda density: {"masked": 12, "packed": 20 * density}
            ),
            "8 bytes a weight are too few: there are two moments and a gradient.": (
                lambda density: {"masked": 8, "packed": 20 * density}
            ),
            "the model's own weights are counted; what lies beside them is asked.": (
                lambda density: {"masked": 16, "packed": 4 + 24 * density}
            ),
        },
    ),
)


def _steps(places: Sequence[int], before: int = -1) -> list[int]:
    return [b - a for a, b in zip([before, *places], places, strict=False)]


gaps = Check(
    Exercise("gaps", "cheap", minutes=5, difficulty=1, importance=1),
    Compared(
        _steps,
        {"near": ([0, 1, 2, 3],), "far": ([3, 7, 11, 30],), "one": ([5],)},
        {
            "the first step is off by one: it starts before place 0.": (
                lambda places: _steps(places, 0)
            ),
            "the first place cannot be found again: there are as many steps as places.": (
                lambda places: _steps(places)[1:]
            ),
            "these count the weights between two places; a step to the next one is 1.": (
                lambda places: [step - 1 for step in _steps(places)]
            ),
        },
    ),
)

CHECKS = (mask_bits, state_bytes, gaps)
