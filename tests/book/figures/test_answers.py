"""Answers as a picture: an interval stands where its numbers say, and a mark says the answer."""

import re

import numpy as np
import pytest

from ltp_book.figures.answers import Row, in_rows, pictured
from ltp_book.verdicts.claims import MARGIN, not_asked, put

CLEAR = put("A better than B", np.r_[0.10, np.linspace(0.05, 0.15, 999)], group="low")
LESS = put("A better than B", np.r_[-0.10, np.linspace(-0.2, -0.05, 999)], group="high")
EQUAL = put("C no worse than D", np.r_[0.0, np.linspace(-0.01, 0.01, 999)], MARGIN)


def places(html: str, kind: str) -> list[float]:
    """Where the parts of this kind begin, in per cent of the axis."""
    return [float(x) for x in re.findall(rf'class="{kind}" style="left: ([-\d.]+)%', html)]


def test_an_interval_lies_on_the_common_axis():
    html = pictured(in_rows([CLEAR, LESS, EQUAL]), "All", tags=True)._repr_html_()
    at, zero, zone = (places(html, kind) for kind in ("at", "zero", "zone"))
    assert at[1] < zero[1] < at[0] and at[2] == pytest.approx(zero[2])
    assert len(set(zero)) == 1, "one zero for all"
    assert zone[0] == zone[1] == zero[0] > zone[2], "a margin lies below zero"
    points = (at[0] - at[1]) / 20  # per cent of the axis that a point takes
    assert zero[2] - zone[2] == pytest.approx(100 * MARGIN * points, abs=0.11)
    assert all(0 <= place <= 100 for place in (*at, *zero, *zone))


def test_the_mark_the_word_and_the_colour_say_the_same():
    open_ = not_asked("E better than F")
    html = pictured(in_rows([CLEAR, LESS, EQUAL, open_]), "All")._repr_html_()
    told = re.findall(r'class="line (\w+)">.*?class="says">([^<]+)<', html)
    assert told == [("yes", "✓ yes"), ("no", "✗ no"), ("yes", "✓ yes"), ("open", "? not asked yet")]


def test_groups_of_one_question_share_a_row_and_words_are_said_once():
    rows = in_rows([CLEAR, LESS, EQUAL], " than B")
    assert [(row.sentence, len(row.questions)) for row in rows] == [
        ("A better", 2),
        ("C no worse than D", 1),
    ]
    html = pictured(rows, "All", tags=True)._repr_html_()
    assert re.findall(r'class="tag">(\w*)<', html) == ["", "low", "high", ""]


def test_numbers_and_links_are_there_and_text_is_safe():
    row = Row("1. Is <A> better?", [CLEAR], "#claim-1", "The claim: A & B")
    html = pictured([row], "All")._repr_html_()
    assert '<a href="#claim-1">1. Is &lt;A&gt; better?</a>' in html
    assert "<small>The claim: A &amp; B</small>" in html
    assert "<summary>The same in numbers, with p</summary>" in html
    assert "A better than B, in low-resource languages?" in repr(pictured([row], "All"))


def test_without_any_number_there_is_still_an_axis():
    html = pictured(in_rows([not_asked("A better than B")]), "None")._repr_html_()
    assert not places(html, "at") and "+2" in html
