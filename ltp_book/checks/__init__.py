"""Exercises that check themselves.

    from ltp_book import checks
    checks.jaccard(jaccard)            # your function; the answer is a Verdict

One file a chapter holds its checks. `EXERCISES` lists all exercises by name, `check` finds one by
its name, which is how a grader calls it.

Reading order: `verdict.py`, `judge.py`, then any chapter. The tasks' texts and the solutions that
a lecturer hands out stand in `book/exercises/`.

What it does not do: run a notebook, or hold back an endless loop.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import (
    cheap,
    choosing,
    crossing,
    deltas,
    fair,
    few_examples,
    method,
    prompt_plus_ticket,
    real,
    soft_prompt,
    your_model,
)
from .judge import Check
from .verdict import Exercise, Verdict

_CHAPTERS = (  # in the order of the book
    method,
    soft_prompt,
    deltas,
    choosing,
    real,
    prompt_plus_ticket,
    crossing,
    fair,
    few_examples,
    cheap,
    your_model,
)
CHECKS: Mapping[str, Check] = {
    one.exercise.name: one for chapter in _CHAPTERS for one in chapter.CHECKS
}
EXERCISES: Mapping[str, Exercise] = {name: one.exercise for name, one in CHECKS.items()}
__all__ = ["CHECKS", "EXERCISES", "Check", "Exercise", "Verdict", "check"]


def check(name: str, function: Callable[..., Any]) -> Verdict:
    """The verdict on a student's function for the exercise of this name.

    >>> check("jaccard", lambda a, b: len(set(a) & set(b)) / len(a))
    ✗ jaccard, 0 of 1 points: the denominator is one ticket, not the places that lie in either.
    """
    if name not in CHECKS:
        raise ValueError(f"there is no exercise {name!r}; there are: {', '.join(CHECKS)}")
    return CHECKS[name](function)


def __getattr__(name: str) -> Check:
    """`checks.jaccard` is the check of the exercise of this name."""
    if name in CHECKS:
        return CHECKS[name]
    raise AttributeError(f"there is no exercise {name!r}; there are: {', '.join(CHECKS)}")


def __dir__() -> list[str]:
    return [*__all__, *CHECKS]
