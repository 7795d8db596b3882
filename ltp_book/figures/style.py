"""How every figure looks: one style file, one table of colours, a few helpers.

Reading order: `STYLE`, `COLOURS`, `drawn`, `grid`.

What it does not do: draw a finding. Each figure's own module does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

STYLE = Path(__file__).with_name("ltp.mplstyle")


COLOURS = {
    "prompt only": ("#5f5f66", "o"),
    "random ticket": ("#b34700", "^"),
    "LTP": ("#0063a6", "s"),
    "full fine-tuning": ("#00724f", "D"),
}


BLUE, FAINT = COLOURS["LTP"][0], "#a9a9ae"


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
) -> Figure:
    """A table of numbers (R, C), darker where larger, from `low` up; `outline` frames one row.

    >>> figure = grid(np.eye(2), ["a", "b"], ["x", "y"], title="Two on the diagonal")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['1.00', '0.00', '0.00', '1.00']
    """
    values = np.asarray(values)
    figure, axes = plt.subplots(figsize=(4.8, 1.1 + 0.27 * len(rows)))
    span = values.max() - low or 1.0
    axes.imshow(values, aspect="auto", cmap="Blues", vmin=low, vmax=low + 1.25 * span)
    for (r, c), value in np.ndenumerate(values):
        colour = "white" if value - low > 0.85 * span else "#222228"
        axes.text(c, r, form.format(value), ha="center", va="center", color=colour, fontsize=9)
    if outline is not None:
        corner, size = (-0.5, outline - 0.5), (len(columns), 1)
        axes.add_patch(plt.Rectangle(corner, *size, fill=False, edgecolor="#b34700", linewidth=2.5))
    slant = dict(rotation=40, ha="right", rotation_mode="anchor") if len(columns) > 4 else {}
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


SHORT = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "out",
    "attention.output.LayerNorm": "norm",
    "intermediate.dense": "up",
    "output.dense": "down",
    "output.LayerNorm": "norm 2",
}


def flush(figure: Figure) -> Figure:
    """Let the titles begin at the left edge of the figure: beside long row names they need room."""
    figure.draw_without_rendering()  # settles where the axes are
    for axes in figure.axes:
        place = axes.get_position()
        axes.set_title(axes.get_title("left"), fontsize=10, x=(0.01 - place.x0) / place.width)
    return figure


GREY, INK, ORANGE, PURPLE = "#5f5f66", "#33333a", "#b34700", "#8a2a8a"
