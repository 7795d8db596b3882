"""Training, step by step: the data of an explorer, made of a trace.

Between two looks the loss is a mean over the steps, so that all curves have the same points. The
right answers become percents with their 95 % Wilson intervals: other test rows, not other draws of
the training examples. A trace is one run a method, and the page says so.

Reading order: `training`. What this file does not do: train (`trace.record`), or draw
(`step_by_step.html`).
"""

from __future__ import annotations

import numpy as np

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure.evaluate import wilson

from . import pictures
from .page import Explorer, explorer, look

KEYS = ("format", "languages", "items", "trained_on", "runs")


def training(trace: dict) -> Explorer:
    """The explorer of a trace that `record` made.

    >>> run = {"name": "LTP", "trained": 890, "loss": [0.7, 0.5], "at": [0, 2],
    ...        "prompt": [0.0, 0.1], "weights": [0.0, 0.01], "right": {"en": [1, 2]}}
    >>> training({"format": 1, "languages": ["en"], "items": {"en": 2}, "trained_on": "en",
    ...           "runs": [run]})
    Explorer(step_by_step, ... bytes)
    """
    check(trace)
    names = {c: LANGUAGES[c].name if c in LANGUAGES else c for c in trace["languages"]}
    runs = [
        {
            "at": run["at"],
            "trained": run["trained"],
            "prompt": run["prompt"],
            "weights": run["weights"],
            "loss": losses(run),
            "right": {
                code: _percents(right, trace["items"][code]) for code, right in run["right"].items()
            },
        }
        for run in trace["runs"]
    ]
    data = {
        "languages": names,
        "items": trace["items"],
        "trained_on": trace["trained_on"],
        "methods": look([run["name"] for run in trace["runs"]]),
        "runs": runs,
    }
    return explorer("step_by_step", data, _still(trace, runs))


def losses(run: dict) -> list[float | None]:
    """The mean loss between two looks; None for the first, before any step.

    >>> losses({"at": [0, 2, 3], "loss": [1.0, 0.5, 0.25]})
    [None, 0.75, 0.25]
    """
    spans = zip(run["at"], run["at"][1:], strict=False)
    return [None, *(round(float(np.mean(run["loss"][a:b])), 4) for a, b in spans)]


def check(trace: dict) -> None:
    """Raise ValueError if the trace is not one, or is not whole."""
    if missing := [key for key in KEYS if key not in trace]:
        raise ValueError(f"this is no trace, it lacks {missing[0]!r}; make one with `record`")
    if trace["format"] != 1 or not trace["runs"]:
        raise ValueError(
            f"this trace has format {trace['format']} and {len(trace['runs'])} runs; "
            f"format 1 and at least one run are needed"
        )
    for run in trace["runs"]:
        rows = [run["prompt"], run["weights"], *run["right"].values()]
        whole = run["at"] and run["at"][-1] == len(run["loss"])
        whole = whole and all(len(row) == len(run["at"]) for row in rows)
        if not whole or set(run["right"]) != set(trace["languages"]):
            raise ValueError(f"the run {run['name']!r} of this trace is not whole; record it again")


def _percents(right: list[int], n: int) -> list[list[float]]:
    """Percent right, low, high at each look."""
    return [[round(100 * x, 1) for x in (count / n, *wilson(count, n))] for count in right]


def _still(trace: dict, runs: list[dict]) -> str:
    curves = {
        run["name"]: [p for p in zip(shown["at"], shown["loss"], strict=True) if p[1] is not None]
        for run, shown in zip(trace["runs"], runs, strict=True)
    }
    last = ", ".join(f"{name} {curve[-1][1]:.2f}" for name, curve in curves.items() if curve)
    says = f"Training loss over the steps, one line a method. In the end: {last}."
    return pictures.lines(curves, ["step", "loss"], says)
