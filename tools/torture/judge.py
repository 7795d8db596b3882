"""One bad input, and what came of it.

    refused     an error of the promised kinds, one sentence, raised by the library itself
    harmless    the change did not matter: the result is that of the good input
    traceback   another error, or one that is no sentence
    accepted    no error, and another result: the worst
    lost        a file that was there before is gone or changed, though the call was refused
    costly      more than 10 s, or 500 MB more memory than ever before

Reading order: `Case`, `judge`.
"""

from __future__ import annotations

import hashlib
import resource
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

KINDS = ("refused", "harmless", "traceback", "accepted", "lost", "costly")
LONGEST, SECONDS, MEGABYTES = 400, 10.0, 500
LIBRARY = str(Path(__file__).resolve().parents[2] / "ltp_core")


class Case(NamedTuple):
    """What is wrong with the input, in words; the call; and when its result is the good one."""

    wrong: str
    call: Callable[[], object]
    same: Callable[[object], bool] = lambda result: False
    keeps: Path | None = None  # the folder whose files a refused call must leave alone


class Verdict(NamedTuple):
    """One of `KINDS`, and what was said."""

    kind: str
    said: str


def judge(case: Case) -> Verdict:
    """Make the call.

    >>> judge(Case("a letter", lambda: int("x"))).kind
    'traceback'
    >>> judge(Case("nothing", lambda: 7, lambda result: result == 7)).kind
    'harmless'
    """
    before, start, memory = files(case.keeps), time.monotonic(), peak_mb()
    try:
        result = case.call()
        kind = "harmless" if case.same(result) else "accepted"
        said = repr(result)[:LONGEST]
    except Exception as error:
        kind = "refused" if is_sentence(error) else "traceback"
        said = f"{type(error).__name__}: {error}"[: LONGEST * 2]
        if kind == "refused" and files(case.keeps) != before:
            kind = "lost"
    if time.monotonic() - start > SECONDS or peak_mb() - memory > MEGABYTES:
        kind = "costly"
    return Verdict(kind, said)


def is_sentence(error: Exception) -> bool:
    """Is it of the promised kinds, on one line, and raised by the library?

    >>> is_sentence(ValueError("steps must be at least 1, got 0")), is_sentence(KeyError("a"))
    (False, False)
    """
    if not isinstance(error, ValueError | TypeError | LookupError | OSError):
        return False
    said = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    ours = isinstance(error, OSError) or raised_in(error.__traceback__).startswith(LIBRARY)
    named = not isinstance(error, TypeError) or "()" in said
    return ours and named and "\n" not in said and 2 < len(said.split()) and len(said) <= LONGEST


def raised_in(traceback: TracebackType | None) -> str:
    """The file in which an error was raised.

    >>> raised_in(None)
    ''
    """
    file = ""
    while traceback is not None:
        file, traceback = traceback.tb_frame.f_code.co_filename, traceback.tb_next
    return file


def files(folder: Path | None) -> dict[str, str]:
    """A digest of each file below a folder.

    >>> files(None)
    {}
    """
    found = sorted(folder.rglob("*")) if folder else []
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in found if p.is_file()}


def peak_mb() -> float:
    """The most memory that this process has had.

    >>> peak_mb() > 1
    True
    """
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
