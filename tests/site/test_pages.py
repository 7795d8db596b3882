"""The built pages, looked at as files: complete, light, self-contained, no link dead.

`make test` builds them first. Without pages (a bare `pytest`) these tests are skipped; CI never
skips them. What a browser shows is tested in test_browser.py.
"""

import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from ltp_core import __version__
from tests.support import lessons
from tools.book import chapters as book
from tools.site import api_pages, run_cards, set_repository
from tools.site import sphinx_extension as site_sphinx

HTML = book.ROOT / "_build" / "html"
NAMES = book.entries(book.yaml.safe_load((book.BOOK / "_toc.yml").read_text()))
each_page = pytest.mark.parametrize("name", NAMES)
each_file = pytest.mark.parametrize("name", [*NAMES, "search", "index", "404"])


@pytest.fixture(scope="module", autouse=True)
def pages_are_built():
    if not (HTML / ".complete").exists() and not os.environ.get("CI"):
        pytest.skip("no pages yet: make pages")
    assert (HTML / ".complete").exists(), "make pages did not finish"


@cache
def page(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def chapter(name: str) -> BeautifulSoup:
    return page(HTML / f"{name}.html")


def local(reference: str, base: Path) -> Path | None:
    """The file a reference on a page means; None when it leaves the site or stays on the page."""
    parts = urlsplit(reference)
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return (base / unquote(parts.path)).resolve()


def loaded(soup: BeautifulSoup) -> list[str]:
    """Everything a browser fetches by itself when it opens the page."""
    pairs = [
        ("script", "src"),
        ("img", "src"),
        ("iframe", "src"),
        ("source", "src"),
        ("video", "src"),
        ("audio", "src"),
        ("embed", "src"),
        ("object", "data"),
    ]
    found = [tag[key] for name, key in pairs for tag in soup.find_all(name) if tag.get(key)]
    fetched = {
        "stylesheet",
        "icon",
        "preload",
        "prefetch",
        "modulepreload",
        "preconnect",
        "dns-prefetch",
        "manifest",
        "shortcut",
    }
    found += [
        tag["href"]
        for tag in soup.find_all("link")
        if fetched & set(tag.get("rel") or []) and tag.get("href")
    ]
    for style in soup.find_all("style"):
        found += re.findall(r"url\(['\"]?([^'\")]+)", style.string or "")
    return found


@each_page
def test_the_page_exists_and_shows_no_error(name):
    soup = chapter(name)
    assert soup.find("h1"), "no title"
    text = soup.find("article").get_text()
    words = {"Traceback (most recent", "CellExecutionError", "{tip}", "{note}"}
    if name in api_pages.pages():  # an example in a docstring may show an error
        words.remove("Traceback (most recent")
    for word in words:
        assert word not in text, f"the page shows {word!r}"


@each_file
def test_the_page_asks_no_other_server(name):
    text = (HTML / f"{name}.html").read_text(encoding="utf-8")
    for place in ("unpkg.com", "jsdelivr.net", "cdnjs.", "googleapis.com", "gstatic.com"):
        assert place not in text, f"the page knows {place}"
    for reference in loaded(chapter(name)):
        if reference.startswith("data:"):
            continue
        file = local(reference, HTML)
        assert file is not None, f"fetched from elsewhere: {reference}"
        assert file.is_file() and file.stat().st_size, f"missing or empty: {reference}"


def test_no_stylesheet_asks_another_server():
    for file in HTML.glob("_static/**/*.css"):
        text = re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.S)
        imported = re.findall(r"(?:@import\s+|url\()\s*['\"]?((?:https?:)?//[^'\")\s]+)", text)
        assert not imported, f"{file.name}: {imported[0]}"


@each_file
def test_every_internal_link_leads_somewhere(name):
    soup = chapter(name)
    for link in soup.find_all("a", href=True):
        target, fragment = local(link["href"], HTML), unquote(urlsplit(link["href"]).fragment)
        if target is not None:
            assert target.is_file(), f"dead link: {link['href']}"
            there = page(target) if target.suffix == ".html" else None
        elif not urlsplit(link["href"]).scheme and not urlsplit(link["href"]).netloc:
            there = soup
        else:
            continue
        if fragment and there:
            assert there.find(id=fragment) or there.find(attrs={"name": fragment}), link["href"]


@each_page
def test_the_page_weighs_at_most_3_mb(name):
    """The page and the pictures on it; the shared scripts and fonts are cached once for all."""
    pictures = {local(tag["src"], HTML) for tag in chapter(name).find_all("img", src=True)} - {None}
    weight = sum(f.stat().st_size for f in [HTML / f"{name}.html", *pictures])
    assert weight <= 3_000_000, f"{weight:,} bytes"


@each_page
def test_every_picture_says_what_it_shows(name):
    """A figure's words stand in the cell's metadata: {"mystnb": {"image": {"alt": "..."}}}."""
    for image in chapter(name).find("article").find_all("img"):
        alt = image.get("alt", "")
        assert alt.strip() and not re.search(r"\.(png|svg|jpe?g|gif|webp)$", alt), (
            f"{image['src']} has no alt text, only {alt!r}"
        )


