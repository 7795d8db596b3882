"""The figures of a fair comparison: how each rival was tuned, where it stands, what it costs.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. Twenty colours on one page tell nothing, so here a colour
says what a row is for: blue is LTP, orange a control of its ticket, grey any other method.

Reading order: `colour`, `tuning`, `standing`, `beside`, `price`.

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

from ..looks import BLUE, FAINT, GREY, INK, ORANGE
from ..verdicts.findings import ALL_NAMES
from .style import drawn, flush

# They train as many weights as LTP does, chosen in another way than by stage 1.
CONTROLS = ("random_ticket", "magnitude_ticket", "gradient_ticket", "middle_layers")
ASIDE = 0.07  # in powers of ten: how far marks with one count stand from each other


def colour(method: str) -> str:
    """Blue for LTP, orange for a control of its ticket, grey for any other method.

    >>> colour("ltp"), colour("middle_layers"), colour("lora")
    ('#0063a6', '#b34700', '#5f5f66')
    """
    return BLUE if method == "ltp" else ORANGE if method in CONTROLS else GREY


@drawn
def tuning(scores: Mapping[str, Sequence[Score]]) -> Figure:
    """Accuracy on dev of every setting tried, one row per method; the chosen one is the filled dot.

    >>> one, two = {"epochs": 12}, {"epochs": 36}
    >>> tried = [Score(0.40, one), Score(0.50, two)]
    >>> figure = tuning({"ltp": tried, "lora": [Score(0.2, one), Score(0.45, two)]})
    >>> print(figure.axes[0].get_title("left"))
    A bad setting costs a method 10 points (LTP)
    to 25 (LoRA): the worst of 2 against the best
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
        f"A bad setting costs a method {range_[least]:.0f} points ({ALL_NAMES[least]})\n"
        f"to {range_[most]:.0f} ({ALL_NAMES[most]}): "
        f"the worst of {' or '.join(map(str, counts))} against the best"
    )
    return flush(figure)


@drawn
def standing(means: Mapping[str, Interval], group: str) -> Figure:
    """Mean accuracy with its 95 % interval, the best on top. means: method -> Interval.

    >>> means = {"ltp": Interval(0.4, 0.3, 0.5), "full": Interval(0.5, 0.4, 0.6)}
    >>> standing(means, "low-resource").axes[0].get_title("left")
    'LTP is number 2 of 2 in low-resource languages'
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
    axes.set_title(
        f"LTP is number {methods.index('ltp') + 1} of {len(methods)} in {group} languages"
    )
    return flush(figure)


@drawn
def beside(compared: Sequence[Comparison], method: str, group: str) -> Figure:
    """The method minus each rival, in points, with intervals; hollow: no clear difference.

    >>> one = Comparison("full", Interval(-0.04, -0.05, -0.02), 0.001, -0.08, 0, 31)
    >>> two = Comparison("lora", Interval(0.01, -0.01, 0.02), 0.3, 0.02, 20, 31)
    >>> print(beside([one, two], "ltp", "low-resource").axes[0].get_title("left"))
    LTP beats 0 of 2 rivals, and 1 beat it;
    1 hollow: no clear difference (low-resource)
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
    won, lost, open_ = (
        sum(c.verdict == v for c in order) for v in ("better", "worse", "no clear difference")
    )
    axes.set_title(
        f"{name} beats {won} of {len(order)} rivals, and {lost} beat it;\n"
        f"{open_} hollow: no clear difference ({group})"
    )
    return flush(figure)


