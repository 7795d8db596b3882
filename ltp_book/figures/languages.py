"""The figures of crossing languages: how far a method gets in each, and what goes along with it.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. The one statistic that a title needs is here too,
Spearman's rank correlation (1904, American Journal of Psychology 15:72),

    ρ = Pearson's correlation of the ranks of x and the ranks of y,

with an interval from languages drawn again. It says whether two orders agree, nothing of causes.

Reading order: `spread` (every language), `ranks`, `spearman`, `correlation`, `goes_with` (what
goes with accuracy), `widths` (one difference, several intervals). `gains` is in `gains`.

What it does not do: measure, or read result files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ltp_core.data.languages import HIGH, LANGUAGES
from ltp_core.measure.bootstrap import Interval, interval

from .. import looks
from ..looks import BLUE, INK, ORANGE, STRIPE
from ..verdicts import findings
from .style import drawn

GROUPS = [looks.GROUPS[code] for code in ("low", "high")]


def name_of(code: str) -> str:
    """The name of a language, or its code."""
    return LANGUAGES[code].name if code in LANGUAGES else code


@drawn
def spread(
    right: Mapping[str, Mapping[str, Interval]],
    *,
    by: str,
    floor: tuple[str, float] | None = None,
    title: str = "",
) -> Figure:
    """Accuracy with its 95 % interval, one row per language, sorted `by` a method.

    right: method -> language -> accuracy. floor: a name and an accuracy that takes no knowledge.

    >>> right = {"LTP": {"qu": Interval(0.3, 0.2, 0.4), "de": Interval(0.6, 0.5, 0.7)}}
    >>> figure = spread(right, by="LTP")
    >>> figure.axes[0].get_title("left")
    'LTP: from 30 % (Quechua) to 60 % (German)'
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['German', 'Quechua']
    """
    codes = sorted(right[by], key=lambda code: (-right[by][code].mean, code))
    figure, axes = plt.subplots(figsize=(4.8, 1.5 + 0.21 * len(codes)))
    _marks(axes, right, codes)
    for row in range(1, len(codes), 2):  # a stripe leads the eye from the name to the marks
        axes.axhspan(row - 0.5, row + 0.5, color=STRIPE, zorder=0)
    if floor:
        axes.vlines(100 * floor[1], -0.5, len(codes) - 0.4, color=INK, linewidth=1, linestyle=":")
        axes.text(100 * floor[1], len(codes) - 0.4, floor[0], va="top", ha="center", fontsize=9)
    axes.set_yticks(range(len(codes)), [name_of(code) for code in codes], fontsize=10)
    for label, code in zip(axes.get_yticklabels(), codes, strict=True):
        label.set_fontweight("bold" if code in HIGH else "normal")
    axes.set_ylim(len(codes) + 0.6 * bool(floor) - 0.4, -1.1 - 1.05 * ceil(len(right) / 2))
    axes.set_xlim(0, 100)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("% right, with 95 % interval; bold: high-resource")
    least, most = (
        f"{100 * right[by][code].mean:.0f} % ({name_of(code)})" for code in (codes[-1], codes[0])
    )
    axes.set_title(title or f"{by}: from {least} to {most}", wrap=True)
    return figure


def _marks(axes: Axes, right: Mapping[str, Mapping[str, Interval]], codes: list[str]) -> None:
    """One mark with its interval for each method and language, and the names above the rows."""
    step = 0.84 / len(right)
    for number, (name, look) in enumerate(looks.series(right).items()):
        of, colour, marker = right[name], look.light, look.marker
        places = np.arange(len(codes)) + (number - (len(right) - 1) / 2) * step
        values = 100 * np.array([of.get(code, (np.nan,) * 3) for code in codes])  # (L, 3)
        axes.hlines(places, values[:, 1], values[:, 2], color=colour, linewidth=1)
        axes.plot(values[:, 0], places, marker, color=colour, markersize=3.2)
        above = ceil(len(right) / 2) - number // 2  # two names a line
        _key(axes, 0.46 * (number % 2), -0.35 - 1.05 * above, name, colour, marker)


def _key(axes: Axes, x: float, y: float, label: str, colour: str, marker: str) -> None:
    """A name with its mark above the rows; x in shares of the axes, y in rows."""
    where = dict(transform=axes.get_yaxis_transform(), color=colour)
    axes.plot(x + 0.03, y, marker, markersize=5, clip_on=False, **where)
    axes.text(x + 0.06, y, label, va="center", fontsize=9, **where)


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks from 1 for the smallest along the last axis; equals share the mean of their ranks.

    >>> ranks(np.array([0.3, 0.1, 0.3])).tolist()
    [2.5, 1.0, 2.5]
    """
    v = np.asarray(values)
    less = (v[..., :, None] > v[..., None, :]).sum(axis=-1)
    at_most = (v[..., :, None] >= v[..., None, :]).sum(axis=-1)
    return (less + 1 + at_most) / 2


