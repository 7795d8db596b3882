"""Exercises on cost and on one's own task: each mistake is found, other right answers pass."""

import math

import numpy as np
import pytest

from tests.support.exercises import a, all_proven, finds, flat, passes


def entropy(d, base=2.0):
    return 0.0 if d == 1 else -d * math.log(d, base) - (1 - d) * math.log(1 - d, base)


def bill(masked, packed):
    return lambda density: {"masked": masked(density), "packed": packed * density}


def table(rows, labels, empty=str.strip, known=True, ids=True, leaks=True, each_language=True):
    wrong = set()
    for i, row in enumerate(rows):
        before = [one for one in rows[:i] if one["id"] == row["id"]]
        own = [one for one in before if one["language"] == row["language"] or not each_language]
        if empty and not empty(row["text"]):
            wrong.add(i)
        if known and row["label"] not in labels:
            wrong.add(i)
        if ids and own:
            wrong.add(i)
        if leaks and before and before[0]["split"] != row["split"]:
            wrong.add(i)
    return wrong


def dealt(rows, rank, processes):
    return [row for i, row in enumerate(rows) if i % processes == rank]


def written(weights, index, values):
    merged = a(weights).astype(float)
    np.put(merged, a(index), a(values))
    return merged


def each_fault(rows, labels):
    """The rows of each kind of fault, kind by kind."""
    off = {"empty": None, "known": False, "ids": False, "leaks": False}
    ons = {"empty": str.strip, "known": True, "ids": True, "leaks": True}
    return [list(table(rows, labels, **off | {kind: on})) for kind, on in ons.items()]


def forgetful(rows, labels):
    """Ids of wrong rows are not kept."""
    wrong, seen, first = [], set(), {}
    for i, row in enumerate(rows):
        own = row["language"], row["id"]
        fits = row["text"].strip() and row["label"] in labels and own not in seen
        if fits and first.setdefault(row["id"], row["split"]) == row["split"]:
            seen.add(own)
        else:
            wrong.append(i)
    return wrong


def from_last(rows, labels):
    """The split of an id is overwritten by each row."""
    last, wrong = {}, table(rows, labels, leaks=False)
    for i, row in enumerate(rows):
        if row["id"] in last and last[row["id"]] != row["split"]:
            wrong.add(i)
        last[row["id"]] = row["split"]
    return wrong


WRONG = {
    "mask_bits": {
        "the base": lambda d: entropy(d, math.e),
        "one term": lambda d: d * math.log2(1 / d),
        "sign is turned": lambda d: -entropy(d),
        "each chosen place": lambda d: entropy(d) / d,
    },
    "state_bytes": {
        "masking saves nothing": bill(lambda d: 12 * d, 24),
        "the mask itself": bill(lambda d: 13, 24),
        "the whole gradient": lambda d: {"masked": 12, "packed": 24 * d + 4},
        "its place": bill(lambda d: 12, 16),
        "4 bytes are missing": bill(lambda d: 12, 20),
        "too few": bill(lambda d: 8, 20),
        "own weights": lambda d: {"masked": 16, "packed": 4 + 24 * d},
    },
    "gaps": {
        "off by one": lambda places: np.diff(places, prepend=0),
        "cannot be found again": lambda places: np.diff(places),
        "between two places": lambda places: np.diff(places, prepend=-1) - 1,
    },
    "check_table": {
        "text of spaces": lambda *args: table(*args, empty=str),
        "texts are not looked at": lambda *args: table(*args, empty=None),
        "labels are not": lambda *args: table(*args, known=False),
        "stands twice": lambda *args: table(*args, ids=False),
        "training and in test": lambda *args: table(*args, leaks=False),
        "a translation": lambda *args: table(*args, each_language=False),
        "counted from 1": lambda *args: [i + 1 for i in table(*args)],
        "a tab": lambda *args: table(*args, empty=lambda text: text.replace(" ", "")),
        "is forgotten": forgetful,
        "stood first, not": from_last,
        "twice.": lambda rows, labels: sorted(sum(each_fault(rows, labels), [])),
    },
    "own_rows": {
        "blocks": lambda rows, rank, n: (
            np.array_split(rows, n)[rank]
            if len(rows) < n
            else rows[rank * math.ceil(len(rows) / n) :][: math.ceil(len(rows) / n)]
        ),
        "rows are lost": lambda rows, rank, n: dealt(rows[: len(rows) - len(rows) % n], rank, n),
        "begin at 0": lambda rows, rank, n: dealt(rows, (rank - 1) % n, n),
        "all rows": lambda rows, rank, n: a(rows),
        "of process 0": lambda rows, rank, n: rows[::n][rank:],
        "numbers": lambda rows, rank, n: [i for i in range(len(rows)) if i % n == rank],
    },
    "merge": {
        "are added": lambda w, index, values: a(w) + written(np.zeros(w.shape), index, values),
        "everything else is gone": lambda w, i, v: written(np.zeros(w.shape), i, v),
        "shape is lost": lambda *args: written(*args).ravel(),
        "nothing has changed": lambda weights, index, values: weights,
    },
}

RIGHT = [
    ("mask_bits", entropy),
    ("state_bytes", bill(lambda d: 12, 24)),
    ("gaps", lambda places: np.diff([-1, *places])),
    ("check_table", table),
    ("own_rows", dealt),
    ("own_rows", lambda rows, rank, n: [rows[i] for i in range(rank, len(rows), n)]),
    ("merge", written),
    ("merge", lambda weights, index, values: weights.clone().put_(index, values)),
]


@pytest.mark.parametrize("name, words, function", flat(WRONG))
def test_a_mistake_is_found(name, words, function):
    finds(name, words, function)


def test_every_mistake_is_made_here():
    all_proven(WRONG, {"cheap", "your_model"})


@pytest.mark.parametrize("name, function", RIGHT)
def test_another_right_answer_passes(name, function):
    passes(name, function)
