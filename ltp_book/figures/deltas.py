"""The figures of a Δ = θ₁ − θ₀: what moved, how far, and how far random signs go.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. Distances are drawn in units of 10⁻⁴ or on a logarithmic
axis; "x-fold" is the largest of some numbers divided by the smallest. *Random signs* are the same
gradients, each with a sign tossed by a coin.

Reading order: `holes` (the loss), `patch` (one Δ), `tensors` (all of them), `growth` (with steps),
`spread` (the distribution), `embedding_rows`.

What it does not do: train, or choose a ticket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from matplotlib import pyplot as plt
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from torch import Tensor

from ..looks import BLUE, CARD, FAINT, GREY, INK, LIGHT_BLUE, ORANGE, PALE_BLUE, SERIES
from .style import TWO_SIDED, _apart, drawn
from .written import power

NAMES = ("matrices", "biases", "LayerNorm", "key biases")
KINDS = {name: (look.light, look.marker) for name, look in zip(NAMES, SERIES, strict=False)}


@drawn
def holes(there: Tensor, hidden: Tensor, rows: Sequence[str]) -> Figure:
    """Which places of a batch (B, T) hold a piece that may be hidden, and which few of them are.

    >>> there, hidden = torch.ones(2, 4).bool(), torch.eye(2, 4).bool()
    >>> holes(there, hidden, ["a", "b"]).axes[0].get_title("left")
    '2 of 8 pieces are hidden'
    """
    state = there.int() + (hidden & there).int()  # 0 none, 1 seen, 2 hidden
    figure, axes = plt.subplots(figsize=(4.8, 1.0 + 0.24 * len(rows)))
    colours = ListedColormap([CARD, PALE_BLUE, BLUE])
    axes.imshow(state.numpy(), aspect="auto", cmap=colours, vmin=0, vmax=2)
    for number, ruler in ((state.shape[1], axes.axvline), (len(rows), axes.axhline)):
        for line in range(1, number):
            ruler(line - 0.5, color=CARD, linewidth=1.5)
    axes.set_yticks(range(len(rows)), rows)
    axes.set_xticks(range(0, state.shape[1], 5))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("place in the row")
    axes.set_title(f"{int((state == 2).sum())} of {int(there.sum())} pieces are hidden")
    return figure


@drawn
def patch(before: Tensor, after: Tensor, size: int = 24) -> Figure:
    """A corner of one weight matrix: θ₀, θ₁ and, in colours of its own, θ₁ − θ₀.

    >>> before = torch.tensor([[0.5, -0.5]])
    >>> figure = patch(before, before + 0.005)
    >>> figure.get_suptitle()
    'The colour scale of Δ is 100 times finer'
    """
    before, after = (x.detach()[:size, :size] for x in (before, after))
    shown = {"θ₀": before, "θ₁": after, "Δ = θ₁ − θ₀": after - before}
    reach = {name: x.abs().max().item() for name, x in shown.items()}
    reach["θ₁"] = reach["θ₀"]  # the same colours mean the same numbers
    figure, all_axes = plt.subplots(1, 3, figsize=(4.8, 2.3))
    for axes, (name, values) in zip(all_axes, shown.items(), strict=True):
        top = reach[name]
        axes.imshow(values.numpy(), cmap=TWO_SIDED, vmin=-top, vmax=top)
        axes.set(xticks=[], yticks=[])
        axes.set_title(name, fontsize=10, fontweight="normal")
        axes.set_xlabel(f"±{top:.2g}")
    finer = reach["θ₀"] / reach["Δ = θ₁ − θ₀"]
    title = f"The colour scale of Δ is {finer:.0f} times finer"
    figure.suptitle(title, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def kind(name: str) -> str:
    """What a tensor is, for this chapter's eyes.

    >>> [kind(f"encoder.layer.0.attention.{end}")
    ...  for end in ("self.key.bias", "self.query.bias", "output.LayerNorm.bias")]
    ['key biases', 'biases', 'LayerNorm']
    """
    if "LayerNorm" in name:
        return "LayerNorm"
    if name.endswith(".bias"):
        return "key biases" if name.endswith(".key.bias") else "biases"
    return "matrices"


@drawn
def tensors(
    across: Mapping[str, float], movement: Mapping[str, float], *, what: str, aside: str = ""
) -> Figure:
    """One mark a tensor: some size of it against its mean |Δ|, both axes with as many decades.

    `aside` names a kind that lies far off: neither drawn nor counted, and a note says where it is.

    >>> across = {"a.weight": 1e-5, "b.bias": 1e-3, "key.bias": 1e-9}
    >>> figure = tensors(across, {"a.weight": 1e-4, "b.bias": 2e-4, "key.bias": 1e-8}, what="sizes")
    >>> figure.axes[0].get_title("left")
    'Mean sizes differ 1,000,000-fold,\\nmean movements 20,000-fold'
    """
    counted = [name for name in movement if kind(name) != aside]
    figure, axes = plt.subplots(figsize=(4.8, 3.6))
    for place, (label, (colour, marker)) in enumerate(KINDS.items()):
        mine = [name for name in counted if kind(name) == label]
        if not mine:
            continue
        axes.plot(
            [across[n] for n in mine],
            [movement[n] for n in mine],
            marker,
            color=colour,
            markersize=4,
            alpha=0.75,
            markeredgewidth=1 if marker in "x+" else 0,  # these two are edge and nothing else
        )
        _key(axes, (place + 0.04) / len(KINDS), -0.29, label, colour, marker)
    xlim, ylim = _frame(*([table[name] for name in counted] for table in (across, movement)))
    axes.set(xscale="log", yscale="log", xlim=xlim, ylim=ylim)
    if left_out := [name for name in movement if name not in counted]:
        x, y = (np.median([table[name] for name in left_out]) for table in (across, movement))
        note = f"not shown: {aside}, at {power(x, 0)} across, {power(y, 0)} up"
        axes.text(0.02, 0.03, note, transform=axes.transAxes, color=GREY, fontsize=9)
    axes.grid()
    axes.set_xlabel(f"mean of {what} in the tensor")
    axes.set_ylabel("mean |Δ|")
    sizes, moved = (_fold([table[n] for n in counted]) for table in (across, movement))
    axes.set_title(f"Mean {what} differ {sizes}-fold,\nmean movements {moved}-fold")
    return figure


@drawn
def growth(distances: Mapping[str, Sequence[float]]) -> Figure:
    """Distances after each step, on logarithmic axes; the name of each line at its end.

    The title compares the first two lines, a run and its control; the panel below, step by step.

    >>> figure = growth({"our run": [1e-4, 3e-4], "random signs": [1e-4, 2e-4]})
    >>> figure.axes[0].get_title("left")
    'After 2 steps our run is 1.50 times\\nas far as random signs'
    """
    looks = [(BLUE, "-"), (ORANGE, "--"), (GREY, "-"), (FAINT, ":")]
    (first, run), (second, control) = list(distances.items())[:2]
    shape = dict(figsize=(4.8, 4.9), height_ratios=(3, 1))
    figure, (axes, below) = plt.subplots(2, 1, sharex=True, **shape)
    ends = _apart({name: float(np.log10(1e4 * line[-1])) for name, line in distances.items()}, 0.11)
    for (name, line), (colour, style) in zip(distances.items(), looks, strict=False):
        steps = 1 + np.arange(len(line))
        axes.plot(steps, 1e4 * np.asarray(line), style, color=colour)
        axes.annotate(
            name,
            (1.0, 10 ** ends[name]),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            color=GREY if colour == FAINT else colour,
        )
    axes.set(xscale="log", yscale="log")
    marks = [n for n in (1, 2, 5, 10, 20, 40, 100, 200, 400) if n <= len(run)]
    axes.set_xticks(marks, map(str, marks))
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_formatter("{x:g}")
    axes.set_xlim(1, len(run))
    axes.grid()
    axes.set_ylabel("mean distance, in 10⁻⁴")
    below.plot(1 + np.arange(len(run)), np.divide(run, control), color=BLUE)
    below.axhline(1, color=ORANGE, linestyle="--")
    below.grid()
    below.set_ylabel(f"{first} ÷\n{second}")
    below.set_xlabel("steps")
    times = f"{run[-1] / control[-1]:.2f} times"
    axes.set_title(f"After {len(run)} steps {first} is {times}\nas far as {second}")
    return figure


@drawn
def spread(deltas: Mapping[str, Tensor], threshold: float, control: Tensor) -> Figure:
    """How many weights moved how far: |Δ| on a logarithmic axis, dark from the threshold on.

    control: movements with random signs, drawn as a line.

    >>> deltas = {"w": torch.tensor([1e-5, -2e-5, 1e-4, 2e-4, 4e-4])}
    >>> spread(deltas, 4e-4, torch.tensor([1e-4])).axes[0].get_title("left")
    '20 % of the weights moved 4.00e-4 or more'
    """
    bins, width, cut = 135, 1 / 30, np.log10(threshold)
    light = round((cut + 7.0) / width)  # bars below the threshold, which is an edge
    low = cut - light * width - 1e-6
    high = low + bins * width
    edges = np.linspace(low, high, bins + 1)
    ours = sum(_counts(delta, low, high, bins) for delta in deltas.values())
    total = sum(delta.numel() for delta in deltas.values())
    theirs = _counts(control, low, high, bins) * (total / control.numel())
    above = sum(int((delta.abs() >= threshold).sum()) for delta in deltas.values()) / total
    figure, axes = plt.subplots()
    height = 100 * ours / total
    dark = np.arange(bins) >= light
    for part, colour in ((~dark, LIGHT_BLUE), (dark, BLUE)):
        axes.bar(
            10 ** edges[:-1][part],
            height[part],
            np.diff(10**edges)[part],
            align="edge",
            color=colour,
            linewidth=0,
        )
    axes.stairs(100 * theirs / total, 10**edges, color=ORANGE, linewidth=1.5)
    axes.axvline(threshold, color=INK, linewidth=1)
    axes.text(threshold * 1.06, axes.get_ylim()[1], "threshold", va="top", fontsize=9)
    peak = int(theirs.argmax())
    axes.annotate(
        "random signs",
        (10 ** edges[peak], 100 * theirs[peak] / total),
        xytext=(-98, -4),
        textcoords="offset points",
        color=ORANGE,
    )
    axes.set_xscale("log")
    axes.set_xlim(1e-6, 10**high)
    axes.set_xlabel("|Δ|")
    axes.set_ylabel("% of all weights in a bar")
    axes.set_title(f"{100 * above:.0f} % of the weights moved {power(threshold, 2)} or more")
    return figure


@drawn
def embedding_rows(gradient: Tensor, movement: Tensor, read: Tensor, seed: int = 0) -> Figure:
    """Rows of the embedding (V,): mean |gradient| against mean |Δ|, of pieces read and not read.

    At most 1,500 rows a group are drawn, by chance; the title has the medians of all.

    >>> read = torch.tensor([True, False, False])
    >>> figure = embedding_rows(torch.tensor([1e-4, 1e-7, 1e-9]), torch.tensor([4.0, 3, 1]), read)
    >>> figure.axes[0].get_title("left")
    'A row that was not read moved\\n50 % as far as one that was'
    """
    chance = np.random.default_rng(seed)
    figure, axes = plt.subplots(figsize=(4.8, 3.4))
    for where, colour, marker, label in (
        (~read, ORANGE, "^", "not in the text"),
        (read, BLUE, "s", "in the text"),
    ):
        rows = chance.permutation(np.flatnonzero(where.numpy()))[:1500]
        axes.plot(
            gradient[rows],
            movement[rows],
            marker,
            color=colour,
            markersize=3,
            alpha=0.4,
            markeredgewidth=1 if marker in "x+" else 0,  # these two are edge and nothing else
        )
        _key(axes, 0.1 if colour == ORANGE else 0.6, -0.31, label, colour, marker)
    axes.set(xscale="log", yscale="log")
    axes.grid()
    axes.set_xlabel("mean |first gradient| of a row")
    axes.set_ylabel("mean |Δ| of the row")
    share = np.median(movement[~read]) / np.median(movement[read])
    axes.set_title(f"A row that was not read moved\n{100 * share:.0f} % as far as one that was")
    return figure


def _key(axes, x: float, y: float, label: str, colour: str, marker: str) -> None:
    """A name with its mark, under the axis: among the marks it would hide some."""
    under = dict(transform=axes.transAxes, color=colour)
    axes.plot(x, y, marker, markersize=6, clip_on=False, **under)
    axes.text(x + 0.025, y, label, va="center", **under)


def _frame(*values: Sequence[float]) -> list[tuple[float, float]]:
    """For each list of numbers the limits of a logarithmic axis, all with as many decades.

    >>> [[f"{end:.0e}" for end in ends] for ends in _frame([1.0, 100.0], [1.0])]
    [['6e-01', '2e+02'], ['6e-02', '2e+01']]
    """
    ends = [(np.log10(min(mine)), np.log10(max(mine))) for mine in values]
    half = 0.25 + max(1.0, *(high - low for low, high in ends)) / 2
    return [tuple(10 ** ((low + high) / 2 + side * half) for side in (-1, 1)) for low, high in ends]


def _fold(values: Sequence[float]) -> str:
    """Largest over smallest, to two digits: `3.1`, `47`, `1,300`.

    >>> _fold([2.0, 1.0]), _fold([1e3, 0.77])
    ('2.0', '1,300')
    """
    ratio = max(values) / min(values)
    return f"{ratio:.1f}" if ratio < 10 else f"{float(f'{ratio:.2g}'):,.0f}"


def _counts(delta: Tensor, low: float, high: float, bins: int) -> np.ndarray:
    """How many |delta| lie in each bin of log10; what lies outside counts in the last one there."""
    logs = delta.detach().abs().log10().clamp(low, high)
    return torch.histc(logs, bins, low, high).numpy()
