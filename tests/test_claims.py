"""Verdicts follow from the evidence, whoever writes the page."""

from itertools import product

import numpy as np
import pytest

from ltp_core.results import pack
from ltp_core.teaching.claims import Evidence, are_better, is_better, shown, verdict
from ltp_core.teaching.findings import Stored

ITEMS = {code: [f"{i}" for i in range(200)] for code in ("qu", "zu", "de")}


def rows(method, right, seeds=(0, 1, 2), codes=ITEMS):
    """A method that is right on each item with this chance."""
    chance = np.random.default_rng(len(method))
    return [
        dict(method=method, seed=seed, language=code, n=200, correct=pack(hits))
        for seed in seeds
        for code in codes
        for hits in [chance.random(200) < right]
    ]


@pytest.mark.parametrize("told", list(product([True, False, None], repeat=3)))
def test_the_verdict_is_that_of_the_answers(told):
    said = verdict([Evidence("?", "", holds) for holds in told])
    known = [holds for holds in told if holds is not None]
    assert said.startswith("not tested yet") == (not known)
    assert (said.endswith("as far as tested")) == (0 < len(known) < 3)
    if known:
        assert said.startswith("holds in part") == (any(known) and not all(known))
        assert said.startswith("not seen") == (not any(known))


def test_better_in_one_group_and_worse_in_the_other():
    found = Stored(
        rows("ltp", 0.6, codes=["qu", "zu"]) + rows("full", 0.3, codes=["qu", "zu"])
        + rows("ltp", 0.3, codes=["de"]) + rows("full", 0.6, codes=["de"]), ITEMS,
    )  # fmt: skip
    low, high = is_better(found, "ltp", "full", "low", "high")
    assert (low.holds, high.holds) == (True, False)
    assert low.measured.startswith("+") and high.measured.startswith("-")
    assert verdict([low, high]) == "holds in part"
    assert shown([low, high]).splitlines()[-1] == "verdict: holds in part"


def test_what_was_not_run_is_open():
    found = Stored(rows("ltp", 0.6), ITEMS)
    (answer,) = is_better(found, "ltp", "lora", "low")
    assert answer == Evidence("LTP better than LoRA, low-resource?", "not measured yet", None)
    assert shown([answer]).startswith("open")


def test_many_questions_are_corrected_for_their_number():
    """A small difference counts when it is asked alone, and no more among thirty of equals."""
    def drawn(seed, right=0.5):
        chance = np.random.default_rng(seed)
        return [row | {"correct": pack(chance.random(200) < right)} for row in rows("a", 0.5)]

    equals = {f"pair {n}": (drawn(2 * n), drawn(2 * n + 1)) for n in range(30)}
    small = {"small": (drawn(100, 0.64), drawn(101))}
    clear = {"clear": (drawn(102, 0.9), drawn(103))}
    assert are_better(small, ITEMS, "low")[0].holds
    *others, of_small, of_clear = are_better(equals | small | clear, ITEMS, "low")
    assert not any(e.holds for e in others) and not of_small.holds and of_clear.holds
    assert of_clear.asked == "clear, low-resource?"
