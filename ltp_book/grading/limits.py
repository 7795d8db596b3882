"""How much a student's process may take, and the calls of the system that hold it to that.

What it does not do: bound the time on the clock. The judge does, by ending the process.
"""

from __future__ import annotations

import sys
from typing import NamedTuple

MB = 1_000_000


class Limits(NamedTuple):
    """Bounds for one notebook."""

    call_seconds: float = 20.0  # of the clock, for one call of a function
    total_seconds: float = 120.0  # of the clock, for all functions of the notebook
    cpu_seconds: int = 120
    memory_mb: int = 1500  # beside what torch takes before
    file_mb: int = 32  # one file, and all files together
    files: int = 1000


def apply(limits: Limits) -> None:
    """Bind this process; what it was given before counts as free."""
    import resource

    def most(what: int, amount: int) -> None:
        soft, hard = resource.getrlimit(what)
        if hard != resource.RLIM_INFINITY:
            amount = min(amount, hard)
        resource.setrlimit(what, (amount, amount))

    used = resource.getrusage(resource.RUSAGE_SELF)
    most(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + limits.cpu_seconds)
    most(resource.RLIMIT_FSIZE, limits.file_mb * MB)
    most(resource.RLIMIT_CORE, 0)
    most(resource.RLIMIT_NOFILE, 128)
    if sys.platform == "linux":  # macOS refuses a bound on addresses
        most(resource.RLIMIT_AS, _mapped() + limits.memory_mb * MB)


def _mapped() -> int:
    """Bytes of address space that this process has now."""
    import resource

    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[0]) * resource.getpagesize()
