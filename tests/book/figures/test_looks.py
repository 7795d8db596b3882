"""One table of names and colours: complete, legible, told apart, and the only one."""

import ast
import re
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from ltp_book import looks
from ltp_book.explorers import page
from ltp_book.figures import overlap, rivals_varied, style
from ltp_core.measure.bootstrap import Interval
from ltp_core.rivals import methods
from tests.support.figures import contrast
from tools.book import chapters as book

ALL = [*looks.METHODS.values(), *looks.GROUPS.values(), *looks.SERIES]
TABLE = Path(looks.__file__)
CODE = [*TABLE.parent.rglob("*.py"), *(book.ROOT / "tools" / "site").glob("*.py")]
STYLES = [
    *(p for end in ("css", "html", "js", "mplstyle") for p in TABLE.parent.rglob(f"*.{end}")),
    *sorted((book.BOOK / "_site").glob("*.css")),
]
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b")
ASKS = re.compile(r"(?:.*colors?|colours?|c|cmap|fill|stroke)$")  # arguments that take a colour
PLAIN = {"none", "w", "k"}


# --- the table ------------------------------------------------------------------------------


def test_every_method_of_the_package_has_a_look_and_every_look_a_name():
    assert set(methods.METHODS) <= set(looks.METHODS)
    names = [look.name for look in (*looks.METHODS.values(), *looks.GROUPS.values())]
    assert all(names) and len(set(names)) == len(names)


@pytest.mark.parametrize("look", ALL, ids=lambda look: look.light)
def test_a_colour_can_be_read_on_its_ground_and_its_mark_is_drawn_everywhere(look):
    assert contrast(look.light, looks.CARD) >= 4.5
    assert contrast(look.dark, looks.DARK_CARD) >= 4.5
    assert look.marker in matplotlib.lines.Line2D.markers
    shapes = (page.HERE / "shared.js").read_text(encoding="utf-8")
    assert re.search(rf'["\s{{,]{re.escape(look.marker)}["]?: ', shapes), look.marker


def oklab(colour: str) -> np.ndarray:
    """A colour in Ottosson's space (2020), in which distances are as seen."""
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = [[0.4122, 0.5363, 0.0514], [0.2119, 0.6807, 0.1074], [0.0883, 0.2817, 0.6300]]
    axes = [[0.2105, 0.7936, -0.0041], [1.9780, -2.4286, 0.4506], [0.0259, 0.7828, -0.8087]]
    return np.array(axes) @ np.cbrt(np.array(cones) @ linear)


@pytest.mark.parametrize("ground", ["light", "dark"])
def test_no_two_colours_are_alike(ground):
    """White and black are 1 apart; 0.02 is just seen. Series stand beside series and methods."""
    for kinds in ([*looks.METHODS.values(), *looks.GROUPS.values()], looks.SERIES):
        for a, b in combinations(kinds, 2):
            apart = np.linalg.norm(oklab(getattr(a, ground)) - oklab(getattr(b, ground)))
            assert apart >= 0.04, f"{a} and {b}"


def test_no_two_lines_get_one_colour_and_too_many_are_refused():
    names = ["LTP", "low", *map(str, range(len(looks.SERIES)))]
    found = looks.series(names)
    assert list(found) == names and len({look.light for look in found.values()}) == len(names)
    with pytest.raises(ValueError, match="7 lines without a look; at most 6"):
        looks.series(map(str, range(7)))
    with pytest.raises(ValueError, match="no look is set for 'ours'"):
        looks.look("ours")


# --- figures --------------------------------------------------------------------------------


def colours(axes) -> list[str]:
    """The colours of the lines that are marked point by point."""
    lines = [line for line in axes.lines if line.get_marker() not in ("None", None, "")]
    return [matplotlib.colors.to_hex(line.get_color()) for line in lines]


def test_lines_that_were_once_one_grey_differ():
    at = {"1": Interval(0.2, 0.1, 0.3), "all": Interval(0.5, 0.4, 0.6)}
    drawn = colours(rivals_varied.curve(dict.fromkeys(looks.METHODS, at), "English").axes[0])
    assert drawn == [look.light for look in looks.METHODS.values()]


def test_no_line_is_left_out_where_there_are_many():
    points = {f"run {n}": {0.02: 0.1 + n / 50, 0.2: 0.2 + n / 50} for n in range(6)}
    drawn = colours(overlap.patience(points).axes[0])
    assert len(drawn) == 6 == len(set(drawn))


def test_a_scale_of_two_sides_has_no_colour_at_its_middle():
    values = np.array([[0.9, 1.0, 1.02]])
    image = style.grid(values, ["r"], list("abc"), title="t", middle=1.0).axes[0].images[0]
    low, middle, high = (matplotlib.colors.to_hex(c) for c in image.to_rgba(values)[0])
    assert middle == looks.CARD
    assert int(low[1:3], 16) > int(low[5:], 16), "below the middle it is orange"
    assert int(high[1:3], 16) < int(high[5:], 16), "above it is blue"


# --- the only one ---------------------------------------------------------------------------


def set_by_hand(source: str) -> list[str]:
    """The colours that a piece of Python sets itself: strings, outside docstrings."""
    tree = ast.parse(source)
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            found += COLOUR.findall(node.value)
        elif isinstance(node, ast.keyword) and ASKS.match(node.arg or ""):
            parts = [n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)]
            found += [it for it in parts if isinstance(it, str) and it not in PLAIN]
    return found


def test_the_reader_of_code_sees_a_colour_set_by_hand():
    for bad in ('x = "#123456"', 'plot(color="red")', 'show(cmap="Blues")', 'f(fill="#fff")'):
        assert set_by_hand(bad), bad
    for good in ('plot(color=BLUE, markerfacecolor="none")', '"""In #123456."""', 'f("a #1 b")'):
        assert not set_by_hand(good), good


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.relative_to(book.ROOT).as_posix())
def test_no_code_sets_a_colour_of_its_own(path):
    if path != TABLE:
        assert set_by_hand(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", book.chapters(), ids=lambda path: path.stem)
def test_no_chapter_sets_a_colour_of_its_own(path):
    for cell in book.nbrun.read(path).cells:
        if cell.cell_type == "code":
            assert set_by_hand(re.sub(r"^(\s*)%.*", r"\1pass", cell.source, flags=re.M)) == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_that_cannot_import_repeats_the_table(path):
    known = set(COLOUR.findall(TABLE.read_text(encoding="utf-8")))
    text = path.read_text(encoding="utf-8")
    found = {match[:7] for match in COLOUR.findall(text)}  # the rest of eight is how opaque
    if path.suffix == ".mplstyle":
        found = {f"#{colour}" for colour in re.findall(r": ([0-9a-f]{6})$", text, re.M)}
        assert found
    assert found <= known