@drawn
def price(means: Mapping[str, Interval], trained: Mapping[str, int], group: str) -> Figure:
    """Accuracy over the count of trained numbers (logarithmic; from 0 up to a first step of 1,000).

    Filled: no other method has as high a mean with as few numbers. Methods with one count stand
    side by side, so that LTP can be seen among them.

    >>> means = {"ltp": Interval(0.4, 0.3, 0.5), "bitfit": Interval(0.5, 0.4, 0.6)}
    >>> print(price(means, {"ltp": 4_300_000, "bitfit": 54_000}, "low-resource")
    ...       .axes[0].get_title("left"))
    BitFit reaches LTP's mean with 54,000 numbers;
    LTP trains 4,300,000 (low-resource languages)
    """
    figure, axes = plt.subplots(figsize=(4.8, 4.4))
    best = _undominated(means, trained)
    axes.set_xscale("symlog", linthresh=1e3, linscale=0.4)
    places = _side_by_side(trained)
    for method, (middle, low, high) in means.items():
        x, own, first = places[method], colour(method), method == "ltp"
        axes.plot([x, x], [100 * low, 100 * high], color=own, linewidth=1, alpha=0.5)
        axes.plot(
            x,
            100 * middle,
            "s" if first else "o",
            markersize=8 if first else 6,
            markeredgecolor=own,
            markerfacecolor=own if method in best else axes.get_facecolor(),
            zorder=4 if first else 3,
        )
    for method in dict.fromkeys([*best, "ltp"]):
        left, under = trained[method] > 1e6, method == "ltp"
        axes.annotate(
            ALL_NAMES[method],
            (places[method], 100 * means[method].mean),
            color=colour(method),
            xytext=(-26 if under else -6 if left else 6, -46 if under else 4),
            textcoords="offset points",
            fontsize=9.5,
            ha="right" if left else "left",
            arrowprops=dict(arrowstyle="-", color=colour(method), shrinkB=5) if under else None,
        )
    axes.set_ylim(0, None)
    axes.set_xlim(-200, 3 * max(trained.values()))
    tens = [10**n for n in range(3, 8)]
    axes.set_xticks([0, *tens], ["none", "10³", "10⁴", "10⁵", "10⁶", "10⁷"])
    axes.minorticks_off()
    axes.grid(axis="y")
    axes.set_xlabel("numbers trained (equal counts stand side by side)")
    axes.set_ylabel("mean % right")
    axes.set_title(_cheapest(means, trained, group))
    return flush(figure)


def _undominated(means: Mapping[str, Interval], trained: Mapping[str, int]) -> list[str]:
    """The methods whose mean no other reaches with as few numbers or fewer."""
    worth = {m: (-trained[m], means[m].mean) for m in means}  # more is better, of both
    return [
        m
        for m, own in worth.items()
        if not any(o != own and min(np.subtract(o, own)) >= 0 for o in worth.values())
    ]


def _side_by_side(trained: Mapping[str, int]) -> dict[str, float]:
    """Where each method stands on a logarithmic axis: those with nearly one count apart.

    >>> {name: round(x) for name, x in _side_by_side({"a": 100_000, "b": 100_000}).items()}
    {'a': 92257, 'b': 108393}
    """
    near: dict[int, list[str]] = {}
    for method, count in trained.items():
        near.setdefault(round(10 * np.log10(count + 1)), []).append(method)
    return {
        method: trained[method] * 10 ** (ASIDE * (n - (len(group) - 1) / 2))
        for group in near.values()
        for n, method in enumerate(group)
    }


def _cheapest(means: Mapping[str, Interval], trained: Mapping[str, int], group: str) -> str:
    """Which method reaches LTP's mean with the fewest numbers, in words.

    >>> print(_cheapest({"ltp": Interval(0.4, 0.3, 0.5)}, {"ltp": 9}, "low-resource"))
    No method with fewer numbers than LTP's 9
    reaches its mean (low-resource languages)
    """
    fewer = [m for m in means if means[m].mean >= means["ltp"].mean and trained[m] < trained["ltp"]]
    own = f"{trained['ltp']:,}"
    if not fewer:
        return (
            f"No method with fewer numbers than LTP's {own}\nreaches its mean ({group} languages)"
        )
    name = min(fewer, key=trained.get)
    return (
        f"{ALL_NAMES[name]} reaches LTP's mean with {trained[name]:,} numbers;\n"
        f"LTP trains {own} ({group} languages)"
    )


def _named(axes: Axes, methods: Sequence[str]) -> None:
    """The names at the left, each in its colour; the first on top."""
    axes.set_yticks(range(len(methods)), [ALL_NAMES[method] for method in methods])
    for label, method in zip(axes.get_yticklabels(), methods, strict=True):
        label.set_color(colour(method))
    axes.set_ylim(len(methods) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelsize=9.5)
    axes.grid(axis="x")
