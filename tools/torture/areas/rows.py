"""Rows with wrong columns, types, labels and lengths."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from ltp_core.measure.evaluate import evaluate, predict
from ltp_core.stage1.find import find_ticket
from ltp_core.stage2.prompt import PromptModel
from ltp_core.stage2.train import train

from ..good import QUICK, TEST, WORDS, Good
from ..judge import Case

BAD: dict[str, tuple[Any, ...]] = {
    "text": (None, float("nan"), 1, 1.5, b"rice", ["rice"], {}, True, np.str_, object()),
    "label": (None, float("nan"), 2, -1, 10**30, 0.0, 1.0, "0", "food", True, [0], b"\0", object()),
    "language": (None, float("nan"), 1, ["en"], b"en", object()),
}


def case(rng: Random, good: Good, home: Path) -> Case:
    """One thing wrong with the rows, given to one of the functions that read them."""
    rows: dict[str, Any] = {name: list(column) for name, column in TEST.items()}
    name = rng.choice(["find_ticket", "train", "evaluate", "predict"])
    read = {"find_ticket": ["text"], "predict": ["text"], "train": ["text", "label"]}
    column = rng.choice(read.get(name, ["text", "label", "language"]))
    how = rng.choice(["value", "value", "value", "value", "column", "length", "empty", "kind"])
    wrong = f"{name}: {column}, {how}"
    if how == "value":
        rows[column][rng.randrange(4)] = value = rng.choice(BAD[column])
        wrong += f" {value!r}"
    elif how == "column":
        rows[column.upper()] = rows.pop(column)
    elif how == "length":
        rows[column] = rows[column] * 2 if rng.random() < 0.5 else rows[column][:2]
    elif how == "empty":
        rows = {key: [] for key in rows}
        if name == "predict":  # nothing in, nothing out
            rows["text"] = [None]
    else:
        rows[column] = rng.choice([None, 7, 1.5, object()])
        wrong += f" {rows[column]!r}"
    if name == "find_ticket":
        given = rows if how == "length" else {"text": rows["text"]} if "text" in rows else {"x": []}
        return Case(wrong, lambda: find_ticket(good.lm, given, steps=1, progress=False))
    if name == "train":
        return Case(wrong, lambda: train(good.lm, rows, **QUICK))
    model = PromptModel(good.lm, WORDS, 2)
    function: Any = evaluate if name == "evaluate" else predict
    return Case(wrong, lambda: function(model, rows))
