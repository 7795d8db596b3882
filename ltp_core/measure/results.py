"""Result files: one Parquet per run while a sweep goes on, one for all of them in the end.

A run writes one row per language, all at once and atomically, so a killed sweep loses the run it
was in and nothing else. Beside the accuracy lies `correct`: one bit per test item, packed. A second
file, `<name>.items.parquet`, names the item of each bit. So two methods can be compared item by
item, years later, without running anything.

Reading order: `write`, `merge`; then `correctness`, `summary`.

What it does not do: run anything (`sweep.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ..data.atomic import replacing
from ..data.digest import digest
from ..data.items import families
from ..data.languages import HIGH, LOW
from .bootstrap import Interval, macro_interval

Row: TypeAlias = dict[str, Any]  # a method, a seed, a language, and what was measured
Items: TypeAlias = Mapping[str, Sequence[str]]  # language -> ids of its test items, bit by bit
SEAL = b"ltp"  # the entry of a file's metadata that holds a digest of its rows
GROUPS = {"low": LOW, "high": HIGH, "en": ("en",)}  # of the emoji tasks; see `languages_in_group`


def write(path: str | Path, rows: list[Row]) -> None:
    """Write rows as Parquet: there whole, or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.Table.from_pylist(rows)
    table = table.replace_schema_metadata({SEAL: digest(table.to_pylist())})
    with replacing(path) as temporary:
        pq.write_table(table, temporary, compression="zstd")


