"""Regimes: each winning ticket beside the random one of its size, corrected together."""

import json

import numpy as np
import pytest

from ltp_book.figures.regimes import beside_chance, over_rates
from ltp_book.verdicts.findings import Stored
from ltp_book.verdicts.regimes import Regime, at_rates, at_their_best, levels, regimes
from ltp_core.measure.results import correctness, pack
from tests.support.figures import draw_whole

ITEMS = {"qu": [f"{i}|0" for i in range(60)], "zu": [f"{i}|0" for i in range(60)]}


def rows(method, ticket, density, share, layers=None):
    made = []
    for seed in range(3):
        for code, ids in ITEMS.items():
            chance = np.random.default_rng([seed, ord(code[0]), round(1000 * share)])
            spec = json.dumps({"ticket": {} if layers is None else {"layers": layers}})
            made.append(
                dict(
                    method=method,
                    ticket=ticket,
                    density_encoder=density,
                    seed=seed,
                    language=code,
                    n=len(ids),
                    correct=pack(chance.random(len(ids)) < share),
                    spec=spec,
                )
            )
    return made


FOUND = Stored(
    [
        *rows("random_ticket", "", 0.02, 0.5),
        *rows("random_ticket", "", 0.2, 0.9),
        *rows("ltp", "en", 0.02, 0.8),
        *rows("ltp", "en", 0.2, 0.6),
        *rows("ltp", "sw", 0.02, 0.5),
    ],
    ITEMS,
)


def test_each_ticket_meets_the_control_of_its_density():
    told = {regime: c.verdict for regime, c in regimes(FOUND).items()}
    assert told == {
        Regime("en", 0.02): "better",
        Regime("en", 0.2): "worse",
        Regime("sw", 0.02): "no clear difference",
    }


def test_each_ticket_meets_the_control_of_its_layers():
    middle, low = [4, 5], [0, 1]
    found = Stored(
        [
            *rows("random_ticket", "", 0.02, 0.9, middle),
            *rows("random_ticket", "", 0.02, 0.2, low),
            *rows("ltp", "middle", 0.02, 0.5, middle),
            *rows("ltp", "low", 0.02, 0.5, low),
        ],
        ITEMS,
    )
    gaps = {regime.ticket: c.difference.mean for regime, c in regimes(found).items()}
    assert gaps["middle"] < -0.2 < 0.2 < gaps["low"]


def test_a_ticket_without_a_control_is_left_out():
    assert regimes(Stored(rows("ltp", "en", 0.02, 0.8), ITEMS)) == {}


def test_a_ticket_meets_the_control_of_its_rate():
    def trained(method, share, eta):
        spec = json.dumps({"train": {"learning_rate": eta}})
        return [row | {"spec": spec} for row in rows(method, "en", 0.2, share)]

    found = Stored(
        [
            *trained("random_ticket", 0.9, 0.01),
            *trained("ltp", 0.2, 0.01),
            *trained("random_ticket", 0.3, 0.001),
            *trained("ltp", 0.7, 0.001),
        ],
        ITEMS,
    )
    told = at_rates(found)
    assert list(told) == [0.001, 0.01]
    assert [c.verdict for c in told.values()] == ["better", "worse"]
    assert told[0.001].difference.mean == pytest.approx(0.4, abs=0.1)


def tried():
    """Three tickets at two rates, two densities."""
    found = []
    for density in (0.005, 0.02):
        for method, shares in (
            ("ltp", (0.8, 0.2)),
            ("shuffled_ticket", (0.5, 0.8)),
            ("random_ticket", (0.3, 0.6)),
        ):
            for eta, share in zip((0.001, 0.01), shares, strict=True):
                spec = json.dumps({"train": {"learning_rate": eta}})
                found += [row | {"spec": spec} for row in rows(method, "en-sgd", density, share)]
    return Stored(found, ITEMS)


def test_each_ticket_at_its_best_rate():
    found = tried()
    told = {regime: c.verdict for regime, c in at_their_best(found).items()}
    assert told[Regime("random_ticket", 0.02)] == "better"
    assert told[Regime("shuffled_ticket", 0.02)] == "no clear difference"
    assert (
        at_rates(Stored([r for r in found.rows if r["density_encoder"] == 0.02], ITEMS))[
            0.001
        ].verdict
        == "better"
    ), "at one rate it looked otherwise"


def test_levels_are_means_over_languages_and_the_figure_draws_them():
    found = tried()
    at = levels(found)
    assert len(at) == 6 and all(list(of) == [0.001, 0.01] for of in at.values())
    mine = [r for r in found.of("ltp") if r["density_encoder"] == 0.02 and "0.001" in r["spec"]]
    by_hand = np.nanmean(correctness(mine, ITEMS, ["qu", "zu"]))
    assert at[0.02, "ltp"][0.001].mean == pytest.approx(by_hand)
    with pytest.raises(ValueError, match="tickets of one density"):
        over_rates(at)
    for density in (0.005, 0.02):
        shown = {method: of for (d, method), of in at.items() if d == density}
        figure = over_rates({(density, method): of for method, of in shown.items()})
        (axes,) = figure.axes
        right = 100 * shown["ltp"][0.001].mean
        assert f"are right in\n{right:.1f} % (SGD's), " in axes.get_title("left")
        order = ("ltp", "random_ticket", "shuffled_ticket")
        lines = [line for line in axes.lines if len(line.get_xdata()) == 2]
        for line, method in zip(lines, order, strict=True):
            assert line.get_ydata().tolist() == [100 * i.mean for i in shown[method].values()]
        rings = [line for line in axes.lines if len(line.get_xdata()) == 1]
        best = [100 * max(i.mean for i in shown[method].values()) for method in order]
        assert [float(ring.get_ydata()[0]) for ring in rings] == pytest.approx(best)
        names = {text.get_text() for text in axes.texts}
        assert names == {"SGD's ticket", "random ticket", "shuffled ticket"}
        draw_whole(figure)


def test_the_figure_sorts_by_density_and_counts():
    figure = beside_chance(regimes(FOUND), {"en": "English", "sw": "Swahili"})
    (axes,) = figure.axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [
        "2 % of the encoder",
        "English",
        "Swahili",
        "20 % of the encoder",
        "English",
    ]
    assert axes.get_title("left").endswith("in 1 of 3, and behind in 1")
    gaps = {regime: 100 * c.difference.mean for regime, c in regimes(FOUND).items()}
    order = [Regime("en", 0.02), Regime("sw", 0.02), Regime("en", 0.2)]
    printed = [float(text.get_text().replace("−", "-")) for text in axes.texts]
    assert printed == pytest.approx([gaps[regime] for regime in order], abs=0.051)
    draw_whole(figure)
