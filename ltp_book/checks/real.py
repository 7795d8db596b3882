"""Checks of *Is the ticket real?*: Jaccard's overlap, chance, and what lies beyond it."""

from __future__ import annotations

from collections.abc import Mapping

from .judge import Check, Compared
from .verdict import Exercise

jaccard = Check(
    Exercise("jaccard", "real", minutes=5, difficulty=1, importance=3),
    Compared(
        lambda a, b: len(set(a) & set(b)) / len(set(a) | set(b)),
        {
            "one of six": ([0, 1, 2, 3], [3, 4, 5]),
            "one is smaller": ([1, 2, 3, 4, 5], [7, 3]),
            "one is larger": ([1, 2], [2, 3, 4, 5]),
        },
        {
            "what both hold is counted twice in your denominator: look at the union.": (
                lambda a, b: len(set(a) & set(b)) / (len(a) + len(b))
            ),
            "the denominator is one ticket, not the places that lie in either.": (
                lambda a, b: len(set(a) & set(b)) / len(a)
            ),
            "the denominator is the smaller ticket, not the places that lie in either.": (
                lambda a, b: len(set(a) & set(b)) / min(len(a), len(b))
            ),
            "this is another measure, Dice's: look at the definition of Jaccard's overlap.": (
                lambda a, b: 2 * len(set(a) & set(b)) / (len(a) + len(b))
            ),
            "the denominator holds only what one ticket has alone: look at the union.": (
                lambda a, b: len(set(a) & set(b)) / len(set(a) ^ set(b))
            ),
            "this is a distance; an overlap is 1 where the two are the same.": (
                lambda a, b: 1 - len(set(a) & set(b)) / len(set(a) | set(b))
            ),
        },
    ),
)


def _on_jaccards_scale(shared: float, k: int, n: int) -> float:
    j, chance = shared / (2 * k - shared), (k * k / n) / (2 * k - k * k / n)
    return (j - chance) / (1 - chance)


beyond_chance = Check(
    Exercise("beyond_chance", "real", minutes=10, difficulty=1, importance=3, points=2),
    Compared(
        lambda shared, k, n: (shared - k * k / n) / (k - k * k / n),
        {"a model of 50": (8, 20, 50), "less than chance": (2, 10, 40), "the same": (7, 7, 30)},
        {
            "chance is left out: two random tickets would not get 0 here.": (
                lambda shared, k, n: shared / k
            ),
            "two tickets that are the same do not get 1 here: look at the denominator.": (
                lambda shared, k, n: (shared - k * k / n) / k
            ),
            "this is how many times chance; the question is how far from chance to the same.": (
                lambda shared, k, n: shared * n / (k * k)
            ),
            "this is on Jaccard's scale; the chapter counts shared places.": _on_jaccards_scale,
            "look at what chance shares: a place lies in both, so both tickets' shares count.": (
                lambda shared, k, n: (shared - k / n) / (k - k / n)
            ),
        },
    ),
)

Counts = Mapping[str, int]

shared_by_chance = Check(
    Exercise("shared_by_chance", "real", minutes=10, difficulty=2, importance=2, points=2),
    Compared(
        lambda a, b, sizes: sum(a[name] * b[name] / sizes[name] for name in sizes),
        {
            "uneven tensors": ({"w": 8, "b": 2}, {"w": 6, "b": 1}, {"w": 10, "b": 40}),
            "one tensor": ({"w": 5}, {"w": 4}, {"w": 20}),
        },
        {
            "chance was told the totals only: look at each tensor by itself, then add.": (
                lambda a, b, sizes: sum(a.values()) * sum(b.values()) / sum(sizes.values())
            ),
            "this is a mean over tensors; how many places in all is asked.": (
                lambda a, b, sizes: (
                    sum(a[name] * b[name] / sizes[name] for name in sizes) / len(sizes)
                )
            ),
            "this is the most that they could share, not what chance brings.": (
                lambda a, b, sizes: sum(min(a[name], b[name]) for name in sizes)
            ),
        },
    ),
)

CHECKS = (jaccard, beyond_chance, shared_by_chance)
