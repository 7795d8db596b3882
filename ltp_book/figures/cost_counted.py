"""The figures of what can be counted: bytes in memory, operations of a step, bits of a mask.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. What was measured on a clock is in `cost_measured`.

Reading order: `held` (bytes, part by part), `operations`, `answer` (all costs), `bits`.

What it does not do: count.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_core.measure import floors

from ..looks import (
    BLUE,
    BROWN,
    CARD,
    FAINT,
    GREEN,
    GREY,
    INK,
    NAVY,
    ORANGE,
    PURPLE,
    WHITE,
)
from .style import drawn, flush

PARTS = {  # what memory is spent on
    "weights": GREY,
    "gradients": ORANGE,
    "moments": BLUE,
    "values": GREEN,
    "mask": PURPLE,
    "places": BROWN,
}


@drawn
def held(bills: Mapping[str, Mapping[str, float]], unit: str = "MB") -> Figure:
    """What several ways hold in memory, part by part (see `PARTS`); the first is what counts as 1.

    >>> bills = {"dense": {"weights": 4, "moments": 8}, "packed": {"weights": 4, "moments": 2}}
    >>> held(bills).axes[0].get_title("left").splitlines()
    ['Packed needs 2 MB beside the weights,', '0.25 times as much as “dense”']
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.0 + 0.78 * len(bills)))
    most = max(sum(bill.values()) for bill in bills.values())
    for y, bill in enumerate(bills.values()):
        left, beside = 0.0, []
        for part, size in bill.items():
            axes.barh(y, size, 0.72, left, color=PARTS[part], edgecolor=CARD)
            if size > 0.19 * most:
                axes.text(
                    left + size / 2,
                    y,
                    f"{part}\n{size:.0f}",
                    color=WHITE,
                    fontsize=9,
                    ha="center",
                    va="center",
                )
            else:
                beside.append((part, size))
            left += size
        for number, (part, size) in enumerate(beside):  # too narrow to hold their names
            up = 9.5 * ((len(beside) - 1) / 2 - number)
            axes.annotate(
                f"{part} {size:.1f}",
                (left, y),
                xytext=(5, up),
                fontsize=9.5,
                textcoords="offset points",
                va="center",
                color=PARTS[part],
            )
    axes.set_yticks(range(len(bills)), list(bills))
    axes.set_ylim(len(bills) - 0.5, -0.5)
    axes.set_xlim(0, 1.22 * most)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(unit)
    more = {name: sum(bill.values()) - bill["weights"] for name, bill in bills.items()}
    first, *_, last = more
    axes.set_title(
        f"{last.capitalize()} needs {more[last]:.0f} {unit} beside the weights,\n"
        f"{more[last] / more[first]:.2f} times as much as “{first}”"
    )
    return figure


@drawn
def operations(counts: Mapping[str, float], forward: float) -> Figure:
    """Operations of a step in several settings, the first of them as 1; the forward pass is darker.

    >>> counts = {"all weights": 6.0, "ticket + prompt": 6.0, "prompt only": 4.0}
    >>> operations(counts, forward=2.0).axes[0].get_title("left").splitlines()
    ['Share of the operations that is needed by', 'ticket + prompt: 1.00, prompt only: 0.67']
    """
    names, whole = list(counts), next(iter(counts.values()))
    shares = np.array([counts[name] / whole for name in names])
    figure, axes = plt.subplots(figsize=(4.8, 1.1 + 0.34 * len(names)))
    places = range(len(names))
    axes.barh(places, shares, 0.66, color=BLUE)
    axes.barh(places, forward / whole, 0.66, color=NAVY)
    axes.text(forward / whole / 2, 0, "forward", color=WHITE, ha="center", va="center")
    axes.text((1 + forward / whole) / 2, 0, "backward", color=WHITE, ha="center", va="center")
    for y, share in enumerate(shares):
        axes.annotate(
            f"{share:.2f}", (share, y), xytext=(4, 0), textcoords="offset points", va="center"
        )
    axes.set_yticks(places, names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(0, 1.12)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"operations ÷ those of “{names[0]}”")
    told = ", ".join(
        f"{name}: {share:.2f}"
        for name, share in zip(names, shares, strict=True)
        if name in ("ticket + prompt", "prompt only")
    )
    axes.set_title(f"Share of the operations that is needed by\n{told}")
    return flush(figure)


