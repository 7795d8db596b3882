"""The page *Try it* as a reader uses it: a click, a text, the network cut, keys alone."""

import pytest

pytest.importorskip("playwright", reason="no browser tests: pip install -e .[test]")

from tools.site import browser as site_browser

pytestmark = pytest.mark.browser

TEXTS = {
    "en": "a dog that brings the newspaper",
    "qu": "allqu, uywa",
    "sw": "chakula kitamu cha jioni",
    "am": "ውሻ እና ድመት",
    "zh": "坐火车去北京",
}
ROOM = "document.querySelector('.ltp-explorer').shadowRoot"
SAYS = f"{ROOM}.querySelector('.says').textContent"


@pytest.fixture(params=[(1440, "light"), (390, "dark")], ids=["wide", "narrow"])
def opened(request, browser, site):
    """The page, its model loaded with keys alone, and all that it asked for on the way."""
    page, problems = site_browser.visit(browser, f"{site}try_it.html", *request.param)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert asked == [] and "Nothing is loaded" in page.evaluate(SAYS)
    page.locator("[name=open]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(f"{SAYS}.includes('An answer took')")
    yield page, asked
    assert problems == []
    page.context.close()


def pieces(page) -> str:
    return page.evaluate(f"{ROOM}.querySelector('.pieces').textContent")


def test_five_languages_are_answered_with_the_network_cut(opened):
    page, asked = opened
    assert any(url.endswith("weights.safetensors") for url in asked)
    page.context.set_offline(True)
    asked.clear()
    for text in TEXTS.values():
        page.locator("[name=text]").fill(text)
        compact = text.replace(" ", "")
        page.wait_for_function(
            f"text => {ROOM}.querySelector('.pieces').textContent.replaceAll('▁', '') === text",
            arg=compact,
        )
        page.wait_for_function(f"{SAYS}.includes('untrained: ')")
        shares = page.evaluate(
            f"[...{ROOM}.querySelectorAll('.four td:nth-of-type(1)')].map((it) => +it.innerText)"
        )
        assert len(shares) == 8 and 96 <= sum(shares) <= 104
    assert asked == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_an_emoji_is_put_in_words_of_a_language_and_its_answer_told(opened):
    page, _ = opened
    page.locator("[name=language]").select_option("sw")
    page.locator("[name=emoji]").select_option(index=1)
    page.wait_for_function(f"{SAYS}.includes('The right word is ')")
    assert page.locator("[name=text]").input_value() and "▁" in pieces(page)


def test_words_of_ones_own_take_the_place_of_the_tasks(opened):
    page, _ = opened
    page.locator("summary", has_text="Eight words of your own").click()
    page.get_by_label("word 1 of 8").fill("barking")
    page.get_by_label("word 1 of 8").press("Enter")
    page.wait_for_function(f"{ROOM}.querySelector('.four tbody th').textContent === 'barking'")
    page.get_by_label("word 2 of 8").fill("barking")
    page.get_by_label("word 2 of 8").press("Enter")
    page.wait_for_function(
        f"{ROOM}.querySelectorAll('.four tbody th')[1].textContent === 'barking'"
    )
    page.get_by_label("word 2 of 8").fill("🜁")
    page.get_by_label("word 2 of 8").press("Enter")
    page.wait_for_function(f"{SAYS}.includes('does not know the word')")


def test_everything_that_is_operated_has_a_name(opened):
    page, _ = opened
    for locator in page.locator(".ltp-explorer").locator("button, input, textarea, select").all():
        if locator.is_visible():
            named = locator.evaluate(
                "e => Boolean(e.ariaLabel || e.textContent.trim() || e.labels?.length)"
            )
            assert named, locator.evaluate("e => e.outerHTML")
