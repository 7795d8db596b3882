"""The judge of one notebook: finds its functions, has each checked, prints the verdicts as JSON.

    python -m ltp_book.grading.judge     the job is one JSON object on stdin

It runs `ltp_book.checks` and no code of a student: the functions that it hands to a check are
proxies. Each definition of a function is tried, the newest first, until one passes. The best
counts.

What it does not do: know other notebooks.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from . import found
from .limits import Limits
from .proxy import Student
from .wire import Ended


class Mark(NamedTuple):
    """What one exercise is worth in one notebook."""

    name: str
    chapter: str
    points: float
    out_of: float
    passed: bool
    message: str
    found: bool  # is the function in the notebook?
    by_hand: bool = False  # the check could not be made here; somebody must look


def judge(
    notebook: Path, checks: Any, limits: Limits, hidden: list[Path], folder: Path
) -> list[Mark]:
    """The marks of all exercises, in the order of `checks.EXERCISES`.

    Raises:
        ValueError: the file is no notebook.
    """
    body = found.statements(found.read(notebook))
    text = notebook.read_text(encoding="utf-8")
    student = Student(text, limits, hidden, folder)
    try:
        return [
            _mark(name, checks, found.answers(body, name), student) for name in checks.EXERCISES
        ]
    finally:
        student.end()


def _mark(name: str, checks: Any, programs: list[list[str]], student: Student) -> Mark:
    exercise = checks.EXERCISES[name]
    best = Mark(name, exercise.chapter, 0.0, exercise.points, False, "not in the notebook", False)
    for program in programs:
        mark = best._replace(found=True)
        try:
            function = student.load(program, name)
        except (ValueError, Ended) as problem:
            mark = mark._replace(message=f"the cell does not run: {problem}")
        else:
            mark = _checked(mark, checks, function, student)
        if not best.found or mark.points > best.points:
            best = mark
        if best.passed:
            break
    return best


def _checked(mark: Mark, checks: Any, function: Any, student: Student) -> Mark:
    """The mark with the verdict of its check."""
    try:
        verdict = checks.check(mark.name, function)
        points = min(max(float(verdict.points), 0.0), float(mark.out_of))
        mark = mark._replace(points=points, passed=verdict.passed, message=str(verdict.message))
    except Exception as problem:  # an answer of a form that the check did not think of
        mark = mark._replace(message=f"the check stopped: {type(problem).__name__}: {problem}")
    if student.trouble.startswith("its check hands over"):
        mark = mark._replace(points=0.0, passed=False, by_hand=True)
        mark = mark._replace(message=f"to be looked at by a person: {student.trouble}")
    elif student.trouble and not mark.passed and student.trouble not in mark.message:
        mark = mark._replace(message=f"{mark.message} ({student.trouble})")
    return mark


def main() -> None:
    """Read the job, print {"marks": [...]} or {"error": a sentence}."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a check prints is no verdict
    job = json.load(sys.stdin)
    try:
        checks = importlib.import_module(job["checks"])
        hidden = [Path(path) for path in job["hidden"]]
        hidden.append(Path(checks.__file__ or "").resolve())
        if hidden[-1].name == "__init__.py":
            hidden[-1] = hidden[-1].parent
        limits, folder = Limits(*job["limits"]), Path(job["folder"])
        marks = judge(Path(job["notebook"]), checks, limits, hidden, folder)
        said: dict[str, Any] = {"marks": [mark._asdict() for mark in marks]}
    except (ValueError, OSError) as problem:
        said = {"error": str(problem)}
    json.dump(said, out)
    out.close()


if __name__ == "__main__":
    main()
