"""What an exercise is, and what a check says of an answer: two values.

Reading order: `Exercise`, `Verdict`. What it does not do: judge (`judge.py`).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Exercise:
    """One exercise. Its name is the name of the function that a student writes.

    >>> Exercise("jaccard", "real", minutes=5, difficulty=1, importance=3).points
    1
    """

    name: str
    chapter: str
    minutes: int
    difficulty: int  # 1 easy, 2 middle, 3 hard
    importance: int  # 1 may be left out, 3 the chapter rests on it
    points: int = 1

    def __post_init__(self) -> None:
        for what in ("difficulty", "importance"):
            if getattr(self, what) not in (1, 2, 3):
                raise ValueError(f"{what} must be 1, 2 or 3, got {getattr(self, what)!r}")
        for what in ("minutes", "points"):
            if getattr(self, what) < 1:
                raise ValueError(f"{what} must be at least 1, got {getattr(self, what)!r}")


@dataclass(frozen=True, repr=False)
class Verdict:
    """What a check says: passed or not, one sentence, the points earned.

    >>> Verdict("jaccard", False, "look at the union", 0, 1)
    ✗ jaccard, 0 of 1 points: look at the union
    """

    name: str
    passed: bool
    message: str
    points: float
    out_of: int

    def __repr__(self) -> str:
        mark = "✓" if self.passed else "✗"
        return f"{mark} {self.name}, {self.points:g} of {self.out_of} points: {self.message}"
