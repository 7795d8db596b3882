"""Spoiled tables, held to Python's own readers: what they read, the library reads the same.

A spoiled table is bad where `csv.reader(strict=True)` or `json.loads` refuses it, or where a value
is missing. Elsewhere it is another good table, and must be read string by string as they read it.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from random import Random
from typing import Any

from ltp_core.tasks.tables import COLUMNS, read

from ..good import TABLE, Good
from ..judge import Case
from ..spoil import flip, garbage, insert, truncate

PIECES = (
    '"',
    '""',
    ",",
    "\n",
    "\r",
    "\r\n",
    "\t",
    "\\",
    "'",
    ";",
    "\0",
    "\ufeff",
    "é",
    "العربية",
    " ",
    "null",
    "NaN",
    "{",
    "}",
    "[",
    ":",
    "\u2028",
    "\x85",
    "\x1c",
    "\ud800".encode("utf-8", "surrogatepass"),
)


def case(rng: Random, good: Good, home: Path) -> Case:
    """A table with a few pieces put in, cut out or doubled."""
    ending = rng.choice(["csv", "csv", "tsv", "jsonl", "jsonl", "parquet"])
    file = home / f"en.{ending}"
    if file.is_symlink() or file.exists():
        file.unlink()
    if ending == "parquet":
        return parquet(rng, file)
    data = bytearray(TABLES[ending].encode())
    for _ in range(rng.randint(1, 3)):
        place = rng.randrange(len(data) + 1)
        piece = rng.choice(PIECES)
        piece = piece if isinstance(piece, bytes) else piece.encode()
        way = rng.random()
        if way < 0.6:
            data[place:place] = piece
        elif way < 0.8:
            del data[place : place + rng.randint(1, 30)]
        else:
            data[place:place] = data[place : place + rng.randint(1, 60)]
    file.write_bytes(data)
    wanted = reference(ending, bytes(data))
    return Case(f"{ending}: {bytes(data)!r}", lambda: read(file).rows, lambda r: r == wanted)


def parquet(rng: Random, file: Path) -> Case:
    """A Parquet file that is damaged, or holds what no table may hold."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = [
        {"text": "rice", "label": 0, "split": "train"},
        {"text": "cat", "label": 1, "split": "test"},
    ]
    if rng.random() < 0.5:
        column = rng.choice(["text", "label", "split"])
        value = rng.choice([None, 1.5, float("nan"), b"rice", ["a"], {"a": 1}, True, "", " ", "\0"])
        for row in rows[rng.randrange(2) :] if value in (None, "", " ", "\0") else rows:
            row[column] = value
        wrong = f"parquet: {column} is {value!r}"
        if column == "label" and isinstance(value, str):
            rows[0]["label"] = rows[1]["label"] = value
        pq.write_table(pa.Table.from_pylist(rows), file)
        return Case(wrong, lambda: read(file).rows)
    pq.write_table(pa.Table.from_pylist(rows), file, write_page_checksum=True)
    wanted = read(file).rows
    wrong = rng.choice([truncate, garbage, insert, flip])(rng, file)
    return Case(f"parquet: {wrong}", lambda: read(file).rows, lambda result: result == wanted)


def reference(ending: str, data: bytes) -> object:
    """The rows, as plain Python reads them; None where it refuses or something is missing."""
    try:
        text = data.decode("utf-8-sig")
        if "\0" in text:
            return None
        if ending == "jsonl":
            found = [json.loads(line) for line in text.split("\n") if line.strip()]
            names = [n for n in COLUMNS if any(n in row for row in found)]
            rows = [{n: row[n] for n in names} for row in found]
            return [{n: number(n, v) for n, v in row.items()} for row in rows] if found else None
        form: dict[str, Any] = {"delimiter": ","} if ending == "csv" else TABS
        lines = [v for v in csv.reader(io.StringIO(text, newline=""), strict=True, **form) if v]
        header, *rest = lines
        whole = [dict(zip(header, values, strict=True)) for values in rest]
        return [{n: row[n] for n in COLUMNS if n in header} for row in whole]
    except (ValueError, KeyError, TypeError, AttributeError, csv.Error):
        return None


def number(name: str, value: Any) -> Any:
    """A whole number stands for an id or a label."""
    return str(value) if name in ("id", "label") and type(value) is int else value


TABS = {"delimiter": "\t", "quoting": csv.QUOTE_NONE}
TABLES = {
    "csv": TABLE.replace("rice", '"rice, ""red"""').replace("tea", '"a\nb"'),
    "tsv": TABLE.replace(",", "\t"),
    "jsonl": "".join(json.dumps(row) + "\n" for row in csv.DictReader(io.StringIO(TABLE))),
}
