"""The worth of a ticket: an interval that knows of stages 1, and of nothing that was not run."""

import json

import numpy as np
import pytest

from ltp_book.verdicts.findings import Stored
from ltp_book.verdicts.ticket_worth import CONTROLS, difference, questions, tickets
from ltp_core.measure.bootstrap import interval
from ltp_core.measure.results import pack

ITEMS = {"qu": [f"{i}|0" for i in range(80)], "zu": [f"{i}|0" for i in range(80)]}
SEEDS = range(6)


def rows(method, names, share, eta=0.002):
    """Runs whose accuracy is `share`, or one share for each ticket."""
    made = []
    for number, name in enumerate(names):
        p = share[number] if isinstance(share, list) else share
        for seed in SEEDS:
            for code, ids in ITEMS.items():
                chance = np.random.default_rng([seed, ord(code[0]), number, round(1000 * p)])
                spec = json.dumps({"train": {"learning_rate": eta}})
                right = pack(chance.random(len(ids)) < p)
                own = {"method": method, "ticket": name, "seed": seed, "language": code}
                made.append(own | {"n": len(ids), "correct": right, "spec": spec})
    return made


LTP = rows("ltp", ["a", "b", "c"], [0.6, 0.5, 0.4])
CHANCE = rows("random_ticket", [""], 0.5)


def test_the_cube_is_that_of_each_ticket_alone():
    cube = tickets(LTP, ITEMS, ["qu", "zu"])
    assert cube.shape == (3, 6, 2, 80)
    alone = tickets([row for row in LTP if row["ticket"] == "b"], ITEMS, ["qu", "zu"])
    assert (cube[1] == alone[0]).all()


def test_tickets_that_differ_widen_the_interval():
    found = Stored([*LTP, *CHANCE], ITEMS)
    wide = interval(difference(found, LTP, CHANCE))
    even = rows("ltp", ["a", "b", "c"], [0.5, 0.5, 0.5])
    narrow = interval(difference(found, even, CHANCE))
    assert wide.high - wide.low > 1.3 * (narrow.high - narrow.low)


def test_a_ticket_without_its_seeds_is_refused():
    short = [row for row in LTP if (row["ticket"], row["seed"]) != ("b", 3)]
    with pytest.raises(ValueError, match="'b' has no run with seed 3"):
        tickets(short, ITEMS, ["qu"])


def test_questions_are_asked_at_best_and_at_equal_rates():
    runs = [*LTP, *CHANCE, *rows("random_ticket", [""], 0.1, eta=0.006)]
    best = dict.fromkeys(CONTROLS, 0.002) | {"ltp": 0.002, "random_ticket": 0.006}
    own, layer, shuffled, equal = questions(Stored(runs, ITEMS), best)
    assert (own.answer, equal.answer) == ("yes", "undecided")
    assert layer.answer == shuffled.answer == "not asked yet"
    assert (
        own.asked == "LTP at 0.002 better than random ticket at 0.006, in low-resource languages?"
    )
    assert own.p > 0.0004  # four are corrected together
