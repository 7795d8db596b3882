"""A table: readable by eyes, by a screen reader, in a terminal, on a telephone, by night."""

import pytest
from bs4 import BeautifulSoup

from ltp_book.figures.table import table
from tests.support.page_faults import FAULTS

COLUMNS = ["ticket", "density", "points", "verdict"]
ROWS = [
    ("English, SGD", "0.5 %", "+9.1 [+7.0, +11.2]", "better"),
    ("<b>Swahili</b>", "20 %", "−0.6 [−3.0, +1.9]", "no clear difference"),
    ("Quechua & more", "–", "−.2", "worse"),
]


def soup(rows=ROWS) -> BeautifulSoup:
    return BeautifulSoup(table(COLUMNS, rows, "Against chance & luck")._repr_html_(), "html.parser")


def test_every_cell_is_there_as_text_and_named_by_its_row_and_column():
    page = soup()
    assert page.caption.get_text() == "Against chance & luck"
    assert [th.get_text() for th in page.thead.find_all("th", scope="col")] == COLUMNS
    body = [[cell.get_text() for cell in tr.find_all(["th", "td"])] for tr in page.tbody("tr")]
    assert body == [list(row) for row in ROWS]
    assert all(tr.find().name == "th" and tr.find()["scope"] == "row" for tr in page.tbody("tr"))
    assert page.find("b") is None


def test_numbers_stand_at_the_right_with_unit_sign_and_interval_and_words_at_the_left():
    for tr in soup().find_all("tr"):
        right = [cell.get("class") == ["n"] for cell in tr.find_all(["th", "td"])]
        assert right == [False, True, True, False]


def test_rows_named_by_numbers_stand_at_the_right_and_names_that_begin_with_one_do_not():
    by_density = table(["density", "J"], [("0.5 %", ".1"), ("20 %", ".2")], "t")
    by_steps = table(["twice", "J"], [("100 steps", ".1"), ("1,600 steps", ".2")], "t")
    assert (by_density.numeric(), by_steps.numeric()) == ([True, True], [False, True])


def test_in_a_terminal_the_same_cells_stand_in_columns():
    lines = repr(table(COLUMNS, ROWS, "t")).splitlines()
    assert lines[0] == "t" and len(lines) == 2 + len(ROWS)
    ends = {line.index(row[1]) + len(row[1]) for line, row in zip(lines[2:], ROWS, strict=True)}
    starts = {line.rindex(row[3]) for line, row in zip(lines[2:], ROWS, strict=True)}
    assert len(ends) == len(starts) == 1
    assert not any(line.endswith(" ") for line in lines)


def test_a_page_shows_a_minus_where_a_number_has_one():
    page = soup([("5e-2", "-0.3 [-3.8, +3.5]", "zero-shot", "2-3")])
    assert [cell.text for cell in page.tbody("td")] == ["−0.3 [−3.8, +3.5]", "zero-shot", "2-3"]
    assert page.tbody.th.text == "5e-2"


def test_an_empty_table_is_a_head():
    assert repr(table(["a", "b"], [], "nothing yet")) == "nothing yet\na  b"
    assert soup([]).tbody("tr") == []


def test_what_is_no_cell_is_refused():
    with pytest.raises(ValueError, match="row 1 has 1 cells, the table 2 columns"):
        table(["a", "b"], [("x", "y"), ("x",)], "t")
    for wrong in (0.5, None, True):
        with pytest.raises(TypeError, match="text or a whole number, got"):
            table(["a"], [(wrong,)], "t")


LOOK = """() => {
  const box = document.querySelector(".ltp-table"), style = (e) => getComputedStyle(e);
  const rgb = (e) => style(e).color, cell = box.querySelector("td");
  return {
    page: document.documentElement.scrollWidth - innerWidth, own: box.scrollWidth - box.clientWidth,
    mask: style(box).maskImage, same: rgb(cell) === rgb(document.body),
    ground: style(cell).backgroundColor, role: box.getAttribute("role"), tab: box.tabIndex,
  };
}"""


@pytest.mark.browser
@pytest.mark.parametrize("width, scrolls", [(900, False), (320, True)])
@pytest.mark.parametrize(
    "colours", ["color: #222; background: #fff", "color: #eee; background: #111"]
)
def test_a_narrow_screen_scrolls_the_table_and_not_the_page(browser, width, scrolls, colours):
    html = table(COLUMNS, ROWS, "Against chance")._repr_html_()
    with browser.new_context(viewport={"width": width, "height": 400}) as context:
        page = context.new_page()
        page.set_content(
            f'<!DOCTYPE html><body style="{colours}"><article><section>'
            f'<div class="text_html">{html}</div></section></article>'
        )
        page.evaluate(pytest.importorskip("tools.site.browser").PAINTED)
        seen = page.evaluate(LOOK)
        assert seen["page"] == 0 and (seen["own"] > 1) == scrolls
        assert (seen["mask"] != "none") == scrolls
        assert seen["same"] and seen["ground"] == "rgba(0, 0, 0, 0)"
        assert (seen["role"], seen["tab"]) == ("region", 0)
        assert not any(page.evaluate(FAULTS).values())
        page.evaluate("document.querySelector('.ltp-table').scrollLeft = 10_000")
        page.wait_for_function(
            "getComputedStyle(document.querySelector('.ltp-table')).maskImage === 'none'"
        )
