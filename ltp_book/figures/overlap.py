"""Two tickets: what they share, and how much of that is chance.

Two choices of k out of N share E = k²/N entries on average if chance alone decides. What they
share beyond that is told as a part of what there was left to share,

    beyond = (|A ∩ B| − E) / (k − E),     0: as chance has it,   1: the same ticket.

`data/results/overlap.parquet` has Jaccard's J and chance's C for each pair; with k entries each,
|A ∩ B| / k = 2J / (1 + J), and E / k in the same way from C.

Told to a reader it is: of 100 places two tickets share N, luck gives M, and that is a share
`beyond` of what they could share beyond it.

Reading order: `shared`, `beyond`, `table` (the file, by settings), `of_hundred`, then one function
a figure.

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
from matplotlib.patches import Patch
from torch import Tensor

from ltp_core.data.paths import data_dir
from ltp_core.measure import results

from .. import looks
from ..looks import FAINT, INK, LIGHT_ORANGE, NAVY, SKY, STRIPE, WHITE
from .style import ONE_SIDED, drawn, flush


def stored() -> list[dict]:
    """The pairs in data/results; empty if this installation has none."""
    path = data_dir() / "results" / "overlap.parquet"
    return results.read(path) if path.is_file() else []


def shared(jaccard: float) -> float:
    """The part of a ticket's places that another ticket of its size has, from Jaccard's overlap.

    >>> shared(1 / 3)
    0.5
    """
    return 2 * jaccard / (1 + jaccard)


def beyond(jaccard: float, chance: float) -> float:
    """What two tickets of one size share beyond chance, from Jaccard's overlap and chance's.

    >>> beyond(1.0, 0.1), beyond(0.1, 0.1), round(beyond(1 / 3, 1 / 9), 3)
    (1.0, 0.0, 0.375)
    """
    luck = shared(chance)
    return (shared(jaccard) - luck) / (1 - luck)


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


def of_hundred(part: float, density: float) -> float:
    """Of 100 places of one ticket, how many are in the other: those of luck, and what is beyond it.

    >>> round(of_hundred(0.20, 0.20)), round(of_hundred(0.0, 0.20))
    (36, 20)
    """
    return 100 * (density + part * (1 - density))


@drawn
def two(a: Tensor, b: Tensor) -> Figure:
    """The same corner (R, C) of two masks: chosen by neither, by one, by the other, by both.

    >>> import torch
    >>> two(torch.eye(2).bool(), torch.ones(2, 2).bool()).axes[0].get_title("left")
    'Of 100 places they share 100.0; luck gives 100.0 here'
    """
    state = a.int() + 2 * b.int()  # 0 neither, 1 first, 2 second, 3 both
    colours = [STRIPE, LIGHT_ORANGE, SKY, NAVY]
    figure, axes = plt.subplots(figsize=(4.8, 0.9 + 4.2 * len(a) / a.shape[1]))
    axes.imshow(state.numpy(), cmap=ListedColormap(colours), vmin=0, vmax=3)
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)
    both = 100 * int((a & b).sum()) / max(1, int(a.sum()))
    luck = 100 * int(b.sum()) / b.numel()  # as many of any 100 places are in the second
    axes.set_title(f"Of 100 places they share {both:.1f}; luck gives {luck:.1f} here")
    names = ("neither", "the first alone", "the second alone", "both")
    for x, name, colour in zip((0, 0.2, 0.48, 0.83), names, colours, strict=True):
        place = dict(transform=axes.transAxes, va="center")
        axes.text(x, -0.1, "■", color=colour, fontsize=11, **place)
        axes.text(x + 0.04, -0.1, name, fontsize=9.5, **place)
    return figure


@drawn
def hundred(parts: Mapping[str, float], density: float, title: str) -> Figure:
    """The 100 places of one ticket, a bar each: shared by luck, shared beyond it, not shared.

    The colours are those of `two`: dark is in both tickets, orange in the first alone.
    parts: name -> what two tickets share `beyond` chance.

    >>> figure = hundred({"the same again": 0.2}, 0.2, "")
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['36, so 20 %']
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.7 + 0.32 * len(parts)))
    luck, look = 100 * density, dict(height=0.62, linewidth=0)
    for y, part in enumerate(parts.values()):
        both = of_hundred(part, density)
        axes.barh(y, 100, color=LIGHT_ORANGE, **look)
        axes.barh(y, both, color=NAVY, **look)
        axes.barh(y, min(both, luck), facecolor=NAVY, edgecolor=WHITE, hatch="////", **look)
        said = f"{both:.0f}, so {100 * part:.0f} %".replace("-", "−")
        axes.annotate(
            said, (100, y), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9
        )
    axes.set_yticks(range(len(parts)), list(parts))
    axes.set_ylim(len(parts) - 0.5, -0.6)
    axes.set_xlim(0, 100)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("places of 100")
    keys = [
        Patch(facecolor=NAVY, edgecolor=WHITE, hatch="////", label="shared by luck"),
        Patch(facecolor=NAVY, label="shared beyond luck"),
        Patch(facecolor=LIGHT_ORANGE, label="not shared"),
    ]
    figure.legend(handles=keys, loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    axes.set_title(title)
    return flush(figure)


@drawn
def patience(lines: Mapping[str, Mapping[float, float]]) -> Figure:
    """What two runs share beyond luck, over the density; one line a setting.

    >>> figure = patience({"100 steps": {0.02: 0.01, 0.2: 0.05}})
    >>> figure.axes[0].get_title("left")
    'Two runs of 100 steps share 24 of 100 places; luck gives 20'
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
    axes.set(xscale="log", xlabel="density", ylabel="shared beyond luck, in %")
    _percents(axes, x)
    *_, (name, last) = lines.items()
    if 0.2 in last:
        told = f"share {of_hundred(last[0.2], 0.2):.0f} of 100 places; luck gives 20"
        axes.set_title(f"Two runs of {name} {told}", wrap=True)
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
        said = "–" if np.isnan(value) else f"{round(value)}".replace("-", "−")
        weight = "bold" if r == c else "normal"
        axes.text(c, r, said, ha="center", va="center", color=colour, fontweight=weight)
    slant = dict(rotation=40, ha="right", rotation_mode="anchor")
    axes.set_xticks(range(len(keys)), names.values(), **slant)
    axes.set_yticks(range(len(keys)), names.values())
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(title)
    return flush(figure)


def _percents(axes, densities) -> None:
    ticks = [t for t in (0.005, 0.02, 0.1, 0.2, 0.5) if min(densities) <= t <= max(densities)]
    axes.set_xticks(ticks, [f"{100 * t:g} %" for t in ticks])
    axes.minorticks_off()
