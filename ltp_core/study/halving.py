"""Successive halving: try all settings on one draw, and go on with the better ones.

A spec with the table

    [halving]
    keep = 0.5                         # the share that goes on after each draw, rounded up
    apart = ["prompt_start"]           # compared, and not chosen: rows of their own

is not run whole. Its seeds are rounds. After each, the settings of a method (and of each ticket,
density, and value of what is `apart`) are put in order by their mean over languages and the draws
so far, and the better share goes on. So the rule is in a file before anything is run, and a setting
that is far behind costs one run instead of three.

Source: Jamieson & Talwalkar (2016), *Non-stochastic best arm identification and hyperparameter
optimization*, arXiv 1502.07943; there the rounds are longer training, here more draws.

Reading order: `rule`, `next_runs`, `planned`.

What it does not do: run (`sweep.py`), or choose in the end (`tuning.py --halved`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from ..measure import results
from .spec import Run, read_toml
from .spec_rules import FORM, Settings
from .tuning import TUNED

Arm = dict[str, list[Run]]  # a setting -> its runs, a run for each seed


def rule(path: str | Path) -> Settings:
    """The table [halving] of a spec; empty if it has none."""
    table: Settings = read_toml(Path(path)).get("halving", {})
    return table


def next_runs(runs: Sequence[Run], rule: Settings, out: str | Path) -> list[Run]:
    """The runs that can be done now: all that are not done, and with a rule those of one round.

    Empty when nothing is left.

    Args:
        out: the folder of the sweep.
    """
    if not rule:
        return [run for run in runs if not file_of(run, out).exists()]
    alive = _arms(runs, rule)
    seeds = list(dict.fromkeys(run.seed for run in runs))
    for number, seed in enumerate(seeds, start=1):
        now = [run for arm in alive.values() for many in arm.values() for run in many]
        now = [run for run in now if run.seed == seed and not file_of(run, out).exists()]
        if now:
            return now
        alive = {name: _better(arm, seeds[:number], rule, out) for name, arm in alive.items()}
    return []


def planned(runs: Sequence[Run], rule: Settings) -> int:
    """How many of the runs there will be in all."""
    if not rule:
        return len(runs)
    seeds, total = len({run.seed for run in runs}), 0
    for arm in _arms(runs, rule).values():
        many = len(arm)
        for _ in range(seeds):
            total += many
            many = _share(many, rule)
    return total


def file_of(run: Run, out: str | Path) -> Path:
    """Where a sweep keeps a finished run."""
    return Path(out) / "runs" / f"{run.name}.parquet"


def _arms(runs: Iterable[Run], rule: Settings) -> dict[str, Arm]:
    found: dict[str, Arm] = {}
    for run in runs:
        arm, setting = _place(run, rule.get("apart", []))
        found.setdefault(arm, {}).setdefault(setting, []).append(run)
    return found


def _place(run: Run, apart: Iterable[str]) -> tuple[str, str]:
    """What is compared, and what is chosen, as text.

    >>> _place(Run("ltp", seed=1, train={"epochs": 3, "batch_size": 8}), [])
    ('{"method": "ltp", "train": {"batch_size": 8}}', '{"epochs": 3}')
    """
    tuned = {*TUNED, *FORM} - set(apart)
    chosen = {name: value for name, value in run.train.items() if name in tuned}
    rest = {name: value for name, value in run.train.items() if name not in tuned}
    settings = {name: value for name, value in run.settings().items() if name != "seed"}
    arm = json.dumps(settings | {"train": rest}, sort_keys=True)
    return arm, json.dumps(chosen, sort_keys=True)


def _better(arm: Arm, draws: list[int], rule: Settings, out: str | Path) -> Arm:
    """The better share of an arm's settings; of equal ones the first."""

    def mean(setting: str) -> float:
        files = [file_of(run, out) for run in arm[setting] if run.seed in draws]
        return float(np.mean([_accuracy(results.read(file)) for file in files]))

    ranked = sorted(arm, key=mean, reverse=True)
    kept = set(ranked[: _share(len(arm), rule)])
    return {setting: many for setting, many in arm.items() if setting in kept}


def _accuracy(rows: list[results.Row]) -> float:
    return float(np.mean([row["accuracy"] for row in rows]))


def _share(many: int, rule: Settings) -> int:
    keep: float = rule["keep"]
    return math.ceil(keep * many)  # at least one, since keep is above 0
