"""The figure of the recipe study: what a prompt's start, place and making are worth.

Reading order: `ways`.

What it does not do: choose rates, or name the ways (`verdicts/prompt_ways.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ..looks import INK, METHODS, STRIPE
from ..verdicts.prompt_ways import WAYS, WITHOUT, Reached
from .style import drawn, flush


@drawn
def ways(reached: Mapping[str, Mapping[str, Reached]]) -> Figure:
    """One panel a method, one row a way: a ring for each draw, a filled mark for their mean.

    The dashed line is the same method without a prompt, where it was run.

    >>> two = {"no prompt": Reached((0.5,), {}), "ten pieces, in front": Reached((0.4,), {})}
    >>> print(ways({"full": two}).axes[0].get_title("left"))
    full + prompt
    """
    names = [way for way in WAYS if any(way in of for of in reached.values())]
    figure, fields = plt.subplots(
        len(reached),
        1,
        figsize=(4.8, 0.9 + len(reached) * (0.45 + 0.23 * len(names))),
        sharex=True,
        squeeze=False,
    )
    for axes, (method, of) in zip(fields[:, 0], reached.items(), strict=True):
        name, colour, _, marker = METHODS[method]
        for place, way in enumerate(names):
            if place % 2:
                axes.axhspan(place - 0.5, place + 0.5, color=STRIPE, linewidth=0, zorder=0)
            if way not in of:
                continue
            points = [100 * value for value in of[way].draws]
            axes.plot(points, [place] * len(points), marker, color=colour, fillstyle="none", ms=5)
            axes.plot(100 * of[way].mean, place, marker, color=colour, ms=7)
            axes.text(
                1.02,
                place,
                f"{100 * of[way].mean:.1f}",
                transform=axes.get_yaxis_transform(),
                va="center",
                color=colour,
            )
        if WITHOUT in of:
            axes.axvline(100 * of[WITHOUT].mean, color=INK, linestyle="--", linewidth=1)
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.set_title(name)
    told = "% right in low-resource languages (dev)\nright: mean"
    if any(WITHOUT in of for of in reached.values()):
        told += "; dashed: without a prompt"
    fields[-1, 0].set_xlabel(told, loc="right")
    return flush(figure)
