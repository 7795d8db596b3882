"""Result files that are damaged."""

from __future__ import annotations

from pathlib import Path
from random import Random

from ltp_core.measure import results

from ..good import Good
from ..judge import Case
from ..spoil import spoil


def case(rng: Random, good: Good, home: Path) -> Case:
    """One file of results."""
    file = good.copy("results", home / "results") / "a.parquet"
    wanted = results.read(file)
    return Case(spoil(rng, file), lambda: results.read(file), lambda rows: rows == wanted)
