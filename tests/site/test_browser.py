"""The built pages in a real Chromium, the network cut: nothing fails, all is seen by everybody.

Every page of the table of contents is opened twice: at desk width in light, then switched to dark;
at telephone width in dark, then narrowed and switched to light. Everything is measured on the way
and judged by the tests below. Without pages or without a browser they are skipped, and say so.

axe finds barriers for people who use a keyboard or a screen reader. It runs in both openings, and
so on every page once in light and once in dark, once wide and once narrow.
"""

from functools import cache
from pathlib import Path

import pytest

from tools.book import chapters as book

pytest.importorskip("playwright", reason="no browser tests: pip install -e .[test]")
import axe_playwright_python

from tests.support.page_faults import FAULTS
from tools.site import browser as site_browser

pytestmark = pytest.mark.browser

NAMES = book.entries(book.yaml.safe_load((book.BOOK / "_toc.yml").read_text()))
PAGES = [*NAMES, "search", "404"]
VIEWS = ["1440 light", "1440 dark", "390 dark", "360 light"]
each_page = pytest.mark.parametrize("name", PAGES)
each_view = pytest.mark.parametrize("view", VIEWS)

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
START_AXE = """() => {
  window.found = new Promise((go) => setTimeout(go)).then(() => axe.run({preload: false}));
}"""
END_AXE = """async () => (await window.found).violations
  .filter((v) => ["serious", "critical"].includes(v.impact))
  .map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ").slice(0, 400)}`)"""

LOOK = """() => {
  const wide = (e) => e.getBoundingClientRect().right > innerWidth + 1 &&
    !e.closest("pre, .pst-scrollable-table-container, .math, .cell_output");
  const lab = document.querySelector(".ltp-lab");
  const colour = getComputedStyle(document.body).backgroundColor.match(/[0-9.]+/g).map(Number);
  return {
    sideways: document.documentElement.scrollWidth - innerWidth,
    widest: [...document.querySelectorAll("article *")].filter(wide).slice(0, 3)
      .map((e) => e.outerHTML.slice(0, 100)),
    turned: lab && getComputedStyle(lab).filter !== "none",
    light: colour[0] + colour[1] + colour[2] > 384,
  };
}"""

CONTENTS = """() => {
  const blank = (image) => {  // one colour only, or nothing
    if (!image.naturalWidth) return true;
    const side = 64, canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const pen = canvas.getContext("2d");
    pen.drawImage(image, 0, 0, side, side);
    return new Set(new Uint32Array(pen.getImageData(0, 0, side, side).data.buffer)).size < 3;
  };
  const views = document.querySelectorAll('script[type$="widget-view+json"]');
  const [page] = performance.getEntriesByType("navigation");
  const parts = [page, ...performance.getEntriesByType("resource")];
  return {
    images: document.querySelectorAll("article img").length,
    blank: [...document.querySelectorAll("article img")].filter(blank).map((i) => i.src),
    widgets: [...views].map((v) => v.parentElement.querySelector(".jupyter-widgets") !== null),
    explorers: [...document.querySelectorAll("article .ltp-explorer")]
      .map((e) => e.shadowRoot?.querySelector(".says").textContent.length ?? 0),
    labs: [...document.querySelectorAll("article .ltp-lab")]
      .map((lab) => lab.querySelectorAll("svg polyline").length),
    formulas: document.querySelectorAll("article .math").length,
    typeset: document.querySelectorAll("article .math mjx-container").length,
    broken: document.querySelectorAll("mjx-merror").length,
    icons: document.querySelectorAll(".fa-solid").length,
    fonts: [...document.fonts].filter((f) => f.status === "loaded").map((f) => f.family).join(),
    bytes: parts.reduce((sum, part) => sum + part.transferSize, 0),
  };
}"""

PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def see(page) -> dict:
    """All that is judged in one view of a page."""
    page.evaluate(site_browser.PAINTED)
    return page.evaluate(LOOK) | page.evaluate(FAULTS)


@pytest.fixture(scope="module")
def looked(browser, site):
    """A page's name -> all that was measured on it; every page is opened once for all tests."""

    @cache
    def look(name: str) -> dict:
        desk, wrong = site_browser.visit(browser, f"{site}{name}.html", 1440, "light")
        phone, wrong_too = site_browser.visit(browser, f"{site}{name}.html", 390, "dark")
        for page in (desk, phone):
            page.wait_for_function(PAINT)
        contents = [page.evaluate(CONTENTS) for page in (desk, phone)]
        views = {"1440 light": see(desk), "390 dark": see(phone)}
        for page in (desk, phone):  # axe works on both at the same time
            page.evaluate(AXE)
            page.evaluate(START_AXE)
        barriers = [page.evaluate(END_AXE) for page in (desk, phone)]
        site_browser.turn(desk, "dark", 1440)
        site_browser.turn(phone, "light", 360)
        views |= {"1440 dark": see(desk), "360 light": see(phone)}
        for page in (desk, phone):
            page.context.close()
        return {
            "problems": wrong + wrong_too,
            "contents": contents,
            "views": views,
            "barriers": barriers,
        }

    return look


@each_page
def test_nothing_fails_and_no_other_place_is_asked(looked, name):
    assert looked(name)["problems"] == []


@each_page
def test_one_can_read_within_a_second(browser, site, name):
    """The best of several openings, each as of a first visit: other work may delay any one."""
    first = []
    while len(first) < 10 and min(first, default=1001) > 1000:
        with browser.new_context(viewport={"width": 390, "height": 800}) as context:
            page = context.new_page()
            page.goto(f"{site}{name}.html", timeout=site_browser.PATIENCE)
            seen = page.wait_for_function(PAINT, timeout=site_browser.PATIENCE)
            first.append(seen.json_value())
    assert min(first) <= 1000, f"the first text appears after {min(first):.0f} ms"


@each_page
def test_what_travels_is_at_most_3_mb(looked, name):
    """All a first visit brings, scripts and fonts too, compressed as a server compresses it."""
    for contents in looked(name)["contents"]:
        assert 0 < contents["bytes"] <= 3_000_000


@each_page
def test_every_picture_shows_something(looked, name):
    for contents in looked(name)["contents"]:
        assert contents["blank"] == []
        assert contents["images"] >= stored_pictures(name)


def stored_pictures(name: str) -> int:
    """How many pictures a chapter's stored outputs hold."""
    path = book.BOOK / f"{name}.ipynb"
    cells = book.nbrun.read(path).cells if path.exists() else []
    outputs = [o for cell in cells for o in cell.get("outputs", [])]
    return sum("image/png" in output.get("data", {}) for output in outputs)


@each_page
def test_explorers_speak_and_labs_show_their_curves(looked, name):
    """A lab has no kernel here: what stands is the run that was stored, with all its lines."""
    explorers, labs = stored_explorers_and_labs(name)
    for contents in looked(name)["contents"]:
        assert len(contents["explorers"]) == explorers and all(contents["explorers"])
        assert len(contents["labs"]) == labs and all(lines >= 2 for lines in contents["labs"])


def stored_explorers_and_labs(name: str) -> tuple[int, int]:
    """How many explorers a page holds, and how many labs a chapter's widgets are."""
    path = book.BOOK / f"{name}.ipynb"
    if not path.exists():
        words = path.with_suffix(".md")
        return words.read_text().count("{try-it}") if words.exists() else 0, 0
    notebook = book.nbrun.read(path)
    html = [
        o.get("data", {}).get("text/html", "") for c in notebook.cells for o in c.get("outputs", [])
    ]
    widgets = notebook.metadata.get("widgets", {}).get(book.nbrun.WIDGETS, {}).get("state", {})
    classes = [it["state"].get("_dom_classes", []) for it in widgets.values()]
    return sum("ltp-explorer" in it for it in html), sum("ltp-lab" in it for it in classes)


@each_page
def test_widgets_formulas_and_icons_are_drawn(looked, name):
    for contents in looked(name)["contents"]:
        assert all(contents["widgets"]), "a widget is missing"
        assert contents["typeset"] == contents["formulas"] and not contents["broken"]
        assert not contents["icons"] or "Font Awesome" in contents["fonts"], "icons without a font"


@each_view
@each_page
def test_the_page_does_not_scroll_sideways(looked, name, view):
    seen = looked(name)["views"][view]
    assert seen["sideways"] <= 0, f"{seen['sideways']} px too wide: {seen['widest']}"


@each_view
@each_page
@pytest.mark.parametrize("fault", ["faded", "cut", "unsaid", "narrow", "raw"])
def test_nothing_is_faded_cut_narrow_or_raw(looked, name, view, fault):
    """See tests/support/page_faults.py; test_browser_faults.py shows that each fault is seen."""
    if name not in ("search", "404"):  # they have no article
        assert looked(name)["views"][view][fault] == []


@each_view
@each_page
def test_a_lab_is_as_dark_as_its_page(looked, name, view):
    turned = looked(name)["views"][view]["turned"]
    assert turned in (None, view.endswith("dark"))


@each_view
@each_page
def test_the_page_is_light_or_dark_as_the_reader_asks(looked, name, view):
    assert looked(name)["views"][view]["light"] == view.endswith("light")


@each_page
def test_axe_finds_nothing_serious(looked, name):
    assert looked(name)["barriers"] == [[], []]