@drawn
def answer(shares: Mapping[str, tuple[float, float | None]]) -> Figure:
    """What a ticket costs, the whole encoder as 1: what -> (its cost, the minimum by counting).

    >>> figure = answer({"file": (0.22, 0.22), "time": (0.96, None)})
    >>> figure.axes[0].get_title("left")
    'Only the file costs about a fifth;\\nthe rest 0.96 to 0.96'
    """
    names = list(shares)
    figure, axes = plt.subplots(figsize=(4.8, 1.5 + 0.52 * len(names)))
    for y, (cost, least) in enumerate(shares.values()):
        axes.barh(y, cost, 0.56, color=BLUE)
        if least is not None:
            axes.plot([least] * 2, [y - 0.4, y + 0.4], color=ORANGE, linewidth=3)
        axes.text(0.02, y, f"{cost:.2f}", va="center", color=WHITE, fontweight="bold")
    for at, said in ((0.2, "a fifth"), (1.0, "the whole encoder")):
        axes.vlines(at, -0.6, len(names) - 0.5, color=INK, linewidth=0.8, linestyle=":", zorder=0)
        axes.text(at, -0.68, said, ha="center", va="bottom", fontsize=9, color=INK)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -1.05)
    axes.set_xlim(0, 1.22)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("blue: a packed fifth; orange: the counted minimum", fontsize=9)
    near = [name for name, (cost, _) in shares.items() if cost < 0.25]
    rest = [cost for cost, _ in shares.values() if cost >= 0.25]
    said = f";\nthe rest {min(rest):.2f} to {max(rest):.2f}" if rest else ""
    only = f"Only the {' and the '.join(near)}" if near else "Nothing"
    axes.set_title(f"{only} costs about a fifth{said}")
    return flush(figure)


@drawn
def bits(coded: Mapping[float, float]) -> Figure:
    """A mask on disk: above, bits per weight over the density; below, how many times the minimum.

    coded: density -> bits per weight of the gap code.

    >>> bits({0.1: 0.48, 0.2: 0.74}).axes[1].get_title("left").splitlines()
    ['The gap code needs up to 1.03 times', 'the minimum, the bitmap 1.39 at 20 %']
    """
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(4.8, 5.0))
    grid = np.linspace(0.001, 0.5, 400)
    floor = np.array([floors.entropy(d) for d in grid])
    above.plot(100 * grid, floor, color=FAINT, linewidth=5)
    above.annotate(
        "H(d), the minimum",
        (50, 0.72),
        va="center",
        ha="right",
        color=INK,
    )
    lists = grid[32 * grid < 1.25]
    above.plot(100 * lists, 32 * lists, color=ORANGE, linewidth=1.5)
    above.annotate(
        "32-bit places",
        (3.4, 1.16),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        color=ORANGE,
    )
    above.axhline(1, color=GREY, linewidth=1.5)
    above.annotate(
        "bitmap", (50, 1), xytext=(0, 4), textcoords="offset points", ha="right", color=GREY
    )
    shares = np.array(list(coded))
    above.plot(100 * shares, list(coded.values()), "s", color=BLUE, markersize=4)
    above.set_ylim(-0.03, 1.25)
    above.set_ylabel("bits per weight")
    at = 0.20
    above.set_title(f"At 20 % a mask needs {floors.entropy(at):.2f} bits per weight")
    times = np.array([used / floors.entropy(d) for d, used in coded.items()])
    below.plot(100 * grid, 1 / floor, color=GREY, linewidth=1.5)
    below.plot(100 * shares, times, "s-", color=BLUE, markersize=4, linewidth=1)
    below.annotate("gap code", (9, 1.05), color=BLUE)
    below.annotate("bitmap", (24, 1.28), color=GREY)
    below.axhline(1, color=FAINT, linewidth=5, zorder=0)
    below.set_ylim(0.94, 1.5)
    below.set_ylabel("times the minimum")
    below.set_xlabel("density, %")
    below.set_title(
        f"The gap code needs up to {times.max():.2f} times\n"
        f"the minimum, the bitmap {1 / floors.entropy(at):.2f} at 20 %"
    )
    return figure
