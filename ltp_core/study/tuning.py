"""Equal tuning for all: of each method's runs in the grids, the settings that do best on dev.

    ltp sweep benchmarks/grid.toml --out data/results
    python -m ltp_core.study.tuning data/results/grid.parquet --save benchmarks/rates.toml

The first line runs a grid: both rates, several draws of the examples. The second writes the choices
where the other specs look for them, with every score beside them. Several files are read as one
grid, so a second spec can go further where the best value lay at an edge.

What is chosen. A draw's accuracy is the mean over languages. Of a setting with n draws,

    score = mean over draws − standard error,        standard error = deviation / √n,

so a setting that is best by luck, beside a cliff, loses to one that is good each time. With one
draw nothing is known of luck, and the score is the mean.

What is warned of, in the file that is written: a best value at the edge of what was tried, and a
method that had fewer tries than another. Rows that were not measured on dev are an error.

One method may have been run in several ways: tickets, densities, ways to make the prompt. Rates,
epochs and the making of the prompt are chosen, all else is a row of its own; with
`--apart prompt_start prompt_place` these are rows of their own, too.

After successive halving (`halving.py`) say `--halved`: most settings have one draw then, and the
choice is among those that have the most.

Reading order: `scores`, `choose`, `warnings`, `written`.

What it does not do: run, or look at the test items.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..measure import results
from .spec_rules import FORM  # chosen, too, where it is not the same in all rows

TUNED = ("learning_rate", "prompt_rate", "epochs")


class Score(NamedTuple):
    """What a setting reached."""

    mean: float  # over draws and languages
    settings: dict[str, Any]
    error: float = 0.0  # the standard error over draws; 0 where there was one
    draws: int = 1

    @property
    def safe(self) -> float:
        """The mean less one standard error."""
        return self.mean - self.error


def scores(
    rows: list[results.Row], apart: Iterable[str] = (), *, halved: bool = False
) -> dict[str, list[Score]]:
    """For each method its settings with their scores, in the order of the grid.

    Args:
        halved: some settings have fewer draws than others, because they were left behind.

    Raises:
        ValueError: rows were not tested on dev, or the sweep is not finished.

    >>> def row(accuracy, seed, rate):
    ...     spec = json.dumps({"train": {"learning_rate": rate}})
    ...     return dict(method="full", accuracy=accuracy, seed=seed, tested="dev", spec=spec)
    >>> scores([row(0.4, 0, 1e-4), row(0.6, 1, 1e-4)])
    {'full': [Score(mean=0.5, settings={'learning_rate': 0.0001}, error=0.1, draws=2)]}
    """
    if tested := sorted({row["tested"] for row in rows} - {"dev"}):
        raise ValueError(f"settings are chosen on dev, but these rows are of {tested[0]!r}")
    specs = [json.loads(row["spec"]) for row in rows]
    tables = [spec.get("train", {}) for spec in specs]
    differ = [n for n in FORM if len({json.dumps(train.get(n)) for train in tables}) > 1]
    tuned = [*TUNED, *(name for name in differ if name not in apart)]
    split = []
    for row, spec, train in zip(rows, specs, tables, strict=True):
        rest = {key: value for key, value in train.items() if key not in tuned}
        settings = json.dumps({key: train[key] for key in tuned if key in train})
        split.append(row | {"spec": json.dumps(spec | {"train": rest}), "settings": settings})
    found: dict[str, dict[str, dict[int, list[float]]]] = {}  # arm -> settings -> draw -> languages
    for arm, mine in results.arms(split).items():
        for row in mine:
            draws = found.setdefault(arm, {}).setdefault(row["settings"], {})
            draws.setdefault(row["seed"], []).append(row["accuracy"])
    each = [draws.values() for one in found.values() for draws in one.values()]
    counts = {sum(map(len, draws)) for draws in each}
    if halved:
        counts = {len(languages) for draws in each for languages in draws}
    if len(counts) > 1:
        raise ValueError(
            f"some settings have {min(counts)} rows, some {max(counts)}; finish the sweep"
        )
    return {
        arm: [_score(draws.values(), json.loads(key)) for key, draws in one.items()]
        for arm, one in found.items()
    }


def _score(draws: Iterable[list[float]], settings: dict[str, Any]) -> Score:
    means = [float(np.mean(languages)) for languages in draws]
    error = np.std(means, ddof=1) / len(means) ** 0.5 if len(means) > 1 else 0.0
    return Score(float(np.mean(means)), settings, round(float(error), 6), len(means))


def best(found: list[Score]) -> Score:
    """The setting with the best score, among those with the most draws; of equal ones the first.

    >>> best([Score(0.55, {"epochs": 36}, error=0.1), Score(0.5, {"epochs": 12})]).settings
    {'epochs': 12}
    """
    most = max(score.draws for score in found)
    return max((score for score in found if score.draws == most), key=lambda score: score.safe)


def choose(table: dict[str, list[Score]]) -> dict[str, dict[str, Any]]:
    """The best settings of each method.

    >>> choose({"full": [Score(0.5, {"epochs": 12}), Score(0.5, {"epochs": 36})]})
    {'full': {'epochs': 12}}
    """
    return {method: best(found).settings for method, found in table.items()}


def warnings(table: dict[str, list[Score]]) -> dict[str, list[str]]:
    """For each method what speaks against trusting its choice.

    >>> rates = [Score(0.1 * i, {"learning_rate": 10.0**i}) for i in (0, 1, 2)]
    >>> warnings({"full": rates, "ltp": rates[:1]})["full"]
    ['the best learning_rate lies at the edge of what was tried, 1 to 100: go further']
    >>> warnings({"full": rates, "ltp": rates[:1]})["ltp"]
    ['1 tried, and of another method 3: give each as many']
    """
    most = max(map(len, table.values()))
    said = {method: _edges(found) for method, found in table.items()}
    for method, found in table.items():
        if len(found) < most:
            fewer = f"{len(found)} tried, and of another method {most}"
            said[method].append(f"{fewer}: give each as many")
    return said


def _edges(found: list[Score]) -> list[str]:
    """The best values that are the least or the most of those tried with the same prompt."""
    chosen = best(found).settings
    same = [s.settings for s in found if all(s.settings.get(n) == chosen.get(n) for n in FORM)]
    tried = [_coordinates(settings) for settings in same]
    said = []
    for name, value in _coordinates(chosen).items():
        values = sorted({one[name] for one in tried if name in one})
        if len(values) > 1 and value in (values[0], values[-1]) and value > 0:  # 0 has no beyond
            where = f"the edge of what was tried, {values[0]:g} to {values[-1]:g}"
            said.append(f"the best {name} lies at {where}: go further")
    return said


def _coordinates(settings: dict[str, Any]) -> dict[str, float]:
    """The axes of a grid: where both rates are tuned, the prompt's is told by its ratio."""
    found = {name: settings[name] for name in ("learning_rate", "epochs") if settings.get(name)}
    if settings.get("prompt_rate") is not None:
        body = settings.get("learning_rate")
        name = "ratio of the prompt's rate" if body else "prompt_rate"
        found[name] = float(f"{settings['prompt_rate'] / (body or 1):.2g}")
    return found


