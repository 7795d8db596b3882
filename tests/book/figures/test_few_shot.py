"""The figures of help from outside: marks where the numbers are, titles true to the marks."""

import matplotlib
import pytest
from matplotlib.colors import to_hex

from ltp_book.figures import few_shot as ff
from ltp_book.verdicts import findings
from ltp_core.measure.bootstrap import Interval
from tests.support.figures import CARD, contrast

MASK = 9


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def around(mean: float, half: float = 0.02) -> Interval:
    return Interval(mean, mean - half, mean + half)


def colours(axes) -> list[str]:
    return [to_hex(patch.get_facecolor()) for patch in axes.patches]


# --- own examples against English ones ---------------------------------------------------------


def line(*means: float) -> dict[int, Interval]:
    return dict(zip((8, 128, 948), map(around, means), strict=True))


@pytest.mark.parametrize(("own", "said"), [(0.1, "8"), (0.45, "948")])
def test_the_title_says_with_how_many_english_texts_the_level_is_reached(own, said):
    figure = ff.worth({"low": line(0.2, 0.3, 0.5)}, {"low": around(own)}, texts=128)
    assert figure.axes[0].get_title("left").endswith(f"\nneeds {said} (low-resource)")


def test_the_title_says_when_no_number_of_english_texts_reaches_the_level():
    english = {"low": line(0.2, 0.3, 0.5), "high": line(0.2, 0.3, 0.5)}
    none = ff.worth(english, {"low": around(0.6), "high": around(0.6)}, texts=128)
    assert none.axes[0].get_title("left").startswith("948 English texts are too few")
    one = ff.worth(english, {"low": around(0.6), "high": around(0.4)}, texts=128)
    told = one.axes[0].get_title("left")
    assert told.endswith("needs 948 (high-resource); 948 are too few (low-resource)")


def test_a_line_that_falls_back_reaches_the_level_where_it_first_did():
    figure = ff.worth({"low": line(0.2, 0.5, 0.3)}, {"low": around(0.4)}, texts=128)
    assert "\nneeds 128 (" in figure.axes[0].get_title("left")


def test_marks_and_levels_stand_at_their_accuracies():
    english = {"low": line(0.2, 0.3, 0.5), "high": line(0.5, 0.6, 0.7)}
    figure = ff.worth(english, {"low": around(0.4), "high": around(0.65)}, texts=128)
    lines = figure.axes[0].lines
    marked = [one for one in lines if len(one.get_xdata()) == 3]
    assert [list(one.get_ydata()) for one in marked] == [
        pytest.approx([20, 30, 50]),
        pytest.approx([50, 60, 70]),
    ]
    assert [one.get_ydata()[0] for one in lines if len(one.get_xdata()) == 2] == [40, 65]
    names = [text.get_text() for text in figure.axes[0].texts]
    assert names == ["own 128", "own 128", "▲ low-resource", "■ high-resource"]


# --- templates -----------------------------------------------------------------------------------


def test_each_place_of_a_template_has_the_colour_of_its_kind():
    parts = {"hi": [[0], "{text}", [5, MASK, 6, 2]]}
    figure = ff.frames(parts, MASK)
    kinds = [ff.LINE, ff.PALE_BLUE, ff.DEEP_ORANGE, ff.BLUE, ff.DEEP_ORANGE, ff.LINE]
    assert colours(figure.axes[0]) == kinds
    assert figure.axes[0].get_title("left") == "1 templates: each adds 2 pieces"


def test_words_before_the_text_and_for_pairs_count_too():
    before = [[0, 5, 6], "{text}", [7, MASK, 2]]
    assert ff._kinds(before, MASK) == ["end", "word", "word", "text", "word", "hole", "end"]
    pair = [[0], "{text}", [5], "{pair}", [6, MASK, 2]]
    assert ff._kinds(pair, MASK).count("text") == 2


def test_a_piece_that_is_the_mask_is_never_a_word():
    figure = ff.frames(
        {"en": [[0], "{text}", [MASK, 2]], "sw": [[0], "{text}", [5, MASK, 2]]}, MASK
    )
    assert figure.axes[0].get_title("left") == "2 templates: each adds 0 to 1 pieces"


# --- a dictionary --------------------------------------------------------------------------------


def test_the_bars_are_the_counts_the_fullest_on_top():
    figure = ff.entries({"qu": (700, 40), "de": (900, 48), "am": (800, 0)}, names=948)
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "German",
        "Amharic",
        "Quechua",
    ]
    assert [bar.get_width() for bar in axes.patches] == [900, 48, 800, 0, 700, 40]
    assert axes.get_title("left").splitlines() == [
        "Of 948 names 740 (Quechua) to 948 (German)",
        "have a translation; up to 48 are the English word",
    ]


# --- differences ---------------------------------------------------------------------------------


def test_the_title_follows_the_rule_of_the_book_and_hollow_is_not_told_apart():
    gaps = {
        "a − b": {"low": around(0.05), "high": around(-0.05)},
        "c − d": {"low": around(0.01), "high": Interval(0.0, 0.0, 0.0)},
    }
    figure = ff.differences(gaps, "Templates")
    axes = figure.axes[0]
    said = [findings.rule(gap) for of in gaps.values() for gap in of.values()]
    assert said == ["better", "worse", "no clear difference", "no clear difference"]
    assert axes.get_title("left") == (
        "Templates: from -5 to +5 points,\na clear difference in 2 of 4"
    )
    marks = [one for one in axes.lines if len(one.get_xdata()) == 1]
    assert [one.get_xdata()[0] for one in marks] == pytest.approx([5, -5, 1, 0])
    assert [to_hex(one.get_markerfacecolor()) == CARD for one in marks] == [
        False,
        False,
        True,
        True,
    ]
    assert "-0.0" not in [text.get_text() for text in axes.texts]


@pytest.mark.parametrize(
    ("sign", "said"), [(1, "3 to 9 points better"), (-1, "3 to 9 points worse")]
)
def test_the_title_gives_one_span_where_all_agree(sign, said):
    gaps = {"a": {"low": around(0.09 * sign)}, "b": {"low": around(0.03 * sign)}}
    assert ff.differences(gaps, "It").axes[0].get_title("left") == f"It: {said}"


def test_a_group_that_was_not_measured_has_no_mark_and_no_name():
    axes = ff.differences({"a − b": {"low": around(0.05)}}, "x").axes[0]
    assert [one.get_marker() for one in axes.lines if len(one.get_xdata()) == 1] == ["^"]
    assert not any("high" in text.get_text() for text in axes.texts)


def test_every_figure_fits_a_telephone_and_can_be_read():
    figures = [
        ff.worth({"low": line(0.2, 0.3, 0.5)}, {"low": around(0.4)}, texts=128),
        ff.frames({"en": [[0], "{text}", [5, MASK, 2]]}, MASK),
        ff.entries({"qu": (700, 40)}, names=948),
        ff.differences({"a − b": {"low": around(0.05)}}, "x"),
    ]
    for figure in figures:
        assert figure.get_figwidth() == 4.8 and not matplotlib.pyplot.get_fignums()
        assert to_hex(figure.get_facecolor()) == CARD
        figure.draw_without_rendering()
        assert figure.axes[0].get_title("left")
        assert not any(axes.get_legend() for axes in figure.axes)
    for colour, _ in ff.LOOKS.values():
        assert contrast(colour, CARD) >= 4.5
