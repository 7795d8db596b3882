"""The figure of *Your language*: one language among others, and what no knowledge reaches.

`languages.spread` draws the rows. Here one of them lies on a band, and the dotted line has its name
above the rows.

What it does not do: measure, or choose the languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from matplotlib.figure import Figure

from ltp_core.data.languages import HIGH
from ltp_core.measure.bootstrap import Interval

from ..looks import INK, PALE_BLUE
from .languages import name_of, spread
from .style import drawn


@drawn
def among(
    right: Mapping[str, Mapping[str, Interval]],
    focus: str,
    *,
    by: str,
    floor: tuple[str, float],
    title: str,
) -> Figure:
    """Accuracy with its 95 % interval, a row a language, sorted `by` a method; `focus` on a band.

    right: method -> language -> accuracy. floor: a name and an accuracy that takes no knowledge.

    >>> right = {"LTP": {"qu": Interval(0.3, 0.2, 0.4), "sw": Interval(0.4, 0.3, 0.5)}}
    >>> figure = among(right, "qu", by="LTP", floor=("always “people”", 0.2), title="Quechua")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['LTP', 'always “people”']
    """
    figure = spread(right, by=by, title=title)
    axes = figure.axes[0]
    rows = [label.get_text() for label in axes.get_yticklabels()]
    if name_of(focus) in rows:
        row = rows.index(name_of(focus))
        axes.axhspan(row - 0.5, row + 0.5, color=PALE_BLUE, zorder=0.5)
    name, share = floor
    axes.vlines(100 * share, -0.9, len(rows) - 0.4, color=INK, linewidth=1, linestyle=":")
    beside = dict(xytext=(3, 0), textcoords="offset points", va="center")
    axes.annotate(name, (100 * share, -0.7), fontsize=9, **beside)
    most = max(of.high for codes in right.values() for of in codes.values())
    axes.set_xlim(0, min(100, 10 * ceil(10 * most)))
    if not any(code in HIGH for codes in right.values() for code in codes):
        axes.set_xlabel("% right, with 95 % interval")
    return figure
