"""Checks of *Your model, your task*: a table that is sound, rows of a process, a merged model."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor

from .judge import Check, Compared
from .verdict import Exercise

# --- a table of one's own --------------------------------------------------------------------

Row = Mapping[str, str]
KINDS = ("empty", "label", "twice", "leak")


def _faulty(rows: Sequence[Row], labels: Collection[str], kinds: Collection[str] = KINDS) -> list:
    """The numbers of the rows with one of these kinds of faults."""
    seen: dict[tuple[str, str], str] = {}  # language and id -> where it stood first
    home: dict[str, str] = {}  # id -> its split
    found = []
    for number, row in enumerate(rows):
        key = (row["language"], row["id"])
        faults = {
            "empty": not row["text"].strip(),
            "label": row["label"] not in labels,
            "twice": key in seen,
            "leak": row["split"] != home.setdefault(row["id"], row["split"]),
        }
        seen[key] = row["split"]
        if any(faults[kind] for kind in kinds):
            found.append(number)
    return found


def _rows(*lines: str) -> list[dict[str, str]]:
    return [
        dict(zip(("id", "text", "label", "language", "split"), line.split("|"), strict=True))
        for line in lines
    ]


_TABLES = {
    "no text": _rows("1|pan|food|qu|train", "2||food|qu|train"),
    "a space": _rows("1|pan|food|qu|train", "2| |food|qu|train"),
    "a typing error": _rows("1|pan|food|qu|train", "2|alqu|animal|qu|train"),
    "one id twice": _rows(
        "1|tanta|food|qu|train", "2|alqu|animals|qu|test", "1|yaku|food|qu|train"
    ),
    "two languages": _rows("1|bread|food|en|train", "1|tanta|food|qu|train"),
    "a leak": _rows("1|bread|food|en|train", "2|dog|animals|en|test", "1|tanta|food|qu|test"),
    "sound": _rows("1|bread|food|en|train", "2|dog|animals|en|test"),
    "several": _rows(
        "1|\t\n|food|en|train",
        "1|pan|food|en|test",
        "2|dog|animals|en|test",
        "1|tanta|food|qu|test",
    ),
}


def _twice(rows: Sequence[Row], labels: Collection[str]) -> list[int]:
    """A row once for each of its faults."""
    return sorted(number for kind in KINDS for number in _faulty(rows, labels, (kind,)))


def _forgetful(rows: Sequence[Row], labels: Collection[str]) -> list[int]:
    """A wrong row is not remembered."""
    kept: list[Row] = []
    wrong = []
    for number, row in enumerate(rows):
        if len(kept) in _faulty([*kept, row], labels):
            wrong.append(number)
        else:
            kept.append(row)
    return wrong


def _from_last(rows: Sequence[Row], labels: Collection[str]) -> list[int]:
    """A split is compared with that of the row before of the same id."""
    last: dict[str, str] = {}
    moved = []
    for number, row in enumerate(rows):
        if last.get(row["id"], row["split"]) != row["split"]:
            moved.append(number)
        last[row["id"]] = row["split"]
    return sorted({*moved, *_faulty(rows, labels, _without("leak"))})


def _blank(rows: Sequence[Row], labels: Collection[str], spaces: str) -> list[int]:
    """Only a text of nothing but these characters is empty."""
    empty = {i for i, row in enumerate(rows) if set(row["text"]) <= set(spaces)}
    return sorted(empty | set(_faulty(rows, labels, _without("empty"))))


def _without(kind: str) -> tuple[str, ...]:
    return tuple(one for one in KINDS if one != kind)


check_table = Check(
    Exercise("check_table", "your_model", minutes=20, difficulty=2, importance=3, points=3),
    Compared(
        _faulty,
        {name: (rows, ["animals", "food"]) for name, rows in _TABLES.items()},
        {
            "a text of spaces is an empty text.": lambda rows, labels: _blank(rows, labels, ""),
            "a tab and a line break are spaces, too.": (
                lambda rows, labels: _blank(rows, labels, " ")
            ),
            "a wrong row is forgotten: its id counts for the rows below it, too.": _forgetful,
            "look at the split in which an id stood first, not at the one before.": _from_last,
            "a row with two faults stands in the list twice.": _twice,
            "texts are not looked at: one of them is empty.": (
                lambda rows, labels: _faulty(rows, labels, _without("empty"))
            ),
            "labels are not looked at: one of them is no label of the task.": (
                lambda rows, labels: _faulty(rows, labels, _without("label"))
            ),
            "an id that stands twice in one language is not seen.": (
                lambda rows, labels: _faulty(rows, labels, _without("twice"))
            ),
            "an item in training and in test is not seen: look over all languages.": (
                lambda rows, labels: _faulty(rows, labels, _without("leak"))
            ),
            "a translation is no second copy: an id may stand once in each language.": (
                lambda rows, labels: sorted(
                    {
                        i
                        for i, row in enumerate(rows)
                        if row["id"] in [other["id"] for other in rows[:i]]
                    }
                    | set(_faulty(rows, labels))
                )
            ),
            "the rows are counted from 1: count from 0.": (
                lambda rows, labels: [number + 1 for number in _faulty(rows, labels)]
            ),
        },
    ),
)

# --- several processes -----------------------------------------------------------------------


def _blocks(rows: Sequence[int], rank: int, processes: int) -> list[int]:
    size = -(-len(rows) // processes)
    return list(rows[rank * size : (rank + 1) * size])


own_rows = Check(
    Exercise("own_rows", "your_model", minutes=10, difficulty=1, importance=1),
    Compared(
        lambda rows, rank, processes: list(rows[rank::processes]),
        {
            "the first of three": (list(range(7)), 0, 3),
            "the last of three": (list(range(7)), 2, 3),
            "more than rows": ([4, 5], 3, 4),
            "letters": (list("abcdefg"), 1, 3),
        },
        {
            "these are blocks; deal the rows out like cards.": _blocks,
            "rows are lost: look at those that are left when each has had as many as the others.": (
                lambda rows, rank, processes: list(
                    rows[: len(rows) // processes * processes][rank::processes]
                )
            ),
            "ranks begin at 0: look at who gets the first row.": (
                lambda rows, rank, processes: list(rows[(rank - 1) % processes :: processes])
            ),
            "these are rows of process 0: begin at your own row, then step.": (
                lambda rows, rank, processes: list(rows[::processes][rank:])
            ),
            "these are numbers; the rows themselves are asked.": (
                lambda rows, rank, processes: list(range(rank, len(rows), processes))
            ),
            "every process has all rows, so each is counted many times.": (
                lambda rows, rank, processes: list(rows)
            ),
        },
    ),
)

# --- a merged model --------------------------------------------------------------------------


def _set(weights: Tensor, index: Tensor, values: Tensor) -> Tensor:
    merged = weights.flatten().clone()
    merged[index] = values
    return merged.view_as(weights)


_MATRIX = torch.arange(6.0).view(2, 3)

merge = Check(
    Exercise("merge", "your_model", minutes=10, difficulty=1, importance=2),
    Compared(
        _set,
        {
            "a matrix": (_MATRIX, torch.tensor([1, 5]), torch.tensor([10.0, 20])),
            "a vector": (torch.ones(4), torch.tensor([0, 3]), torch.tensor([-1.0, 2])),
        },
        {
            "the values are added; they take the place of the weights.": (
                lambda weights, index, values: _set(
                    weights, index, weights.flatten()[index] + values
                )
            ),
            "everything else is gone: look at the weights outside the ticket.": (
                lambda weights, index, values: _set(torch.zeros_like(weights), index, values)
            ),
            "the shape is lost: the merged tensor has the shape of the weights.": (
                lambda weights, index, values: _set(weights, index, values).flatten()
            ),
            "nothing has changed: look at whether you write into a copy.": (
                lambda weights, index, values: weights
            ),
        },
    ),
)

CHECKS = (check_table, own_rows, merge)
