"""How every figure looks: one style file and a few helpers. The colours are in `looks.py`.

Reading order: `STYLE`, `drawn`, `grid`.

What it does not do: draw a finding. Each figure's own module does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from ..looks import BLUE, CARD, INK, ORANGE, WHITE

STYLE = Path(__file__).with_name("ltp.mplstyle")


ONE_SIDED = "Blues"
# An odd number, so that the middle has a colour.
TWO_SIDED = LinearSegmentedColormap.from_list("two sides", (ORANGE, CARD, BLUE), N=257)


def drawn(function: Callable[..., Figure]) -> Callable[..., Figure]:
    """Draw in the book's style, and hand the figure over closed, so that it appears once."""

    @wraps(function)
    def wrapper(*args, **kwargs) -> Figure:
        with plt.style.context(STYLE):
            figure = function(*args, **kwargs)
            plt.close(figure)
            return figure

    return wrapper


@drawn
def grid(
    values: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    form: str = "{:.2f}",
    outline: int | None = None,
    low: float = 0.0,
    middle: float | None = None,
) -> Figure:
    """A table of numbers (R, C), darker where larger, from `low` up; `outline` frames one row.

    NaN is a cell without number and colour.

    With a `middle` the scale has two sides: blue above it, orange below, and no colour at it.

    >>> figure = grid(np.eye(2), ["a", "b"], ["x", "y"], title="Two on the diagonal")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1.00', '0.00', '0.00', '1.00']
    """
    values = np.asarray(values)
    figure, axes = plt.subplots(figsize=(4.8, 1.1 + 0.27 * len(rows)))
    if middle is None:
        span = np.nanmax(values) - low or 1.0
        scale = dict(cmap=ONE_SIDED, vmin=low, vmax=low + 1.25 * span)
        strong = values - low > 0.85 * span
    else:
        span = np.nanmax(np.abs(values - middle)) or 1.0
        scale = dict(cmap=TWO_SIDED, vmin=middle - 1.5 * span, vmax=middle + 1.5 * span)
        strong = np.zeros_like(values, dtype=bool)  # two thirds of a colour bear dark numbers
    axes.imshow(values, aspect="auto", **scale)
    for (r, c), value in np.ndenumerate(values):
        colour, said = WHITE if strong[r, c] else INK, "" if np.isnan(value) else form.format(value)
        axes.text(c, r, said, ha="center", va="center", color=colour)
    if outline is not None:
        corner, size = (-0.5, outline - 0.5), (len(columns), 1)
        axes.add_patch(plt.Rectangle(corner, *size, fill=False, edgecolor=ORANGE, linewidth=2.5))
    crowded = len(columns) > 4 and max(len(str(name)) for name in columns) > 2
    slant = dict(rotation=40, ha="right", rotation_mode="anchor") if crowded else {}
    axes.set_xticks(range(len(columns)), columns, **slant)
    axes.set_yticks(range(len(rows)), rows)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title, wrap=True)
    return figure


def _apart(places: dict[str, float], least: float) -> dict[str, float]:
    """Push labels apart, upwards, until any two are `least` from each other.

    >>> _apart({"a": 1.0, "b": 1.01}, 0.5)
    {'a': 1.0, 'b': 1.5}
    """
    order = sorted(places, key=places.get)
    for below, above in zip(order, order[1:], strict=False):
        places[above] = max(places[above], places[below] + least)
    return places


def flush(figure: Figure) -> Figure:
    """Let the titles begin at the left edge of the figure: long row names leave no room."""
    figure.draw_without_rendering()  # settles where the axes are
    for axes in figure.axes:
        place = axes.get_position()
        axes.set_title(axes.get_title("left"), fontsize=10, x=(0.01 - place.x0) / place.width)
    return figure
