"""What accuracy costs: each recipe by the numbers it trains, a panel for each group of languages.

Reading order: `paid`. What it does not do: choose (`verdicts/advice.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..looks import GROUPS, METHODS
from ..verdicts.advice import Option, frugal
from .style import _apart, drawn

TICKS = {1e3: "none", 1e4: "10 k", 1e5: "100 k", 1e6: "1 M", 1e7: "10 M", 1e8: "100 M"}
FEW = 1_000_000  # above it many recipes train as many numbers, and names would overlap
APART = 3.2  # points between two names, so that they do not overlap
NONE = min(TICKS)  # where a recipe that trains nothing stands on the logarithmic axis


@drawn
def paid(panels: Mapping[str, Sequence[Option]], margin: float) -> Figure:
    """Accuracy over trained numbers, a panel for each group; filled: the best and the frugal one.

    These two, LTP, and all that train few numbers have their names beside them.

    panels: group -> its options, the best first (`advice.options`).

    >>> from ltp_core.measure.bootstrap import Interval
    >>> at, none = Interval(0.5, 0.4, 0.6), Interval(0.0, 0.0, 0.0)
    >>> figure = paid({"low": [Option("full", 47_000_000, at, none)]}, margin=0.05)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['full fine-tuning']
    """
    figure, axes = plt.subplots(len(panels), 1, figsize=(4.8, 3.1 * len(panels)), squeeze=False)
    for axis, (group, options) in zip(axes[:, 0], panels.items(), strict=True):
        chosen = {options[0].method, frugal(options, margin).method}
        named = [it for it in options if it.method in chosen | {"ltp"} or it.trained < FEW]
        heights = _apart({it.method: 100 * it.accuracy.mean for it in named}, APART)
        for option in options:
            _mark(axis, option, filled=option.method in chosen)
        for option in named:
            _name(axis, option, heights[option.method], bold=option.method in chosen)
        axis.set_xscale("log")
        axis.set_xticks(list(TICKS), list(TICKS.values()))
        axis.minorticks_off()
        axis.margins(x=0.12, y=0.12)
        axis.set_ylabel("% right")
        axis.set_title(f"{GROUPS[group].name}: {METHODS[options[0].method].name} is best")
        axis.grid(axis="y")
    axes[-1, 0].set_xlabel("trained numbers")
    return figure


def _place(option: Option) -> float:
    """Where a recipe stands on the axis of trained numbers."""
    return max(option.trained, NONE)


def _mark(axis: Axes, option: Option, filled: bool) -> None:
    """A recipe as a mark with its interval."""
    look, x = METHODS[option.method], _place(option)
    mean, low, high = (100 * value for value in option.accuracy)
    axis.plot([x, x], [low, high], color=look.light, linewidth=1)
    face = look.light if filled else "none"
    axis.plot(x, mean, look.marker, color=look.light, markerfacecolor=face, markersize=7)


def _name(axis: Axes, option: Option, height: float, bold: bool) -> None:
    """The name of a recipe, on the side where there is room."""
    look, x = METHODS[option.method], _place(option)
    left = x > FEW / 2
    axis.annotate(
        look.name,
        (x, height),
        xytext=(-7 if left else 7, 3),
        textcoords="offset points",
        color=look.light,
        ha="right" if left else "left",
        fontsize=9.5,
        fontweight="bold" if bold else "normal",
    )
