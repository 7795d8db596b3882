"""A task of your own: Parquet, CSV, TSV and JSONL files in a folder.

    my-task/qu.csv:     text,label,split
                        allin,good,train
                        mana allin,bad,test

Every file of the folder is read, or named in an error. Only `MAY_STAY` may lie beside the tables:
what tells of the data, and what a system leaves behind.

What it does not do: split rows.  You know best which of them belong together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

from .tables import READERS, TextTable
from .tables import read as read_table
from .task import SPLITS, Row, Task

MAY_STAY = ("readme*", "license*", "licence*", ".ds_store", ".git*", ".ipynb_checkpoints")


def from_folder(
    path: str | Path, *, words: Mapping[str, str] | Mapping[int, str] | None = None
) -> Task:
    """Make a task of the Parquet, CSV, TSV and JSONL files in a folder.

    Columns: ``text``, ``label`` and ``split`` (train, dev or test); ``language``, or else the name
    of the file is the language (``qu.csv``); ``id``, or else the row's number in its file;
    ``text_pair`` if the task is about two texts.  Other columns are not read.

    Labels are strings or whole numbers.  `Task.labels` holds them as strings; where all are whole
    numbers they stand in the order of the numbers, 0, 1, 2, 10, and ``int`` gives them back.

    Args:
        path: the folder; its name becomes the task's name.
        words: {label: English word}, in the order of the labels.  Without it, the labels stand for
            themselves, in sorted order, or in that of a Parquet file whose ClassLabel names them.

    Raises:
        ValueError: no such files, or one of another kind; a missing column or value, a split or
            label that is not known, an id that a language has twice, a second text in some rows
            only, fewer than two labels, or two that differ in capitals or spaces only.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "qu.csv").write_text("text,label,split\\nallin,good,train\\nmana,bad,test\\n")
    >>> task = from_folder(folder)
    >>> task.labels, task.test("qu")[0]["text"]
    (('bad', 'good'), 'mana')
    """
    folder = Path(path)
    tables = {file: read_table(file) for file in _files(folder)}
    given = None if words is None else {str(label): word for label, word in words.items()}
    labels = tuple(given) if given is not None else _class_names(tables)
    by_language: dict[str, list[Row]] = {}
    for file, table in tables.items():
        for row in _own_rows(file, table, labels):
            by_language.setdefault(row["language"], []).append(row)
    _check(folder, by_language)
    if labels is None:
        labels = _in_order(folder, {row["label"] for rows in by_language.values() for row in rows})
    if len(labels) < 2:
        one = f"one label, {labels[0]!r}" if labels else "no rows"
        raise ValueError(f"{folder} has {one}; a task needs at least two labels")
    name, read = folder.resolve().name, by_language.__getitem__
    texts = labels if given is None else tuple(given.values())
    return Task(name, labels, texts, tuple(by_language), read)


def _files(folder: Path) -> list[Path]:
    """The tables of a folder; ValueError names what else lies there."""
    *kinds, last = READERS
    known = f"{', '.join(kinds)} or {last}"
    files = []
    for file in sorted(folder.glob("*")):
        hidden = file.name.startswith(".")
        if file.suffix.lower() in READERS and not hidden and file.is_file():
            files.append(file)
        elif not any(fnmatch(file.name.lower(), form) for form in MAY_STAY):
            what = "a folder" if file.is_dir() else "hidden" if hidden else f"no {known} file"
            raise ValueError(
                f"{file} is {what} and would not be read; move it out of the folder, or rename it "
                "(only README* and LICENSE* may stay)"
            )
    if not files:
        raise ValueError(f"no {known} file in {folder}; a task needs at least one")
    return files


def _class_names(tables: Mapping[Path, TextTable]) -> tuple[str, ...] | None:
    """The classes in the order of their numbers, where a Parquet file names them."""
    named = {file: table.classes for file, table in tables.items() if table.classes}
    for file, classes in named.items():
        first, names = next(iter(named.items()))
        if classes != names:
            raise ValueError(
                f"{first} names the classes {_shown(names)}, but {file} {_shown(classes)}; "
                "give the same names in the same order"
            )
    return next(iter(named.values()), None)


def _own_rows(file: Path, table: TextTable, labels: tuple[str, ...] | None) -> list[Row]:
    """The rows of one file, whole: each with an id and a language, a known split and label."""
    rows = []
    known = frozenset(labels or ())
    for i, found in enumerate(table.rows):
        # Numbers of two files that share a language must not collide.
        number = str(i) if found.get("language", file.stem) == file.stem else f"{file.stem}-{i}"
        row = {"id": number, "language": file.stem, **found}
        if row["split"] not in SPLITS:
            raise ValueError(
                f"{file}, row {i + 1}: split must be train, dev or test, got {row['split']!r}"
            )
        if labels is not None and row["label"] not in known:
            raise ValueError(
                f"{file}, row {i + 1}: label {row['label']!r} is not among {_shown(labels)}"
            )
        rows.append(row)
    return rows


def _shown(labels: tuple[str, ...]) -> str:
    """Labels in a sentence; of many the first.

    >>> _shown(("bad", "good")), _shown(tuple("abcdefghijkl"))
    ('bad, good', 'a, b, c, d, e, f, g, h and 4 more')
    """
    more = f" and {len(labels) - 8} more" if len(labels) > 8 else ""
    return ", ".join(labels[:8]) + more


def _in_order(folder: Path, labels: Iterable[str]) -> tuple[str, ...]:
    """Labels in sorted order, whole numbers in that of the numbers.

    >>> _in_order(Path("t"), ["10", "2", "0"]), _in_order(Path("t"), ["10", "2", "no"])
    (('0', '2', '10'), ('10', '2', 'no'))
    """
    ordered = sorted(labels)
    seen: dict[str, str] = {}
    for label in ordered:
        other = seen.setdefault(label.strip().casefold(), label)
        if other != label:
            raise ValueError(
                f"{folder} has the labels {other!r} and {label!r}, which differ in capitals or "
                "spaces only; write one of them, or name both in `words`"
            )
    if all(re.fullmatch(r"0|-?[1-9][0-9]*", label) for label in ordered):
        ordered.sort(key=int)
    return tuple(ordered)


def _check(folder: Path, by_language: dict[str, list[Row]]) -> None:
    """Each id of a language is distinct, and all rows have one text or all have two."""
    for language, rows in by_language.items():
        seen: set[str] = set()
        for row in rows:
            if row["id"] in seen:
                raise ValueError(
                    f"{folder} has the id {row['id']!r} twice in language {language!r}; "
                    "give each row an id of its own"
                )
            seen.add(row["id"])
    if len({"text_pair" in row for rows in by_language.values() for row in rows}) > 1:
        raise ValueError(f"{folder} has text_pair in some files only; give it in all, or in none")
