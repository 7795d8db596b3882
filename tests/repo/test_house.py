"""The rules of the house, read from its imports; the picture of it, drawn from the same."""

import ast
import io
import re
import tokenize
from graphlib import CycleError
from xml.etree import ElementTree

import pytest

from tools import house

ROOT = house.ROOT
IMPORTS = house.imports()
FLOORS = (  # a room builds on rooms of its own floor and of those before it, never of one after it
    {"arrays", "keywords", "data", "tasks", "model", "training"},
    {"ticket", "measure"},
    {"stage1", "stage2"},
    {"rivals"},
    {"study"},
    {"cli_options", "cli"},
)
STRANGERS = {"stage1", "stage2"}
METHOD, MOST = ("model", "training", "ticket", "stage1", "stage2"), 1790  # lines of code together


def upward(imports: house.Edges) -> list[str]:
    """The imports inside ltp_core that run up, or from one stranger to the other."""
    floor = {f"ltp_core.{name}": i for i, names in enumerate(FLOORS) for name in names}
    strangers = {f"ltp_core.{name}" for name in STRANGERS}
    found = []
    for name, others in imports.items():
        here = house.room(name)
        for other in others:
            there = house.room(other)
            if here not in floor or there not in floor or here == there:
                continue
            if floor[there] > floor[here] or {here, there} == strangers:
                found.append(f"{name} imports {other}")
    return found


def code_lines(text: str) -> int:
    """How many lines hold code: no blank ones, no comments, no docstrings."""
    aside = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in aside | {tokenize.ENDMARKER}:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if ast.get_docstring(node, clean=False) is not None:
                lines -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return len(lines)


@pytest.fixture
def made_up(tmp_path):
    """A function that writes files and tells their imports."""

    def make(files: dict[str, str]) -> house.Edges:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return house.imports(tmp_path)

    return make


# --- the rules ------------------------------------------------------------------------------


def test_no_import_runs_up():
    assert upward(IMPORTS) == []


def test_every_room_has_its_floor():
    there = {name.split(".")[1] for name in IMPORTS if name.startswith("ltp_core.")}
    assert there == set().union(*FLOORS)


def test_no_room_and_no_file_stands_in_a_circle():
    house.floors(house.rooms(IMPORTS))
    house.floors(IMPORTS)


def test_the_library_knows_neither_the_book_nor_the_tools():
    for name, others in IMPORTS.items():
        allowed = {"ltp_core"} if name.startswith("ltp_core") else {"ltp_core", "ltp_book"}
        assert {other.split(".")[0] for other in others} <= allowed, name


def test_every_folder_is_a_package():
    """Else its files are not seen by a walk over the package, nor by the reference."""
    for package in house.PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            assert (file.parent / "__init__.py").exists(), file


def test_the_method_stays_small_enough_to_be_read():
    files = [file for room in METHOD for file in (ROOT / "ltp_core" / room).rglob("*.py")]
    sizes = {str(file): code_lines(file.read_text(encoding="utf-8")) for file in files}
    assert len(sizes) > len(METHOD) and sum(sizes.values()) <= MOST, sizes


# --- the rules can be broken ----------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "from ..study import sweep",
        "from ..study.sweep import run",
        "from ltp_core.study.sweep import run",
        "import ltp_core.study.sweep as s",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from ..study import sweep",
        "def late():\n    from .. import study",
    ],
)
def test_an_import_that_runs_up_is_seen_however_it_is_written(made_up, text):
    there = {"ltp_core/study/__init__.py": "", "ltp_core/study/sweep.py": ""}
    found = made_up(there | {"ltp_core/data/rows.py": text})
    assert len(upward(found)) == 1


def test_lines_of_code_are_counted():
    text = '"""Idea."""\n\nx = 1  # one\n\n\ndef f():\n    """Why."""\n    # how\n'
    assert code_lines(text + '    return """a\nb"""\n') == 4


def test_one_stage_that_knows_the_other_is_seen(made_up):
    found = made_up(
        {"ltp_core/stage2/train.py": "from ..stage1 import mlm", "ltp_core/stage1/mlm.py": ""}
    )
    assert upward(found) == ["ltp_core.stage2.train imports ltp_core.stage1.mlm"]


def test_a_circle_on_one_floor_is_seen(made_up):
    found = made_up(
        {
            "ltp_core/data/a.py": "from ..model import b",
            "ltp_core/model/b.py": "",
            "ltp_core/model/c.py": "from ltp_core.data.a import x",
        }
    )
    assert upward(found) == []
    with pytest.raises(CycleError):
        house.floors(house.rooms(found))


@pytest.mark.parametrize("late", ["if TYPE_CHECKING:", "def late():"])
def test_two_files_that_import_each_other_are_a_circle(made_up, tmp_path, late):
    """In whatever way they do."""
    made_up({"ltp_core/data/a.py": "from .b import x"})
    made_up({"ltp_core/data/b.py": f"{late}\n    from .a import y"})
    with pytest.raises(CycleError):
        house.floors(house.imports(tmp_path))


def test_the_stored_picture_is_the_one_drawn_from_the_imports():
    assert house.PICTURE.read_text(encoding="utf-8") == house.draw(IMPORTS), "python -m tools.house"


def test_each_room_and_each_file_is_on_the_picture():
    svg = ElementTree.parse(house.PICTURE).getroot()
    said = "".join(f" {text.text} " for text in svg.iter("{http://www.w3.org/2000/svg}text"))
    said = set(re.findall(r"[\w.]+", said))
    for module in IMPORTS:
        if "." in module:
            assert module.split(".")[-1] in {word.split(".")[-1] for word in said}, module


def test_an_arrow_runs_through_no_box():
    """On the way through a floor an arrow has a place of its own."""
    edges = house.shortest(house.rooms(IMPORTS))
    rows = house.in_rows(edges)
    floor = {name: i for i, row in enumerate(rows) for name in row}
    for way in house.ways(edges, house.floors(edges)).values():
        assert [floor[place] for place in way] == list(range(floor[way[0]], floor[way[-1]] - 1, -1))


def test_words_stand_for_the_picture():
    """The alternative text in CONTRIBUTING.md names every room, those of a package from below."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    path = house.PICTURE.relative_to(ROOT).as_posix()
    alt = re.search(rf"!\[([^]]+)\]\({path}\)", text).group(1)
    floors = house.floors(house.rooms(IMPORTS))
    for package in house.PACKAGES:
        names = [name for name in floors if name.startswith(package)]
        told = sorted(names, key=lambda name: re.search(rf"\b{name.split('.')[1]}\b", alt).start())
        assert [floors[name] for name in told] == sorted(floors[name] for name in names)
