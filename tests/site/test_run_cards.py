"""A file that a run card names becomes a link to the repository, and is there."""

import re

import pytest
from sphinx.application import Sphinx

from tests.support import lessons
from tools.book import chapters as book
from tools.site import run_cards

HERE = book.ROOT / "tools" / "site"
CONF = """
extensions = ["myst_parser", "run_cards"]
html_theme = "sphinx_book_theme"
html_theme_options = {"repository_url": "https://github.com/me/it", "repository_branch": "main"}
"""
PAGE = """# A page

<div class="run-card"><b>Run card</b> · spec <code>main.toml</code>, <code>nobody.toml</code></div>

Not in a card: <code>main.toml</code>
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> str:
    """The page, as Sphinx writes it with this extension alone."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "conf.py").write_text(f"import sys\nsys.path.insert(0, {str(HERE)!r})\n{CONF}")
    (folder / "index.md").write_text(PAGE, encoding="utf-8")
    out = folder / "out"
    Sphinx(folder, folder, out, folder / "trees", "html", status=None, warning=None).build()
    return (out / "index.html").read_text(encoding="utf-8")


def test_the_page_links_the_files_of_a_card_and_nothing_else(built):
    code = "<code>main.toml</code>"
    link = f'<a href="https://github.com/me/it/blob/main/benchmarks/main.toml">{code}</a>'
    assert f"spec {link}, <code>nobody.toml</code></div>" in built
    assert built.count(link) == 1 and f"card: {code}" in built


def test_every_card_of_the_book_names_files_that_are_there():
    named = [
        (path.stem, name)
        for path in book.chapters()
        for card in lessons.run_cards(lessons.prose(path))
        for name in re.findall(r"<code>([^<]*\.(?:toml|json|py|parquet))</code>", card)
    ]
    assert len(named) > 50
    assert [pair for pair in named if run_cards.file_of(pair[1]) is None] == []
