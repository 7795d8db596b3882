"""Regimes: where a winning ticket beats a random one of its size, and where it does not.

A regime is a stage 1 (its language, its length, its optimizer), a density, and the layers chosen
from. Each has its own control: a random ticket of the same density in the same layers. With 24
regimes one is expected to look like a win by luck alone, so all are corrected together
(`compare.compare_pairs`).

A rate can be a regime, too: what suits the one ticket may ruin the other (`at_rates`). So a win at
one rate has to be held against each ticket at its own best rate (`at_their_best`).

Reading order: `regimes`, `at_rates`, `levels`, `at_their_best`, then the figures `over_rates` and
`beside_chance`.

What it does not do: run them. `ltp sweep benchmarks/tickets.toml` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NamedTuple

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.compare import Comparison, compare_pairs
from ltp_core.measure.results import summary
from ..figures.style import flush
from ..figures.style import BLUE, _apart, drawn
from .findings import Stored

TICKETS = {  # what is drawn of a ticket: name, colour, mark
    "ltp": ("winning", BLUE, "o"),
    "shuffled_ticket": ("shuffled", "#b34700", "^"),
    "random_ticket": ("random", "#5f5f66", "s"),
}


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
    with_control = {regime: pair for regime, pair in pairs.items() if pair[1]}
    return {c.rival: c for c in compare_pairs(with_control, found.items, group)}


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


def levels(found: Stored, group: str = "low") -> dict[tuple[float, str], dict[float, Interval]]:
    """(density, method) -> learning rate -> mean accuracy in a group with its interval.

    >>> row = {"method": "ltp", "seed": 0, "language": "qu", "n": 4, "correct": b"\\xc0",
    ...        "density_encoder": 0.02, "spec": '{"train": {"learning_rate": 0.002}}'}
    >>> {k: {eta: i.mean for eta, i in v.items()}
    ...  for k, v in levels(Stored([row], {"qu": list("abcd")})).items()}
    {(0.02, 'ltp'): {0.002: 0.5}}
    """
    parted: dict = {}
    for row in found.rows:
        key = (round(row["density_encoder"], 4), row["method"])
        parted.setdefault(key, {}).setdefault(rate(row), []).append(row)
    return {
        key: {eta: summary(rows, found.items)[key[1]][group] for eta, rows in sorted(of.items())}
        for key, of in sorted(parted.items())
    }


def best_pairs(found: Stored, group: str = "low") -> dict[Regime, tuple[list[dict], list[dict]]]:
    """The winning ticket's rows and a control's, each at the rate that served it best in a group.

    The regime's name is the control's. Chosen on what is then compared, alike for all.

    >>> row = {"seed": 0, "language": "qu", "n": 4, "density_encoder": 0.02}
    >>> rows = [row | {"method": m, "spec": '{"train": {"learning_rate": %s}}' % eta, "correct": c}
    ...         for m, eta, c in (("ltp", 0.1, b"\\xf0"), ("random_ticket", 0.1, b"\\x00"),
    ...                           ("random_ticket", 0.3, b"\\xc0"))]
    >>> ours, theirs = best_pairs(Stored(rows, {"qu": list("abcd")}))[
    ...     Regime("random_ticket", 0.02)]
    >>> rate(ours[0]), rate(theirs[0])
    (0.1, 0.3)
    """
    best = {}
    for key, of in levels(found, group).items():
        eta = max(of, key=lambda eta: of[eta].mean)
        best[key] = [row for row in found.of(key[1]) if rate(row) == eta
                     and round(row["density_encoder"], 4) == key[0]]  # fmt: skip
    return {
        Regime(method, density): (best[density, "ltp"], rows)
        for (density, method), rows in best.items() if method != "ltp"
    }  # fmt: skip


def at_their_best(found: Stored, group: str = "low") -> dict[Regime, Comparison]:
    """The winning ticket minus each control, each at its best rate: see `best_pairs`."""
    pairs = best_pairs(found, group)
    return {c.rival: c for c in compare_pairs(pairs, found.items, group)}


@drawn
def over_rates(of: Mapping[tuple[float, str], Mapping[float, Interval]]) -> Figure:
    """Accuracy of each ticket over its learning rate, a field a density. of: from `levels`.

    >>> at = {0.001: Interval(0.3, 0.2, 0.4), 0.01: Interval(0.5, 0.4, 0.6)}
    >>> figure = over_rates({(0.02, "ltp"): at, (0.02, "random_ticket"): at})
    >>> print(figure.axes[0].get_title("left"))
    2 % of the encoder, each at its best:
    winning 50.0, random 50.0
    """
    densities = sorted({density for density, _ in of})
    figure, fields = plt.subplots(len(densities), 1, figsize=(4.8, 2.9 * len(densities)),
                                  sharex=True, squeeze=False)  # fmt: skip
    for axes, density in zip(fields[:, 0], densities, strict=True):
        said, ends = [], {}
        for method, (name, colour, marker) in TICKETS.items():
            if (density, method) not in of:
                continue
            at = of[density, method]
            means = [100 * i.mean for i in at.values()]
            axes.plot(list(at), means, marker, color=colour, linestyle="-")
            axes.vlines(list(at), [100 * i.low for i in at.values()],
                        [100 * i.high for i in at.values()], color=colour, linewidth=1)  # fmt: skip
            said.append(f"{name} {max(means):.1f}")
            ends[name, colour] = means[-1]
        for (name, colour), height in _apart(ends, 6).items():
            axes.annotate(name, (1, height), xycoords=("axes fraction", "data"), va="center",
                          xytext=(5, 0), textcoords="offset points", color=colour)  # fmt: skip
        axes.set_xscale("log")
        rates = sorted({eta for of_one in of.values() for eta in of_one})
        axes.set_xticks(rates, [f"{eta:g}" for eta in rates])
        axes.minorticks_off()
        axes.grid(axis="y")
        axes.set_ylim(0, 70)
        axes.set_ylabel("mean % right")
        axes.set_title(f"{100 * density:.3g} % of the encoder, each at its best:\n"
                       + ", ".join(said))  # fmt: skip
    axes.set_xlabel("learning rate of the ticket")
    return flush(figure)


@drawn
def beside_chance(compared: Mapping[Regime, Comparison], names: Mapping[str, str]) -> Figure:
    """One row a regime, sorted into densities; hollow where not told apart. names: ticket -> words.

    >>> from ltp_core.measure.bootstrap import Interval
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
