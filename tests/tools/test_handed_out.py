"""What a lecturer shows and prints: the figures of the chapters as files, and the handout."""

import json
import re

import pytest
from bs4 import BeautifulSoup

from tools.book import chapters
from tools.classroom import decks, figures, handout, source

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture(scope="module")
def found():
    return figures.all_figures()


# --- figures --------------------------------------------------------------------------------


def test_every_figure_of_the_chapters_is_there_with_its_words(found):
    stored = drawn = 0
    for path in chapters.chapters():
        text = path.read_text(encoding="utf-8")
        stored += text.count('"image/png":')
        drawn += len(re.findall(r"!\[[^\]]+\]\(figures/[\w-]+\.svg\)", text))
    kinds = [figure.name.rpartition(".")[2] for figure in found]
    assert (kinds.count("png"), kinds.count("svg")) == (stored, drawn) and stored and drawn
    assert len({figure.name for figure in found}) == len(found)
    for figure in found:
        assert len(figure.alt) > 20 and figure.title, figure.name
        assert figure.data.startswith(PNG if figure.name.endswith("png") else b"<svg"), figure.name


def test_a_figure_has_the_title_of_its_section(tmp_path):
    def cell(kind, source, **more):
        return {"cell_type": kind, "source": source, "metadata": {}, **more}

    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "a.svg").write_bytes(b"<svg/>")
    image = {"mystnb": {"image": {"alt": "bars"}}}
    drawn = [{"output_type": "display_data", "data": {"image/png": "iVBORw0KGgo=\n"}}]
    cells = [
        cell("markdown", "# One\n\n![a square](figures/a.svg)\n\n## Two\n```\n# no heading\n```"),
        cell("code", "draw()", outputs=drawn) | {"metadata": image},
        cell("code", "print()", outputs=[{"output_type": "stream", "text": "x"}]),
    ]
    path = tmp_path / "real.ipynb"
    path.write_text(json.dumps({"cells": cells}))
    assert list(figures.of_chapter(path)) == [
        figures.Figure("real-01.svg", "One", "a square", b"<svg/>"),
        figures.Figure("real-02.png", "One · Two", "bars", PNG),
    ]


def test_the_files_and_the_page_that_shows_them(tmp_path, found):
    figures.write(tmp_path / "slides", found[:3])
    page = BeautifulSoup((tmp_path / "slides" / "index.html").read_text("utf-8"), "html.parser")
    shown = [(img["src"], img["alt"]) for img in page.find_all("img")]
    assert shown == [(figure.name, figure.alt) for figure in found[:3]]
    for figure in found[:3]:
        assert (tmp_path / "slides" / figure.name).read_bytes() == figure.data
        assert figure.title in page.get_text()


# --- the handout ----------------------------------------------------------------------------


def test_the_handout_is_one_file_and_asks_no_server():
    page = BeautifulSoup(handout.handout(), "html.parser")
    assert (
        page.find("svg") and not page.find_all(src=True) and not page.find_all(["link", "script"])
    )
    assert "url(" not in str(page) and "@import" not in str(page)
    assert [term.get_text() for term in page.find_all("dt")] == list(handout.WORDS)


def test_the_handout_answers_no_guess():
    page = BeautifulSoup(handout.handout(), "html.parser")
    empty = [cell.get_text() for cell in page.select("td.empty")]
    assert len(empty) == 2 * len(handout.GUESSES) and set(empty) <= {"", "%", "points"}
    assert not re.search(r"13\.7|1\.7|9\.1|9 %", page.get_text())


def test_the_example_by_hand_is_that_of_the_chapter():
    chapter = (chapters.BOOK / "method.ipynb").read_text(encoding="utf-8")
    for line in list(handout.WEIGHTS.values())[:3]:
        assert "| " + " | ".join(line.split()) + " |" in chapter


@pytest.mark.browser
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_handout_fits_on_one_page(browser, paper):
    site_browser = pytest.importorskip("tools.site.browser")
    page, problems = site_browser.visit(browser, handout.HANDOUT.as_uri())
    printed = page.pdf(format=paper)
    page.context.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1 and not problems


# --- slides ---------------------------------------------------------------------------------

CUT = "() => Reveal.getSlides().filter(s => { Reveal.slide(Reveal.getIndices(s).h); "
CUT += "return s.scrollHeight > Reveal.getConfig().height }).map(s => s.innerText.slice(0, 40))"


@pytest.mark.browser
def test_no_slide_is_longer_than_the_screen(browser, tmp_path):
    site_browser = pytest.importorskip("tools.site.browser")
    for sheet in source.sheets():
        path = tmp_path / f"{sheet.name}.html"
        path.write_text(decks.deck(sheet), encoding="utf-8")
        page, problems = site_browser.visit(browser, path.as_uri())
        assert (page.evaluate(CUT), problems) == ([], []), sheet.name
        page.context.close()
