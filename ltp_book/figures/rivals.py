"""The figures of a fair comparison: how each rival was tuned, where it stands, what it costs.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. Each method has its colour in the whole book; hues go by
families (`looks.py`): blue trains the winning ticket, orange to brown as many weights chosen
otherwise, green all weights.

Reading order: `tuning`, `standing`, `beside`, `price`, `curve`.

What it does not do: read result files, or decide who is better. `compare.py` decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.compare import Comparison
from ltp_core.study.tuning import Score, best

from .. import looks
from ..looks import FAINT, INK
from ..verdicts.findings import ALL_NAMES
from .style import _apart, drawn, flush


def colour(method: str) -> str:
    """The colour of a method, by its code.

    >>> colour("ltp"), colour("lora")
    ('#0063a6', '#7048fd')
    """
    return looks.look(method).light


@drawn
def tuning(scores: Mapping[str, Sequence[Score]]) -> Figure:
    """Accuracy on dev of every setting tried, one row per method; the chosen one is the filled dot.

    >>> one, two = {"epochs": 12}, {"epochs": 36}
    >>> tried = [Score(0.40, one), Score(0.50, two)]
    >>> figure = tuning({"ltp": tried, "lora": [Score(0.2, one), Score(0.45, two)]})
    >>> print(figure.axes[0].get_title("left"))
    Between the worst and the best of 2 settings
    lie 10 points (LTP) to 25 (LoRA)
    """
    chosen = {method: best(tried).mean for method, tried in scores.items()}
    methods = sorted(scores, key=chosen.get, reverse=True)
    figure, axes = plt.subplots(figsize=(4.8, 1.1 + 0.26 * len(methods)))
    for y, method in enumerate(methods):
        tried = [100 * score.mean for score in scores[method]]
        others = sorted(tried, reverse=True)
        others.remove(100 * chosen[method])
        axes.plot([min(tried), max(tried)], [y, y], color=FAINT, linewidth=1, zorder=0)
        axes.plot(others, [y] * len(others), "|", color=colour(method), markersize=8)
        axes.plot(100 * chosen[method], y, "o", color=colour(method))
    _named(axes, methods)
    axes.set_xlabel("% right on dev emoji, mean over languages")
    range_ = {m: 100 * (chosen[m] - min(score.mean for score in scores[m])) for m in methods}
    least, most = min(range_, key=range_.get), max(range_, key=range_.get)
    counts = sorted({len(tried) for tried in scores.values()})
    axes.set_title(
        f"Between the worst and the best of {' or '.join(map(str, counts))} settings\n"
        f"lie {range_[least]:.0f} points "
        f"({ALL_NAMES[least]}) to {range_[most]:.0f} ({ALL_NAMES[most]})"
    )
    return flush(figure)


@drawn
def standing(means: Mapping[str, Interval], group: str) -> Figure:
    """Mean accuracy with its 95 % interval, the best on top. means: method -> Interval.

    >>> figure = standing({"ltp": Interval(0.4, 0.3, 0.5), "full": Interval(0.5, 0.4, 0.6)}, "en")
    >>> figure.axes[0].get_title("left")
    'en: LTP is number 2 of 2'
    """
    methods = sorted(means, key=lambda method: -means[method].mean)
    figure, axes = plt.subplots(figsize=(4.8, 1.0 + 0.26 * len(methods)))
    for y, method in enumerate(methods):
        middle, low, high = (100 * x for x in means[method])
        axes.plot([low, high], [y, y], color=colour(method))
        axes.plot(middle, y, "o", color=colour(method))
        axes.annotate(
            f"{middle:.1f}",
            (high, y),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=9.5,
            color=colour(method),
        )
    _named(axes, methods)
    axes.set_xlim(0, None)
    axes.set_xlabel("mean % right, with 95 % interval")
    rank = f": LTP is number {methods.index('ltp') + 1} of {len(methods)}" if "ltp" in means else ""
    axes.set_title(f"{group}{rank}")
    return flush(figure)


@drawn
def beside(compared: Sequence[Comparison], method: str, group: str) -> Figure:
    """The method minus each rival, in points, with intervals; hollow: no clear difference.

    >>> one = Comparison("full", Interval(-0.04, -0.05, -0.02), 0.001, -0.08, 0, 31)
    >>> two = Comparison("lora", Interval(0.01, -0.01, 0.02), 0.3, 0.02, 20, 31)
    >>> print(beside([one, two], "ltp", "low-resource").axes[0].get_title("left"))
    LTP, low-resource: ahead of 0 rivals,
    behind 1, no clear difference from 1
    """
    order = sorted(compared, key=lambda c: -c.difference.mean)
    figure, axes = plt.subplots(figsize=(4.8, 1.2 + 0.26 * len(order)))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    for y, c in enumerate(order):
        middle, low, high = (100 * x for x in c.difference)
        own = colour(c.rival)
        fill = "none" if c.verdict == "no clear difference" else own
        axes.plot([low, high], [y, y], color=own)
        axes.plot(middle, y, "o", markerfacecolor=fill, markeredgecolor=own, zorder=3)
        axes.annotate(
            f"{round(middle, 1) + 0.0:+.1f}",
            (high, y),
            xytext=(5, 0),
            color=own,
            textcoords="offset points",
            va="center",
            fontsize=9.5,
        )
    _named(axes, [c.rival for c in order])
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.15 * (high - low))
    name = ALL_NAMES[method]
    axes.set_xlabel(f"points that {name} is ahead (right) or behind (left)")
    count = {
        v: sum(c.verdict == v for c in order) for v in ("better", "worse", "no clear difference")
    }
    axes.set_title(
        f"{name}, {group}: ahead of {count['better']} rivals,\n"
        f"behind {count['worse']}, no clear difference from {count['no clear difference']}"
    )
    return flush(figure)


@drawn
def price(means: Mapping[str, Interval], trained: Mapping[str, int], group: str) -> Figure:
    """Accuracy over the count of trained numbers (logarithmic; from 0 up to a first step of 1,000).

    >>> means = {"ltp": Interval(0.4, 0.3, 0.5), "full": Interval(0.5, 0.4, 0.6)}
    >>> figure = price(means, {"ltp": 4_300_000, "full": 47_000_000}, "low-resource")
    >>> print(figure.axes[0].get_title("left"))
    low-resource: 2 of 2 methods are filled,
    none with fewer numbers reaches as much
    """
    figure, axes = plt.subplots(figsize=(4.8, 4.2))
    worth = {m: (-trained[m], means[m].mean) for m in means}  # more is better, of both
    best = [
        m
        for m, own in worth.items()
        if not any(o != own and min(np.subtract(o, own)) >= 0 for o in worth.values())
    ]
    axes.set_xscale("symlog", linthresh=1e3, linscale=0.4)
    for method, (middle, low, high) in means.items():
        x, own = trained[method], colour(method)
        axes.plot([x, x], [100 * low, 100 * high], color=own, linewidth=1, alpha=0.5)
        axes.plot(
            x,
            100 * middle,
            "o",
            markeredgecolor=own,
            markerfacecolor=own if method in best else "none",
        )
    for method in dict.fromkeys([*best, *{"ltp"}.intersection(means)]):
        left = trained[method] > 1e6
        axes.annotate(
            ALL_NAMES[method],
            (trained[method], 100 * means[method].mean),
            color=colour(method),
            xytext=(-6 if left else 6, 4),
            textcoords="offset points",
            fontsize=9.5,
            ha="right" if left else "left",
        )
    axes.set_ylim(0, None)
    axes.set_xlim(-200, 3 * max(trained.values()))
    tens = [10**n for n in range(3, 8)]
    axes.set_xticks([0, *tens], ["none", "10³", "10⁴", "10⁵", "10⁶", "10⁷"])
    axes.minorticks_off()
    axes.grid(axis="y")
    axes.set_xlabel("numbers trained")
    axes.set_ylabel("mean % right")
    axes.set_title(
        f"{group}: {len(best)} of {len(means)} methods are filled,\n"
        "none with fewer numbers reaches as much"
    )
    return figure


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


def _named(axes: Axes, methods: Sequence[str]) -> None:
    """The names at the left, each in its colour; the first on top."""
    axes.set_yticks(range(len(methods)), [ALL_NAMES[method] for method in methods])
    for label, method in zip(axes.get_yticklabels(), methods, strict=True):
        label.set_color(colour(method))
    axes.set_ylim(len(methods) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelsize=9.5)
    axes.grid(axis="x")
