"""Code-switching: training texts in which some words are replaced by their translations.

    dog face; dog, pet      becomes      mbwa uso; dog, pet      or      cara de perro; dog, pet

A model that must give the same answer to all of these is pushed to see that the words are one
(CoSDA-ML, Qin et al. 2020, arXiv 2006.06402). It takes a bilingual dictionary. Ours is made of the
annotations of *training* emoji, the only ones that `Task.train` gives: the name of an emoji in
English, and the name of the same emoji in another language. No dev or test emoji is in it.

    book = { English name: [(language, its name there), ...] }

Of all places where a name of the book stands as whole words, longer names first, each is replaced
with probability `share`, by a random translation, each language that has one being equally likely.

Reading order: `dictionary`, `switch`.

What it does not do: align keywords, which are lists of other length and order in each language.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from ..data.rows import column_names
from ..training.seeds import seed_for

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..tasks import Task

Book: TypeAlias = dict[str, list[tuple[str, str]]]


def dictionary(languages: Iterable[str] = (), *, split: str = "random", source: str = "en") -> Book:
    """Names of training emoji in `source` -> their names in each of `languages` (default: all).

    >>> book = dictionary(["sw", "de"])
    >>> len(book), book["dog"]
    (948, [('sw', 'mbwa'), ('de', 'Hund')])
    """
    from .. import tasks

    task = tasks.emoji(split)
    names = dict(emoji_names(task, source))  # id -> name
    book: Book = {name.casefold(): [] for name in names.values()}
    for language in languages or task.languages:
        if language != source:
            for item, name in emoji_names(task, language):
                if item in names:
                    book[names[item].casefold()].append((language, name))
    return book


def emoji_names(task: Task, language: str) -> list[tuple[str, str]]:
    """(id, name) of the training emoji in a language: a text is "name; keyword, keyword"."""
    rows = task.train(language)
    return [(i, text.split(";")[0]) for i, text in zip(rows["id"], rows["text"], strict=True)]


def switch(
    dataset: Rows, book: Book, *, copies: int = 1, share: float = 0.5, seed: int = 0
) -> dict[str, list[Any]]:
    """`copies` of every row, each switched anew, with the columns text, label and text_pair if any.

    Raises:
        ValueError: `share`, a probability, is not in [0, 1].

    >>> book = {"dog face": [("sw", "uso wa mbwa")], "dog": [("de", "Hund")]}
    >>> switch({"text": ["Dog face; dogs, dog"], "label": [2]}, book, share=1.0)
    {'text': ['uso wa mbwa; dogs, Hund'], 'label': [2]}
    """
    if not 0 <= share <= 1:
        raise ValueError(f"share must be in [0, 1], got {share}; it is a probability")
    known = sorted((name for name in book if book[name]), key=len, reverse=True)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, known))})(?!\w)", re.IGNORECASE)
    rng = np.random.default_rng(seed_for(seed, 5))

    def translation(found: re.Match[str]) -> str:
        if rng.random() >= share:
            return found.group()
        choices = book[found.group().casefold()]
        return choices[rng.integers(len(choices))][1]

    rows: dict[str, list[Any]] = {}
    for name in ("text", "text_pair"):
        if name in column_names(dataset):
            texts = list(dataset[name]) * copies
            rows[name] = [names.sub(translation, text) for text in texts] if known else texts
    return rows | {"label": list(dataset["label"]) * copies}
