"""The figures of what can be counted: bytes in memory, operations of a step, bits of a mask.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. What was measured on a clock is in `cost_figures`.

Reading order: `held` (bytes, part by part), `operations`, `bits`.

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
from .style import drawn

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
    ['Without the weights, in MB: dense 8,', 'packed 2 (× 0.25)']
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
    first, *rest = more
    told = [f"{name} {more[name]:.0f} (× {more[name] / more[first]:.2f})" for name in rest]
    pairs = [", ".join(told[i : i + 2]) for i in range(0, len(told), 2)]
    head = f"Without the weights, in {unit}: {first} {more[first]:.0f}"
    axes.set_title(",\n".join([head, *pairs]))
    return figure


@drawn
def operations(counts: Mapping[str, float], forward: float) -> Figure:
    """Operations of a step in several settings, the first of them as 1; the forward pass is darker.

    >>> figure = operations({"all weights": 6.0, "prompt only": 4.0}, forward=2.0)
    >>> figure.axes[0].get_title("left")
    'From 1.00 (all weights) down to 0.67 (prompt only)'
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
    axes.set_xlabel("operations, in units of the first")
    least = int(shares.argmin())
    axes.set_title(
        f"From {shares[0]:.2f} ({names[0]}) down to {shares[least]:.2f} ({names[least]})", wrap=True
    )
    return figure


@drawn
def bits(coded: Mapping[float, float], files: Mapping[str, tuple[float, float]]) -> Figure:
    """A mask on disk: above, bits per weight over the density; below, how many times the floor.

    coded: density -> bits per weight of the gap code; files: name -> (density, bits per weight).

    >>> figure = bits({0.1: 0.48, 0.2: 0.74}, {"a ticket": (0.2, 0.733)})
    >>> figure.axes[1].get_title("left").splitlines()
    ['Gap code: at most 1.03 times the floor;', 'bitmap at 20 %: 1.39']
    """
    figure, (above, below) = plt.subplots(2, 1, sharex=True, figsize=(4.8, 5.0))
    grid = np.linspace(0.001, 0.5, 400)
    floor = np.array([floors.entropy(d) for d in grid])
    above.plot(100 * grid, floor, color=FAINT, linewidth=5)
    above.annotate(
        "H(d), the floor",
        (46, floors.entropy(0.46)),
        xytext=(0, -9),
        va="top",
        textcoords="offset points",
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
    for name, (d, used) in files.items():
        above.plot(100 * d, used, "D", color=PURPLE, markersize=8, fillstyle="none")
        above.annotate(
            name,
            (100 * d, used),
            xytext=(9, -5),
            textcoords="offset points",
            va="center" if used < 0.2 else "top",
            color=PURPLE,
        )
    above.set_ylim(-0.03, 1.25)
    above.set_ylabel("bits per weight")
    at = 0.20
    above.set_title(f"At 20 % a mask needs {floors.entropy(at):.2f} bits per weight")
    times = np.array([used / floors.entropy(d) for d, used in coded.items()])
    below.plot(100 * grid, 1 / floor, color=GREY, linewidth=1.5)
    below.plot(100 * shares, times, "s-", color=BLUE, markersize=4, linewidth=1)
    for d, used in files.values():
        below.plot(
            100 * d, used / floors.entropy(d), "D", color=PURPLE, markersize=8, fillstyle="none"
        )
    below.annotate("gap code", (9, 1.05), color=BLUE)
    below.annotate("bitmap", (24, 1.28), color=GREY)
    below.axhline(1, color=FAINT, linewidth=5, zorder=0)
    least = min([used / floors.entropy(d) for d, used in files.values()], default=1.0)
    below.set_ylim(min(least, 1.0) - 0.06, 1.5)
    below.set_ylabel("times the floor")
    below.set_xlabel("density, %")
    below.set_title(
        f"Gap code: at most {times.max():.2f} times the floor;\n"
        f"bitmap at 20 %: {1 / floors.entropy(at):.2f}"
    )
    return figure
