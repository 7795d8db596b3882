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


WRONG = {
    "mask_bits": {
        "the base": lambda d: entropy(d, math.e),
        "one term": lambda d: d * math.log2(1 / d),
        "sign is turned": lambda d: -entropy(d),
        "each chosen place": lambda d: entropy(d) / d,
    },
    "state_bytes": {
        "masking saves nothing": bill(lambda d: 12 * d, 24),
        "its place": bill(lambda d: 12, 16),
        "the copy": bill(lambda d: 12, 20),
        "two moments": bill(lambda d: 8, 20),
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
    ("merge", written),
]


@pytest.mark.parametrize("name, words, function", flat(WRONG))
def test_a_mistake_is_found(name, words, function):
    finds(name, words, function)


def test_every_mistake_is_made_here():
    all_proven(WRONG, {"cheap", "your_model"})


@pytest.mark.parametrize("name, function", RIGHT)
def test_another_right_answer_passes(name, function):
    passes(name, function)
