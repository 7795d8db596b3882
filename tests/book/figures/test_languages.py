"""The figures of languages: sorted rightly, correlated as scipy does, titles true to the marks."""

import matplotlib
import numpy as np
import pytest

from ltp_book.figures import languages as lf
from ltp_book.figures.gains import gains
from ltp_book.verdicts import findings
from ltp_core.data.languages import HIGH, LOW, TASK_LANGUAGES
from ltp_core.measure.bootstrap import Interval
from tests.support.figures import CARD, draw_whole


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def around(mean: float) -> Interval:
    return Interval(mean, mean - 0.05, mean + 0.05)


def measured(seed=0, codes=TASK_LANGUAGES):
    shares = np.random.default_rng(seed).uniform(0.1, 0.8, size=len(codes))
    return {code: around(share) for code, share in zip(codes, shares.tolist(), strict=True)}


def features():
    chance = np.random.default_rng(1)
    return {name: {code: chance.random() for code in TASK_LANGUAGES} for name in "abc"}


# --- the order of languages ------------------------------------------------------------------


def test_the_rows_are_sorted_by_the_method_asked_for():
    right = {"LTP": measured(1), "prompt only": measured(2)}
    for by in right:
        axes = lf.spread(right, by=by).axes[0]
        shown = [label.get_text() for label in axes.get_yticklabels()]
        best = sorted(TASK_LANGUAGES, key=lambda code: -right[by][code].mean)
        assert shown == [lf.name_of(code) for code in best]
        title = axes.get_title("left")
        assert title.startswith(f"{by}: from") and title.endswith(f"({shown[0]})")
        bold = [label.get_fontweight() == "bold" for label in axes.get_yticklabels()]
        assert bold == [code in HIGH for code in best]


def test_each_mark_stands_at_its_accuracy_in_the_row_of_its_language():
    right = {"LTP": measured(1), "full + prompt": measured(2)}
    axes = lf.spread(right, by="LTP").axes[0]
    best = sorted(TASK_LANGUAGES, key=lambda code: -right["LTP"][code].mean)
    marks = [line for line in axes.lines if len(line.get_xdata()) == len(best)]
    for line, of in zip(marks, right.values(), strict=True):
        assert np.allclose(line.get_xdata(), [100 * of[code].mean for code in best])
        assert np.round(line.get_ydata()).tolist() == list(range(len(best)))


def test_a_language_that_a_method_lacks_has_no_mark():
    right = {"LTP": measured(), "full + prompt": measured(codes=LOW)}
    axes = lf.spread(right, by="LTP").axes[0]
    lines = [line for line in axes.lines if len(line.get_xdata()) == len(TASK_LANGUAGES)]
    there = [int(np.isfinite(line.get_xdata()).sum()) for line in lines]
    assert there == [len(TASK_LANGUAGES), len(LOW)]


# --- correlation -----------------------------------------------------------------------------


def test_ranks_and_correlation_are_those_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    chance = np.random.default_rng(0)
    for n in (3, 8, 50):
        x, y = chance.integers(0, 9, size=(2, n))  # with ties
        assert lf.ranks(x).tolist() == stats.rankdata(x).tolist()
        assert lf.spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic)


def test_many_rows_at_once_are_the_same_as_one_by_one():
    x, y = np.random.default_rng(0).integers(0, 9, size=(2, 7, 12))
    one_by_one = [lf.spearman(a, b) for a, b in zip(x, y, strict=True)]
    assert lf.spearman(x, y).tolist() == one_by_one


def test_a_feature_that_never_changes_has_no_correlation():
    assert np.isnan(lf.spearman(np.ones(5), np.arange(5)))


def test_the_interval_holds_a_true_correlation_and_zero_where_there_is_none():
    chance = np.random.default_rng(0)
    x, noise = chance.normal(size=(2, 60))
    assert lf.correlation(x, x + 0.3 * noise).low > 0.7
    apart = lf.correlation(x, noise)
    assert apart.low < 0 < apart.high
    assert lf.correlation(x, noise) == apart, "the same draws every time"


def test_a_correlation_of_unequal_or_too_few_is_refused():
    for x, y in (([1, 2, 3], [1, 2]), ([1, 2], [1, 2])):
        with pytest.raises(ValueError, match=f"3 or more, got {len(x)}, {len(y)}"):
            lf.correlation(x, y)


def test_the_title_names_the_strongest_whatever_its_sign():
    accuracy = {code: n / 60 for n, code in enumerate(TASK_LANGUAGES)}
    down = {code: -share for code, share in accuracy.items()}
    figure = lf.goes_with(features() | {"falling": down}, accuracy, named=["qu"])
    assert figure.get_suptitle() == "Largest ρ of all:\n“falling”, ρ = −1.00"
    assert figure.axes[3].get_title("left") == "ρ −1.00 [−1.00, −1.00]"


# --- a gain in every language -------------------------------------------------------------------


def some_gains():
    before, after = ({code: of.mean for code, of in measured(seed).items()} for seed in (1, 2))
    gap = {code: around(after[code] - before[code]) for code in TASK_LANGUAGES}
    return gains(("prompt_only", before), ("ltp", after), gap, does="It", floor=("one answer", 0.2))


def test_a_line_joins_two_marks_and_is_whole_where_the_gain_is_clear():
    before, after = measured(1), measured(2)
    (axes,) = some_gains().axes
    best = sorted(TASK_LANGUAGES, key=lambda code: -after[code].mean)
    assert [label.get_text() for label in axes.get_yticklabels()] == [lf.name_of(c) for c in best]
    lines = axes.lines[: len(best)]
    for line, code in zip(lines, best, strict=True):
        assert line.get_xdata() == pytest.approx([100 * before[code].mean, 100 * after[code].mean])
        clear = after[code].mean - before[code].mean - 0.05 > 0
        assert line.get_linestyle() == ("-" if clear else ":")
    lifted = sum(line.get_linestyle() == "-" for line in lines)
    assert axes.get_title("left") == f"It lifts {lifted} of {len(best)} languages"


# --- a difference and its intervals ----------------------------------------------------------


def test_the_title_compares_two_widths_and_marks_tell_which_leave_out_zero():
    gaps = {"a": Interval(-0.02, -0.03, -0.01), "b": Interval(-0.02, -0.05, 0.01)}
    assert [findings.rule(gap) for gap in gaps.values()] == ["worse", "no clear difference"]
    axes = lf.widths(gaps, narrow="a", wide="b").axes[0]
    assert axes.get_title("left") == "b: the interval is\n3.0 times as wide as a"
    marks = [line.get_marker() for line in axes.lines if len(line.get_xdata()) == 1]
    assert marks == ["s", "^"]
    assert [text.get_text() for text in axes.texts] == ["2.0 wide", "6.0 wide"]


def test_every_figure_fits_a_telephone_and_can_be_read():
    methods = {name: measured(n) for n, name in enumerate(findings.NAMES.values())}
    accuracy = {code: share.mean for code, share in measured().items()}
    figures = [
        lf.spread(methods, by="LTP", floor=("always “people”", 0.2)),
        lf.spread({"same": measured(), "other": measured(1)}, by="other", title="t"),
        lf.goes_with(features(), accuracy),
        lf.widths({"a": around(0.01), "b": around(0.01)}, narrow="a", wide="b"),
        some_gains(),
    ]
    for figure in figures:
        assert figure.get_figwidth() == 4.8 and not matplotlib.pyplot.get_fignums()
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == CARD
        draw_whole(figure)
        assert figure.get_suptitle() or figure.axes[0].get_title("left")
        assert not any(axes.get_legend() for axes in figure.axes)
