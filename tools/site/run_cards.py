"""A Sphinx extension: a file that a run card names is a link to it in the repository.

A run card stands below a result, `<div class="run-card">` in a text cell, and names its spec and
the file where the result is stored: `<code>main.toml</code>`, `<code>engine-cpu.json</code>`, with
their folder or without. The author writes no address. The repository's is that of _config.yml.

Reading order: `file_of`, `linked`, `RunCards`.

What it does not do: look outside run cards, or link a name that is no file in FOLDERS.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("benchmarks", "data/results")  # specs and scripts, and what they stored
CARD = re.compile(r'<div class="run-card">.*?</div>', re.S)
NAME = re.compile(r"<code>([\w./-]+)</code>")


def file_of(name: str) -> str | None:
    """The path in the repository of a file named with its folder or without; None if there is none.

    >>> file_of("main.toml"), file_of("benchmarks/main.toml"), file_of("engine-cpu.json")
    ('benchmarks/main.toml', 'benchmarks/main.toml', 'data/results/engine-cpu.json')
    >>> file_of("ltp.adapt"), file_of("README.md/.."), file_of("../_config.yml")
    (None, None, None)
    """
    if ".." in name:
        return None
    paths = [f"{folder}/{name.removeprefix(folder + '/')}" for folder in FOLDERS]
    return next((path for path in paths if (ROOT / path).is_file()), None)


def linked(html: str, address: str) -> str:
    """HTML in which the files of run cards are links; `address` is what a path is appended to.

    >>> card = '<div class="run-card">spec <code>main.toml</code></div>'
    >>> linked(card, "https://x/").removeprefix('<div class="run-card">spec ')
    '<a href="https://x/benchmarks/main.toml"><code>main.toml</code></a></div>'
    """

    def link(name: re.Match[str]) -> str:
        path = file_of(name[1])
        return f'<a href="{address}{path}">{name[0]}</a>' if path else name[0]

    return CARD.sub(lambda card: NAME.sub(link, card[0]), html)


class RunCards(SphinxPostTransform):
    """Make the links of one page."""

    default_priority = 250
    formats = ("html",)

    def run(self, **kwargs) -> None:
        theme = self.config.html_theme_options
        address = f"{theme['repository_url']}/blob/{theme['repository_branch']}/"
        for card in list(self.document.findall(nodes.raw)):
            if (html := linked(card.astext(), address)) != card.astext():
                card.parent.replace(card, nodes.raw("", html, format="html"))


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    app.add_post_transform(RunCards)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
