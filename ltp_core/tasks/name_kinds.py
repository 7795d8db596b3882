"""What does this name name?  A task on single names, in 41 languages, that is not about emoji.

    Kenyan Shilling   ->   money            Shilingi ya Kenya   ->   money

Four kinds: country, language, money, unit.  The names are those with which programs greet people in
their own language (Unicode CLDR).  A concept of the test split is one in every language, and names
that English gives away are left out.  `data/kinds/README.md` tells how, and what leaks.

What it does not do: put the name into a sentence.  There is nothing to read but the name.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..data.paths import data_dir, read_parquet
from .task import Row, Task

KINDS = ("country", "language", "money", "unit")  # each its own label word, one XLM-R piece
COLUMNS = ["id", "name", "kind", "language"]


def kinds(split: str = "random") -> Task:
    """Return the task of names: four kinds, 41 languages, 463 / 77 / 232 concepts.

    The languages are those of the emoji task in which CLDR names enough of each kind.

    Args:
        split: "random" (concepts drawn kind by kind) or "subgroup" (whole subgroups held out, which
            is harder: when francs are tested, none was trained on).

    Raises:
        ValueError: there is no such split.

    >>> [row["text"] for row in kinds().read("sw") if row["id"] in ("DE", "sw", "KES", "mass-gram")]
    ['Ujerumani', 'Kiswahili', 'Shilingi ya Kenya', 'gramu']
    """
    if split not in ("random", "subgroup"):
        raise ValueError(f"split must be 'random' or 'subgroup', got {split!r}")
    rows = _rows(data_dir() / "kinds" / "kinds.parquet", split)
    name = "kinds" if split == "random" else f"kinds-{split}"
    return Task(name, KINDS, KINDS, tuple(rows), rows.__getitem__)


@lru_cache(maxsize=4)
def _rows(path: Path, split: str) -> dict[str, list[Row]]:
    """The rows of each language, in the order of the file."""
    table = read_parquet(path, [*COLUMNS, f"split_{split}"])
    found: dict[str, list[Row]] = {}
    for row in table.rename_columns(["id", "text", "label", "language", "split"]).to_pylist():
        found.setdefault(row["language"], []).append(row)
    return found
