"""Figures and computed sentences: they say what the numbers say, and can be read by everybody."""

import re
import xml.etree.ElementTree as ET

import matplotlib
import numpy as np
import pytest
import torch

from ltp_book.figures import overview as figures
from ltp_book.verdicts import findings
from ltp_core.measure import results
from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.evaluate import Table
from tests.support.figures import CARD, a_sweep, draw_whole
from tools.book import chapters as book


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


# --- words ----------------------------------------------------------------------------------


def test_a_clear_gap_is_called_better_or_worse_and_a_small_one_neither():
    found = a_sweep({"ltp": 0.7, "prompt_only": 0.4, "random_ticket": 0.7})
    assert findings.verdict(found, "ltp", "prompt_only").endswith("better")
    assert findings.verdict(found, "prompt_only", "ltp").endswith("worse")
    assert findings.verdict(found, "ltp", "random_ticket").endswith("no clear difference")
    all_ = findings.verdicts(found, "ltp").splitlines()
    assert len(all_) == 8 and all("points [" in line for line in all_[1::2])
    assert all(line.endswith(":") for line in all_[::2])
    assert len(findings.verdicts(found, "ltp", findings.GROUPS).splitlines()) == 12
    one = findings.verdicts(found, "ltp", ["low"], ["prompt_only"])
    assert one == findings.verdict(found, "ltp", "prompt_only").replace(": ", ":\n    ", 1)


def test_a_difference_uses_only_the_seeds_of_both():
    found = a_sweep({"ltp": 0.7, "full": 0.7})
    fewer = [r for r in found.rows if r["method"] == "ltp" or r["seed"] < 2]
    assert findings.difference(found._replace(rows=fewer), "ltp", "full") == Interval(0, 0, 0)
    none = [r for r in found.rows if (r["method"] == "ltp") == (r["seed"] == 0)]
    with pytest.raises(ValueError, match="'ltp' and 'full' share no seed"):
        findings.difference(found._replace(rows=none), "ltp", "full")


def test_the_table_has_a_line_a_method_and_a_column_a_group():
    found = a_sweep({"full": 0.8, "ltp": 0.7})
    head, *lines = findings.table(found).splitlines()
    assert [head.count(name) for name in findings.GROUPS.values()] == [1, 1, 1]
    assert [line.split("  ")[0] for line in lines] == ["LTP", "full + prompt"]
    assert all(line.count("[") == 3 for line in lines)
    assert findings.about(found, base="b").endswith("True")
    assert findings.about(found, base="another").endswith("False")


def test_a_sweep_is_found_where_it_lies_and_its_absence_is_said(tmp_path, monkeypatch):
    monkeypatch.setenv("LTP_DATA", str(tmp_path))
    nothing = findings.stored()
    for said in (
        findings.table(nothing),
        findings.verdicts(nothing, "ltp"),
        findings.about(nothing, base="b"),
    ):
        assert said == findings.ABSENT
    found = a_sweep({"ltp": 0.7})
    results.write(tmp_path / "results" / "first_light.parquet", found.rows)
    items = [{"language": code, "ids": ids} for code, ids in found.items.items()]
    results.write(tmp_path / "results" / "first_light.items.parquet", items)
    assert findings.stored() == found


# --- pictures -------------------------------------------------------------------------------


def tables(n: int) -> dict[str, Table]:
    right = {code: np.arange(50) % 2 for code in ("en", "sw", "qu")}
    return {name: Table.of(right) for name in list(findings.NAMES.values())[:n]}


def all_figures():
    modules = ("attention.self.query", "output.dense")
    names = [f"encoder.layer.{n}.{m}.weight" for n in range(12) for m in modules]
    sweep = a_sweep(dict.fromkeys(findings.NAMES, 0.5))
    return {
        "grid": figures.grid(np.eye(8)[:, :3], list("abcdefgh"), list("xyz"), title="t", outline=2),
        "movement": figures.movement({name: torch.rand(3, 3) / 1e3 for name in names}),
        "shares": figures.shares({n: 0.1 + n / 50 for n in range(12)}, 0.2),
        "curves": figures.curves({name: [2.0, 1.0] * 24 for name in findings.NAMES.values()}),
        "accuracies": figures.accuracies(tables(3)),
        "measured": figures.measured(sweep),
        "measured, absent": figures.measured(findings.Stored([], {})),
    }


def test_a_table_is_dark_from_its_lowest_value_up():
    values = np.array([[0.9, 1.0]])
    for low in (0.0, 0.85):
        image = figures.grid(values, ["r"], ["a", "b"], title="t", low=low).axes[0].images[0]
        assert image.get_clim() == pytest.approx((low, low + 1.25 * (1 - low)))


def test_a_cell_without_a_number_is_blank():
    axes = figures.grid(np.array([[np.nan, 1.0], [2.0, 0.0]]), "ab", "xy", title="t").axes[0]
    assert [text.get_text() for text in axes.texts] == ["", "1.00", "2.00", "0.00"]
    assert axes.images[0].get_clim() == (0.0, 2.5)


def test_the_share_of_a_layer_is_drawn_and_the_title_leaves_the_answer_to_the_reader():
    axes = figures.shares({0: 0.1, 1: 0.3}, 0.2).axes[0]
    assert [bar.get_height() for bar in axes.patches] == pytest.approx([10, 30])
    assert not re.search(r"\d", axes.get_title("left"))


def test_what_cannot_be_drawn_is_seen():
    for wrong in ("\N{ROOSTER}", r"$\nothing$"):
        figure = figures.curves({"LTP": [2.0] * 16})
        draw_whole(figure)
        figure.axes[0].set_title(wrong)
        with pytest.raises((UserWarning, ValueError), match="(?i)glyph|unknown symbol"):
            draw_whole(figure)


def test_every_figure_fits_a_telephone_and_has_a_title_that_says_something():
    for name, figure in all_figures().items():
        assert figure.get_figwidth() == 4.8, name
        assert not matplotlib.pyplot.get_fignums(), f"{name} is left open and would appear twice"
        draw_whole(figure)
        titles = [axes.get_title("left") for axes in figure.axes] + [figure.get_suptitle()]
        assert any(titles) or "absent" in name
        assert not any(axes.get_legend() for axes in figure.axes), f"{name} has a legend"
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == CARD


def test_the_title_of_the_measurement_tells_ltp_minus_its_baseline_and_its_control():
    title = figures.measured(a_sweep({"prompt_only": 0.4, "random_ticket": 0.6, "ltp": 0.6}))
    where, first, second = title.get_suptitle().splitlines()
    assert where == "In low-resource languages:"
    assert re.fullmatch(r"LTP minus prompt only: \+\d+\.\d points, better", first)
    assert second == "LTP minus random ticket: +0.0 points, no clear difference"


def test_drawings_are_sound_say_what_they_show_and_load_nothing():
    drawings = list(book.BOOK.glob("figures/*.svg"))
    assert drawings
    for path in drawings:
        text = path.read_text(encoding="utf-8")
        root = ET.fromstring(text)
        tags = [element.tag.rpartition("}")[2] for element in root.iter()]
        assert tags[1:3] == ["title", "desc"], path.name
        assert "script" not in tags and "image" not in tags and "href" not in text, path.name
        assert CARD in text, f"{path.name} has no ground of its own; in a dark page it is lost"
