"""The explorers in a real Chromium, the network cut: they answer at once, to everybody.

That they answer rightly: test_browser_explorers_layers, _training and _languages, which hold what
a page shows to what Python computes from the same data. Without a browser all of them are skipped,
and say so.
"""

from pathlib import Path

import pytest

from tests.support.explorer_pages import FITS

pytest.importorskip("playwright", reason="no browser tests: pip install -e .[test]")
import axe_playwright_python

pytestmark = pytest.mark.browser

NAMES = ["which_layers", "step_by_step", "who_gains"]
VIEWS = [(1200, "light"), (1200, "dark"), (360, "light"), (360, "dark")]
each = pytest.mark.parametrize("name", NAMES)
each_view = pytest.mark.parametrize("width, theme", VIEWS)


# --- for everybody ----------------------------------------------------------------------------


@each_view
@each
def test_it_fits_and_is_light_or_dark(visit, name, width, theme):
    seen = visit(name, width, theme).evaluate(FITS)
    assert seen["sideways"] <= 0 and seen["wide"] == [] and seen["cut"] == []
    assert (sum(seen["card"][:3]) > 384) == (theme == "light")
    assert abs(sum(seen["card"][:3]) - sum(seen["ink"][:3])) > 450


def test_the_switch_of_the_page_goes_before_that_of_the_system(visit):
    for theme, system in (("light", "dark"), ("dark", "light")):
        seen = visit(f"switched {theme}", 800, system).evaluate(FITS)
        assert (sum(seen["card"][:3]) > 384) == (theme == "light")


AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
BARRIERS = """async () => (await axe.run(".ltp-explorer", {preload: false})).violations
  .filter((v) => ["serious", "critical"].includes(v.impact))
  .map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(" | ").slice(0, 400)}`)"""


@pytest.mark.parametrize("width, theme", [(1200, "light"), (360, "dark")])
@each
def test_axe_finds_nothing_serious(visit, name, width, theme):
    page_ = visit(name, width, theme)
    page_.locator("summary").evaluate_all(
        "(all) => all.forEach((s) => s.parentElement.open = true)"
    )
    page_.evaluate(AXE)
    assert page_.evaluate(BARRIERS) == []


@each
def test_what_changes_is_said_to_a_screen_reader(visit, name):
    says = visit(name).locator(".says, .one")
    assert [place.get_attribute("aria-live") for place in says.all()] == ["polite"] * says.count()


ANSWER = """() => {  // the best of nine answers, each to its end: computed, drawn up, laid out
  const root = document.querySelector(".ltp-explorer").shadowRoot;
  const control = root.querySelector("input, select");
  const turns = control.matches("select") ? [0, 1, 3] : [0, 1, 2];
  const times = [...turns, ...turns, ...turns].map((value) => {
    const start = performance.now();
    control.value = value;
    control.dispatchEvent(new Event("input", {bubbles: true}));
    root.querySelector(".frame").getBoundingClientRect();
    return performance.now() - start;
  });
  return Math.min(...times.slice(1));
}"""


@each
def test_an_answer_takes_at_most_100_ms(visit, name):
    assert visit(name).evaluate(ANSWER) <= 100


@each
def test_without_scripts_the_picture_is_there(browser, site, name):
    with browser.new_context(java_script_enabled=False) as context:
        page_ = context.new_page()
        page_.goto(f"{site}{name}.html")
        assert page_.locator("noscript svg").is_visible()
        assert "needs JavaScript" in page_.locator("main").inner_text()


def test_several_explorers_on_one_page_do_not_meddle(visit):
    page_ = visit("two")
    first, middle, last = (page_.locator(".ltp-explorer").nth(i) for i in range(3))
    assert middle.locator(".title").inner_text() == "Who gains from what?"
    before = last.locator(".map").inner_text()
    first.get_by_role("slider", name="Density").press("Home")
    assert "0.5 %" in first.locator("output").first.inner_text()
    assert last.locator(".map").inner_text() == before
    assert "another base model" in last.locator(".missing").inner_text()
    assert "another base model" not in first.locator(".missing").inner_text()
