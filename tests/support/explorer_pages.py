"""Pages with explorers, opened in a browser."""

import pytest

from ltp_book import explorers
from ltp_core.measure import per_language as draws
from tests.support.explorers import a_trace, some_sketches, sweep
from tools.site import browser as site_browser

PAGE = """<!DOCTYPE html><html lang="en"{switch}><head><meta charset="utf-8"><title>{name}</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<style>html {{ color-scheme: light dark }} main {{ margin: 0 8px }}</style></head>
<body><main><h1>{name}</h1>{html}</main></body></html>"""


@pytest.fixture(scope="module")
def shown():
    """The explorers by name, and the data behind the first one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(draws, "DRAWS", 60)
        found = sweep()
        return {
            "which_layers": explorers.layers(some_sketches(), found),
            "which_layers of another model": explorers.layers(some_sketches("another"), found),
            "step_by_step": explorers.training(a_trace()),
            "step_by_step of the film": explorers.training(explorers.stored("trace")),
            "who_gains": explorers.languages(found),
            "who_gains corrected": explorers.languages(found, holm=True),
        }


@pytest.fixture(scope="module")
def site(shown, tmp_path_factory):
    pages = {name: PAGE.format(name=name, html=e.html, switch="") for name, e in shown.items()}
    pages["two"] = PAGE.format(
        name="two",
        switch="",
        html=shown["which_layers"].html
        + shown["who_gains"].html
        + shown["which_layers of another model"].html,
    )
    for theme in ("light", "dark"):  # the switch of the book's pages
        switch, html = f' data-theme="{theme}"', shown["step_by_step"].html
        pages[f"switched {theme}"] = PAGE.format(name=theme, html=html, switch=switch)
    extra = {f"{name}.html": text for name, text in pages.items()}
    with site_browser.serve(tmp_path_factory.mktemp("none"), extra=extra) as address:
        yield address


@pytest.fixture
def visit(browser, site):
    """site_browser.visit; in the end nothing may have gone wrong on any page."""
    pages = []

    def opened(name: str, *view):
        pages.append(site_browser.visit(browser, f"{site}{name}.html", *view))
        return pages[-1][0]

    yield opened
    for opened_page, _ in pages:
        opened_page.context.close()
    assert [problem for _, problems in pages for problem in problems] == []


def choose(page_, name: str, option: str) -> None:
    """Take an option of the list that a reader of the screen hears under this name."""
    page_.get_by_role("combobox", name=name, exact=True).select_option(option)


def numbers(place) -> list[list[str]]:
    """The text of each row of a table's cells, without the heads of the rows."""
    return [row.locator("td").all_inner_texts() for row in place.locator("tbody tr").all()]


FITS = """() => {
  const root = document.querySelector(".ltp-explorer").shadowRoot;
  const box = root.querySelector(".frame"), frame = getComputedStyle(box);
  const edge = Math.min(innerWidth, box.getBoundingClientRect().right) + 1;
  const wide = (e) => e.getBoundingClientRect().right > edge && !e.closest(".scroll");
  const cut = [...root.querySelectorAll(".map :is(td, th)")]
    .filter((e) => e.scrollWidth > e.clientWidth);
  return {
    sideways: document.documentElement.scrollWidth - innerWidth,
    wide: [...root.querySelectorAll("*")].filter(wide).map((e) => e.outerHTML.slice(0, 80)),
    cut: cut.map((e) => e.textContent),
    card: frame.backgroundColor.match(/[0-9.]+/g).map(Number),
    ink: frame.color.match(/[0-9.]+/g).map(Number),
  };
}"""
