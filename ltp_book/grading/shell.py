"""`ltp grade FOLDER`: the shell's door to `grade`.

What it does not do: grade.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .folder import grade
from .limits import Limits
from .report import table, write


def parser() -> argparse.ArgumentParser:
    """The options of `ltp grade`."""
    made = argparse.ArgumentParser(
        prog="ltp grade", description="Grade a folder of handed-in notebooks."
    )
    made.add_argument("folder", type=Path, help="the folder with the notebooks")
    made.add_argument("--out", type=Path, help="where marks and feedback go (FOLDER-marks)")
    made.add_argument("--chapter", nargs="+", default=[], help="count these chapters only")
    made.add_argument("--jobs", type=int, default=2, help="notebooks at a time (2)")
    made.add_argument(
        "--seconds", type=float, default=Limits().total_seconds, help="for one notebook (120)"
    )
    made.add_argument(
        "--trust", action="store_true", help="grade though this system cannot close a process in"
    )
    return made


def main(argv: list[str] | None = None) -> int:
    """Grade, write, print the table; 0 if it worked, 2 if the input was wrong.

    >>> main(["nowhere"])  # says why on stderr
    2
    """
    args = parser().parse_args(argv)
    folder = args.folder.resolve()
    out = args.out or folder.with_name(f"{folder.name}-marks")
    limits = Limits(total_seconds=args.seconds)
    try:
        if args.jobs < 1 or args.seconds <= 0:
            raise ValueError("--jobs and --seconds must be above 0")
        how = {"chapters": args.chapter, "limits": limits, "jobs": args.jobs, "trust": args.trust}
        graded = grade(folder, **how, say=lambda line: print(line, file=sys.stderr))
        write(graded, out)
    except (ValueError, OSError) as error:
        print(f"ltp grade: {error}", file=sys.stderr)
        return 2
    print(table(graded), end="")
    print(f"\nfeedback, marks.csv and marks.md: {out}")
    return 0
