"""What belongs to the whole site, in a real Chromium with the network cut: search, the page for a
lost address, paper, the bare folder on a disk, and the widget renderer that lies in the repository.
"""

import os

import pytest

from tools.book import chapters as book

pytest.importorskip("playwright", reason="no browser tests: pip install -e .[test]")
import ipywidgets
from ipywidgets.embed import embed_snippet

from tools.site import browser as site_browser

pytestmark = pytest.mark.browser

HTML = site_browser.HTML
FIRST = book.entries(book.yaml.safe_load((book.BOOK / "_toc.yml").read_text()))[0]
DRAWN = "_static/vendor/widgets/embed.js"


@pytest.fixture(scope="module")
def site():
    if not (HTML / ".complete").exists() and not os.environ.get("CI"):
        pytest.skip("no pages yet: make pages")
    slider = ipywidgets.IntSlider(value=3, description="density")
    figure = embed_snippet([slider], embed_url=DRAWN, requirejs=False, cors=False)
    figure = figure.replace("<script src", "<script defer src")  # as on the book's pages
    page = f"<!DOCTYPE html><link rel='icon' href='data:,'><div>{figure}</div>"
    with site_browser.serve(extra={"widget.html": page}) as address:
        yield address


@pytest.fixture
def visit(browser, site):
    """site_browser.visit, below the site's address; in the end nothing may have gone wrong but
    what holds one of the words `but`."""
    pages = []

    def opened(name: str, *args, base: str = site, but: tuple[str, ...] = ()):
        pages.append((*site_browser.visit(browser, base + name, *args), but))
        return pages[-1][0]

    yield opened
    problems = [p for _, found, but in pages for p in found if not any(word in p for word in but)]
    for page, *_ in pages:
        page.context.close()
    assert problems == []


def search(page) -> str:
    """Type into the search field as a reader does; the address of the first thing found."""
    page.keyboard.press("Control+k")
    page.keyboard.type("lottery ticket")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results li a")
    return page.locator("#search-results li a").first.get_attribute("href")


@pytest.mark.parametrize("width", [1440, 360])
def test_search_finds_a_page_and_leads_there(visit, width):
    page = visit(f"{FIRST}.html", width)
    assert ".html" in search(page)
    page.locator("#search-results li a").first.click()
    page.wait_for_selector("article h1")
    assert "search.html" not in page.url


def test_the_folder_works_without_a_server(visit):
    disk = f"{HTML.as_uri()}/"
    page = visit(f"{FIRST}.html", base=disk)
    assert page.locator("article mjx-container").count() == page.locator("article .math").count()
    # A page on a disk may not read its neighbours, so what is found comes without its sentences.
    silent = ("Access to fetch at 'file:", "failed: file:", "net::ERR_FAILED", "Failed to fetch")
    page = visit("search.html?q=lottery", base=disk, but=silent)
    page.wait_for_selector("#search-results li a")


def test_the_bare_address_leads_to_the_first_page(browser, site):
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(site)
        page.wait_for_url(f"{site}{FIRST}.html")


def test_a_lost_address_at_any_depth_leads_back(visit, site):
    page = visit("old/chapter/seven.html", but=("seven.html", "404 (Not Found)"))
    home = page.locator("li a").first
    assert home.evaluate("(link) => link.href") == f"{site}{FIRST}.html"
    page.get_by_role("searchbox").fill("ticket")
    page.get_by_role("button").click()
    page.wait_for_selector("#search-results li a")
    assert page.url == f"{site}search.html?q=ticket"


ALIVE = "prompt_plus_ticket"  # the chapter with an explorer and the lab


def test_without_scripts_a_chapter_shows_the_picture_of_its_explorer(browser, site):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site}{ALIVE}.html")
        assert page.locator("article noscript svg").first.is_visible()


PAPER = """() => {
  const card = document.querySelector(".ltp-explorer").shadowRoot.querySelector(".frame");
  const colour = getComputedStyle(card).backgroundColor.match(/[0-9.]+/g).map(Number);
  const lab = document.querySelector(".ltp-lab");
  return {
    light: colour[0] + colour[1] + colour[2] > 384 && getComputedStyle(lab).filter === "none",
    sideways: document.documentElement.scrollWidth - innerWidth,
  };
}"""


def test_on_paper_figures_are_light_and_fit(visit):
    page = visit(f"{ALIVE}.html", 700, "dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(PAPER) == {"light": True, "sideways": 0}


def test_on_paper_there_is_text_only_and_all_of_it(visit):
    page = visit(f"{FIRST}.html", 1440, "dark")
    page.evaluate(
        "document.querySelector('article').insertAdjacentHTML('beforeend', "
        "'<details id=fold><summary>?</summary>answer</details>')"
    )
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for part in ("#pst-primary-sidebar", "#pst-secondary-sidebar", ".bd-header-article"):
        assert not page.locator(part).is_visible(), part
    assert page.locator("article p").first.is_visible()
    assert page.locator("#fold").get_attribute("open") is not None
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#fold").get_attribute("open") is None
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.pdf().startswith(b"%PDF")


LESSON = "method"  # a chapter with a quick check and terms of the glossary
OPENED = """() => [...document.querySelectorAll("details[name=check-1][open] > summary")]
  .map((it) => it.textContent[0] + getComputedStyle(it, "::before").content)"""


def test_a_quick_check_takes_one_answer_and_marks_it_and_paper_shows_all(visit):
    page = visit(f"{LESSON}.html")
    answers = page.locator("details[name=check-1] > summary")
    answers.nth(0).click()
    assert page.evaluate(OPENED) == ['A"✗"']
    answers.nth(2).click()
    assert page.evaluate(OPENED) == ['C"✓"']
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(OPENED) == ['C"✓"']


BOXES = """() => [...document.querySelectorAll(
  ".bd-article details:is(.guess, .hint, .result, .below-input)")].map((it) => it.open)"""


def test_one_button_opens_every_box_but_no_answer_of_a_check(visit):
    page = visit(f"{LESSON}.html")
    page.get_by_role("button", name="Open all boxes").click()
    assert all(page.evaluate(BOXES))
    assert page.evaluate(OPENED) == []
    page.get_by_role("button", name="Close all boxes").click()
    assert not any(page.evaluate(BOXES))


def test_what_follows_opens_with_its_result(visit):
    page = visit(f"{LESSON}.html")
    section = page.locator("section:not(:has(section))").filter(
        has=page.locator("details.below-input")
    )
    section = section.filter(has=page.get_by_text("So: open after your guess.")).first
    for result in section.locator("details.below-input > summary").all():
        assert not section.locator("details.guess[open]", has_text="So:").count()
        result.click()
    section.locator("details.guess[open]", has_text="So:").first.wait_for()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_term_shows_its_definition_on_focus_within_the_window(visit, width):
    page = visit(f"{LESSON}.html", width)
    for term in page.locator("article .term").all()[:8]:
        term.locator("a").focus()
        shown = term.evaluate("(it) => getComputedStyle(it, '::after').content")
        assert term.get_attribute("data-definition")[:20] in shown.replace("\\", "")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_widgets_are_drawn_by_the_files_of_the_repository(visit):
    page = visit("widget.html")
    assert page.get_by_text("density").is_visible()
    page.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".widget-readout").inner_text() == "4"
