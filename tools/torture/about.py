"""With what a run was made, for the page that quotes its figures, and where it is written."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path


def about(seed: int, begin: float) -> dict[str, object]:
    """Command, seed, commit, and the seconds since `begin`."""
    git = ["git", "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, cwd=Path(__file__).parent)
    words = [Path(sys.argv[0]).stem, *sys.argv[1:]]
    seconds = round(time.monotonic() - begin)
    return {"command": words, "seed": seed, "commit": commit.stdout.strip(), "seconds": seconds}


def new_file(text: str) -> Path:
    """The path of a file to be written; its folder is made now, not after half an hour of work."""
    path = Path(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
