"""SIB-200 (Adelani et al. 2024, arXiv 2309.07445): the topic of a sentence, in 205 languages.

701 / 99 / 204 sentences train / dev / test, the same ones in every language, seven topics.  The
data (CC BY-SA 4.0) are on the hub and not in this repository: this task alone needs the network.

What it does not do: download unless `download` is set.
"""

from __future__ import annotations

import re
from functools import cache

from .task import Row, Task

SIB_WORDS = {
    "science/technology": "science",
    "travel": "travel",
    "politics": "politics",
    "sports": "sports",
    "health": "health",
    "entertainment": "entertainment",
    "geography": "geography",
}
SPLITS = {"train": "train", "validation": "dev", "test": "test"}


def sib200(*languages: str, download: bool = False) -> Task:
    """Return SIB-200 in these languages, named as FLORES names them: `eng_Latn`, `quy_Latn`.

    Raises:
        ValueError: no language is named, or not in this way; or `download` is not set.

    >>> sib200("eng_Latn", "quy_Latn", download=True).labels[:3]
    ('science/technology', 'travel', 'politics')
    """
    if not languages:
        raise ValueError("name at least one language of SIB-200, such as eng_Latn")
    if odd := [code for code in languages if not re.fullmatch("[a-z]{3}_[A-Z][a-z]{3}", code)]:
        raise ValueError(
            f"SIB-200 names its languages as FLORES does, such as eng_Latn, got {odd[0]!r}"
        )
    if not download:
        raise ValueError(
            "SIB-200 is not in this repository; pass download=True to fetch it from the hub"
        )
    return Task("sib200", tuple(SIB_WORDS), tuple(SIB_WORDS.values()), languages, _rows)


@cache
def _rows(language: str) -> list[Row]:
    from datasets import load_dataset

    rows = []
    for split, table in load_dataset("Davlan/sib200", language).items():
        name = getattr(table.features["category"], "int2str", str)
        rows += [
            {
                "id": str(row["index_id"]),
                "text": row["text"],
                "label": name(row["category"]),
                "language": language,
                "split": SPLITS[split],
            }
            for row in table
        ]
    return rows
