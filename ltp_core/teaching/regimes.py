"""Regimes: where a winning ticket beats a random one of its size, and where it does not.

A regime is a stage 1 (its language, its length, its optimizer), a density, and the layers chosen
from. Each has its own control: a random ticket of the same density in the same layers. With 24
regimes one is expected to look like a win by luck alone, so all are corrected together
(`compare.compare_pairs`).

A rate can be a regime, too: what suits the one ticket may ruin the other (`at_rates`).

Reading order: `regimes`, `at_rates`, then the figure `beside_chance`.

What it does not do: run them. `ltp sweep benchmarks/tickets.toml` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ..compare import Comparison, compare_pairs
from .cost_figures import flush
from .figures import BLUE, drawn
from .findings import Stored


class Regime(NamedTuple):
    """A ticket's name in its spec, and the share of the encoder in it."""

    ticket: str
    density: float


def regimes(found: Stored, group: str = "low") -> dict[Regime, Comparison]:
    """Each ticket minus the random one of its size, in the order of the rows.

    >>> row = {"seed": 0, "language": "qu", "n": 4, "density_encoder": 0.2, "spec": "{}"}
    >>> rows = [row | {"method": "ltp", "ticket": "sw", "correct": b"\\xf0"},
    ...         row | {"method": "random_ticket", "ticket": "", "correct": b"\\x30"}]
    >>> for regime, c in regimes(Stored(rows, {"qu": list("abcd")})).items():
    ...     print(*regime, c.difference.mean)
    sw 0.2 0.5
    """
    def kept(row):  # what a ticket and its control have in common
        table = json.loads(row["spec"]).get("ticket", {})
        return round(row["density_encoder"], 4), str(table.get("layers"))

    chance: dict = {}
    for row in found.of("random_ticket"):
        chance.setdefault(kept(row), []).append(row)
    pairs: dict = {}
    for row in found.of("ltp"):
        regime = Regime(row["ticket"], round(row["density_encoder"], 4))
        pairs.setdefault(regime, ([], chance.get(kept(row), [])))[0].append(row)
    return {c.rival: c for c in compare_pairs(pairs, found.items, group)}


def rate(row: dict) -> float:
    """The learning rate of a row's run.

    >>> rate({"spec": '{"train": {"learning_rate": 0.002}}'})
    0.002
    """
    return json.loads(row["spec"])["train"]["learning_rate"]


def at_rates(found: Stored, group: str = "low") -> dict[float, Comparison]:
    """The winning ticket minus a random one, both at the same learning rate.

    >>> row = {"seed": 0, "language": "qu", "n": 4, "spec": '{"train": {"learning_rate": 0.002}}'}
    >>> rows = [row | {"method": "ltp", "correct": b"\\xf0"},
    ...         row | {"method": "random_ticket", "correct": b"\\x30"}]
    >>> at_rates(Stored(rows, {"qu": list("abcd")}))[0.002].difference.mean
    0.5
    """
    pairs = {
        eta: tuple([row for row in found.of(method) if rate(row) == eta]
                   for method in ("ltp", "random_ticket"))
        for eta in sorted({rate(row) for row in found.of("ltp")})
    }  # fmt: skip
    return {c.rival: c for c in compare_pairs(pairs, found.items, group)}


@drawn
def beside_chance(compared: Mapping[Regime, Comparison], names: Mapping[str, str]) -> Figure:
    """One row a regime, sorted into densities; hollow where not told apart. names: ticket -> words.

    >>> from ltp_core.bootstrap import Interval
    >>> c = Comparison("", Interval(0.02, 0.01, 0.03), 0.01, 0.04, 6, 7)
    >>> figure = beside_chance({Regime("sw", 0.02): c}, {"sw": "Swahili"})
    >>> print(figure.axes[0].get_title("left"))
    Beside a random ticket of its size:
    ahead in 1 of 1, behind in 0
    """
    densities = sorted({regime.density for regime in compared})
    order = sorted(compared, key=lambda r: (r.density, -compared[r].difference.mean))
    figure, axes = plt.subplots(figsize=(4.8, 1.2 + 0.24 * (len(order) + len(densities))))
    axes.axvline(0, color="#222228", linewidth=0.8, zorder=0)
    labels, y, last = [], 0, None
    for regime in order:
        if regime.density != last:
            labels.append((y, f"{100 * regime.density:.3g} % of the encoder"))
            y, last = y + 1, regime.density
        c = compared[regime]
        middle, low, high = (100 * x for x in c.difference)
        fill = "none" if c.verdict == "not told apart" else BLUE
        axes.plot([low, high], [y, y], color=BLUE)
        axes.plot(middle, y, "o", markerfacecolor=fill, markeredgecolor=BLUE, zorder=3)
        axes.annotate(f"{round(middle, 1) + 0.0:+.1f}", (high, y), xytext=(5, 0), color=BLUE,
                      textcoords="offset points", va="center", fontsize=8)  # fmt: skip
        labels.append((y, names.get(regime.ticket, regime.ticket)))
        y += 1
    axes.set_yticks([at for at, _ in labels], [text for _, text in labels])
    for (_, text), label in zip(labels, axes.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if text.endswith("encoder") else "normal")
    axes.set_ylim(y - 0.4, -0.6)
    axes.tick_params(axis="y", length=0, labelsize=8.5)
    axes.grid(axis="x")
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.12 * (high - low))
    axes.set_xlabel("points that the winning ticket is ahead (right)\nor behind (left)")
    won, lost = (sum(c.verdict == v for c in compared.values()) for v in ("better", "worse"))
    axes.set_title(
        f"Beside a random ticket of its size:\nahead in {won} of {len(order)}, behind in {lost}"
    )
    return flush(figure)
