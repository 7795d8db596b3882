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
from typing import NamedTuple

from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.compare import Comparison, compare_pairs
from ltp_core.measure.results import summary

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
        eta: tuple(
            [row for row in found.of(method) if rate(row) == eta]
            for method in ("ltp", "random_ticket")
        )
        for eta in sorted({rate(row) for row in found.of("ltp")})
    }
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
        best[key] = [
            row
            for row in found.of(key[1])
            if rate(row) == eta and round(row["density_encoder"], 4) == key[0]
        ]
    return {
        Regime(method, density): (best[density, "ltp"], rows)
        for (density, method), rows in best.items()
        if method != "ltp"
    }


def at_their_best(found: Stored, group: str = "low") -> dict[Regime, Comparison]:
    """The winning ticket minus each control, each at its best rate: see `best_pairs`."""
    pairs = best_pairs(found, group)
    return {c.rival: c for c in compare_pairs(pairs, found.items, group)}
