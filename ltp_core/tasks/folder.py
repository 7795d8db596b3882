"""A task of your own: Parquet, CSV, TSV and JSONL files in a folder.

    my-task/qu.csv:     text,label,split
                        allin,good,train
                        mana allin,bad,test

A TSV quotes nothing: a field is what stands between two tabs, quotation marks and all.

What it does not do: split rows.  You know best which of them belong together.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.json

from ..data.paths import read_parquet
from .task import SPLITS, Row, Task


def from_folder(path: str | Path, *, words: dict[str, str] | None = None) -> Task:
    """Make a task of the Parquet, CSV, TSV and JSONL files in a folder.

    Columns: ``text``, ``label`` and ``split`` (train, dev or test); ``language``, or else the name
    of the file is the language (``qu.csv``); ``id``, or else the row's number in its file;
    ``text_pair`` if the task is about two texts.

    Args:
        path: the folder; its name becomes the task's name.
        words: {label: English word}, in the order the labels shall have.  Without it, the labels in
            sorted order stand for themselves.

    Raises:
        ValueError: no such files, a missing column, a split or label that is not known, an id that
            a language has twice, or a second text in some rows only.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "qu.csv").write_text("text,label,split\\nallin,good,train\\nmana,bad,test\\n")
    >>> task = from_folder(folder)
    >>> task.labels, task.test("qu")[0]["text"]
    (('bad', 'good'), 'mana')
    """
    folder = Path(path)
    files = sorted(f for f in folder.glob("*") if f.suffix in READERS)
    if not files:
        *kinds, last = READERS
        raise ValueError(
            f"no {', '.join(kinds)} or {last} file in {folder}; a task needs at least one"
        )
    by_language: dict[str, list[Row]] = {}
    for file in files:
        for row in _own_rows(file, words):
            by_language.setdefault(row["language"], []).append(row)
    _check(folder, by_language)
    if words is None:
        words = {row["label"]: row["label"] for rows in by_language.values() for row in rows}
        words = dict(sorted(words.items()))
    name, read = folder.resolve().name, by_language.__getitem__
    return Task(name, tuple(words), tuple(words.values()), tuple(by_language), read)


def _own_rows(file: Path, words: dict[str, str] | None) -> list[Row]:
    """Read one file of a user's task, and say in one sentence what is wrong with it."""
    table = READERS[file.suffix](file)
    if missing := {"text", "label", "split"} - set(table.column_names):
        found = ", ".join(table.column_names)
        raise ValueError(f"{file} lacks the column {min(missing)!r}; it has {found}")
    rows = []
    for i, row in enumerate(table.to_pylist()):
        # Numbers of two files that share a language must not collide.
        number = i if row.get("language", file.stem) == file.stem else f"{file.stem}-{i}"
        row = {"id": number, "language": file.stem, **row}
        row = {key: "" if value is None else str(value) for key, value in row.items()}
        if row["split"] not in SPLITS:
            raise ValueError(
                f"{file}, row {i + 1}: split must be train, dev or test, got {row['split']!r}"
            )
        if words and row["label"] not in words:
            raise ValueError(
                f"{file}, row {i + 1}: label {row['label']!r} is not among {', '.join(words)}"
            )
        rows.append(row)
    return rows


def _check(folder: Path, by_language: dict[str, list[Row]]) -> None:
    """Items can be told apart, and all rows have one text or all have two."""
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


def _read_csv(file: Path) -> pa.Table:
    return _as_text(file, "commas", pyarrow.csv.ParseOptions(newlines_in_values=True))


def _read_tsv(file: Path) -> pa.Table:
    return _as_text(file, "tabs", pyarrow.csv.ParseOptions(delimiter="\t", quote_char=False))


def _as_text(file: Path, between: str, form: pyarrow.csv.ParseOptions) -> pa.Table:
    """Every column as it stands there: a label `true` or a text `007` is no truth and no number."""
    one = pyarrow.csv.ReadOptions(use_threads=False)  # several cannot tell a row's number
    try:
        with pyarrow.csv.open_csv(file, one, parse_options=form) as opened:
            columns = dict.fromkeys(opened.schema.names, pa.string())
        as_text = pyarrow.csv.ConvertOptions(column_types=columns)
        return pyarrow.csv.read_csv(file, one, parse_options=form, convert_options=as_text)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{file} is no table with {between}: {error}") from None


def _read_jsonl(file: Path) -> pa.Table:
    try:
        return pyarrow.json.read_json(file)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{file} is not one JSON object a line: {error}") from None


READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".parquet": read_parquet,
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_jsonl,
}
