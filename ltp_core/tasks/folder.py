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
import unicodedata
from collections.abc import Iterable, Mapping
from fnmatch import fnmatch
from pathlib import Path

from ..data.shown import brief, listed
from .tables import READERS, TextTable, cell
from .tables import read as read_table
from .task import SPLITS, Row, Task

MAY_STAY = ("readme*", "license*", "licence*", ".ds_store", ".git*", ".ipynb_checkpoints")


def from_folder(
    path: str | Path, *, words: Mapping[str, str] | Mapping[int, str] | None = None
) -> Task:
    """Make a task of the Parquet, CSV, TSV and JSONL files in a folder.

    Columns: `text`, `label` and `split` (train, dev or test); `language`, or else the name
    of the file is the language (`qu.csv`); `id`, or else the row's number in its file;
    `text_pair` if the task is about two texts.  Other columns are not read.

    Labels are strings or whole numbers.  `Task.labels` holds them as strings; where all are whole
    numbers they stand in the order of the numbers, 0, 1, 2, 10, and `int` gives them back.

    Args:
        path: the folder; its name becomes the task's name.
        words: {label: English word}, in the order of the labels.  Without it, the labels stand for
            themselves, in sorted order, or in that of a Parquet file whose ClassLabel names them.

    Raises:
        ValueError: no such files, one of another kind or without rows; a missing column or value, a
            split or label that is not known, an id that a language has twice, a second text in some
            rows only, fewer than two labels, or two labels or languages that look alike.

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
    if given is not None and len(given) < len(words or ()):
        raise ValueError(f"`words` names a label twice: {listed([*map(repr, words or ())])}")
    labels = tuple(given) if given is not None else _class_names(tables)
    by_language: dict[str, list[Row]] = {}
    for file, table in tables.items():
        for row in _own_rows(file, table, labels):
            by_language.setdefault(row["language"], []).append(row)
    _check(folder, by_language)
    if labels is None:
        labels = _in_order(folder, {row["label"] for rows in by_language.values() for row in rows})
    if len(labels) < 2:
        one = f"one label, {brief(labels[0])}"
        raise ValueError(f"{folder} has {one}; a task needs at least two labels")
    name, read = folder.resolve().name, by_language.__getitem__
    texts = labels if given is None else tuple(given.values())
    return Task(name, labels, texts, tuple(by_language), read)


def _files(folder: Path) -> list[Path]:
    """The tables of a folder; ValueError names what else lies there."""
    *kinds, last = READERS
    known = f"{', '.join(kinds)} or {last}"
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; give the folder that holds the tables")
    files = []
    for file in sorted(folder.glob("*")):
        what = _why_not(file, known)
        if not what:
            files.append(file)
        elif not any(fnmatch(file.name.lower(), form) for form in MAY_STAY):
            raise ValueError(
                f"{file} is {what} and would not be read; move it out of the folder, or rename it "
                "(only README* and LICENSE* may stay)"
            )
    if not files:
        raise ValueError(f"no {known} file in {folder}; a task needs at least one")
    return files


def _why_not(file: Path, known: str) -> str:
    """What a file is that is no table, in words; "" for a table."""
    if file.is_dir():
        return "a folder"
    if file.name.startswith("."):
        return "hidden"
    if file.suffix.lower() not in READERS:
        return f"no {known} file"
    if not file.exists():
        return "a link to nothing"
    return "" if file.is_file() else "no plain file"


def _class_names(tables: Mapping[Path, TextTable]) -> tuple[str, ...] | None:
    """The classes in the order of their numbers, where a Parquet file names them."""
    named = {file: table.classes for file, table in tables.items() if table.classes}
    for file, classes in named.items():
        first, names = next(iter(named.items()))
        if classes != names:
            raise ValueError(
                f"{first} names the classes {listed(names)}, but {file} {listed(classes)}; "
                "give the same names in the same order"
            )
    return next(iter(named.values()), None)


def _own_rows(file: Path, table: TextTable, labels: tuple[str, ...] | None) -> list[Row]:
    """The rows of one file, whole: each with an id and a language, a known split and label."""
    rows = []
    known = frozenset(labels or ())
    try:
        cell("language", file.stem)
    except ValueError:
        name = ascii(file.name)
        raise ValueError(f"{name} in {file.parent} names no language; rename it") from None
    for i, found in enumerate(table.rows):
        # Numbers of two files that share a language must not collide.
        number = str(i) if found.get("language", file.stem) == file.stem else f"{file.stem}-{i}"
        row = {"id": number, "language": file.stem, **found}
        if row["split"] not in SPLITS:
            raise ValueError(
                f"{file}, row {i + 1}: split must be train, dev or test, got {brief(row['split'])}"
            )
        if labels is not None and row["label"] not in known:
            raise ValueError(
                f"{file}, row {i + 1}: label {brief(row['label'])} is not among {listed(labels)}"
            )
        rows.append(row)
    return rows


def _in_order(folder: Path, labels: Iterable[str]) -> tuple[str, ...]:
    """Labels in sorted order, whole numbers in that of the numbers.

    >>> _in_order(Path("t"), ["10", "2", "0"]), _in_order(Path("t"), ["10", "2", "no"])
    (('0', '2', '10'), ('10', '2', 'no'))
    """
    ordered = sorted(labels)
    _refuse_alike(folder, "labels", ordered, ", or name both in `words`")
    if all(re.fullmatch(r"0|-?[1-9][0-9]{0,999}", label) for label in ordered):
        ordered.sort(key=int)
    return tuple(ordered)


def _refuse_alike(folder: Path, what: str, names: Iterable[str], or_else: str = "") -> None:
    """Two names that a reader cannot tell apart are mostly one, written in two ways."""
    seen: dict[str, str] = {}
    for name in names:
        visible = "".join(c for c in name.casefold() if unicodedata.category(c) != "Cf")
        looks = " ".join(unicodedata.normalize("NFC", visible).split())
        if (other := seen.setdefault(looks, name)) != name:
            raise ValueError(
                f"{folder} has the {what} {brief(other)} and {brief(name)}, which differ in "
                f"capitals, spaces or what cannot be seen; write one of them{or_else}"
            )


def _check(folder: Path, by_language: dict[str, list[Row]]) -> None:
    """Languages and the ids of each are distinct; all rows have one text, or all have two."""
    _refuse_alike(folder, "languages", sorted(by_language))
    for language, rows in by_language.items():
        seen: set[str] = set()
        for row in rows:
            if row["id"] in seen:
                raise ValueError(
                    f"{folder} has the id {brief(row['id'])} twice in language {brief(language)}; "
                    "give each row an id of its own"
                )
            seen.add(row["id"])
    if len({"text_pair" in row for rows in by_language.values() for row in rows}) > 1:
        raise ValueError(f"{folder} has text_pair in some files only; give it in all, or in none")
