"""The built pages, looked at as files: complete, light, self-contained, no link dead.

`make test` builds them first. Without pages (a bare `pytest`) these tests are skipped; CI never
skips them. What a browser shows is not tested here.
"""

import os
import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

import book
import set_repository

HTML = book.ROOT / "_build" / "html"
NAMES = book.entries(book.yaml.safe_load((book.BOOK / "_toc.yml").read_text()))
each_page = pytest.mark.parametrize("name", NAMES)


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
    pairs = [("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"),
             ("video", "src"), ("audio", "src"), ("embed", "src"), ("object", "data")]
    found = [tag[key] for name, key in pairs for tag in soup.find_all(name) if tag.get(key)]
    fetched = {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect",
               "dns-prefetch", "manifest", "shortcut"}
    found += [tag["href"] for tag in soup.find_all("link")
              if fetched & set(tag.get("rel") or []) and tag.get("href")]
    for style in soup.find_all("style"):
        found += re.findall(r"url\(['\"]?([^'\")]+)", style.string or "")
    return found


@each_page
def test_the_page_exists_and_shows_no_error(name):
    soup = chapter(name)
    assert soup.find("h1"), "no title"
    text = soup.find("article").get_text()
    for word in ("Traceback (most recent", "CellExecutionError", "{tip}", "{note}"):
        assert word not in text, f"the page shows {word!r}"


@each_page
def test_the_page_asks_no_other_server(name):
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


@each_page
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
            f"{image['src']} has no alt text, only {alt!r}")


@each_page
def test_launch_buttons_lead_to_the_repository(name):
    if not (book.BOOK / f"{name}.ipynb").exists():
        return
    address = set_repository.ADDRESS.fullmatch(set_repository.current())[1]
    links = [a["href"] for a in chapter(name).find_all("a", href=True)]
    colab = f"https://colab.research.google.com/github/{address}/blob/main/book/{name}.ipynb"
    assert colab in links
    assert any(link.startswith(f"https://mybinder.org/v2/gh/{address}/main") for link in links)


@each_page
def test_every_widget_of_the_chapter_is_on_the_page(name):
    soup = chapter(name)
    shown = soup.find_all("script", type="application/vnd.jupyter.widget-view+json")
    if shown:
        assert soup.find("script", type="application/vnd.jupyter.widget-state+json")
        assert soup.find("script", src=re.compile("vendor/widgets/embed.js"))