def spearman(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's ρ along the last axis; nan where x or y has one value only.

    >>> spearman(np.array([1, 2, 3, 4]), np.array([1, 4, 9, 16])).item()
    1.0
    """
    a, b = (ranks(v) - ranks(v).mean(axis=-1, keepdims=True) for v in (x, y))
    with np.errstate(invalid="ignore"):
        return (a * b).sum(axis=-1) / np.sqrt((a * a).sum(axis=-1) * (b * b).sum(axis=-1))


def correlation(
    x: Sequence[float], y: Sequence[float], draws: int = 2000, seed: int = 0
) -> Interval:
    """Spearman's ρ and its 95 % interval, for which the pairs are drawn again with replacement.

    >>> print(correlation(range(20), range(20)))
    1.000 [1.000, 1.000]
    """
    if len(x) != len(y) or len(x) < 3:
        raise ValueError(
            f"a correlation needs two rows of the same 3 or more, got {len(x)}, {len(y)}"
        )
    which = np.random.default_rng(seed).integers(len(x), size=(draws, len(x)))  # (D, L)
    which = np.vstack([np.arange(len(x)), which])  # draw 0 is the data itself
    return interval(spearman(np.asarray(x)[which], np.asarray(y)[which]))


@drawn
def goes_with(
    features: Mapping[str, Mapping[str, float]],
    accuracy: Mapping[str, float],
    named: Sequence[str] = (),
) -> Figure:
    """Accuracy against several properties of the languages, one panel each, with Spearman's ρ.

    features: what it is -> language -> number; a language it does not fit is left out.
    named: the languages whose names stand beside their marks.

    >>> accuracy = {"de": 0.6, "sw": 0.4, "qu": 0.3}
    >>> figure = goes_with({"pieces": {"de": 1, "sw": 2, "qu": 3}}, accuracy, named=["qu"])
    >>> figure.get_suptitle()
    'Largest ρ of all:\\n“pieces”, ρ = −1.00'
    """
    rows = ceil(len(features) / 2)
    figure, all_axes = plt.subplots(
        rows, 2, sharey=True, squeeze=False, figsize=(4.8, 0.8 + 2.3 * rows)
    )
    found = {}
    for axes, (what, of) in zip(all_axes.flat, features.items(), strict=False):
        codes = [code for code in of if code in accuracy]
        found[what] = correlation([of[c] for c in codes], [accuracy[c] for c in codes])
        _panel(axes, of, {code: 100 * accuracy[code] for code in codes}, named)
        axes.set_xlabel(what)
        mean, low, high = (f"{x:+.2f}".replace("-", "−") for x in found[what])
        axes.set_title(f"ρ {mean} [{low}, {high}]", fontsize=9.5, fontweight="normal")
    for axes in list(all_axes.flat)[len(features) :]:
        axes.axis("off")
    for axes in all_axes[:, 0]:
        axes.set_ylabel("% right")
    for x, (group, colour, _, marker) in zip((0.02, 0.5), GROUPS, strict=True):
        said = f"{'▲' if marker == '^' else '■'} {group}"
        figure.text(x, 0.005, said, color=colour, fontsize=9)
    figure.get_layout_engine().set(rect=(0, 0.04, 1, 0.96))
    best = max(found, key=lambda what: abs(found[what].mean))
    strength = f"{found[best].mean:.2f}".replace("-", "−")
    figure.suptitle(
        f"Largest ρ of all:\n“{best}”, ρ = {strength}",
        x=0.01,
        ha="left",
        fontsize=11,
        fontweight="bold",
    )
    return figure


def _panel(
    axes: Axes, x: Mapping[str, float], y: Mapping[str, float], named: Sequence[str]
) -> None:
    """One mark a language, by group; a few are ringed and have their names."""
    for group, colour, _, marker in GROUPS:
        mine = [code for code in y if (code in HIGH) == (group == "high-resource")]
        axes.plot(
            [x[c] for c in mine],
            [y[c] for c in mine],
            marker,
            color=colour,
            markersize=4,
            alpha=0.8,
            markeredgewidth=0,
        )
    for code in (code for code in named if code in y):
        axes.plot(
            x[code], y[code], "o", color=INK, fillstyle="none", markersize=7, markeredgewidth=0.8
        )
        axes.annotate(
            name_of(code),
            (x[code], y[code]),
            xytext=(4, 4),
            fontsize=9,
            textcoords="offset points",
        )
    axes.grid()


@drawn
def widths(gaps: Mapping[str, Interval], *, narrow: str, wide: str) -> Figure:
    """One difference with several intervals, and zero; those with zero outside are blue squares.

    narrow, wide: the two whose widths the title compares.

    >>> gaps = {"paired": Interval(0.02, 0.01, 0.03), "not paired": Interval(0.02, -0.02, 0.06)}
    >>> figure = widths(gaps, narrow="paired", wide="not paired")
    >>> figure.axes[0].get_title("left").splitlines()
    ['not paired: the interval is', '4.0 times as wide as paired']
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.4 + 0.36 * len(gaps)))
    for y, gap in enumerate(gaps.values()):
        told = findings.rule(gap) != "no clear difference"
        colour = BLUE if told else ORANGE
        axes.plot([100 * gap.low, 100 * gap.high], [y, y], color=colour)
        axes.plot(100 * gap.mean, y, "s" if told else "^", color=colour)
        said = f"{100 * (gap.high - gap.low):.1f} wide"
        axes.annotate(
            said,
            (1, y),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            va="center",
            textcoords="offset points",
            color=colour,
            fontsize=9,
        )
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(gaps)), list(gaps))
    axes.set_ylim(len(gaps) - 0.4, -0.6)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("points, with 95 % interval")
    widest, least = (gaps[name].high - gaps[name].low for name in (wide, narrow))
    axes.set_title(f"{wide}: the interval is\n{widest / least:.1f} times as wide as {narrow}")
    return figure
