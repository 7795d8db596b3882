"""A file of rows, CSV, TSV, JSONL or Parquet: each row as strings, or one sentence.

    text,label,split                                         a CSV quotes a text with a comma, a
    "tea, please",good,train                                 line break or a quotation mark

    text	label	split                                         a TSV quotes nothing

    {"text": "tea, please", "label": 1, "split": "train"}    JSONL

A value is read as it stands: `2024-05-01` is no date, `007` is no number. Nothing is filled in and
nothing is cut: a value that is missing, empty or of another kind is refused with its file and row.
A whole number may stand for an id or a label, and 1 is the same label in every format. A Parquet
file that `datasets` wrote may name its classes (a ClassLabel); its numbers are read as these names.

Reading order: `read`, `cell`; then the four readers.

What it does not do: know which splits and labels there are, or put files together (`folder.py`).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.shown import brief, listed
from ..data.utf8 import read_text

if TYPE_CHECKING:
    import pyarrow as pa

NEEDED = ("text", "label", "split")
COLUMNS = (*NEEDED, "id", "language", "text_pair")  # no other column is read
NUMBERS = ("id", "label")  # the columns in which a whole number may stand


@dataclass(frozen=True)
class TextTable:
    """What a file holds, and the names of its classes where the file tells them.

    `rows` is what `read` returns of it; a reader leaves the values there as they stand.
    """

    columns: list[str]
    rows: list[dict[str, Any]]
    classes: tuple[str, ...] | None = None


def read(file: Path) -> TextTable:
    """The rows of a file, in its order, with those of `COLUMNS` that it has.

    Raises:
        ValueError: the file cannot be read, or a value in it is missing or of a wrong kind.

    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp(), "qu.csv")
    >>> _ = file.write_text("text,label,split\\nallin,1,train\\n")
    >>> read(file).rows
    [{'text': 'allin', 'label': '1', 'split': 'train'}]
    """
    found = READERS[file.suffix.lower()](file)
    if not found.columns:
        raise ValueError(f"{file} is empty; fill it, or take it out of the folder")
    if missing := [name for name in NEEDED if name not in found.columns]:
        there = listed(found.columns)
        raise ValueError(f"{file} lacks the column {missing[0]!r}; it has {there}")
    if not found.rows:
        raise ValueError(f"{file} has no rows; fill it, or take it out of the folder")
    names = [name for name in COLUMNS if name in found.columns]
    rows = []
    for i, row in enumerate(found.rows, 1):
        try:
            rows.append({name: cell(name, row.get(name), found.classes) for name in names})
        except ValueError as error:
            raise ValueError(f"{file}, row {i}: {error}") from None
    return TextTable(names, rows, found.classes)


def cell(name: str, value: object, classes: tuple[str, ...] | None = None) -> str:
    """One value as a string.

    Raises:
        ValueError: it is missing or empty, of a wrong kind, or cannot be what `name` says.

    >>> cell("text", "2024-05-01"), cell("label", 1), cell("label", 1, ("bad", "good"))
    ('2024-05-01', '1', 'good')
    >>> cell("text", 1.5)
    Traceback (most recent call last):
    ValueError: text must be a string, got 1.5 (float)
    """
    if value is None:
        raise ValueError(f"{name} is missing; fill it in, or leave the row out")
    if isinstance(value, int) and not isinstance(value, bool) and name in NUMBERS:
        if name != "label" or classes is None:
            return str(value)
        if not 0 <= value < len(classes):
            bound = f"label must be in [0, {len(classes) - 1}], a class's number"
            raise ValueError(f"{bound}, got {brief(value)}")
        value = classes[value]
    if not isinstance(value, str):
        kind = "a string or a whole number" if name in NUMBERS else "a string"
        raise ValueError(f"{name} must be {kind}, got {brief(value)} ({type(value).__name__})")
    if not value.strip():
        raise ValueError(f"{name} is empty; fill it in, or leave the row out")
    if "\0" in value or _is_broken(value):
        raise ValueError(f"{name} holds a NUL or half a character, which no text has; take it out")
    if name == "label" and re.fullmatch(r"[+-]?\d+\.0*", value):
        whole = listed([value.split(".")[0]])
        raise ValueError(f"label {brief(value)} is a whole number with a point; write {whole}")
    return value


def _is_broken(text: str) -> bool:
    """JSON can write half a pair, `\\ud800`, that stands for no character."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def _read_csv(file: Path) -> TextTable:
    """A quotation mark opens a value only at its start, and `""` within it is one mark."""
    return _separated(file, "comma", delimiter=",")


