"""The figure of a few differences, each between two methods of its own.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn.

Reading order: `differences`.

What it does not do: decide which difference is clear. `compare.py` decides.
"""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_core.measure.compare import Comparison

from ..looks import BLUE, INK
from .style import drawn, flush


@drawn
def differences(found: Sequence[Comparison]) -> Figure:
    """A row for each pair of methods, the first on top; hollow: no clear difference.

    >>> from ltp_core.measure.bootstrap import Interval
    >>> one = Comparison("LTP − LoRA", Interval(-0.04, -0.05, -0.02), 0.001, -0.08, 0, 31)
    >>> two = Comparison("LTP − BitFit", Interval(0.01, -0.01, 0.02), 0.3, 0.02, 20, 31)
    >>> differences([one, two]).axes[0].get_title("left")
    '1 of 2 differences is clear'
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.2 + 0.36 * len(found)))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    for y, c in enumerate(found):
        middle, low, high = (100 * x for x in c.difference)
        fill = "none" if c.verdict == "no clear difference" else BLUE
        axes.plot([low, high], [y, y], color=BLUE)
        axes.plot(middle, y, "o", markerfacecolor=fill, markeredgecolor=BLUE, zorder=3)
    axes.set_yticks(range(len(found)), [c.rival for c in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("points: the first is ahead (right) or behind (left)")
    clear = sum(c.verdict != "no clear difference" for c in found)
    axes.set_title(f"{clear} of {len(found)} differences {'is' if clear == 1 else 'are'} clear")
    return flush(figure)
