"""The task of this repository: from an emoji's name and keywords tell its group.

    dog; animal, pet   ->   animals            mbwa; mnyama, mnyama kipenzi   ->   animals

Eight groups, 51 languages, text by people of every one of them (Unicode CLDR).  Each label word is
one XLM-R piece.  `data/emoji/README.md` tells what was dropped, and which strings leak.

What it does not do: pairs (`emoji_pairs`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from ..data.languages import TASK_LANGUAGES
from ..data.paths import data_dir, read_parquet
from .task import Row, Task

EMOJI_WORDS = {
    "smileys": "emotion",
    "people": "people",
    "animals": "animal",
    "food": "food",
    "travel": "travel",
    "activities": "activity",
    "objects": "object",
    "symbols": "symbol",
}
COLUMNS = ["id", "name", "keywords", "group", "subgroup", "language"]


def emoji(split: str = "random") -> Task:
    """Return the emoji task: eight groups, 51 languages, 948 / 158 / 474 emoji train / dev / test.

    Twelve languages name only about 1,250 of the 1,580 emoji and have fewer rows.

    Args:
        split: "random" (emoji drawn group by group) or "subgroup" (whole subgroups held out, which
            is harder: when zodiac signs are tested, none was trained on).

    >>> emoji("subgroup").labels
    ('smileys', 'people', 'animals', 'food', 'travel', 'activities', 'objects', 'symbols')
    """
    folder = emoji_dir(split)
    name = "emoji" if split == "random" else f"emoji-{split}"
    words = tuple(EMOJI_WORDS.values())
    return Task(
        name, tuple(EMOJI_WORDS), words, TASK_LANGUAGES, lambda code: _rows(folder, code, split)
    )


def emoji_dir(split: str) -> Path:
    """Return the folder of the emoji files.

    Raises:
        ValueError: they have no such split.
    """
    if split not in ("random", "subgroup"):
        raise ValueError(f"split must be 'random' or 'subgroup', got {split!r}")
    return data_dir() / "emoji"


@lru_cache(maxsize=128)
def entries(folder: Path, language: str, split: str) -> list[Row]:
    """Return the emoji as one language names them, with `split` as one of train, dev and test."""
    table = read_parquet(folder / f"{language}.parquet", [*COLUMNS, f"split_{split}"])
    rows: list[Row] = table.rename_columns([*COLUMNS, "split"]).to_pylist()
    return rows


@lru_cache(maxsize=128)
def _rows(folder: Path, language: str, split: str) -> list[Row]:
    return [
        {
            "id": row["id"],
            "text": emoji_text(row["name"], row["keywords"]),
            "label": row["group"],
            "language": row["language"],
            "split": row["split"],
        }
        for row in entries(folder, language, split)
    ]


def emoji_text(name: str, keywords: list[str]) -> str:
    """Return the text of a row of the emoji task.

    >>> emoji_text("dog", ["animal", "pet"])
    'dog; animal, pet'
    """
    return f"{name}; {', '.join(keywords)}" if keywords else name
