"""The eyes of test_browser.py: a made-up page with each fault is seen as faulty, and without as
sound. The pages of the book are looked at there.
"""

from pathlib import Path
from urllib.parse import quote

import pytest

pytest.importorskip("playwright", reason="no browser tests: pip install -e .[test]")

from tests.support.page_faults import FAULTS
from tools.site.browser import PAINTED

pytestmark = pytest.mark.browser

CSS = (Path(__file__).parents[2] / "book" / "_site" / "site.css").read_text(encoding="utf-8")
LONG = "a long line " * 40
# What the theme does, as far as the book's own style leans on it.
THEME = "pre { overflow: auto; margin: 0 } .math { overflow: hidden; display: inline-flex }"


def figure(wide: int, high: int, style: str = "") -> str:
    """A picture of one colour, as a cell's output."""
    shape = f"<svg xmlns='http://www.w3.org/2000/svg' width='{wide}' height='{high}'/>"
    image = f'<img alt="" src="data:image/svg+xml,{quote(shape)}" style="{style}">'
    return f'<div class="cell_output">{image}</div>'


SOUND = {
    "faded": '<p>A <span class="math">h</span> in a line.</p>',
    "cut": f'<div style="overflow: visible">{LONG}</div>',
    "unsaid": f"<pre>{LONG}</pre>",
    "narrow": figure(300, 9) + figure(9, 30),
    "raw": "<p>It costs $5. <code>$h$</code></p>",
}
FAULTY = {
    "faded": [
        '<p style="opacity: .5">A <span class="math">h</span> in a line.</p>',
        '<p>A <span class="math" style="mask-image: linear-gradient(red, blue)">h</span></p>',
        '<p style="mask-image: linear-gradient(red, blue)">A <span class="math">h</span></p>',
    ],
    "cut": [f'<div style="overflow: hidden; white-space: nowrap">{LONG}</div>'],
    "unsaid": [f'<div style="overflow: auto; white-space: nowrap">{LONG}</div>'],
    "narrow": [
        f'<div style="width: 70%">{figure(300, 9)}</div>',
        figure(300, 9, "padding: 0 !important"),
    ],
    "raw": ["<details open><summary>B</summary>Half of $h$ is gone.</details>"],
}


@pytest.fixture(scope="module")
def look(browser):
    """HTML of a page's body -> the faults seen on it."""
    with browser.new_context(viewport={"width": 700, "height": 400}) as context:
        page = context.new_page()

        def looked(body: str) -> dict[str, list[str]]:
            style = f"<style>{THEME} {CSS}</style>"
            article = f'<article class="bd-article"><section>{body}</section></article>'
            page.set_content(f'<!DOCTYPE html>{style}<div class="bd-content">{article}</div>')
            page.evaluate("Promise.all([...document.images].map((image) => image.decode()))")
            page.evaluate(PAINTED)
            return page.evaluate(FAULTS)

        yield looked


def test_a_sound_page_is_sound(look):
    assert look("".join(SOUND.values())) == dict.fromkeys(SOUND, [])


@pytest.mark.parametrize(
    "fault, body", [(fault, body) for fault, bodies in FAULTY.items() for body in bodies]
)
def test_each_fault_is_seen(look, fault, body):
    seen = look("".join(SOUND.values()) + body)
    assert {name for name, found in seen.items() if found} == {fault}


def test_faults_are_seen_in_a_shadow_root_too(look):
    inside = FAULTY["cut"][0] + FAULTY["raw"][0]
    script = (
        f"<div id=host></div><script>host.attachShadow({{mode: 'open'}}).innerHTML = `{inside}`"
    )
    seen = look(f"{script}</script>")
    assert len(seen["cut"]) == len(seen["raw"]) == 1


def test_a_long_formula_in_a_line_scrolls_shows_it_and_stays_whole(look):
    """The fault of the first edition: what scrolled faded, and formulas scrolled by a hair."""
    long = LONG.replace(" ", "")
    for body in (f'<p>So <span class="math">{long}</span></p>', SOUND["faded"]):
        assert not any(look(body).values())
