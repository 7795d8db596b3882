"""Figures for *Is the ticket real?*: a ticket over its learning rate, and tickets against chance.

Reading order: `over_rates`, `beside_chance`.

What it does not do: decide which regime a run belongs to (`verdicts/regimes.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.compare import Comparison

from ..looks import BLUE, INK, METHODS, Look
from ..verdicts.regimes import Regime
from .style import _apart, drawn, flush
from .written import percent, power

# Here the chosen ticket is the one that stage 1 with SGD found; elsewhere LTP uses AdamW.
TICKETS = {"ltp": "SGD's ticket"} | {
    code: METHODS[code].name for code in ("random_ticket", "shuffled_ticket")
}


@drawn
def over_rates(of: Mapping[tuple[float, str], Mapping[float, Interval]]) -> Figure:
    """Accuracy of each ticket over its learning rate, its best marked, for one density.

    of: from `levels`.

    >>> at = {0.001: Interval(0.3, 0.2, 0.4), 0.01: Interval(0.5, 0.4, 0.6)}
    >>> figure = over_rates({(0.02, "ltp"): at, (0.02, "random_ticket"): at})
    >>> print(figure.axes[0].get_title("left"))
    Each at its best rate, tickets of 2 % are right in
    50.0 % (SGD's), 50.0 % (random)
    """
    densities = {density for density, _ in of}
    if len(densities) != 1:
        raise ValueError(f"one figure shows tickets of one density, got {sorted(densities)}")
    (density,) = densities
    figure, axes = plt.subplots(figsize=(4.8, 3.4))
    top = max(100 * i.high for at in of.values() for i in at.values())
    shown = {method: of[density, method] for method in TICKETS if (density, method) in of}
    for (method, at), dash in zip(shown.items(), ("-", "--", ":"), strict=False):
        _line(axes, at, METHODS[method], dash)
    ends = {method: 100 * [*at.values()][-1].mean for method, at in shown.items()}
    for method, height in _apart(ends, 0.08 * top).items():
        place = dict(xycoords=("axes fraction", "data"), textcoords="offset points", va="center")
        colour = METHODS[method].light
        axes.annotate(TICKETS[method], (1, height), xytext=(5, 0), color=colour, **place)
    rates = sorted({eta for at in of.values() for eta in at})
    axes.set_xscale("log")
    axes.set_xticks(rates, [power(eta, 0) for eta in rates])
    axes.minorticks_off()
    axes.grid(axis="y")
    axes.set(ylim=(0, 1.08 * top), ylabel="mean % right")
    axes.set_xlabel("learning rate of the ticket; a ring marks the best")
    best = {TICKETS[method]: max(i.mean for i in at.values()) for method, at in shown.items()}
    told = ", ".join(
        f"{percent(mean)} ({name.removesuffix(' ticket')})" for name, mean in best.items()
    )
    axes.set_title(f"Each at its best rate, tickets of {100 * density:.3g} % are right in\n{told}")
    return flush(figure)


def _line(axes: Axes, at: Mapping[float, Interval], look: Look, dash: str) -> None:
    """One ticket over its learning rates, with intervals and a ring around its best."""
    means = {eta: 100 * i.mean for eta, i in at.items()}
    ends = [[100 * i.low for i in at.values()], [100 * i.high for i in at.values()]]
    axes.plot(*zip(*means.items(), strict=True), look.marker, color=look.light, linestyle=dash)
    axes.vlines(list(at), *ends, color=look.light, linewidth=1)
    best = max(means, key=means.__getitem__)
    axes.plot(best, means[best], "o", markersize=13, fillstyle="none", color=look.light)


@drawn
def beside_chance(compared: Mapping[Regime, Comparison], names: Mapping[str, str]) -> Figure:
    """One row a regime, sorted into densities; hollow: no clear difference. names: ticket -> words.

    >>> from ltp_core.measure.bootstrap import Interval
    >>> c = Comparison("", Interval(0.02, 0.01, 0.03), 0.01, 0.04, 6, 7)
    >>> figure = beside_chance({Regime("sw", 0.02): c}, {"sw": "Swahili"})
    >>> print(figure.axes[0].get_title("left"))
    The chosen ticket is ahead of a random one
    of its size in 1 of 1, and behind in 0
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
            f"{round(middle, 1) + 0.0:+.1f}".replace("-", "−"),
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
        "The chosen ticket is ahead of a random one\n"
        f"of its size in {won} of {len(order)}, and behind in {lost}"
    )
    return flush(figure)
