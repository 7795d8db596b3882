"""Answers follow from the stored results and one rule, whoever writes the page."""

import numpy as np
import pytest

from ltp_book.verdicts.claims import (
    are_better,
    cells,
    corrected,
    counted,
    no_worse,
    not_asked,
    pairs,
    put,
)
from ltp_book.verdicts.findings import Stored
from ltp_core.measure.bootstrap import p_value
from ltp_core.measure.compare import compare_pairs, holm
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


def drawn(mean, low, high):
    """A bootstrap of 999, the middle 96 % between these."""
    return np.r_[mean, np.linspace(low, high, 959), [low - 1] * 20, [high + 1] * 20]


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
    assert low.gap.mean > 0 > high.gap.mean
    assert counted([low, high])["yes"] == counted([low, high])["no"] == 1


def test_a_question_is_answered_as_the_core_compares():
    found = Stored(rows("ltp", 0.6) + rows("full", 0.5), ITEMS)
    of = found.of("ltp"), found.of("full")
    (question,) = are_better({("a", "b"): of}, ITEMS, "low")
    (compared,) = compare_pairs({"b": of}, ITEMS, "low")
    assert question.gap == compared.difference and question.p == compared.p


def test_what_was_not_run_is_not_asked_yet():
    (question,) = are_better(pairs(Stored(rows("ltp", 0.6), ITEMS), ("ltp", "lora")), ITEMS, "low")
    assert question == not_asked("LTP better than LoRA", "low")
    asked = "LTP better than LoRA, in low-resource languages?"
    assert cells(question) == ("not asked yet", asked, "–", "–")


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

    asked = {("same", "all"): (runs(0.0), runs(0.0)), ("less", "all"): (runs(0.3), runs(0.0))}
    assert [q.answer for q in no_worse(asked, ITEMS, "low", margin=0.02)] == ["yes", "no"]
    little = {("a little less", "all"): (runs(0.06), runs(0.0))}
    assert no_worse(little, ITEMS, "low", margin=0.2)[0].answer == "yes"
    other = [row | {"correct": pack(np.random.default_rng(9).random(200) < 0.5)} for row in runs(0)]
    (unsure,) = no_worse({("a", "b"): (runs(0.0, 1), other[:1])}, ITEMS, "low")
    assert unsure.answer == "undecided"


@pytest.mark.parametrize(
    "gap, margin, answer",
    [
        ((0.03, 0.01, 0.05), 0, "yes"),
        ((0.03, -0.01, 0.05), 0, "undecided"),
        ((0.03, -0.01, 0.05), 0.02, "yes"),
        ((-0.03, -0.05, -0.01), 0, "no"),
        ((-0.03, -0.05, -0.01), 0.02, "undecided"),
        ((-0.04, -0.05, -0.03), 0.02, "no"),
        ((-0.01, -0.015, -0.005), 0.02, "yes"),
        ((-0.01, -0.03, 0.01), 0.02, "undecided"),
    ],
)
def test_above_zero_give_or_take_the_margin(gap, margin, answer):
    question = put("?", drawn(*gap), margin)
    assert question.answer == answer
    assert (question.p < 0.05) == (answer != "undecided")


def test_the_printed_p_is_that_of_the_answer():
    above, below = (
        put("?", drawn(0.0, -0.01, 0.01), 0.02),
        put("?", drawn(-0.05, -0.07, -0.03), 0.02),
    )
    assert above.p == p_value(drawn(0.02, 0.01, 0.03))
    assert below.p == p_value(drawn(-0.03, -0.05, -0.01))


def test_questions_asked_together_are_corrected_for_their_number():
    """A small difference counts when it is asked alone, and no more among thirty of equals."""
    equals = [put("equal", drawn(0.0, -0.01, 0.01))] * 30
    small = put("small", np.r_[0.03, np.linspace(-0.001, 0.06, 500)])
    clear = put("clear", np.r_[0.30, np.linspace(0.2, 0.4, 5000)])
    assert small.answer == clear.answer == "yes"
    *others, of_small, of_clear = told = corrected([*equals, small, clear])
    assert {q.answer for q in (*others, of_small)} == {"undecided"} and of_clear.answer == "yes"
    assert [q.p for q in told] == holm([q.p for q in (*equals, small, clear)])
    assert of_small.gap == small.gap and of_small.gap.low > 0, "the interval has no correction"


def test_what_is_not_asked_yet_makes_the_others_no_easier():
    some = [put("?", drawn(0.03, 0.01, 0.05)), put("?", drawn(0.0, -0.01, 0.01))]
    without, with_ = corrected(some), corrected([*some, not_asked("?")])
    assert all(a.p <= b.p for a, b in zip(without, with_[:2], strict=True))
    assert with_[2].answer == "not asked yet" and with_[2].p == 1.0
