"""The figures of what a soft prompt was good for: by language, and against all weights.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn.

Reading order: `answers`, `shortfall` (the stored measurement).

What it does not do: train, or show the prompt itself (`prompt_figures.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure import results
from ltp_core.measure.bootstrap import macro_interval
from ltp_core.measure.evaluate import Table

from .. import looks
from ..looks import BLUE, GREY, INK, ORANGE
from ..verdicts import findings
from .overview import measured
from .style import drawn, flush

LOOKS = [(GREY, "o"), (ORANGE, "^"), (BLUE, "s")]
DRAWN = {"o": "●", "^": "▲", "s": "■", "": "▌"}  # the marks as letters, for the names below


def names_below(axes, looks: Mapping[str, tuple[str, str]], at: Sequence[float]) -> None:
    """The names of the marks, under the axis: among the marks they would hide some."""
    for (name, (colour, marker)), x in zip(looks.items(), at, strict=False):
        axes.annotate(
            f"{DRAWN[marker]} {name}",
            (x, 0),
            xytext=(0, -46),
            color=colour,
            fontsize=9,
            xycoords="axes fraction",
            textcoords="offset points",
        )


@drawn
def answers(tables: Mapping[str, Table], same: Mapping[str, float]) -> Figure:
    """Accuracy by language with 95 % intervals; at each: the last model minus the first.

    same: language -> the share that is right if every answer is the commonest class.

    >>> wrong, right = Table.of({"qu": np.zeros(9)}), Table.of({"qu": np.ones(9)})
    >>> figure = answers({"no prompt": wrong, "prompt": right}, same={"qu": 0.2})
    >>> figure.axes[0].get_title("left").splitlines()
    ['The prompt is better than no prompt', 'in 1 of 1 languages, worse in 0']
    >>> figure.axes[0].get_yticklabels()[0].get_text()
    'Quechua:\\nbetter'
    """
    (first, start), (last, end) = list(tables.items())[0], list(tables.items())[-1]
    codes = [row.language for row in start.rows]
    names = [LANGUAGES[code].name for code in codes]
    figure, axes = plt.subplots(figsize=(4.8, 1.9 + 0.5 * len(codes)))
    for number, table in enumerate(tables.values()):
        colour, marker = LOOKS[number]
        for place, row in enumerate(table.rows):
            y = place + 0.22 * (number - (len(tables) - 1) / 2)
            axes.plot([100 * row.low, 100 * row.high], [y, y], color=colour, linewidth=1.5)
            axes.plot(100 * row.accuracy, y, marker, color=colour)
    names_below(axes, dict(zip(tables, LOOKS, strict=False)), (0, 0.3, 0.68))
    for place, code in enumerate(codes):
        ends = [place - 0.42, place + 0.42]
        axes.plot([100 * same[code]] * 2, ends, color=INK, linewidth=1.2, linestyle="--", zorder=0)
    rules = [findings.rule(_gap([end], [start], code)) for code in codes]
    says = [f"{name}:\n{rule}" for name, rule in zip(names, rules, strict=True)]
    axes.set_yticks(range(len(codes)), [text.replace("clear ", "clear\n") for text in says])
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, 100), ylim=(len(codes) - 0.5, -0.5))
    axes.grid(axis="x")
    axes.set_xlabel("% right, with 95 % interval; dashed: always people")
    better, worse = rules.count("better"), rules.count("worse")
    said = f"in {better} of {len(codes)} languages, worse in {worse}"
    axes.set_title(f"The {last} is better than {first}\n{said}")
    return flush(figure)


def _gap(ours: Sequence[Table], theirs: Sequence[Table], language: str):
    """The difference of two models in one language, paired by draw and item."""
    cubes = [
        np.stack([table.correct[language] for table in own])[:, None].astype(float)
        for own in (ours, theirs)
    ]
    return macro_interval(*cubes)


def _points(share: float) -> str:
    """`+1.0`, with a real minus, and never `−0.0`.

    >>> _points(0.01), _points(-1e-9), _points(-0.02)
    ('+1.0', '+0.0', '−2.0')
    """
    return f"{round(100 * share, 1) + 0.0:+.1f}".replace("-", "−")


@drawn
def shortfall(found: findings.Stored, same: Mapping[str, float]) -> Figure:
    """The stored measurement: a prompt alone and all weights with it, by group of languages.

    same: group -> the share that is right if every answer is the commonest class.
    """
    methods = ("prompt_only", "full")
    if not all(found.of(method) for method in methods):
        return measured(findings.Stored([], {}))
    means = results.summary(found.of(*methods), found.items)
    trained = [
        f"{findings.NAMES[m]},\n{found.of(m)[0]['trained_parameters']:,} numbers" for m in methods
    ]
    figure, all_axes = plt.subplots(
        len(same), 1, sharex=True, squeeze=False, figsize=(4.8, 1.5 + 0.95 * len(same))
    )
    for axes, group in zip(all_axes[:, 0], same, strict=True):
        for y, method in enumerate(methods):
            value, (_, colour, _, marker) = means[method][group], looks.look(method)
            axes.plot([100 * value.low, 100 * value.high], [y, y], color=colour)
            axes.plot(100 * value.mean, y, marker, color=colour)
            axes.annotate(
                f"{100 * value.mean:.1f}",
                (100 * value.high, y),
                xytext=(6, 0),
                textcoords="offset points",
                va="center",
                color=colour,
            )
        axes.axvline(100 * same[group], color=INK, linewidth=1.2, linestyle="--")
        axes.set_yticks([0, 1], trained)
        axes.set(xlim=(0, 100), ylim=(1.6, -0.6))
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        axes.set_title(findings.GROUPS[group], fontsize=10, fontweight="normal")
    all_axes[-1, 0].set_xlabel("mean % right, with 95 % interval;\ndashed: always the same answer")
    gaps = [findings.difference(found, *methods, group) for group in same]
    worse = sum(findings.rule(gap) == "worse" for gap in gaps)
    title = f"A prompt alone is worse in {worse} of {len(gaps)} groups,\nin points: "
    title += ", ".join(_points(gap.mean) for gap in gaps)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure
