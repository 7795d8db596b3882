"""The reference tells every public name of the library, its words and its place in the code."""

import inspect
import re
from collections import Counter
from dataclasses import fields
from functools import cache
from importlib import import_module

import pytest
import yaml

from tests.site.test_pages import HTML, chapter, in_repository, pages_are_built  # noqa: F401
from tools.book import chapters as book
from tools.site import api_names, api_pages
from tools.site.api_options import kind_of
from tools.site.api_tables import CALLS

PAGES = api_pages.pages()
DOOR = api_names.front_door()
each_page = pytest.mark.parametrize("name", PAGES)


def modules() -> list[str]:
    loose, rooms = api_names.parts(api_names.PACKAGE)
    return [*loose, *rooms, *(name for room in rooms for name in api_names.parts(room)[0])]


def test_the_stored_pages_are_those_of_the_rooms():
    files = api_pages.BOOK.glob(f"{api_pages.FIRST}*.rst")
    stored = {path.stem: path.read_text() for path in files}
    assert stored == PAGES, "python -m tools.site.api_pages"
    named = book.entries(yaml.safe_load((book.BOOK / "_toc.yml").read_text()))
    assert [name for name in named if name in PAGES] == list(PAGES), "book/_toc.yml"


def test_everything_at_the_front_door_is_told_there():
    told = {tag.get_text() for tag in chapter(api_pages.FIRST).select("dt .sig-name")}
    assert set(DOOR) <= told


@cache
def told() -> Counter:
    """How often each name, a module's too, has a place of its own in the reference."""
    return Counter(tag["id"] for name in PAGES for tag in chapter(name).select("[id]"))


@pytest.mark.parametrize("name", modules())
def test_every_public_name_of_a_module_is_told_once(name):
    module = import_module(name)
    doors = {id(value): f"{api_names.PACKAGE}.{key}" for key, value in DOOR.items()}
    assert told()[f"module-{name}"] == 1
    for own in api_names.public(module):
        value = vars(module)[own]
        assert told()[f"{name}.{own}"] + told()[doors.get(id(value))] == 1, own
        inner = [method for key, method in vars(value).items() if not key.startswith("_")]
        assert all(method.__doc__ for method in inner if inspect.isroutine(method)), own


def test_each_want_leads_to_the_call():
    rows = chapter(api_pages.FIRST).select("table.calls tbody tr")
    assert len(rows) == len(CALLS)
    assert all(row.select_one("td").select("a[href]") for row in rows)


@pytest.mark.parametrize("name", ["find_ticket", "adapt", "train"])
def test_each_option_of_a_function_is_told_at_the_function(name):
    words = chapter(api_pages.FIRST).find(id=f"ltp_core.{name}").find_next_sibling("dd")
    rows = words.select("table.options tbody tr")
    assert all(cell.get_text(strip=True) for row in rows for cell in row.select("td"))
    told = {row.select_one("td").get_text(strip=True) for row in rows}
    assert told == {field.name for field in fields(kind_of(DOOR[name]))}


@each_page
def test_what_no_reader_calls_comes_last(name):
    titles = [tag.contents[0] for tag in chapter(name).find("article").select("h2")]
    assert "Inside" not in titles[:-1]


@each_page
def test_what_is_told_reads_well(name):
    page = chapter(name).find("article")
    assert "Define the computation performed at every call" not in page.get_text()
    assert not page.select(".system-message, .problematic")
    for signature in page.select("dt.sig"):
        text = signature.get_text()
        assert not re.search(r"[<>~`]|\bat 0x", text), text
        assert signature.find_next_sibling("dd").get_text(strip=True), f"no words: {text}"
    words = " ".join(tag.get_text(" ") for tag in page.select("dd p"))
    assert not re.search(r"[`|]{2}|:\w+:`|^\s*(?:Args|Raises|Returns):", words, re.M)


@each_page
def test_each_link_to_the_code_opens_the_lines_that_define_the_name(name):
    found = 0
    for signature in chapter(name).select("dt.sig"):
        link = signature.select_one("a:has(.viewcode-link)")
        own = signature.select_one(".sig-name").get_text()
        if link is None:
            assert not inspect.isclass(DOOR[own]) and not inspect.isroutine(DOOR[own]), own
            continue
        lines = (book.ROOT / in_repository(link["href"])).read_text().splitlines()
        first, last = map(int, re.search(r"#L(\d+)-L(\d+)$", link["href"]).groups())
        begins = " ".join(lines[first - 1 : min(first + 3, last)])
        assert re.search(rf"(?:def|class) {own}\b", begins), own
        found += 1
    assert found
