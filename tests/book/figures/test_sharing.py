"""The figures of handing on show the sizes they are given, and nothing falls out of its box."""

import matplotlib
import pytest

from ltp_book.figures import sharing as sf
from tests.support.figures import CARD, contrast

XLMR = (85_054_464, 277_453_056)
FILES = dict(base=188_000_000, ticket=2_000_000, model=19_000_000, merged=207_000_000)


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def words(figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts if text.get_text()]


def extents(figure):
    """The place of every text of every axes, in pixels, after drawing."""
    figure.draw_without_rendering()  # the canvas of a closed figure draws nothing
    return {t: t.get_window_extent() for axes in figure.axes for t in axes.texts if t.get_text()}


def test_bytes_are_told_in_the_unit_that_fits():
    told = [sf.weight(n) for n in (0, 999, 1000, 17_024_000, 1_110_000_000, 2e12)]
    assert told == ["0 bytes", "999 bytes", "1.0 kB", "17.0 MB", "1.1 GB", "2000.0 GB"]


def test_the_flow_names_every_file_command_and_size():
    figure = sf.flow(**FILES)
    said = words(figure)
    for size in FILES.values():
        assert sf.weight(size) in said
    for command in ("ltp ticket", "ltp train", "ltp merge", "ltp merge --undo"):
        assert command in said
    together = " ".join(said)
    for file in ("prompt", "ticket", "model", "unmerge"):
        assert f"{file}.safetensors" in together
    with pytest.raises(KeyError, match="merged"):
        sf.flow(base=1, ticket=1, model=1)


def test_the_words_of_the_flow_stay_in_their_boxes_and_out_of_each_other():
    figure = sf.flow(**FILES)
    places = extents(figure)
    (axes,) = figure.axes
    for left, bottom, width, height, lines in sf.BOXES.values():
        corners = axes.transData.transform([(left, bottom), (left + width, bottom + height)])
        (x0, y0), (x1, y1) = corners
        mine = [box for text, box in places.items() if text.get_text() in lines]
        assert len(mine) == len(lines)
        for box in mine:
            assert x0 < box.x0 and box.x1 < x1 and y0 < box.y0 and box.y1 < y1
    boxes = list(places.values())
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_sizes_tells_the_share_of_the_whole():
    of = {"prompt": 15_360, "ticket": 17_000_000, "model": 170_000_000, "merged": 190_000_000}
    figure = sf.sizes(of, focus="ticket", whole="model")
    (axes,) = figure.axes
    assert axes.get_title("left") == "ticket: 17.0 MB, 10 % of model"
    assert words(figure) == ["15.4 kB · 0.009 %", "17.0 MB · 10 %", "170.0 MB", "190.0 MB · 112 %"]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots == list(of.values())
    right = figure.bbox.x1
    assert all(box.x1 <= right for box in extents(figure).values())


def test_both_readings_of_a_density_are_counted():
    figure = sf.denominators({"ours": (21_300_000, 46_900_000), "XLM-R base": XLMR})
    assert figure.get_suptitle() == '"20 %" of XLM-R base: 17.0 or 55.5 million weights'
    said = words(figure)
    assert "20 % of the encoder: 17.0 M, 6.1 % of all" in said
    assert "20 % of all: 55.5 M, as many as 65 % of the encoder" in said
    ends = [round(bar.get_width(), 1) for bar in figure.axes[1].patches]
    assert ends == [277.5, 85.1, 17.0, 277.5, 85.1, 55.5]
    assert "10 % of all: 27.7 M" in " ".join(words(sf.denominators({"x": XLMR}, density=0.1)))


def test_every_figure_fits_a_telephone_and_can_be_read():
    figures = [
        sf.flow(**FILES),
        sf.sizes({"a": 10, "b": 100_000_000}, focus="a", whole="b"),
        sf.denominators({"ours": (21_300_000, 46_900_000), "XLM-R base": XLMR}),
    ]
    for figure in figures:
        assert figure.get_figwidth() == 4.8 and not matplotlib.pyplot.get_fignums()
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == CARD
        assert all(axes.get_title("left") and not axes.get_legend() for axes in figure.axes)
        edge = figure.bbox
        assert all(edge.x0 <= box.x0 and box.x1 <= edge.x1 for box in extents(figure).values())
    assert all(contrast(colour, CARD) >= 4.5 for colour in (sf.ORANGE, sf.BLUE, "#5f5f66"))
