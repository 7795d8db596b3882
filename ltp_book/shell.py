"""The `ltp` command with what the book adds to it: `ltp grade`; all else is `ltp_core.cli`.

The library does not know the book, so the command that knows both stands here.

What it does not do: anything else.
"""

from __future__ import annotations

import sys


def main(argv: list[str] | None = None) -> int:
    """Run one command of the library or of the book.

    >>> main(["grade", "nowhere"])  # says why on stderr
    2
    """
    argv = sys.argv[1:] if argv is None else argv
    if argv[:1] == ["grade"]:
        from .grading.shell import main as grade

        return grade(argv[1:])
    from ltp_core.cli import main as library

    if argv in ([], ["-h"], ["--help"]):
        print("For lecturers: ltp grade FOLDER marks a folder of notebooks.\n")
    return library(argv)


if __name__ == "__main__":
    sys.exit(main())
