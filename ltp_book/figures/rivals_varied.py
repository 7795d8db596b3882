"""The figures of a fair comparison in which one thing is varied: the rate, or the examples.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. Each method has its colour in the whole book (`looks`).

Reading order: `at_one_rate`, `curve`.

What it does not do: read result files, or decide who is better. `compare.py` decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ltp_core.measure.bootstrap import Interval

from .. import looks
from ..looks import SOFT
from ..verdicts.findings import ALL_NAMES
from .rivals import colour as part
from .style import _apart, drawn, flush


def colour(method: str) -> str:
    """The colour of a method in the whole book, by its code.

    >>> colour("ltp"), colour("lora")
    ('#0063a6', '#7048fd')
    """
    return looks.look(method).light


@drawn
def at_one_rate(
    accuracies: Mapping[float, Mapping[str, Sequence[float]]], verdicts: Mapping[float, str]
) -> Figure:
    """A dot for each draw, a row for each method at a rate, a bar at the mean.

    accuracies: rate -> method -> accuracy in each draw. verdicts: rate -> of LTP minus the other.

    >>> runs = {0.002: {"ltp": [0.4, 0.3], "random_ticket": [0.4, 0.1]}}
    >>> print(at_one_rate(runs, {0.002: "no clear difference"}).axes[0].get_title("left"))
    At no rate is LTP clearly ahead
    of the random ticket
    """
    rows = [(eta, method) for eta, of in accuracies.items() for method in of]
    figure, axes = plt.subplots(figsize=(4.8, 1.4 + 0.36 * len(rows)))
    heights = [n + 0.5 * (n // len(next(iter(accuracies.values())))) for n in range(len(rows))]
    for y, (eta, method) in zip(heights, rows, strict=True):
        points = [100 * x for x in accuracies[eta][method]]
        axes.plot(points, [y] * len(points), "o", color=part(method), alpha=0.75)
        middle = float(np.mean(points))
        axes.plot([middle, middle], [y - 0.36, y + 0.36], color=part(method), linewidth=2.5)
        _at_the_right(axes, f"{middle:.1f}", y, part(method))
    _at_the_right(axes, "mean", -0.75, SOFT)
    axes.set_yticks(heights, [f"{ALL_NAMES[method]} at {eta:g}" for eta, method in rows])
    for label, (_, method) in zip(axes.get_yticklabels(), rows, strict=True):
        label.set_color(part(method))
    axes.set_ylim(max(heights) + 0.6, -0.9)
    axes.tick_params(axis="y", length=0, labelsize=9.5)
    axes.grid(axis="x")
    axes.set_xlim(0, 1.2 * axes.get_xlim()[1])
    axes.set_xlabel("% right in low-resource languages, a dot a draw")
    ahead = [f"{eta:g}" for eta, verdict in verdicts.items() if verdict == "better"]
    where = f"At {' and '.join(ahead)} LTP is" if ahead else "At no rate is LTP"
    axes.set_title(f"{where} clearly ahead\nof the random ticket")
    return flush(figure)


def _at_the_right(axes: Axes, text: str, y: float, own: str) -> None:
    """A word at the right edge of a row."""
    axes.annotate(
        text,
        (1, y),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=9.5,
        color=own,
    )


@drawn
def curve(means: Mapping[str, Mapping[str, Interval]], group: str) -> Figure:
    """Accuracy over the number of examples, one line per method. means: method -> "16" -> Interval.

    >>> few, many = Interval(0.2, 0.1, 0.3), Interval(0.5, 0.4, 0.6)
    >>> figure = curve({"ltp": {"1": few, "all": few}, "full": {"1": few, "all": many}}, "English")
    >>> print(figure.axes[0].get_title("left"))
    English: LTP's place among 2
    with 1, all examples: 1, 2
    """
    figure, axes = plt.subplots(figsize=(4.8, 3.8))
    steps = list(next(iter(means.values())))
    ends = {}
    for method, of in means.items():
        _, own, _, marker = looks.look(method)
        there = range(len(steps))
        aside = [x + 0.06 * (len(ends) - len(means) / 2) for x in there]  # so that no bar hides one
        axes.plot(aside, [100 * of[k].mean for k in steps], marker, color=own, linestyle="-")
        axes.vlines(
            aside,
            [100 * of[k].low for k in steps],
            [100 * of[k].high for k in steps],
            color=own,
            linewidth=1,
        )
        ends[method] = 100 * of[steps[-1]].mean
    labels = _apart(dict(ends), 6)
    above = np.mean(list(labels.values())) - np.mean(list(ends.values()))
    for method, height in labels.items():  # a thin line leads from each line's end to its name
        axes.annotate(
            ALL_NAMES[method],
            (len(steps) - 0.8, ends[method]),
            xytext=(1.06, height - above),
            textcoords=("axes fraction", "data"),
            va="center",
            fontsize=9.5,
            color=colour(method),
            arrowprops=dict(arrowstyle="-", color=colour(method), linewidth=0.7, shrinkA=1),
        )
    axes.set_xticks(range(len(steps)), steps)
    axes.set_ylim(0, max(axes.get_ylim()[1], *labels.values()) + 5)
    axes.grid(axis="y")
    axes.set_xlabel("English examples per class")
    axes.set_ylabel("mean % right, with 95 % interval")
    place = [1 + sum(of[k].mean > means["ltp"][k].mean for of in means.values()) for k in steps]
    axes.set_title(
        f"{group}: LTP's place among {len(means)}\n"
        f"with {', '.join(steps)} examples: {', '.join(map(str, place))}"
    )
    return flush(figure)
