"""Three small exercises with the interface of `ltp_book.checks`, for the tests of grading."""

from typing import NamedTuple

import torch


class Exercise(NamedTuple):
    """As in `ltp_book.checks`."""

    name: str
    chapter: str
    minutes: int
    difficulty: int
    importance: int
    points: int


class Verdict(NamedTuple):
    """As in `ltp_book.checks`."""

    passed: bool
    message: str
    points: float


EXERCISES = {
    "largest": Exercise("largest", "choosing", 10, 1, 3, 2),
    "halve": Exercise("halve", "choosing", 5, 1, 1, 1),
    "twice": Exercise("twice", "method", 5, 1, 1, 1),
}


def check(name, function) -> Verdict:
    """Half the points of `largest` for values in the wrong order."""
    try:
        return globals()[f"_{name}"](function)
    except Exception as problem:
        return Verdict(False, f"it stopped with {type(problem).__name__}: {problem}", 0)


def _largest(function):
    found = function(torch.tensor([3.0, 1.0, 2.0]), 2)
    if isinstance(found, torch.Tensor):
        found = found.tolist()
    if list(found) == [3.0, 2.0]:
        return Verdict(True, "right", 2)
    half = sorted(found) == [2.0, 3.0]
    return Verdict(False, "the order" if half else "other values", 1 if half else 0)


def _halve(function):
    """In place."""
    weights = torch.tensor([2.0, 4.0])
    function(weights)
    right = weights.tolist() == [1.0, 2.0]
    return Verdict(right, "right" if right else "not halved", float(right))


def _twice(function):
    """The function is given a function."""
    right = function(lambda x: x + 3, 1) == 7
    return Verdict(right, "right" if right else "not twice", float(right))