def written(table: dict[str, list[Score]]) -> str:
    """The choices as TOML, and above each the whole grid in comments, and what speaks against it.

    >>> print(written({"full": [Score(0.5, {"epochs": 12}, 0.02), Score(0.25, {"epochs": 36})]}))
    # Chosen on dev by `python -m ltp_core.study.tuning`; do not edit. * marks the choice.
    <BLANKLINE>
    # * .500 ± .020  epochs = 12
    #   .250  epochs = 36
    # ! the best epochs lies at the edge of what was tried, 12 to 36: go further
    [full]
    epochs = 12
    <BLANKLINE>
    """
    lines = [
        "# Chosen on dev by `python -m ltp_core.study.tuning`; do not edit. * marks the choice."
    ]
    against = warnings(table)
    for method, chosen in choose(table).items():
        lines.append("")
        most = max(score.draws for score in table[method])
        for score in table[method]:
            mark = "*" if score.settings == chosen else " "
            spread = f" ± {score.error:.3f}" if score.error else ""
            spread += f" ({score.draws} of {most} draws)" if score.draws < most else ""
            shown = ", ".join(f"{key} = {_short(value)}" for key, value in score.settings.items())
            numbers = f"{score.mean:.3f}{spread}".replace("0.", ".")
            lines.append(f"# {mark} {numbers}  {shown}")
        lines += [f"# ! {warning}" for warning in against[method]]
        lines.append(f"[{method}]" if method.isidentifier() else f"[{json.dumps(method)}]")
        lines += [f"{key} = {json.dumps(value)}" for key, value in chosen.items()]
    return "\n".join(lines) + "\n"


def _short(value: object) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{value:g}" if number else json.dumps(value, ensure_ascii=False)


def main(argv: list[str] | None = None) -> None:
    """Print the choices, and with --save write them."""
    parser = argparse.ArgumentParser(
        prog="python -m ltp_core.study.tuning", description=main.__doc__
    )
    parser.add_argument("rows", nargs="+", help="the Parquet files of sweeps on dev")
    parser.add_argument("--save", metavar="FILE", help="where to write the choices")
    parser.add_argument(
        "--apart", nargs="+", default=[], choices=FORM, help="what is compared and not chosen"
    )
    parser.add_argument(
        "--halved", action="store_true", help="the sweep left settings behind after each draw"
    )
    args = parser.parse_args(argv)
    rows = [row for path in args.rows for row in results.read(path)]
    text = written(scores(rows, args.apart, halved=args.halved))
    print(text, end="")
    if args.save:
        Path(args.save).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