def _read_tsv(file: Path) -> TextTable:
    return _separated(file, "tab", delimiter="\t", quoting=csv.QUOTE_NONE)


def _separated(file: Path, between: str, **form: Any) -> TextTable:
    text = read_text(file)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True, **form)
    usual = csv.field_size_limit(min(len(text) + 1, 2**31 - 1))  # the module's own bound: 131,072
    header: list[str] = []
    rows: list[dict[str, Any]] = []
    try:
        for values in filter(None, lines):  # an empty line is no row
            if not header:
                header = _distinct(file, values)
                continue
            if len(values) != len(header):
                hint = "; a text with a comma in it stands in quotes" if between == "comma" else ""
                raise ValueError(
                    f"{file}, row {len(rows) + 1}: {len(values)} values with a {between} between "
                    f"two, but there are {len(header)} columns, {listed(header)}{hint}"
                )
            rows.append(dict(zip(header, values, strict=True)))
    except csv.Error as error:
        where = f"row {len(rows) + 1}" if header else "the header"
        raise ValueError(
            f"{file}, {where}: {error}; a value that starts with a quotation mark ends with one, "
            "and a mark within it is written twice"
        ) from None
    finally:
        csv.field_size_limit(usual)
    return TextTable(header, rows)


def _read_jsonl(file: Path) -> TextTable:
    rows: list[dict[str, Any]] = []
    # At line feeds only: a text may hold one of the other characters that end a line.
    for line in filter(str.strip, read_text(file).split("\n")):
        try:
            row = json.loads(line, object_pairs_hook=_no_key_twice)
            if not isinstance(row, dict):
                raise ValueError(f"it is a {type(row).__name__}")
        except (ValueError, RecursionError) as error:
            why = getattr(error, "msg", error)  # without the place: it counts lines within the row
            where = f"{file} is not one JSON object a line; row {len(rows) + 1}"
            raise ValueError(f"{where}: {why}") from None
        rows.append(row)
    return TextTable(list(dict.fromkeys(name for row in rows for name in row)), rows)


def _no_key_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        keys = [key for key, _ in pairs]
        raise ValueError(f"the key {_twice(keys)} stands twice among {listed(keys)}")
    return row


def _read_parquet(file: Path) -> TextTable:
    import pyarrow as pa  # slow to import
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(file, page_checksum_verification=True) as opened:  # where it has them
            schema = opened.schema_arrow
            there = _distinct(file, schema.names)
            table = opened.read(columns=[name for name in there if name in COLUMNS])
    except (pa.ArrowException, OSError, UnicodeError) as error:
        raise ValueError(f"{file} is damaged, or no Parquet ({type(error).__name__})") from None
    return TextTable(there, _to_rows(file, table), _class_names(schema))


def _to_rows(file: Path, table: pa.Table) -> list[dict[str, Any]]:
    """The rows as Python holds them; ValueError names the first value that it cannot hold."""
    try:
        return table.to_pylist()  # type: ignore[no-any-return]  # pyarrow has no types
    except (ValueError, OverflowError, LookupError):  # no UTF-8, a date beyond the calendar, …
        for i in range(table.num_rows):
            for name in table.column_names:
                try:
                    table[name][i].as_py()
                except (ValueError, OverflowError, LookupError) as error:
                    why = f"{name} cannot be read ({error})"
                    raise ValueError(f"{file}, row {i + 1}: {why}") from None
        raise


def _class_names(schema: pa.Schema) -> tuple[str, ...] | None:
    """The names of a ClassLabel, as `datasets` writes them beside the columns."""
    try:
        about = json.loads((schema.metadata or {})[b"huggingface"])
        return tuple(map(str, about["info"]["features"]["label"]["names"]))
    except (KeyError, TypeError, ValueError):
        return None


def _distinct(file: Path, names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError(f"{file} has two columns of one name, {_twice(names)}: {listed(names)}")
    return names


def _twice(names: list[str]) -> str:
    return brief(Counter(names).most_common(1)[0][0])


READERS: dict[str, Callable[[Path], TextTable]] = {
    ".parquet": _read_parquet,
    ".csv": _read_csv,
    ".tsv": _read_tsv,
    ".jsonl": _read_jsonl,
}
