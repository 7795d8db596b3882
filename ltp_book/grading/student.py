"""The process that holds one student's functions: it closes itself in, then answers calls.

    python -m ltp_book.grading.student READS WRITES     two file descriptors

The first frame brings the limits and the notebook. Then, one by one:

    {"do": "load", "program": [text, ...], "name": f}      -> {"error": None or a sentence}
    {"do": "call", "given": [args, kwargs]}                -> {"value": v, "given": both, after}

`given` comes back because a function may change what it was given, a tensor say. Before that answer
may stand calls back, of a function that it was given:

    {"back": number, "given": [args, kwargs]}              <- {"value": v}

What it does not do: judge. All that it says is only the answer of this student.
"""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import limits, syscalls, walls
from .wire import Ended, Pipe, Unsendable

LONGEST = 300  # characters of an error
ANSWER = "<answer>"  # the file that a definition seems to stand in


def main(reads: int, writes: int) -> None:
    """Close in, then answer until nobody asks."""
    import ltp_core  # noqa: F401  # what every notebook imports, before the walls are up

    pipe = Pipe(reads, writes)
    first = pipe.receive()
    _close_in(limits.Limits(*first["limits"]), first["walled"], first["hidden"])
    Path("notebook.ipynb").write_text(first["notebook"], encoding="utf-8")
    sys.setrecursionlimit(1000)
    pipe.send({"ready": True})
    function: Callable[..., Any] | None = None
    while True:
        try:
            asked = pipe.receive(function=lambda number: Given(pipe, number))
        except Ended:
            return
        if asked["do"] == "load":
            function, error = load(asked["program"], asked["name"])
            pipe.send({"error": error})
        else:
            assert function is not None
            _answer(pipe, function, *asked["given"])


class Given:
    """A function that the check handed over: calling it asks the judge."""

    def __init__(self, pipe: Pipe, number: int) -> None:
        self.pipe, self.number = pipe, number

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.pipe.send({"back": self.number, "given": [list(args), kwargs]}, number_of)
        return self.pipe.receive()["value"]


def number_of(value: Any) -> int:
    """The number of a function that came from the judge; the student's own do not travel."""
    if not isinstance(value, Given):
        raise Unsendable("a function" if callable(value) else f"a {type(value).__name__}")
    return value.number


def _close_in(bounds: limits.Limits, walled: bool, hidden: list[str]) -> None:
    import torch

    torch.set_num_threads(1)
    torch.ones(2, 2, requires_grad=True).sum().backward()  # its threads start before the bounds
    root = Path(tempfile.mkdtemp(dir=os.environ["TMPDIR"]))
    os.chdir(root)
    limits.apply(bounds)
    if walled:
        walls.close_in(root, bounds.file_mb, bounds.files, map(Path, hidden))
        os.environ.update(HOME="/student-work", TMPDIR="/tmp")
    tempfile.tempdir = None
    if syscalls.known():
        syscalls.refuse()


def load(program: list[str], name: str) -> tuple[Callable[..., Any] | None, str | None]:
    """Run the statements, each by itself; the function, or why there is none.

    >>> f, _ = load(["import nowhere", "def f(x): return 2 * x"], "f")
    >>> f(3)
    6
    """
    space: dict[str, Any] = {"__name__": "notebook"}
    error = None
    for text in program:
        try:
            exec(compile(text, ANSWER if text is program[-1] else "<notebook>", "exec"), space)
            error = None
        except BaseException as problem:  # sys.exit() too
            error = describe(problem)
    function = space.get(name)
    if error or not callable(function):
        return None, error or f"{name} is no function"
    return function, None


def describe(problem: BaseException) -> str:
    """An exception in one line: its class, then what it says."""
    try:
        said = " ".join(str(problem).split())
    except BaseException:
        said = ""
    return f"{type(problem).__name__}: {said}"[:LONGEST]


def _answer(pipe: Pipe, function: Callable[..., Any], args: Any, kwargs: Any) -> None:
    try:
        value = function(*args, **kwargs)
        reply = {"value": value, "given": [args, kwargs], "error": None}
    except BaseException as problem:
        steps = traceback.extract_tb(problem.__traceback__)
        lines = [step.lineno for step in steps if step.filename == ANSWER]
        reply = {"error": describe(problem), "line": (lines or [1])[-1]}
    try:
        pipe.send(reply, number_of)
    except Unsendable as problem:
        pipe.send({"error": f"TypeError: the function returned {problem}", "line": 1})


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
