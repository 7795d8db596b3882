"""The figures of a choice: finding the threshold, what blurs it, and whom each ranking favours.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn.

Reading order: `passes` (finding the threshold by counting), `ties` (the same movements in two
precisions), `places` (layers and modules), `rivals` (several tickets, layer by layer).

What it does not do: choose. `ltp_core.arrays.topk` and `Ticket` do.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor

from .. import looks
from ..looks import BLUE, INK, LIGHT_BLUE, ORANGE
from .style import _apart, drawn, grid
from .written import power


@drawn
def passes(deltas: Mapping[str, Tensor], k: int) -> Figure:
    """Finding the k-th largest |Δ| by counting twice: the upper 16 bits, then the lower 16.

    >>> figure = passes({"w": torch.tensor([0.5, -2.0, 0.5, 1.0, 0.5])}, k=2)
    >>> [axes.get_title("left") for axes in figure.axes]
    ['Pass 1: the bucket from 1.000e0 up holds 1 of 5', 'Pass 2: the 1st in it is 1.0000e0']
    """
    bits = np.concatenate(
        [(d.detach().flatten().view(torch.int32) & 0x7FFFFFFF).numpy() for d in deltas.values()]
    )
    upper = np.bincount(bits >> 16, minlength=1 << 16)
    bucket, above = _reach(upper, k)
    lower = np.bincount(bits[bits >> 16 == bucket] & 0xFFFF, minlength=1 << 16)
    place, _ = _reach(lower, k - above)
    threshold = _float(bucket << 16 | place)

    figure, (first, second) = plt.subplots(2, 1, figsize=(4.8, 5.2))
    least, most = (np.searchsorted(upper.cumsum(), share * len(bits)) for share in (0.02, 0.9999))
    shown = np.arange(min(least, bucket - 8), max(most, bucket + 8))
    at_least = upper[::-1].cumsum()[::-1]
    first.step(_float(shown << 16), at_least[shown] / 1e6, where="post", color=BLUE)
    first.axvspan(_float(bucket << 16), _float(bucket + 1 << 16), color=ORANGE)
    first.set_xscale("log")
    first.set_title(
        f"Pass 1: the bucket from {power(_float(bucket << 16), 3)} up "
        f"holds {upper[bucket]:,} of {len(bits):,}",
        wrap=True,
    )
    inside = np.arange(0, 1 << 16, 256)
    reached = above + lower[::-1].cumsum()[::-1]
    second.plot(_float(bucket << 16 | inside), reached[inside] / 1e6, color=BLUE)
    second.locator_params(axis="x", nbins=4)
    second.ticklabel_format(axis="x", style="sci", scilimits=(0, 0), useMathText=True)
    second.axvline(threshold, color=ORANGE, linewidth=1.5)
    _beside(first, _float(bucket << 16), "bucket of t ", "right")
    _beside(second, threshold, " t", "left")
    second.set_title(f"Pass 2: the {_ordinal(k - above)} in it is {power(threshold, 4)}", wrap=True)
    for axes in (first, second):
        axes.axhline(k / 1e6, color=INK, linewidth=1)
        axes.annotate(
            "k",
            (1, k / 1e6),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
        axes.set_xlabel("|Δ|")
        axes.set_ylabel("weights that moved\nat least this far, in millions")
    return figure


def _beside(axes, x: float, label: str, align: str) -> None:
    """A label at the top of the line at x."""
    axes.text(
        x, 0.95, label, transform=axes.get_xaxis_transform(), ha=align, va="top", color=ORANGE
    )


def _reach(histogram: np.ndarray, k: int) -> tuple[int, int]:
    """The bucket of the k-th largest, and how many lie in the buckets above it."""
    at_least = histogram[::-1].cumsum()
    i = int(np.searchsorted(at_least, k))
    return len(histogram) - 1 - i, int(at_least[i - 1]) if i else 0


def _float(bits):
    """The fp32 numbers that have these bits."""
    values = np.asarray(bits).astype(np.int32).view(np.float32)
    return values if values.ndim else float(values)


def _ordinal(n: int) -> str:
    """1st, 2nd, 11th, 1,003rd.

    >>> [_ordinal(n) for n in (1, 2, 3, 11, 1003)]
    ['1st', '2nd', '3rd', '11th', '1,003rd']
    """
    end = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n:,}{end}"


@drawn
def ties(
    versions: Mapping[str, Mapping[str, Tensor]], thresholds: Mapping[str, float], bins: int = 160
) -> Figure:
    """The same movements in several precisions: smooth, or in a few heaps.

    versions: name -> deltas; thresholds: name -> the least |Δ| in its ticket.

    >>> moved = {"w": torch.tensor([0.1, 0.2, 0.2, 0.3])}
    >>> ties({"fp32": moved}, {"fp32": 0.2}).axes[0].get_title("left")
    'fp32: 2 weights equal the threshold'
    """
    figure, all_axes = plt.subplots(
        len(versions), 1, sharex=True, squeeze=False, figsize=(4.8, 0.6 + 1.9 * len(versions))
    )
    top = 2.2 * max(thresholds.values())
    for axes, (name, deltas) in zip(all_axes[:, 0], versions.items(), strict=True):
        cut = thresholds[name]
        moved = [delta.detach().abs().flatten() for delta in deltas.values()]
        counts = sum(torch.histc(m[m <= top], bins, 0, top) for m in moved).numpy()
        total = sum(map(len, moved))
        tied = sum(int((m == torch.tensor(cut)).sum()) for m in moved)
        edges = np.linspace(0, top, bins + 1)
        dark = edges[1:] > cut
        for part, colour in ((~dark, LIGHT_BLUE), (dark, BLUE)):
            axes.bar(
                edges[:-1][part],
                100 * counts[part] / total,
                top / bins,
                align="edge",
                color=colour,
                linewidth=0,
            )
        axes.axvline(cut, color=ORANGE, linewidth=1.2)
        axes.set_ylabel("% of the weights")
        axes.set_title(f"{name}: {tied:,} weights equal the threshold")
    axes.set_xlabel("|Δ|")
    axes.ticklabel_format(axis="x", style="sci", scilimits=(0, 0), useMathText=True)
    return figure


def places(counts: Mapping[int, Mapping[str, tuple[int, int]]]) -> Figure:
    """The share of each layer and module that is in the ticket, in percent; see `Ticket.counts`.

    The middle of the colours is the share in all of them.

    >>> counts = {0: {"intermediate.dense": (2, 8), "output.dense": (1, 8)}}
    >>> figure = places(counts)
    >>> figure.axes[0].get_title("left")
    'down has the smallest share, 12.5 %,\\nup the largest, 25.0 %'
    """
    modules = looks.in_order(module for row in counts.values() for module in row)
    values = np.array([[100 * np.divide(*row[m]) for m in modules] for row in counts.values()])
    names = [looks.module(module) for module in modules]
    of_all = {
        name: 100 * np.divide(*np.sum([row[m] for row in counts.values()], axis=0))
        for name, m in zip(names, modules, strict=True)
    }
    least, most = min(of_all, key=of_all.get), max(of_all, key=of_all.get)
    title = (
        f"{least} has the smallest share, {of_all[least]:.1f} %,\n"
        f"{most} the largest, {of_all[most]:.1f} %"
    )
    pairs = [pair for row in counts.values() for pair in row.values()]
    whole = [sum(column) for column in zip(*pairs, strict=True)]
    chance = 100 * whole[0] / whole[1]  # if all cells were alike
    rows = [f"layer {n}" for n in counts]
    return grid(values, rows, names, title=title, form="{:.1f}", middle=chance)


@drawn
def rivals(of_layers: Mapping[str, Mapping[int, float]]) -> Figure:
    """The share of each layer in several tickets, one line a ticket, its name at its end.

    >>> figure = rivals({"LTP": {0: 0.18, 1: 0.22}, "random ticket": {0: 0.2, 1: 0.2}})
    >>> print(figure.axes[0].get_title("left"))
    “LTP” has only 18.0 % of layer 0;
    the others have 20.0 % or more of each layer
    """
    figure, axes = plt.subplots(figsize=(4.8, 3.4 + 0.15 * len(of_layers)))
    top = 100 * max(max(shares.values()) for shares in of_layers.values())
    last = {name: 100 * list(shares.values())[-1] for name, shares in of_layers.items()}
    ends = _apart(dict(last), 0.1 * top)
    for name, look in looks.series(of_layers).items():
        shares, colour, marker = of_layers[name], look.light, look.marker
        axes.plot(
            list(shares),
            [100 * share for share in shares.values()],
            color=colour,
            marker=marker,
            linewidth=1.5,
        )
        axes.annotate(
            name,
            (1.0, ends[name]),
            xycoords=("axes fraction", "data"),
            color=colour,
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_ylim(0, 1.15 * top)
    axes.set_xticks(list(shares))
    axes.grid(axis="y")
    axes.set_xlabel("layer")
    axes.set_ylabel("% of the layer in the ticket")
    least = {name: min(shares.values()) for name, shares in of_layers.items()}
    odd = min(least, key=least.get)
    layer = min(of_layers[odd], key=of_layers[odd].get)
    rest = min(share for name, share in least.items() if name != odd)
    axes.set_title(
        f"“{odd}” has only {100 * least[odd]:.1f} % of layer {layer};\n"
        f"the others have {100 * rest:.1f} % or more of each layer"
    )
    return figure