def read(path: str | Path) -> list[Row]:
    """The rows of a result file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is damaged.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/a.parquet", [{"language": "qu", "accuracy": 0.5}])
    ...     read(f"{folder}/a.parquet")
    [{'language': 'qu', 'accuracy': 0.5}]
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not Path(path).is_file():
        raise FileNotFoundError(f"there are no results at {path}; make them with `ltp sweep`")
    try:
        table = pq.ParquetFile(path).read()
        rows: list[Row] = table.to_pylist()
        seal = (table.schema.metadata or {}).get(SEAL)
        seals = [digest(rows, text).encode() for text in (ascii, repr)]  # repr: before 0.3
        if seal is not None and seal not in seals:  # older files have none
            raise OSError("its digest does not fit")
    except (pa.ArrowException, OSError, ValueError) as error:
        why = " ".join(str(error).split())[:80]
        raise ValueError(f"{path} is damaged ({why}); delete it and sweep again") from None
    return rows


def merge(parts: Iterable[Path], path: Path, key: str | None = None) -> list[Row]:
    """Put the rows of finished runs into one file, in the order given; of each `key` the last."""
    rows = [row for part in parts if part.exists() for row in read(part)]
    if key:
        rows = list({row[key]: row for row in rows}.values())
    if rows:
        write(path, rows)
    return rows


def pack(correct: np.ndarray) -> bytes:
    """One bit per item.

    >>> pack(np.array([1, 0, 1], dtype=bool))
    b'\\xa0'
    """
    return np.packbits(correct).tobytes()


def languages_in_group(group: str, tested: Iterable[str]) -> list[str]:
    """The tested languages of a group; "other" means those of no group, "all" all of them.

    Raises:
        ValueError: there is no such group.

    >>> [languages_in_group(group, ["de", "qu", "tlh"]) for group in ("low", "other")]
    [['qu'], ['tlh']]
    """
    tested = set(tested)
    if group == "all":
        return sorted(tested)
    if group == "other":
        return sorted(tested.difference(LOW, HIGH))
    if group not in GROUPS:
        raise ValueError(f"group must be {', '.join(GROUPS)}, other or all, got {group!r}")
    return [code for code in GROUPS[group] if code in tested]


def correctness(rows: list[Row], items: Items, languages: Sequence[str]) -> np.ndarray:
    """Rows of one method -> (S, L, I): 1 right, 0 wrong, nan where a language lacks an item.

    Raises:
        ValueError: two rows are of one seed and language, or answers and items differ in number.

    >>> rows = [{"seed": 0, "language": "qu", "n": 2, "correct": pack(np.array([True, False]))}]
    >>> correctness(rows, {"qu": ["b", "a"], "de": ["a", "b", "c"]}, ["qu"])
    array([[[ 0.,  1., nan]]])
    """
    place = {item: i for i, item in enumerate(sorted({i for ids in items.values() for i in ids}))}
    seeds = sorted({row["seed"] for row in rows})
    cube = np.full((len(seeds), len(languages), len(place)), np.nan)
    seen: set[tuple[int, str]] = set()
    for row in rows:
        if row["language"] in languages:
            if (key := (row["seed"], row["language"])) in seen:
                raise ValueError(
                    f"two rows measure {row.get('method')} in {key[1]!r} with seed {key[0]}; "
                    "keep the rows of one setting"
                )
            seen.add(key)
            where = [place[item] for item in items[row["language"]]]
            if len(where) != row["n"]:
                raise ValueError(
                    f"{row['n']} answers in language {key[1]!r}, but {len(where)} items; give the "
                    "items that were written with these rows"
                )
            bits = np.unpackbits(np.frombuffer(row["correct"], np.uint8), count=row["n"])
            cube[seeds.index(row["seed"]), languages.index(row["language"]), where] = bits
    return cube


def arms(rows: list[Row]) -> dict[str, list[Row]]:
    """Rows by what was run: the method and, where its settings differ, which they were.

    >>> rows = [{"method": m, "spec": f'{{"k": {k}}}'} for m, k in (("ltp", 1), ("ltp", 4))]
    >>> list(arms([*rows, {"method": "full", "spec": "{}"}]))
    ['ltp k=1', 'ltp k=4', 'full']
    """
    settings: dict[str, list[dict[str, Any]]] = {}  # of each method
    placed = []
    for row in rows:
        spec = _flat(json.loads(row.get("spec", "{}")))
        known = settings.setdefault(row["method"], [])
        if spec not in known:
            known.append(spec)
        placed.append((row, spec))
    found: dict[str, list[Row]] = {}
    for row, spec in placed:
        others = settings[row["method"]]
        names = sorted(set().union(*others))
        differ = [n for n in names if any(other.get(n) != spec.get(n) for other in others)]
        label = " ".join([row["method"], *(f"{n}={spec.get(n, 'default')}" for n in differ)])
        found.setdefault(label, []).append(row)
    return found


def _flat(spec: dict[str, Any]) -> dict[str, Any]:
    """A run's settings without its method and seed; the tables are taken apart."""
    if spec.get("languages") == [spec.get("language", "en")]:  # tested where it was trained
        spec = {key: value for key, value in spec.items() if key not in ("language", "languages")}
    flat: dict[str, Any] = {}
    for key, value in spec.items():
        if key not in ("method", "seed"):
            table = value if isinstance(value, dict) else {"": value}
            flat |= {f"{key}.{name}".strip("."): v for name, v in table.items()}
    return flat


def summary(rows: list[Row], items: Items) -> dict[str, dict[str, Interval]]:
    """Method -> group ("low", "high", "en", "other") -> mean accuracy with its interval.

    Rows of one setting for each method; see `arms`.

    >>> rows = [{"method": "ltp", "seed": 0, "language": "qu", "n": 2, "correct": b"\\x80"}]
    >>> print(summary(rows, {"qu": ["a", "b"]})["ltp"]["low"].mean)
    0.5
    """
    table: dict[str, dict[str, Interval]] = {}
    numbers = families(sorted({item for ids in items.values() for item in ids}))
    for method in dict.fromkeys(row["method"] for row in rows):
        mine = [row for row in rows if row["method"] == method]
        for group in (*GROUPS, "other"):
            if codes := languages_in_group(group, {row["language"] for row in mine}):
                cube = correctness(mine, items, codes)
                table.setdefault(method, {})[group] = macro_interval(cube, families=numbers)
    return table
