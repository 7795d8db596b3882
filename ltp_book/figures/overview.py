"""The figures of the chapters: a few functions, one style, a title on each.

A title tells the finding. Where the chapter asks first, it names what is drawn, and no more.

Every function takes plain values, returns a matplotlib figure and shows nothing by itself: as the
last line of a cell the figure appears once. The style is `ltp.mplstyle`. Colours are told apart
with any colour vision, and each method has a marker of its own as well. Names stand beside the
marks, not in a legend; intervals are drawn where there are any.

Reading order: `drawn` (the decorator that applies the style), then one function per figure.

What it does not do: compute. Titles that claim something come from `findings`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure import results
from ltp_core.measure.evaluate import Table
from ltp_core.model.parameters import place

from .. import looks
from ..looks import BLUE, ORANGE
from ..verdicts import findings
from .style import _apart, drawn, grid


def movement(deltas: Mapping) -> Figure:
    """Mean |θ₁ − θ₀| of each layer and module, in units of 10⁻⁴: 12 rows, 8 columns.

    >>> import torch
    >>> name = "encoder.layer.0.output.dense.weight"
    >>> movement({name: torch.full((2, 2), 3e-4)}).axes[0].texts[0].get_text()
    '3.0'
    """
    total: dict = {}
    for name, delta in deltas.items():
        size, number = total.get(place(name), (0.0, 0))
        total[place(name)] = (size + delta.abs().sum().item(), number + delta.numel())
    layers = list(dict.fromkeys(layer for layer, _ in total))
    modules = list(dict.fromkeys(module for _, module in total))
    means = np.array([[1e4 * total[n, m][0] / total[n, m][1] for m in modules] for n in layers])
    spread = f"{means.min():.1f} to {means.max():.1f}"
    names = [looks.module(m) for m in modules]
    title = f"Mean movement of a weight: {spread}, in 10⁻⁴"
    return grid(means, [f"layer {n}" for n in layers], names, title=title, form="{:.1f}")


@drawn
def shares(of_layers: Mapping[int, float], density: float) -> Figure:
    """The share of each layer that is in the ticket, and as a line the share of all layers.

    >>> [float(bar.get_height()) for bar in shares({0: 0.19, 1: 0.21}, 0.2).axes[0].patches]
    [19.0, 21.0]
    """
    layers, height = list(of_layers), [100 * share for share in of_layers.values()]
    figure, axes = plt.subplots()
    axes.bar(layers, height, width=0.65, color=BLUE)
    axes.axhline(100 * density, color=ORANGE, linewidth=1.5, zorder=3)
    label = f"{100 * density:.0f} %: if all layers were alike"
    axes.set_ylim(0, 1.25 * max([*height, 100 * density]))
    axes.text(layers[0] - 0.4, axes.get_ylim()[1] * 0.98, label, color=ORANGE, va="top")
    axes.set_xticks(layers)
    axes.set_xlabel("layer")
    axes.set_ylabel("% of the layer in the ticket")
    axes.set_title("The share of each layer in the ticket")
    return figure


@drawn
def curves(losses: Mapping[str, Sequence[float]], window: int = 8) -> Figure:
    """Training losses, each point the mean of `window` steps; the name at the end of each line.

    >>> figure = curves({"LTP": [2.0] * 8 + [1.0] * 8, "prompt only": [2.0] * 16})
    >>> figure.axes[0].get_title("left").splitlines()
    ['The mean loss of the last 8 steps is', 'LTP 1.00, prompt only 2.00']
    """
    figure, axes = plt.subplots()
    window = min([window, *map(len, losses.values())])
    means = {
        name: np.asarray(loss)[: len(loss) // window * window].reshape(-1, window).mean(axis=1)
        for name, loss in losses.items()
    }
    top = max(mean.max() for mean in means.values())
    ends = _apart({name: mean[-1] for name, mean in means.items()}, 0.075 * top)
    for name, look in looks.series(means).items():
        mean, colour, marker = means[name], look.light, look.marker
        steps = window * (1 + np.arange(len(mean)))
        axes.plot(steps, mean, color=colour, marker=marker)
        axes.annotate(
            name,
            (1.0, ends[name]),
            xycoords=("axes fraction", "data"),
            color=colour,
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
        )
    axes.set_ylim(0, 1.08 * top)
    axes.grid(axis="y")
    axes.set_xlabel("step")
    axes.set_ylabel("loss on the English examples")
    last = ", ".join(f"{name} {mean[-1]:.2f}" for name, mean in means.items())
    axes.set_title(f"The mean loss of the last {window} steps is\n{last}")
    return figure


@drawn
def accuracies(tables: Mapping[str, Table]) -> Figure:
    """Accuracy in each language with its 95 % interval, one mark per method.

    >>> table = Table.of({"qu": np.array([1, 0, 1, 1])})
    >>> accuracies({"LTP": table}).axes[0].get_yticklabels()[0].get_text()
    'Quechua'
    """
    codes = [row.language for row in next(iter(tables.values())).rows]
    figure, axes = plt.subplots(figsize=(4.8, 1.2 + 0.62 * len(codes)))
    step = 0.72 / len(tables)
    for number, (name, look) in enumerate(looks.series(tables).items()):
        table, colour, marker = tables[name], look.light, look.marker
        for place_, row in enumerate(table.rows):
            y = place_ + (number - (len(tables) - 1) / 2) * step
            axes.plot([100 * row.low, 100 * row.high], [y, y], color=colour, linewidth=1.5)
            axes.plot(100 * row.accuracy, y, marker, color=colour)
            if place_ == 0:
                axes.annotate(
                    name,
                    (100 * row.low, y),
                    xytext=(-5, 0),
                    va="center",
                    ha="right",
                    textcoords="offset points",
                    color=colour,
                )
    axes.set_yticks(range(len(codes)), [LANGUAGES[c].name if c in LANGUAGES else c for c in codes])
    axes.invert_yaxis()
    axes.set_xlim(0, 100)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("% right, with 95 % interval")
    beyond = [c for c in codes if c != "en"]
    means = [
        f"{name} {100 * np.mean([r.accuracy for r in t.rows if r.language in beyond]):.0f} %"
        for name, t in tables.items()
    ]
    axes.set_title("Languages never trained on, mean:\n" + ", ".join(means))
    return figure


@drawn
def measured(found: findings.Stored) -> Figure:
    """The stored measurement: mean accuracy by group and method, with 95 % intervals."""
    if not found.rows:
        figure, axes = plt.subplots(figsize=(4.8, 1.2))
        axes.axis("off")
        axes.text(0, 0.5, findings.ABSENT, va="center", fontsize=7)
        return figure
    means = results.summary(found.rows, found.items)
    methods = [name for name in findings.NAMES if name in means]
    groups = [group for group in findings.GROUPS if any(group in means[m] for m in methods)]
    figure, all_axes = plt.subplots(
        len(groups), 1, sharex=True, squeeze=False, figsize=(4.8, 0.9 + 1.25 * len(groups))
    )
    for axes, group in zip(all_axes[:, 0], groups, strict=True):
        for y, method in enumerate(methods):
            value = means[method][group]
            _, colour, _, marker = looks.look(method)
            axes.plot([100 * value.low, 100 * value.high], [y, y], color=colour)
            axes.plot(100 * value.mean, y, marker, color=colour)
            axes.annotate(
                f"{100 * value.mean:.1f}",
                (100 * value.high, y),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                color=colour,
            )
        axes.set_yticks(range(len(methods)), [findings.NAMES[m] for m in methods])
        axes.set_ylim(len(methods) - 0.4, -0.6)
        axes.set_xlim(0, 100)
        axes.grid(axis="x")
        axes.tick_params(axis="y", length=0)
        axes.set_title(findings.GROUPS[group], fontsize=10, fontweight="normal")
    all_axes[-1, 0].set_xlabel("mean % right, with 95 % interval")
    figure.suptitle(_headline(found), x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def _headline(found: findings.Stored) -> str:
    """The finding of `measured`: LTP minus its baseline, and minus its control."""
    lines = []
    for rival in ("prompt_only", "random_ticket"):
        if found.of("ltp") and found.of(rival):
            gap = findings.difference(found, "ltp", rival)
            points = f"{round(100 * gap.mean, 1) + 0.0:+.1f} points"
            lines.append(f"LTP minus {findings.NAMES[rival]}: {points}, {findings.rule(gap)}")
    if lines:
        lines.insert(0, f"In {findings.GROUPS['low']} languages:")
    return "\n".join(lines)