def in_repository(link: str) -> str | None:
    """The path in the repository that a link to GitHub, Colab or Binder opens, if it opens one.

    Colab and Binder may open this repository only, and of it the branch main.
    """
    address = set_repository.ADDRESS.fullmatch(set_repository.current())[1]
    starts = {f"https://github.com/{address}/{kind}/": "main/" for kind in ("blob", "edit", "tree")}
    starts |= {
        "https://colab.research.google.com/": f"github/{address}/blob/main/",
        "https://mybinder.org/": f"v2/gh/{address}/main?urlpath=lab/tree/",
    }
    for place, rest in starts.items():
        if link.startswith(place):
            inner = unquote(link.removeprefix(place))
            assert inner.startswith(rest), f"not a link to this repository's main: {link}"
            return urlsplit(inner.removeprefix(rest)).path  # without the lines of a file
    return None


@each_page
def test_links_into_the_repository_open_files_that_are_there(name):
    links = [a["href"] for a in chapter(name).find_all("a", href=True)]
    opened = {link: in_repository(link) for link in links}
    for link, path in opened.items():
        assert path is None or (book.ROOT / path).exists(), f"dead link: {link}"
    if (book.BOOK / f"{name}.ipynb").exists():
        for place in ("colab.", "mybinder."):
            here = [path for link, path in opened.items() if f"//{place}" in link]
            assert here == [f"book/{name}.ipynb"], f"{place} {here}"


@each_file
def test_the_head_says_what_the_page_is_and_shows_the_card(name):
    if name == "404":
        return
    head = chapter(name).head
    said = {
        tag.get("name") or tag.get("property"): tag["content"]
        for tag in head.find_all("meta")
        if tag.get("content")
    }
    assert 20 <= len(said["description"]) <= 200 and "<" not in said["description"]
    assert said["og:description"] == said["description"]
    site = set_repository.site(set_repository.current())
    assert said["og:image"] == f"{site}/_static/card.png"
    assert (HTML / "_static" / "card.png").read_bytes()[:4] == b"\x89PNG"
    canonical = head.find("link", rel="canonical")["href"]
    assert canonical == f"{site}/{'intro' if name == 'index' else name}.html"
    assert head.title.string.count("Lottery Ticket Prompt-learning") == 1
    assert head.find("link", rel="icon")["href"].endswith("_static/favicon.svg")


def test_what_the_theme_brings_has_its_licence_beside_it():
    laid = {path.name: path.read_text() for path in (HTML / "_static" / "licences").iterdir()}
    for maker in site_sphinx.MAKERS:
        mine = [text for name, text in laid.items() if name.startswith(f"{maker}-")]
        assert any("Copyright" in text and "WARRANT" in text for text in mine), maker
    assert any("Bootstrap" in text for text in laid.values())
    assert any("Font Awesome" in text for text in laid.values())


def test_the_page_for_a_lost_address_works_at_any_depth():
    soup = chapter("404")
    folder = urlsplit(set_repository.site(set_repository.current())).path + "/"
    assert soup.find("base")["href"] == folder
    links = [a["href"] for a in soup.find_all("a", href=True)]
    assert links == [f"{name}.html" for name in NAMES], "relative to <base>, in reading order"


def test_github_pages_takes_the_folder_as_it_is():
    assert (HTML / ".nojekyll").exists(), "else folders that begin with _ are left out"


@each_page
def test_the_foot_names_edition_licence_citation_and_where_to_report(name):
    foot = chapter(name).find(class_="page-foot")
    address = set_repository.current()
    assert f"Edition {__version__}" in foot.get_text()
    links = [link["href"] for link in foot.find_all("a")]
    files = [f"{address}/blob/main/{file}" for file in ("LICENSE", "LICENSES.md", "CITATION.cff")]
    assert links[:3] == files and len(links) == 4
    assert links[3].startswith(f"{address}/issues/new?title=") and links[3].endswith(name)


@each_page
def test_a_term_is_explained_once_beside_a_link_to_its_entry(name):
    terms = chapter(name).find("article").select(".term")
    entries = [term.find("a")["href"] for term in terms]
    assert len(set(entries)) == len(entries)
    assert all(term["data-definition"] and "glossary" in term.find("a")["href"] for term in terms)
    assert len(entries) >= 5 or name not in lessons.CONVERTED


@each_page
def test_a_run_card_leads_to_the_files_it_names(name):
    for file in chapter(name).select(".run-card code"):
        if path := run_cards.file_of(file.get_text()):
            assert file.parent.get("href", "").endswith(f"/blob/main/{path}"), path


@each_page
def test_what_is_folded_says_in_plain_words_what_it_holds(name):
    told = [it.get_text() for it in chapter(name).select("details.hide .collapsed")]
    results = [it for it in told if it.startswith("Result: ")]
    assert {*told} - {*results} <= {"Show the code", "Show a solution and its result"}
    assert len({*results}) == len(results), "two boxes of one name"


@each_page
def test_every_widget_of_the_chapter_is_on_the_page(name):
    soup = chapter(name)
    shown = soup.find_all("script", type="application/vnd.jupyter.widget-view+json")
    if shown:
        assert soup.find("script", type="application/vnd.jupyter.widget-state+json")
        assert soup.find("script", src=re.compile("vendor/widgets/embed.js"))
