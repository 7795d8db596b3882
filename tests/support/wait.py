"""Wait for the very thing a test looks at: not less, and not a moment longer.

A fixed pause is too short on a busy machine and too long on a free one. So the only place that
sleeps is here, between two looks; test_waits.py holds all other files to it.
"""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 180.0  # seconds: nobody waits so long unless the thing never comes


def until(condition: Callable[[], T], seconds: float = PATIENCE, every: float = 0.02) -> T:
    """The first true answer of `condition()`; an AssertionError where none comes in time.

    >>> answers = iter([0, 0, 7])
    >>> until(lambda: next(answers))
    7
    >>> until(lambda: False, seconds=0)
    Traceback (most recent call last):
    AssertionError: it did not come within 0 s
    """
    end = time.monotonic() + seconds
    while not (answer := condition()):
        assert time.monotonic() < end, f"it did not come within {seconds:g} s"
        time.sleep(every)
    return answer
