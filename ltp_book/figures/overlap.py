"""Two tickets: what they share, and how much of that is chance.

Two choices of k out of N share E = k²/N entries on average if chance alone decides. What they
share beyond that is told as a part of what there was left to share,

    beyond = (|A ∩ B| − E) / (k − E),     0: as chance has it,   1: the same ticket.

`data/results/overlap.parquet` has Jaccard's J and chance's C for each pair; with k entries each,
|A ∩ B| / k = 2J / (1 + J), and E / k in the same way from C.

Reading order: `beyond`, `table` (the file, by settings), then one function a figure.

What it does not do: find tickets (`benchmarks/overlap.py` does), or judge.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from statistics import mean

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from torch import Tensor

from ltp_core.data.paths import data_dir
from ltp_core.measure import results

from .. import looks
from ..looks import FAINT, GREY, INK, LIGHT_ORANGE, NAVY, SKY, STRIPE, WHITE
from .style import ONE_SIDED, drawn


def stored() -> list[dict]:
    """The pairs in data/results; empty if this installation has none."""
    path = data_dir() / "results" / "overlap.parquet"
    return results.read(path) if path.is_file() else []


def beyond(jaccard: float, chance: float) -> float:
    """What two tickets of one size share beyond chance, from Jaccard's overlap and chance's.

    >>> beyond(1.0, 0.1), beyond(0.1, 0.1), round(beyond(1 / 3, 1 / 9), 3)
    (1.0, 0.0, 0.375)
    """
    shared, lucky = (2 * x / (1 + x) for x in (jaccard, chance))
    return (shared - lucky) / (1 - lucky)


def table(rows: Sequence[Mapping], density: float, given: str = "total") -> dict[tuple, float]:
    """(setting, setting) -> mean over their pairs of `beyond`, both ways round.

    A run is a setting and a seed: the pair of a setting with itself is that of its two seeds. Runs
    of one seed read in the same order, so they count only where no others were made.
    given: what chance is told, "total", "layer" or "tensor" (see `ltp_core.overlap`).

    >>> row = {"a": "en-0", "b": "sw-0", "density": 0.2, "jaccard": 1 / 3, "chance_total": 1 / 9}
    >>> table([row], 0.2)
    {('en', 'sw'): 0.375, ('sw', 'en'): 0.375}
    """
    apart: dict[tuple, list[float]] = {}
    alike: dict[tuple, list[float]] = {}
    for row in rows:
        if row["density"] == density:
            a, b = (row[key].rpartition("-") for key in "ab")
            for way in dict.fromkeys(((a[0], b[0]), (b[0], a[0]))):
                gain = beyond(row["jaccard"], row[f"chance_{given}"])
                (alike if a[2] == b[2] else apart).setdefault(way, []).append(gain)
    return {pair: round(mean(values), 6) for pair, values in (alike | apart).items()}


@drawn
def two(a: Tensor, b: Tensor) -> Figure:
    """The same corner (R, C) of two masks: chosen by neither, by one, by the other, by both.

    >>> import torch
    >>> two(torch.eye(2).bool(), torch.ones(2, 2).bool()).axes[0].get_title("left")
    'Both chose 2 of 4 places, one alone 2'
    """
    state = a.int() + 2 * b.int()  # 0 neither, 1 first, 2 second, 3 both
    colours = [STRIPE, LIGHT_ORANGE, SKY, NAVY]
    figure, axes = plt.subplots(figsize=(4.8, 0.9 + 4.2 * len(a) / a.shape[1]))
    axes.imshow(state.numpy(), cmap=ListedColormap(colours), vmin=0, vmax=3)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    both, one = int((a & b).sum()), int((a ^ b).sum())
    axes.set_title(f"Both chose {both} of {a.numel()} places, one alone {one}")
    names = ("neither", "the first alone", "the second alone", "both")
    for x, name, colour in zip((0, 0.2, 0.48, 0.83), names, colours, strict=True):
        place = dict(transform=axes.transAxes, va="center")
        axes.text(x, -0.1, "■", color=colour, fontsize=11, **place)
        axes.text(x + 0.04, -0.1, name, fontsize=9.5, **place)
    return figure


@drawn
def against_chance(points: Mapping[str, Mapping[float, float]], title: str) -> Figure:
    """Jaccard's overlap at each density, and as a curve what chance brings: d / (2 − d).

    points: name -> density -> overlap.

    >>> figure = against_chance({"twice": {0.2: 0.3}}, "More than chance")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['chance', 'twice']
    """
    figure, axes = plt.subplots(figsize=(4.8, 3.4))
    d = np.geomspace(0.004, 0.6, 60)
    axes.plot(d, d / (2 - d), color=FAINT, linewidth=3, zorder=0)
    axes.annotate(
        "chance",
        (d[22], (d / (2 - d))[22]),
        xytext=(6, -12),
        color=GREY,
        textcoords="offset points",
    )
    for name, look in looks.series(points).items():
        colour, marker = look.light, look.marker
        x, y = np.array(sorted(points[name].items())).T
        axes.plot(x, y, color=colour, marker=marker, markersize=5)
        axes.annotate(
            name,
            (x[-1], y[-1]),
            xytext=(-8, 6),
            textcoords="offset points",
            ha="right",
            color=colour,
        )
    axes.set(xscale="log", yscale="log", xlabel="density", ylabel="|A ∩ B| / |A ∪ B|")
    _percents(axes, d)
    axes.set_title(title, wrap=True)
    return figure


@drawn
def patience(lines: Mapping[str, Mapping[float, float]]) -> Figure:
    """What two runs share beyond chance, over the density; one line a setting.

    >>> figure = patience({"100 steps": {0.02: 0.01, 0.2: 0.05}})
    >>> figure.axes[0].get_title("left")
    'Shared beyond chance at 20 %: 100 steps 5 %'
    """
    figure, axes = plt.subplots(figsize=(4.8, 3.4))
    for name, look in looks.series(lines).items():
        colour, marker = look.light, look.marker
        x, y = np.array(sorted(lines[name].items())).T
        axes.plot(x, 100 * y, color=colour, marker=marker, markersize=5)
        axes.annotate(
            name, (x[-1], 100 * y[-1]), xytext=(8, -3), textcoords="offset points", color=colour
        )
    axes.axhline(0, color=FAINT, linewidth=3, zorder=0)
    axes.set(xscale="log", xlabel="density", ylabel="shared beyond chance, %")
    _percents(axes, x)
    at = {name: found.get(0.2) for name, found in lines.items()}
    told = ", ".join(f"{name} {100 * x:.0f} %" for name, x in at.items() if x is not None)
    axes.set_title(f"Shared beyond chance at 20 %: {told}", wrap=True)
    return figure


@drawn
def matrix(found: Mapping[tuple, float], names: Mapping[str, str], title: str) -> Figure:
    """A square of settings: what a run of the row and one of the column share beyond chance, in %.

    On the diagonal the two runs differ in the seed alone.

    >>> found = {("a", "a"): 0.5, ("a", "b"): 0.1, ("b", "a"): 0.1}
    >>> figure = matrix(found, {"a": "A", "b": "B"}, "")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['50', '10', '10', '–']
    """
    keys = list(names)
    cells = [found.get(pair, float("nan")) for pair in product(keys, keys)]
    values = 100 * np.array(cells).reshape(len(keys), -1)
    figure, axes = plt.subplots(figsize=(4.8, 1.3 + 0.36 * len(keys)))
    top = np.nanmax(values)
    axes.imshow(np.nan_to_num(values), aspect="auto", cmap=ONE_SIDED, vmin=0, vmax=1.25 * top)
    for (r, c), value in np.ndenumerate(values):
        colour = WHITE if value > 0.85 * top else INK
        said = "–" if np.isnan(value) else f"{round(value)}"
        weight = "bold" if r == c else "normal"
        axes.text(c, r, said, ha="center", va="center", color=colour, fontweight=weight)
    slant = dict(rotation=40, ha="right", rotation_mode="anchor")
    axes.set_xticks(range(len(keys)), names.values(), **slant)
    axes.set_yticks(range(len(keys)), names.values())
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title, wrap=True)
    return figure


def _percents(axes, densities) -> None:
    ticks = [t for t in (0.005, 0.02, 0.1, 0.2, 0.5) if min(densities) <= t <= max(densities)]
    axes.set_xticks(ticks, [f"{100 * t:g} %" for t in ticks])
    axes.minorticks_off()
