"""Run tests several times beside a load that takes every core: none may fail for that.

    python -m tools.under_load 10 -- -m browser -q

Ten runs of pytest with what stands behind `--`, each beside one busy loop per core. One line per
run, the output of those that fail, and exit status 1 if any did. The load ends with this command,
however that ends.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# A loop asks now and then whether its parent still lives, in case that was killed outright.
BUSY = """
import os, sys
while os.getppid() == int(sys.argv[1]):
    sum(range(1_000_000))
"""


@contextmanager
def load(loops: int) -> Iterator[list[subprocess.Popen]]:
    """So many busy loops, as long as the block runs.

    >>> with load(1) as loops:
    ...     loops[0].poll() is None
    True
    >>> loops[0].poll() is None
    False
    """
    command = [sys.executable, "-c", BUSY, str(os.getpid())]
    running = [subprocess.Popen(command) for _ in range(loops)]
    try:
        yield running
    finally:
        for loop in running:
            loop.kill()
            loop.wait()


def failures(runs: int, loops: int, arguments: list[str]) -> int:
    """Run pytest so often beside the load; how many runs failed."""
    failed = 0
    with load(loops):
        for number in range(1, runs + 1):
            start = time.monotonic()
            done = subprocess.run(
                [sys.executable, "-m", "pytest", *arguments],
                cwd=ROOT,
                capture_output=True,
                text=True,
            )
            seconds = time.monotonic() - start
            last = (done.stdout.strip().splitlines() or ["no output"])[-1]
            print(f"run {number} of {runs}: {last} ({seconds:.0f} s)", flush=True)
            if done.returncode:
                failed += 1
                print(done.stdout, done.stderr, flush=True)
    return failed


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("runs", type=int, help="how many runs")
    parser.add_argument("--loops", type=int, default=os.cpu_count(), help="busy loops (one a core)")
    parser.add_argument("pytest", nargs="+", help="after --: what pytest is told")
    args = parser.parse_args()
    failed = failures(args.runs, args.loops, args.pytest)
    print(f"{args.runs - failed} of {args.runs} runs passed beside {args.loops} busy loops")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
