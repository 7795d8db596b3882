"""A figure of stage 2 while it runs: the loss, and how far prompt and weights are from their start.

A run is a mapping with the keys of a trace (`explorers.trace`): name, loss (of every step), at (the
steps at which it was looked at), prompt and weights (root mean square of the movement; None where
nothing of the kind is trained).

Reading order: `motion`. What this file does not do: measure (`explorers.trace.look`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from .. import looks
from .style import _apart, drawn

PANELS = {
    "loss": "loss on the examples, mean of {window} steps",
    "prompt": "movement of a number of the prompt",
    "weights": "movement of a weight of the ticket",
}


@drawn
def motion(runs: Sequence[Mapping], window: int = 4) -> Figure:
    """Three panels over the steps, names at the ends; a point of the loss is a mean of `window`.

    >>> run = {"name": "both", "loss": [2.0, 1.0], "at": [2], "prompt": [0.05], "weights": [0.001]}
    >>> figure = motion([run], window=1)
    >>> [axes.get_title("left") for axes in figure.axes][1]
    'movement of a number of the prompt'
    >>> figure.get_suptitle().splitlines()
    ['Both ends with the lowest loss:', 'both 1.00']
    """
    of = looks.series(run["name"] for run in runs)
    figure, all_axes = plt.subplots(3, 1, sharex=True, figsize=(4.8, 5.6))
    for axes, (key, title) in zip(all_axes, PANELS.items(), strict=True):
        lines = {run["name"]: points(run, key, window) for run in runs}
        lines = {name: line for name, line in lines.items() if len(line[1])}
        top = max((values.max() for _, values in lines.values()), default=1.0)
        ends = _apart({name: values[-1] for name, (_, values) in lines.items()}, 0.17 * top)
        for name, (steps, values) in lines.items():
            colour, marker = of[name].light, of[name].marker
            axes.plot(steps, values, color=colour, marker=marker, markersize=5)
            axes.annotate(
                name,
                (1.0, ends[name]),
                xycoords=("axes fraction", "data"),
                va="center",
                xytext=(8, 0),
                textcoords="offset points",
                color=colour,
            )
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.set_title(title.format(window=window), fontsize=10, fontweight="normal")
    all_axes[-1].set_xlabel("step")
    last = {run["name"]: points(run, "loss", window)[1][-1] for run in runs}
    says = ", ".join(f"{name} {loss:.2f}" for name, loss in last.items())
    says = f"{min(last, key=last.get).capitalize()} ends with the lowest loss:\n{says}"
    figure.suptitle(says, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def points(run: Mapping, key: str, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Steps and values of one panel; nothing where the run trains nothing of the kind.

    >>> points({"loss": [4.0, 2.0, 1.0, 0.0]}, "loss", 2)
    (array([2, 4]), array([3. , 0.5]))
    """
    if key != "loss":
        there = [
            (a, value) for a, value in zip(run["at"], run[key], strict=True) if value is not None
        ]
        return np.array([a for a, _ in there]), np.array([value for _, value in there])
    window = min(window, len(run["loss"]))
    means = np.asarray(run["loss"])[: len(run["loss"]) // window * window]
    means = means.reshape(-1, window).mean(axis=1)
    return window * (1 + np.arange(len(means))), means
