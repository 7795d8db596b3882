"""Readers of pages: help and a declaration, whose paragraphs are matched by their place.

Each reader takes the folder of an unpacked package and yields ``(language, key, raw text)``. The
key is ``page#place``: a number or an identifier that the translations of a page share. So a whole
page is held out at once.

    read_mallard    GNOME help
    read_help       LibreOffice help
    read_udhr       Universal Declaration of Human Rights
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from ..datasets import sources as data_sources
from .keys import Found, language

# More of the world's written standards than are shipped: here they only train.
DECLARATIONS = data_sources.UDHR | {
    "pt": "por_BR por_PT",
    "ak": "aka_akuapem aka_asante aka_fante",
    "ha": "hau_NG hau_NE",
}
HELP_PARAGRAPH = re.compile(r'<(p|h\d)\b[^>]*\bid="(\w+)"[^>]*>(.*?)</\1>', re.DOTALL)
UDHR_PART = re.compile(r'<(header|article)(?: data-number="(\d+)")?>(.*?)</\1>', re.DOTALL)
UDHR_PARAGRAPH = re.compile(r"<(?:p|li)>(.*?)</(?:p|li)>", re.DOTALL)


def read_mallard(root: Path) -> Found:
    """Read GNOME help, ``help/<locale>/**/x.page``; ``help/C`` is English.

    Where the number of paragraphs is another than in English, the key is of this language alone.
    """
    top = root / "usr" / "share" / "help"
    for page in sorted(top.glob("C/**/*.page")):
        english = page_paragraphs(page)
        for folder in sorted(top.glob("*")):
            lang, other = language(folder.name), folder / page.relative_to(top / "C")
            if lang and other.is_file():
                rows = page_paragraphs(other)
                mark = "" if len(rows) == len(english) else f"-{lang}"
                for index, text in enumerate(rows):
                    yield lang, f"gnome:{page.stem}#{index}{mark}", text


def page_paragraphs(path: Path) -> list[str]:
    """Return titles, summaries and paragraphs of a Mallard page, wherever they stand."""
    tags = {data_sources.MALLARD + tag for tag in ("p", "title", "desc")}
    tree = ElementTree.parse(path)
    return ["".join(node.itertext()) for node in tree.iter() if node.tag in tags]


def read_help(root: Path) -> Found:
    """Read LibreOffice help: HTML whose paragraphs have identifiers that all languages share."""
    for folder in sorted(root.glob("usr/share/libreoffice/help/*/text")):
        lang = language(folder.parent.name)
        for path in sorted(folder.rglob("*.html")) if lang else []:
            page = path.relative_to(folder).with_suffix("")
            for _, name, text in HELP_PARAGRAPH.findall(path.read_text("utf-8", "replace")):
                yield lang, f"help:{page}#{name}", text


def read_udhr(root: Path) -> Found:
    """Read the Universal Declaration of Human Rights: articles by number, paragraphs by order."""
    for lang, names in DECLARATIONS.items():
        for name in names.split():
            page = next(root.rglob(f"declaration/{name}.html"), None)
            if page is None:
                warnings.warn(f"udhr has no declaration {name!r} ({lang}): skipped", stacklevel=2)
                continue
            for key, text in articles(page.read_text("utf-8")):
                yield lang, key, text


def articles(page: str) -> Iterator[tuple[str, str]]:
    """Yield (key, text) of the paragraphs of a declaration; its preamble is article 0.

    >>> list(articles('<article data-number="3"><p>Everyone has the right to life.</p></article>'))
    [('udhr:3#0/1', 'Everyone has the right to life.')]
    """
    for tag, number, body in UDHR_PART.findall(page):
        rows = UDHR_PARAGRAPH.findall(body)
        for index, text in enumerate(rows):
            yield f"udhr:{number if tag == 'article' else 0}#{index}/{len(rows)}", text
