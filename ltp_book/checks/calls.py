"""How a student's function is called: on copies of the arguments, and watched.

What it changed in its copies is seen. So is whether a gradient would reach an argument: the answer
asks for one if that argument does, and no other. (The flag travels between processes; the graph of
the gradient does not, and a grader runs the function in a process of its own.)

Reading order: `watched`, `altered`, `reached`. What it does not do: judge an answer.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import torch

from .answers import plain, rounded

LINE = 100  # arguments that are longer help nobody
DIGITS = 7  # as many as a float32 has


class Stopped(Exception):
    """The student's function raised; the message says what and where."""


def called(function: Callable[..., Any], case: str, *args: Any) -> Any:
    """The plain answer to copies of these arguments; `Stopped` where the function raises."""
    return watched(function, case, args)[0]


def watched(
    function: Callable[..., Any], case: str, args: tuple[Any, ...]
) -> tuple[Any, list[int]]:
    """The plain answer, and the numbers of the arguments that the function changed.

    >>> watched(lambda rows: rows.pop(), "two", ([1, 2],))
    (2, [0])
    """
    own = deepcopy(args)
    try:
        answer = plain(function(*own))
        pairs = enumerate(zip(args, own, strict=True))
        return answer, [i for i, (before, after) in pairs if plain(before) != plain(after)]
    except (Exception, SystemExit) as error:
        source = getattr(getattr(function, "__code__", None), "co_filename", "")
        frames = traceback.extract_tb(error.__traceback__)
        last = next((frame for frame in reversed(frames) if frame.filename == source), frames[-1])
        said = f"it stopped with {type(error).__name__}: {error}"[:200]
        if isinstance(error, TypeError) and len(frames) == 1:  # it was not even entered
            raise Stopped(f"{said} (case {case!r}; keep the line `def …` as it was)") from None
        raise Stopped(f"{said} (case {case!r}; your line: {last.line or last.name})") from None


def altered(name: str, value: Any) -> str:
    """The sentence on an argument that was changed.

    >>> altered("rows", [])
    'your function changed its argument `rows`: work on a copy.'
    """
    way = "write into a `clone()`." if isinstance(value, torch.Tensor) else "work on a copy."
    return f"your function changed its argument `{name}`: {way}"


def reached(function: Callable[..., Any], args: tuple[Any, ...], number: int) -> bool:
    """Would a gradient of the answer reach the argument of this number?"""
    own = deepcopy(args)
    own[number].requires_grad_()
    try:
        return _asks(function(*own))
    except Exception:  # numpy, say, takes no tensor that asks for a gradient
        return False


def _asks(answer: Any) -> bool:
    if isinstance(answer, (list, tuple)):
        return any(map(_asks, answer))
    return isinstance(answer, torch.Tensor) and answer.requires_grad


def shown(args: tuple[Any, ...]) -> str:
    """Arguments as a student may type them; nothing where there are none or they are long.

    >>> shown(([1, 2], "a")), shown(()), shown(([0] * 1000,))
    ("; its arguments: [1, 2], 'a'", '', '')
    """
    words = ", ".join(repr(rounded(plain(arg), DIGITS)) for arg in args)
    return f"; its arguments: {words}" if 0 < len(words) <= LINE else ""
