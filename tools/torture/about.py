"""With what a run was made, for the page that quotes its figures."""

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
