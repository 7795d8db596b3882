"""Finished runs: a sweep counts them only while they fit what it would do now.

A run's file is found by its name, and its name says the settings. The rows it was taught and asked
are no setting, so they are compared here. What no longer fits is refused and never redone: the
stored result would be lost without a word.

Runs that version 0.2 or an older one stored say nothing of their rows; they count as they are.

Reading order: `check_rows`, `check_items`.

What it does not do: run anything (`sweep.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from ..measure import results
from .run_rows import digests, rows_of
from .spec import Run


def items_beside(path: Path) -> Path:
    """Where the items of a table's bits are named."""
    return path.with_suffix(".items.parquet")


def check_rows(finished: Iterable[tuple[Run, Path]], *, download: bool = False) -> None:
    """Check that the runs were done on the rows that their tasks give now.

    Raises:
        ValueError: one was done on others.
    """
    now: dict[str, list[dict[str, str]]] = {}  # runs of several methods share their rows
    changed = []
    for run, path in finished:
        stored = {row["language"]: row.get("data") for row in results.read(path)}
        if not any(stored.values()):
            continue
        same = (run.task, run.split, run.language, run.languages, run.words)
        key = json.dumps([*same, run.test, run.every, run.k, run.seed])
        if key not in now:
            rows = rows_of(run, download=download)
            now[key] = [digests(rows, text) for text in (ascii, repr)]  # repr: before 0.3
        if stored not in now[key]:
            changed.append((run, path))
    if changed:
        (run, path), *others = changed
        more = f", and so {len(others)} more of this sweep" if others else ""
        raise ValueError(
            f"run {run.name} was done on other rows than task {run.task!r} has now{more}; delete "
            f"{path} to do it again, or give another --out"
        )


def check_items(paths: Iterable[Path]) -> None:
    """Check that every answer has its item, and that all runs have the same items in a language.

    Raises:
        ValueError: an answer has none, or two runs differ.
    """
    known: dict[str, tuple[Path, list[str]]] = {}
    for path in paths:
        beside = items_beside(path)
        items = {row["language"]: row["ids"] for row in results.read(beside)}
        for row in results.read(path):
            code, n = row["language"], row["n"]
            ids = items.get(code, [])
            if n != len(ids) or len(row["correct"]) != -(-n // 8):
                raise ValueError(
                    f"{path} has {n} answers in language {code!r}, but {beside.name} names "
                    f"{len(ids)} items; delete both and sweep again"
                )
            first, others = known.setdefault(code, (path, ids))
            if ids != others:
                raise ValueError(
                    f"{path} and {first.name} were asked other items in language {code!r}; delete "
                    "the older one and sweep again, or give another --out"
                )
