"""The figure of one language among others: its row, the floor and the ends of the axis."""

import matplotlib
import pytest

from ltp_book.figures import own_language as figures
from ltp_core.measure.bootstrap import Interval
from tests.support.figures import draw_whole


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def test_the_chosen_language_lies_on_a_band_and_the_axis_ends_near_the_marks():
    right = {
        "LTP": {code: Interval(x, x - 0.1, x + 0.1) for code, x in (("qu", 0.3), ("sw", 0.42))}
    }
    floor = ("always “people”", 0.2)
    figure = figures.among(right, "qu", by="LTP", floor=floor, title="Quechua is second")
    (axes,) = figure.axes
    bands = [patch.get_y() for patch in axes.patches if patch.get_zorder() == 0.5]
    assert bands == [0.5], "Quechua is in the second row"
    assert axes.get_xlim() == (0, 60)
    assert axes.get_xlabel().endswith("bold: high-resource"), "Swahili is"
    draw_whole(figure)
    other = figures.among(right, "chr", by="LTP", floor=floor, title="Not measured")
    assert not [patch for patch in other.axes[0].patches if patch.get_zorder() == 0.5]
    low = {"LTP": {"qu": right["LTP"]["qu"]}}
    figure = figures.among(low, "qu", by="LTP", floor=floor, title="Alone")
    assert "bold" not in figure.axes[0].get_xlabel()
