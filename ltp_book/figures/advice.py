"""What the rule sees: how far each recipe is behind the best, a panel for each group of languages.

Reading order: `behind`. What it does not do: choose (`verdicts/advice.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from ..looks import BLUE, GREEN, GREY, GROUPS, INK, METHODS, PALE_BLUE, PURPLE
from ..verdicts.advice import Option, frugal
from .style import drawn

# How many numbers a recipe trains, in four steps: up to so many, in words, colour, marker.
STEPS = (
    (99_999, "none or thousands", GREY, "o"),
    (999_999, "hundred thousands", PURPLE, "^"),
    (9_999_999, "millions", BLUE, "s"),
    (None, "all", GREEN, "D"),
)


@drawn
def behind(panels: Mapping[str, Sequence[Option]], margin: float) -> Figure:
    """Points behind the best with their interval, a row for each recipe, a panel for each group.

    A filled mark: the whole interval lies within the margin. Of those recipes the rule takes the
    one that trains the fewest numbers: it has a ring, and stands in the title of the panel.

    panels: group -> its options, the best first (`advice.options`); the first one orders the rows.

    >>> from ltp_core.measure.bootstrap import Interval
    >>> at, none = Interval(0.5, 0.4, 0.6), Interval(0.0, 0.0, 0.0)
    >>> figure = behind({"low": [Option("full", 47_000_000, at, none)]}, margin=0.05)
    >>> print(figure.axes[0].get_title("left"))
    low-resource:
    full + prompt
    """
    order = [option.method for option in next(iter(panels.values()))]
    figure, axes = plt.subplots(
        1,
        len(panels),
        sharex=True,
        sharey=True,
        squeeze=False,
        figsize=(4.8, 1.9 + 0.25 * len(order)),
    )
    for axis, (group, options) in zip(axes[0], panels.items(), strict=True):
        taken = frugal(options, margin).method
        axis.axvspan(0, 100 * margin, color=PALE_BLUE, linewidth=0, zorder=0)
        for option in options:
            _row(axis, order.index(option.method), option, margin, option.method == taken)
        axis.set_title(f"{GROUPS[group].name}:\n{METHODS[taken].name}", fontsize=10)
        axis.xaxis.set_major_locator(MultipleLocator(10))
        axis.set_xlabel("points behind")
        axis.grid(axis="x")
    axes[0, 0].set_yticks(range(len(order)), [METHODS[method].name for method in order])
    axes[0, 0].invert_yaxis()
    figure.suptitle(
        f"With {100 * margin:.0f} points to lose, the rule takes",
        x=0.01, ha="left", fontsize=11, fontweight="bold",
    )  # fmt: skip
    used = {_step(option)[1] for options in panels.values() for option in options}
    figure.legend(
        handles=[
            Line2D([], [], color=colour, marker=marker, linewidth=1.5, label=words)
            for _, words, colour, marker in STEPS
            if words in used
        ],
        title="numbers that are trained",
        loc="outside lower center",
        ncols=2,
        frameon=False,
    )
    return figure


def _step(option: Option) -> tuple:
    """The step of `STEPS` that a recipe belongs to."""
    return next(it for it in STEPS if it[0] is None or option.trained <= it[0])


def _row(axis: Axes, y: int, option: Option, margin: float, taken: bool) -> None:
    """A recipe as a mark with its interval; a ring round the one that is taken."""
    _, _, colour, marker = _step(option)
    mean, low, high = (100 * value for value in option.behind)
    axis.plot([low, high], [y, y], color=colour, linewidth=1.5)
    face = colour if option.behind.high <= margin else "none"
    axis.plot(mean, y, marker, color=colour, markerfacecolor=face, markersize=6)
    if taken:
        axis.plot(mean, y, "o", color=INK, markerfacecolor="none", markersize=13)
