"""Equal tuning for all: of each method's runs in the grids, the settings that do best on dev.

    ltp sweep benchmarks/grid.toml --out data/results
    ltp sweep benchmarks/grid_edge.toml --out data/results
    python -m ltp_core.study.tuning data/results/grid{,_edge}.parquet --save benchmarks/rates.toml
    ltp sweep benchmarks/grid_long.toml --out data/results
    python -m ltp_core.study.tuning data/results/grid{,_edge,_long}.parquet \\
        --save benchmarks/rates.toml

The first line runs a grid: for each method the same factors on its own rates, so as many runs for
each. The second goes a factor further where the best rate lay at the edge. The third writes the
choices where the other specs look for them, with every score beside them. The fourth trains longer
at the chosen rates, and the last chooses among all. The score is the mean accuracy over languages
and seeds. Rows that were not measured on dev are an error.

Reading order: `scores`, `choose`, `written`.

What it does not do: run, or look at the test items.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from ..measure import results

TUNED = ("learning_rate", "prompt_rate", "epochs")
Score: TypeAlias = tuple[float, dict[str, Any]]  # accuracy, settings


def scores(rows: list[results.Row]) -> dict[str, list[Score]]:
    """For each method its settings with their mean accuracy, in the order of the grid.

    >>> def row(accuracy, seed, rate):
    ...     spec = json.dumps({"train": {"learning_rate": rate}})
    ...     return dict(method="full", accuracy=accuracy, seed=seed, tested="dev", spec=spec)
    >>> scores([row(0.4, 0, 1e-4), row(0.6, 1, 1e-4), row(0.4, 0, 3e-4), row(0.5, 1, 3e-4)])
    {'full': [(0.5, {'learning_rate': 0.0001}), (0.45, {'learning_rate': 0.0003})]}
    """
    if tested := sorted({row["tested"] for row in rows} - {"dev"}):
        raise ValueError(f"settings are chosen on dev, but these rows are of {tested[0]!r}")
    table: dict[str, dict[str, list[float]]] = {}
    for row in rows:
        train = json.loads(row["spec"]).get("train", {})
        settings = json.dumps({key: train[key] for key in TUNED if key in train})
        table.setdefault(row["method"], {}).setdefault(settings, []).append(row["accuracy"])
    counts = {len(found) for settings in table.values() for found in settings.values()}
    if len(counts) > 1:
        raise ValueError(
            f"some settings have {min(counts)} rows, some {max(counts)}; finish the sweep"
        )
    return {
        method: [(float(np.mean(found)), json.loads(key)) for key, found in settings.items()]
        for method, settings in table.items()
    }


def choose(table: dict[str, list[Score]]) -> dict[str, dict[str, Any]]:
    """The best settings of each method; of equal ones the first.

    >>> choose({"full": [(0.5, {"epochs": 12}), (0.5, {"epochs": 36})]})
    {'full': {'epochs': 12}}
    """
    return {method: max(found, key=lambda score: score[0])[1] for method, found in table.items()}


def written(table: dict[str, list[Score]]) -> str:
    """The choices as TOML, and above each the whole grid in comments.

    >>> print(written({"full": [(0.5, {"epochs": 12}), (0.25, {"epochs": 36})]}))
    # Chosen on dev by `python -m ltp_core.study.tuning`; do not edit. * marks the choice.
    <BLANKLINE>
    # * .500  epochs = 12
    #   .250  epochs = 36
    [full]
    epochs = 12
    <BLANKLINE>
    """
    lines = [
        "# Chosen on dev by `python -m ltp_core.study.tuning`; do not edit. * marks the choice."
    ]
    for method, best in choose(table).items():
        lines.append("")
        for accuracy, settings in table[method]:
            mark = "*" if settings == best else " "
            shown = ", ".join(f"{key} = {value:g}" for key, value in settings.items())
            lines.append(f"# {mark} {accuracy:.3f}  {shown}".replace(" 0.", " .", 1))
        lines.append(f"[{method}]")
        lines += [f"{key} = {value!r}" for key, value in best.items()]
    return "\n".join(lines) + "\n"


def main(argv: list[str] | None = None) -> None:
    """Print the choices, and with --save write them."""
    parser = argparse.ArgumentParser(
        prog="python -m ltp_core.study.tuning", description=main.__doc__
    )
    parser.add_argument("rows", nargs="+", help="the Parquet files of sweeps on dev")
    parser.add_argument("--save", metavar="FILE", help="where to write the choices")
    args = parser.parse_args(argv)
    text = written(scores([row for path in args.rows for row in results.read(path)]))
    print(text, end="")
    if args.save:
        Path(args.save).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
