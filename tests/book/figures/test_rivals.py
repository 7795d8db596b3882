"""The figures of the comparison: sorted rightly, marks at the numbers, titles true to them."""

import matplotlib
import pytest

from ltp_book.figures import rivals as rf
from ltp_book.figures import rivals_varied as varied
from ltp_book.looks import BLUE, GREY, ORANGE
from ltp_book.verdicts.findings import ALL_NAMES
from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.compare import Comparison
from ltp_core.rivals.methods import METHODS
from ltp_core.study.tuning import Score


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def around(mean: float) -> Interval:
    return Interval(mean, mean - 0.05, mean + 0.05)


def names(axes) -> list[str]:
    return [label.get_text() for label in axes.get_yticklabels()]


def test_every_method_has_a_name_and_no_two_share_one():
    assert set(ALL_NAMES) == set(METHODS)
    assert len(set(ALL_NAMES.values())) == len(ALL_NAMES)


def test_standing_has_the_best_on_top_and_says_where_ltp_is():
    means = {name: around(0.2 + 0.01 * n) for n, name in enumerate(METHODS)}
    axes = rf.standing(means, "low").axes[0]
    assert names(axes) == [ALL_NAMES[name] for name in reversed(METHODS)]
    place = list(reversed(METHODS)).index("ltp") + 1
    assert axes.get_title("left") == f"LTP is number {place} of {len(METHODS)} in low languages"
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in marks] == pytest.approx(
        sorted((100 * value.mean for value in means.values()), reverse=True)
    )


def test_beside_is_hollow_where_not_told_apart():
    compared = [
        Comparison("full", Interval(-0.04, -0.05, -0.03), 0.001, 0, 0, 31),
        Comparison("lora", Interval(0.02, 0.01, 0.03), 0.020, 0, 9, 31),
        Comparison("head", Interval(0.01, 0.001, 0.02), 0.070, 0, 9, 31),  # not after Holm
    ]
    axes = rf.beside(compared, "ltp", "low").axes[0]
    assert names(axes) == ["LoRA", "full + linear head", "full + prompt"]
    hollow = [
        line.get_markerfacecolor() == "none" for line in axes.lines if line.get_marker() == "o"
    ]
    assert hollow == [False, True, False]
    told = "LTP beats 1 of 3 rivals, and 1 beat it;\n1 hollow: no clear difference (low)"
    assert axes.get_title("left") == told


def test_tuning_marks_the_best_of_each_method():
    means = {"ltp": (0.3, 0.5, 0.4), "full": (0.6, 0.55, 0.5)}
    tried = {method: [Score(mean, {}) for mean in of] for method, of in means.items()}
    tried["ltp"] += [Score(0.45, {}, error=0.2)]
    axes = rf.tuning(tried).axes[0]
    assert names(axes) == ["full + prompt", "LTP"]
    chosen = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert chosen == pytest.approx([60, 50])
    assert axes.get_title("left") == (
        "A bad setting costs a method 10 points (full + prompt)\n"
        "to 20 (LTP): the worst of 3 or 4 against the best"
    )
    tried["ltp"] += [Score(0.8, {}, error=0.5)]  # the best by luck is not the chosen one
    axes = rf.tuning(tried).axes[0]
    chosen = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert chosen == pytest.approx([60, 50])


def test_blue_is_ltp_and_orange_its_controls_only():
    """As many weights, chosen otherwise: LT-SFT is a rival, and a shuffled ticket is not here."""
    colours = {name: rf.colour(name) for name in METHODS}
    assert {name for name, own in colours.items() if own == ORANGE} == set(rf.CONTROLS)
    assert [name for name, own in colours.items() if own == BLUE] == ["ltp"]
    assert set(colours.values()) == {BLUE, ORANGE, GREY}


def test_price_names_only_what_nobody_beats_with_less():
    means = {
        "prompt_only": around(0.2),
        "lora": around(0.15),
        "ltp": around(0.35),
        "random_ticket": around(0.37),
        "full": around(0.4),
        "head": around(0.4),
        "template_zero": around(0.1),
    }
    trained = dict(
        prompt_only=10,
        lora=1000,
        ltp=5000,
        random_ticket=5000,
        full=9000,
        head=9001,
        template_zero=0,
    )
    axes = rf.price(means, trained, "low").axes[0]
    named = {text.get_text() for text in axes.texts}
    best = {"prompt only", "random ticket", "full + prompt", "untrained template"}
    assert named == best | {"LTP"}  # it has its name wherever it stands
    assert axes.get_title("left") == (
        "No method with fewer numbers than LTP's 5,000\nreaches its mean (low languages)"
    )
    means["lora"] = around(0.35)
    axes = rf.price(means, trained, "low").axes[0]
    assert axes.get_title("left") == (
        "LoRA reaches LTP's mean with 1,000 numbers;\nLTP trains 5,000 (low languages)"
    )


def test_marks_with_one_count_stand_side_by_side_and_ltp_alone_is_a_square():
    means = {name: around(0.4) for name in ("random_ticket", "ltp", "lt_sft", "full")}
    trained = dict(random_ticket=4_262_554, ltp=4_262_554, lt_sft=4_262_554, full=47_059_550)
    marks = [
        one for one in rf.price(means, trained, "low").axes[0].lines if len(one.get_xdata()) == 1
    ]
    places = [one.get_xdata()[0] for one in marks]
    assert places == sorted(places) and len(set(places)) == 4
    assert all(abs(x / trained[name] - 1) < 0.2 for x, name in zip(places, means, strict=True))
    assert [one.get_marker() for one in marks] == ["o", "s", "o", "o"]


def test_a_row_for_each_method_at_a_rate_and_a_dot_for_each_draw():
    runs = {
        0.0002: {"ltp": [0.3, 0.4], "random_ticket": [0.2, 0.2]},
        0.002: {"ltp": [0.5, 0.1], "random_ticket": [0.4, 0.4]},
    }
    told = {0.0002: "better", 0.002: "no clear difference"}
    axes = varied.at_one_rate(runs, told).axes[0]
    assert names(axes) == [
        f"{name} at {eta:g}" for eta in runs for name in ("LTP", "random ticket")
    ]
    dots = [list(one.get_xdata()) for one in axes.lines if one.get_marker() == "o"]
    assert dots == [
        pytest.approx([100 * x for x in of]) for run in runs.values() for of in run.values()
    ]
    assert [text.get_text() for text in axes.texts] == ["35.0", "20.0", "30.0", "40.0", "mean"]
    assert axes.get_title("left") == "At 0.0002 LTP is clearly ahead\nof the random ticket"
