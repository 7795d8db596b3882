"""Run the specs that decide the recipe, one after another, most decisive first.

    python -m tools.run_specs --list              what is left, and how long it will take
    python -m tools.run_specs                     do it
    python -m tools.run_specs recipe_score main   these specs only, in this order

Cut it at any moment: a run that was under way is lost, all others are kept, and the same line goes
on. The table of a spec is written when all its runs are done; to have it before,
`ltp sweep` a spec with `--only` the name of a finished run.

`--at-a-time 2` gives the cores to two processes, which on two cores is a quarter faster than one:
small matrices do not fill two cores. Runs that share a ticket go to the same process.

How long: the time between the ends of two runs, the middle one of all pairs that a spec has; where
it has none yet, `--seconds`. On a GPU the same line is right, and the times are learned anew.

What it does not do: change a spec. Where a later spec takes what an earlier one chose, its header
says so: look at the choice, write it there, and go on.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from ltp_core.study.halving import file_of, next_runs, planned, rule
from ltp_core.study.spec import Run, read_spec
from ltp_core.study.sweep import sweep

ROOT = Path(__file__).resolve().parents[1]
ORDER = (
    "recipe_prompt",
    "recipe_prompt_file",
    "recipe_score",
    "recipe_score_densities",
    "recipe_score_more",
    "recipe_rates",
    "recipe_ratio",
)
PAUSE = 1800  # seconds between the ends of two runs beyond which nobody was at work


class Left(NamedTuple):
    """What a spec still needs."""

    name: str
    runs: int
    of: int
    seconds: float  # a run

    def __str__(self) -> str:
        """One line.

        >>> print(Left("recipe_rates", 60, 240, 90.0))
        recipe_rates                60 of  240 runs left,    1.5 hours at 90 seconds a run
        """
        hours = self.runs * self.seconds / 3600
        done = f"{self.name:<24}{self.runs:>6} of {self.of:>4} runs left"
        return f"{done}, {hours:>6.1f} hours at {self.seconds:.0f} seconds a run"


def left(spec: Path, out: Path, seconds: float) -> Left:
    """How many runs of a spec are not done, and how long one takes."""
    runs = read_spec(spec)
    files = [file_of(run, out) for run in runs]
    ends = sorted(file.stat().st_mtime for file in files if file.exists())
    whole = planned(runs, rule(spec))
    return Left(spec.stem, max(0, whole - len(ends)), whole, pace(ends) or seconds)


def pace(ends: Sequence[float]) -> float | None:
    """The usual time between the ends of two runs; None where nothing tells.

    >>> pace([0.0, 60.0, 125.0, 180.0, 99_999.0]), pace([5.0])
    (60.0, None)
    """
    steps = [b - a for a, b in zip(ends, ends[1:], strict=False) if b - a < PAUSE]
    return median(steps) if steps else None


def do(spec: Path, out: Path, at_a_time: int) -> Path:
    """Do all runs of a spec, round by round; return the file with all rows."""
    runs = read_spec(spec)
    while at_a_time > 1 and (todo := next_runs(runs, rule(spec), out)):
        side_by_side(spec, out, [part for part in share(todo, at_a_time) if part])
    return sweep(spec, out)  # of several processes none may have seen the last run of all others


def share(runs: Sequence[Run], parts: int) -> list[list[str]]:
    """The names of runs in so many parts of about the same length; a ticket stays in one part.

    >>> runs = [Run("ltp", seed=s, density=0.2, ticket={"name": n}) for n in "ab" for s in (1, 2)]
    >>> [[name[13:20] for name in part] for part in share(runs, 2)]
    [['a-seed1', 'a-seed2'], ['b-seed1', 'b-seed2']]
    """
    groups: dict[str, list[str]] = {}
    for run in runs:
        groups.setdefault(run.ticket.get("name", run.name), []).append(run.name)
    shares: list[list[str]] = [[] for _ in range(parts)]
    for group in sorted(groups.values(), key=len, reverse=True):
        min(shares, key=len).extend(group)
    return shares


def side_by_side(spec: Path, out: Path, parts: Sequence[Sequence[str]]) -> None:
    """One process for each part, and as many threads for each as there are cores for it."""
    threads = str(max(1, (os.cpu_count() or 1) // len(parts)))
    command = [sys.executable, "-m", "ltp_core.cli", "sweep", spec, "--out", out, "--only"]
    environment = os.environ | {"OMP_NUM_THREADS": threads}
    workers = [subprocess.Popen([*command, *part], env=environment) for part in parts]
    try:
        codes = [worker.wait() for worker in workers]
    finally:
        for worker in workers:
            worker.terminate()
    if any(codes):
        raise SystemExit(f"{spec.stem}: a process ended with {max(codes, key=abs)}; see above")


def say(specs: Sequence[Path], out: Path, seconds: float) -> None:
    """Print what is left of each spec, and of all."""
    found = [left(spec, out, seconds) for spec in specs]
    for one in found:
        print(one)
    whole = sum(one.runs * one.seconds for one in found) / 3600
    print(f"in all {sum(one.runs for one in found)} runs, {whole:.1f} hours", flush=True)


def main(argv: list[str] | None = None) -> int:
    """Say what is left, do it spec by spec, and say what is left when it is cut."""
    parser = argparse.ArgumentParser(prog="python -m tools.run_specs", description=main.__doc__)
    parser.add_argument("specs", nargs="*", default=ORDER, help="names, or paths, in this order")
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "results")
    parser.add_argument("--list", action="store_true", help="run nothing")
    parser.add_argument("--at-a-time", type=at_least_one, default=1, help="processes side by side")
    parser.add_argument("--seconds", type=float, default=60, help="for a run, until runs tell")
    args = parser.parse_args(argv)
    specs = [path_of(name) for name in args.specs]
    say(specs, args.out, args.seconds)
    if args.list:
        return 0
    for spec in specs:
        try:
            print(f"{spec.stem}: {do(spec, args.out, args.at_a_time)}", flush=True)
        except KeyboardInterrupt:
            print(f"cut in {spec.stem}; the same line goes on")
            say(specs, args.out, args.seconds)
            return 130
    return 0


def at_least_one(text: str) -> int:
    """A whole number from 1 up.

    >>> at_least_one("2")
    2
    """
    if (number := int(text)) < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more, got {number}")
    return number


def path_of(name: str) -> Path:
    """A spec by its name in benchmarks, or by its path."""
    return Path(name) if name.endswith(".toml") else ROOT / "benchmarks" / f"{name}.toml"


if __name__ == "__main__":
    raise SystemExit(main())
