"""Figures for *Is the ticket real?*: each ticket over its learning rate, and against chance.

Reading order: `over_rates`, `beside_chance`.

What it does not do: decide which regime a run belongs to (`verdicts/regimes.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.compare import Comparison

from ..looks import BLUE, INK, METHODS
from ..verdicts.regimes import Regime
from .style import _apart, drawn, flush

# Here the chosen ticket is the one that stage 1 with SGD found; elsewhere LTP uses AdamW.
TICKETS = {"ltp": "SGD's ticket"} | {
    code: METHODS[code].name for code in ("random_ticket", "shuffled_ticket")
}


@drawn
def over_rates(of: Mapping[tuple[float, str], Mapping[float, Interval]]) -> Figure:
    """Accuracy of each ticket over its learning rate, one panel per density. of: from `levels`.

    >>> at = {0.001: Interval(0.3, 0.2, 0.4), 0.01: Interval(0.5, 0.4, 0.6)}
    >>> figure = over_rates({(0.02, "ltp"): at, (0.02, "random_ticket"): at})
    >>> print(figure.axes[0].get_title("left"))
    2 % of the encoder, each at its best:
    SGD's ticket 50.0, random ticket 50.0
    """
    densities = sorted({density for density, _ in of})
    figure, fields = plt.subplots(
        len(densities), 1, figsize=(4.8, 2.9 * len(densities)), sharex=True, squeeze=False
    )
    for axes, density in zip(fields[:, 0], densities, strict=True):
        said, ends = [], {}
        for method, name in TICKETS.items():
            if (density, method) not in of:
                continue
            _, colour, _, marker = METHODS[method]
            at = of[density, method]
            means = [100 * i.mean for i in at.values()]
            axes.plot(list(at), means, marker, color=colour, linestyle="-")
            axes.vlines(
                list(at),
                [100 * i.low for i in at.values()],
                [100 * i.high for i in at.values()],
                color=colour,
                linewidth=1,
            )
            said.append(f"{name} {max(means):.1f}")
            ends[name, colour] = means[-1]
        for (name, colour), height in _apart(ends, 6).items():
            axes.annotate(
                name,
                (1, height),
                xycoords=("axes fraction", "data"),
                va="center",
                xytext=(5, 0),
                textcoords="offset points",
                color=colour,
            )
        axes.set_xscale("log")
        rates = sorted({eta for of_one in of.values() for eta in of_one})
        axes.set_xticks(rates, [f"{eta:g}" for eta in rates])
        axes.minorticks_off()
        axes.grid(axis="y")
        axes.set_ylim(0, 70)
        axes.set_ylabel("mean % right")
        axes.set_title(
            f"{100 * density:.3g} % of the encoder, each at its best:\n" + ", ".join(said)
        )
    axes.set_xlabel("learning rate of the ticket")
    return flush(figure)


@drawn
def beside_chance(compared: Mapping[Regime, Comparison], names: Mapping[str, str]) -> Figure:
    """One row a regime, sorted into densities; hollow: no clear difference. names: ticket -> words.

    >>> from ltp_core.measure.bootstrap import Interval
    >>> c = Comparison("", Interval(0.02, 0.01, 0.03), 0.01, 0.04, 6, 7)
    >>> figure = beside_chance({Regime("sw", 0.02): c}, {"sw": "Swahili"})
    >>> print(figure.axes[0].get_title("left"))
    Chosen minus random ticket of its size:
    ahead in 1 of 1, behind in 0
    """
    densities = sorted({regime.density for regime in compared})
    order = sorted(compared, key=lambda r: (r.density, -compared[r].difference.mean))
    figure, axes = plt.subplots(figsize=(4.8, 1.2 + 0.24 * (len(order) + len(densities))))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    labels, y, last = [], 0, None
    for regime in order:
        if regime.density != last:
            labels.append((y, f"{100 * regime.density:.3g} % of the encoder"))
            y, last = y + 1, regime.density
        c = compared[regime]
        middle, low, high = (100 * x for x in c.difference)
        fill = "none" if c.verdict == "no clear difference" else BLUE
        axes.plot([low, high], [y, y], color=BLUE)
        axes.plot(middle, y, "o", markerfacecolor=fill, markeredgecolor=BLUE, zorder=3)
        axes.annotate(
            f"{round(middle, 1) + 0.0:+.1f}",
            (high, y),
            xytext=(5, 0),
            color=BLUE,
            textcoords="offset points",
            va="center",
            fontsize=9,
        )
        labels.append((y, names.get(regime.ticket, regime.ticket)))
        y += 1
    axes.set_yticks([at for at, _ in labels], [text for _, text in labels])
    for (_, text), label in zip(labels, axes.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if text.endswith("encoder") else "normal")
    axes.set_ylim(y - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.12 * (high - low))
    axes.set_xlabel("points that the chosen ticket is ahead (right)\nor behind (left)")
    won, lost = (sum(c.verdict == v for c in compared.values()) for v in ("better", "worse"))
    axes.set_title(
        f"Chosen minus random ticket of its size:\nahead in {won} of {len(order)}, behind in {lost}"
    )
    return flush(figure)
