"""The study of the prompt, read: each way to make one, at its own best rates.

    started = prompt_ways.read(findings.needed("recipe_prompt").rows)
    started["full"]["sentence, at the hole"].draws        # accuracy of each draw, in a group

A way is where a prompt starts, where it stands, and how it is made. Its rates are chosen on dev as
everywhere (`study/tuning.py`): the mean over all languages less its standard error, among the rates
that went through all draws.

Reading order: `WAYS`, `read`, `gain`, `by_rate`.

What it does not do: draw (`figures/prompt_ways.py`), or run (`benchmarks/recipe_prompt.toml`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from ltp_core.measure import results
from ltp_core.study.spec_rules import FORM
from ltp_core.study.tuning import best, scores

SENTENCE, TRAINED = "words: is a kind of", "file: data/results/next_word.safetensors"
HOLE: dict[str, Any] = {"prompt_place": "hole"}
KEPT: dict[str, Any] = {"keep_positions": True}
QUIET: dict[str, Any] = {"silent": True}
WIDE: dict[str, Any] = {"mlp_width": 128, "mlp_norm": True}
FIRST = "ten pieces, in front"  # the book's first form: the paper says "prepend", no more
WITHOUT = "no prompt"
WAYS: dict[str, dict[str, Any]] = {  # name -> its form
    FIRST: {"prompt_start": "pieces"},
    "ten pieces, in front, positions kept": {"prompt_start": "pieces"} | KEPT,
    "ten pieces, in front, silent": {"prompt_start": "pieces"} | KEPT | QUIET,
    "ten pieces, at the hole": {"prompt_start": "pieces"} | HOLE,
    "query:, in front": {"prompt_start": "query"},
    "label words, at the hole": {"prompt_start": "labels"} | HOLE,
    "sentence, in front": {"prompt_start": SENTENCE},
    "sentence, at the hole": {"prompt_start": SENTENCE} | HOLE,
    "sentence, at the hole, positions kept": {"prompt_start": SENTENCE} | HOLE | KEPT,
    "sentence, at the hole, silent": {"prompt_start": SENTENCE} | HOLE | KEPT | QUIET,
    "sentence, at the hole, re-parametrised": {"prompt_start": SENTENCE} | HOLE | WIDE,
    "pre-trained, at the hole": {"prompt_start": TRAINED} | HOLE,
}
BARE = {"full": "cloze", "ltp": "ticket_only"}  # the same weights without a prompt


class Reached(NamedTuple):
    """What one way reached: the accuracy of each draw, and the settings that were chosen."""

    draws: tuple[float, ...]  # mean over the languages of a group
    settings: dict[str, Any]

    @property
    def mean(self) -> float:
        """The mean over draws."""
        return float(np.mean(self.draws))


def read(rows: Iterable[results.Row], group: str = "low") -> dict[str, dict[str, Reached]]:
    """For each method and each way what was reached in a group; "no prompt" where it was run.

    A way that a method did not run is left out.
    """
    by_way: dict[tuple[str, str], list[results.Row]] = {}
    for row in rows:
        by_way.setdefault((row["method"], way_of(row)), []).append(row)
    inside = results.GROUPS[group]
    found: dict[str, dict[str, Reached]] = {}
    for (method, way), mine in by_way.items():
        [tried] = scores(mine, halved=True).values()
        settings = best(tried).settings
        draws: dict[int, list[float]] = {}
        for row in mine:
            train = json.loads(row["spec"])["train"]
            if row["language"] in inside and settings.items() <= train.items():
                draws.setdefault(row["seed"], []).append(row["accuracy"])
        reached = Reached(tuple(float(np.mean(draws[seed])) for seed in sorted(draws)), settings)
        of = {bare: full for full, bare in BARE.items()}.get(method, method)
        found.setdefault(of, {})[way] = reached
    order = [WITHOUT, *WAYS]
    return {
        method: {way: ways[way] for way in order if way in ways} for method, ways in found.items()
    }


def way_of(row: results.Row) -> str:
    """The name of the way in which a row's prompt was made.

    >>> way_of({"method": "ltp", "spec": '{"train": {"prompt_start": "pieces", "epochs": 12}}'})
    'ten pieces, in front'
    >>> way_of({"method": "cloze", "spec": '{"train": {"epochs": 12}}'})
    'no prompt'
    """
    if row["method"] in BARE.values():
        return WITHOUT
    train = json.loads(row["spec"])["train"]
    form = {name: train[name] for name in FORM if name in train and name != "prompt_length"}
    for name, wanted in WAYS.items():
        if form == wanted:
            return name
    raise ValueError(f"no name is set for the prompt {form}; give it one in prompt_ways.WAYS")


def gain(one: Reached, other: Reached) -> tuple[float, float]:
    """Points that one is ahead of the other: mean over draws, and the standard error.

    The draws are paired: the same examples in both.

    >>> mean, error = gain(Reached((0.5, 0.6), {}), Reached((0.4, 0.4), {}))
    >>> round(mean, 1), round(error, 1)
    (15.0, 5.0)
    """
    apart = 100 * (np.array(one.draws) - np.array(other.draws))
    error = apart.std(ddof=1) / len(apart) ** 0.5 if len(apart) > 1 else float("nan")
    return float(apart.mean()), float(error)


def by_rate(rows: Iterable[results.Row], group: str = "low") -> dict[str, dict[str, float]]:
    """For each method and way: points by which the prompt's highest rate is ahead of its lowest.

    On the first draw, where all settings ran; the weights have one rate. A method without a prompt
    is left out.

    >>> def row(rate, right):
    ...     train = {"prompt_start": "pieces", "prompt_rate": rate, "learning_rate": 0.1}
    ...     return {"method": "ltp", "seed": 0, "language": "qu", "accuracy": right,
    ...             "spec": json.dumps({"train": train})}
    >>> round(by_rate([row(1, 0.5), row(2, 0.4)])["ltp"]["ten pieces, in front"])
    -10
    """
    rows = [row for row in rows if row["language"] in results.GROUPS[group]]
    first = min(row["seed"] for row in rows)
    found: dict[tuple[str, str], dict[float, list[float]]] = {}
    for row in rows:
        way = way_of(row)
        if row["seed"] == first and way != WITHOUT:
            rate = json.loads(row["spec"])["train"]["prompt_rate"]
            rates = found.setdefault((row["method"], way), {})
            rates.setdefault(rate, []).append(row["accuracy"])
    gained: dict[str, dict[str, float]] = {}
    for (method, way), rates in found.items():
        low, high = min(rates), max(rates)
        gained.setdefault(method, {})[way] = 100 * float(np.mean(rates[high]) - np.mean(rates[low]))
    return {method: {way: of[way] for way in WAYS if way in of} for method, of in gained.items()}
