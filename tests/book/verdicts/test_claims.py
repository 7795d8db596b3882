"""Verdicts follow from the evidence, whoever writes the page."""

from itertools import product

import numpy as np
import pytest

from ltp_book.verdicts.claims import (
    Evidence,
    are_better,
    counted,
    lies_above,
    no_worse,
    pairs,
    shown,
    verdict,
)
from ltp_book.verdicts.findings import Stored
from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.results import pack

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


ANSWERS = ("yes", "no", "undecided", "open")


@pytest.mark.parametrize("told", list(product(ANSWERS, repeat=3)))
def test_the_verdict_is_that_of_the_answers(told):
    evidence = [Evidence("?", "", answer) for answer in told]
    said, known = verdict(evidence), [answer for answer in told if answer != "open"]
    assert said.startswith("not tested yet") == (not known)
    assert said.endswith("as far as tested") == (0 < len(known) < 3)
    assert said.startswith("holds") == ("yes" in known)
    assert said.startswith("holds in part") == ("yes" in known and set(known) != {"yes"})
    assert said.startswith("not seen") == (bool(known) and "yes" not in known)
    assert ("the opposite" in said) == ("no" in known)
    assert ("in part the opposite" in said) == ("no" in known and set(known) != {"no"})
    assert all(f"{told.count(answer)} {answer}" in counted(evidence) for answer in ANSWERS[:3])
    assert shown(evidence).splitlines()[-1] == f"verdict: {said}"


def test_better_in_one_group_and_worse_in_the_other():
    found = Stored(
        rows("ltp", 0.6, codes=["qu", "zu"])
        + rows("full", 0.3, codes=["qu", "zu"])
        + rows("ltp", 0.3, codes=["de"])
        + rows("full", 0.6, codes=["de"]),
        ITEMS,
    )
    low, high = are_better(pairs(found, ("ltp", "full")), ITEMS, "low", "high")
    assert (low.answer, high.answer) == ("yes", "no")
    assert low.measured.startswith("+") and high.measured.startswith("-")
    assert verdict([low, high]) == "holds in part; in part the opposite"


def test_what_was_not_run_is_open():
    (answer,) = are_better(pairs(Stored(rows("ltp", 0.6), ITEMS), ("ltp", "lora")), ITEMS, "low")
    assert answer == Evidence("LTP better than LoRA, low-resource?", "not measured yet", "open")


def test_no_worse_wants_more_than_a_wide_interval():
    """Equal within the margin is yes, clearly less is no, and few data decide nothing."""
    right = np.random.default_rng(0).random((3, 200)) < 0.5

    def runs(lost, seeds=3):
        """Draws that lose this share of what `right` has."""
        return [
            dict(
                seed=seed,
                language="qu",
                n=200,
                correct=pack(right[seed] & (np.arange(200) % 100 >= 100 * lost)),
            )
            for seed in range(seeds)
        ]

    asked = {
        ("same", "all"): (runs(0.0), runs(0.0)),
        ("less", "all"): (runs(0.3), runs(0.0)),
        ("a little less", "all"): (runs(0.06), runs(0.0)),
    }
    told = no_worse(asked, ITEMS, "low", margin=0.02)
    assert [e.answer for e in told] in (["yes", "no", "undecided"], ["yes", "no", "no"])
    assert no_worse(asked, ITEMS, "low", margin=0.2)[2].answer == "yes"
    other = [row | {"correct": pack(np.random.default_rng(9).random(200) < 0.5)} for row in runs(0)]
    (unsure,) = no_worse({("a", "b"): (runs(0.0, 1), other[:1])}, ITEMS, "low")
    assert unsure.answer == "undecided"


@pytest.mark.parametrize(
    "gap, margin, answer",
    [
        ((0.03, 0.01, 0.05), 0, "yes"),
        ((0.03, -0.01, 0.05), 0, "undecided"),
        ((0.03, -0.01, 0.05), 0.02, "yes"),
        ((-0.03, -0.05, -0.01), 0.02, "no"),
        ((-0.01, -0.015, -0.005), 0.02, "yes"),
    ],
)
def test_above_zero_give_or_take_the_margin(gap, margin, answer):
    assert lies_above("?", Interval(*gap), margin).answer == answer


def test_many_questions_are_corrected_for_their_number():
    """A small difference counts when it is asked alone, and no more among thirty of equals."""

    def drawn(seed, right=0.5):
        chance = np.random.default_rng(seed)
        return [row | {"correct": pack(chance.random(200) < right)} for row in rows("a", 0.5)]

    equals = {(f"pair {n}", "it"): (drawn(2 * n), drawn(2 * n + 1)) for n in range(30)}
    small = {("small", "it"): (drawn(100, 0.64), drawn(101))}
    clear = {("clear", "it"): (drawn(102, 0.9), drawn(103))}
    assert are_better(small, ITEMS, "low")[0].answer == "yes"
    *others, of_small, of_clear = are_better(equals | small | clear, ITEMS, "low")
    assert {e.answer for e in (*others, of_small)} == {"undecided"} and of_clear.answer == "yes"
    assert of_clear.asked == "clear better than it, low-resource?"
