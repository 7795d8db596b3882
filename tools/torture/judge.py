"""Was a bad input refused as promised: with one sentence, nothing lost, at little cost?

    refused     an error of the promised kinds, one sentence, raised on purpose in this repository
    harmless    no error, and the same result as from the good input
    accepted    no error, and another result: the fault that matters most
    traceback   any other error: nobody thought of this input
    lost        a file that had to stay was changed
    dear        more than ten seconds, or more than 500 MB

Reading order: `Case`, `judge`.

What it does not do: make inputs (`areas.py`).
"""

import resource
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = (str(ROOT / "ltp_core"), str(ROOT / "ltp_book"))
PROMISED = (ValueError, TypeError, LookupError, OSError)
OUTCOMES = ("refused", "harmless", "accepted", "traceback", "lost", "dear")
SECONDS, MEGABYTES, LETTERS = 10, 500, 500


@dataclass
class Case:
    """One bad input: what it is, how it is given, and what would make it harmless."""

    about: str
    call: Callable[[], object]
    same: Callable[[object], bool] = lambda result: False
    stay: dict[Path, bytes] = field(default_factory=dict)  # files that must not change


def judge(case: Case) -> tuple[str, str]:
    """The outcome of a case, one of `OUTCOMES`, and what was said.

    >>> def strict(x):
    ...     raise ValueError("x must be above 0, got -1")
    >>> judge(Case("-1", lambda: len("four")))
    ('accepted', '4')
    >>> judge(Case("-1", lambda: len(None)))[0]
    'traceback'
    """
    start, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        result = case.call()
        outcome = "harmless" if case.same(result) else "accepted"
        said = repr(result)[:200]
    except Exception as error:
        outcome, said = _refused(error)
    more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    if time.monotonic() - start > SECONDS or more > MEGABYTES * 1024:
        outcome, said = "dear", f"{time.monotonic() - start:.0f} s, {more // 1024} MB more"
    if any(not path.is_file() or path.read_bytes() != old for path, old in case.stay.items()):
        outcome = "lost"
    return outcome, said


def _refused(error: Exception) -> tuple[str, str]:
    """Did we say it ourselves, in one sentence that a person understands?"""
    if type(error).__name__ == "Refused":  # by the shell, in its last line
        said = str(error)
        return ("refused" if len(said.split()) >= 4 else "traceback"), said
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = " ".join(map(str, error.args[:1])) if isinstance(error, LookupError) else str(error)
    where = f"{type(error).__name__}: {said[:200]} ({Path(last.filename).name}:{last.lineno})"
    by_system = isinstance(error, OSError) and error.errno is not None  # it names the file itself
    by_us = last.filename.startswith(OURS) and " raise " in f" {last.line} "
    whole = len(said.split()) >= 4 and "\n" not in said.strip() and len(said) <= LETTERS
    if isinstance(error, PROMISED) and (by_system or (by_us and whole)):
        return "refused", said
    return "traceback", where
