"""A small Sphinx extension: what the book's page templates need to know and Sphinx does not tell.

    about      one sentence for a page: its first plain paragraph, or the site's tagline
    tagline    one sentence for the site, from _config.yml (sphinx: config: html_context)
    site       the site's address with a slash at its end, from _config.yml (html: baseurl)
    folder     the site's folder on its server, "/ltp/": what a 404 page must start its links with
    chapters   (name, title) of every page, in reading order
    edition    the version of book and library
    report     the address where an error on this page can be reported
    files      the address that a path in the repository is appended to

It also says in plain words what a folded part of a chapter holds (PROMPTS), and lays the licences
of those whose styles, scripts and icons the pages carry beside them, in _static/licences. The
templates lie in book/_templates. _config.yml names this file as a local extension.

What it does not do: change what a page says, or ask anybody anything.
"""

from importlib.metadata import files
from pathlib import Path
from urllib.parse import quote, urlsplit

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from ltp_core import __version__

# Whose files Sphinx puts into the site. (What lies in book/_vendor brings its own licence.)
MAKERS = (
    "sphinx",
    "pydata-sphinx-theme",
    "sphinx-book-theme",
    "sphinx-design",
    "sphinx-copybutton",
    "sphinx-togglebutton",
    "myst-nb",
    "pygments",
)
# What myst-nb calls a folded part of a cell, and what a reader should expect there.
PROMPTS = {
    "source": "the code",
    "content": "a solution and its result",
}
LONGEST = 200  # characters of a description; search engines show about 160


def first_words(text: str, longest: int = LONGEST) -> str:
    """The text on one line, cut after a whole word where it is too long.

    >>> first_words("A small   model.")
    'A small model.'
    >>> first_words("A small model, asked in Quechua", longest=18)
    'A small model …'
    """
    words = " ".join(text.split())
    if len(words) <= longest:
        return words
    return words[: longest - 2].rsplit(" ", 1)[0].rstrip(" ,;:.(") + " …"


def about(doctree: nodes.document | None, otherwise: str) -> str:
    """The first paragraph of a page that stands by itself, not in a list, a box or a table."""
    for paragraph in doctree.findall(nodes.paragraph) if doctree else []:
        if isinstance(paragraph.parent, nodes.section):
            return first_words(paragraph.astext())
    return otherwise


def folder(address: str) -> str:
    """The folder in a site's address.

    >>> folder("https://you.github.io/ltp/"), folder("https://ltp.example")
    ('/ltp/', '/')
    """
    return urlsplit(address).path.rstrip("/") + "/"


def reading_order(env: BuildEnvironment, name: str) -> list[tuple[str, str]]:
    """(name, title) of this page and of all below it in the table of contents."""
    inner = [
        page for child in env.toctree_includes.get(name, []) for page in reading_order(env, child)
    ]
    return [(name, env.titles[name].astext()), *inner]


class PlainPrompts(SphinxPostTransform):
    """Write "Show the code" where myst-nb writes "Show code cell source".

    A cell's own prompt ("Result: …", in its metadata) is that of its output, open or closed.
    """

    default_priority = 250  # after myst-nb has folded the cells
    formats = ("html",)

    def run(self, **kwargs) -> None:
        for node in self.document.findall(HideCodeCellNode):
            if "below-input" in node["classes"]:
                node["prompt_hide"] = node["prompt_show"]
            else:
                what = PROMPTS.get(node["prompt_show"].rpartition(" ")[2], PROMPTS["source"])
                node["prompt_show"], node["prompt_hide"] = f"Show {what}", f"Hide {what}"


def add_context(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Hand the values above to the template of one page."""
    context["tagline"] = app.config.html_context["tagline"]
    context["about"] = about(doctree, context["tagline"])
    context["site"] = app.config.html_baseurl.rstrip("/") + "/"
    context["folder"] = folder(app.config.html_baseurl)
    repository = app.config.html_theme_options["repository_url"]
    title = quote(f"Error on the page {pagename}")
    context["edition"] = __version__
    context["report"] = f"{repository}/issues/new?title={title}"
    context["files"] = f"{repository}/blob/{app.config.html_theme_options['repository_branch']}/"
    context["chapters"] = reading_order(app.env, app.config.root_doc)


def own_foot(app: Sphinx, config: Config) -> None:
    """Every page ends with book/_templates/foot.html. (_config.yml cannot add one theme option:
    Jupyter Book would drop its own.)"""
    config.html_theme_options["footer_content_items"] = ["foot.html"]


def lay_licences(app: Sphinx, exception: Exception | None) -> None:
    """Copy the licences that came with the makers' packages."""
    there = Path(app.outdir) / "_static" / "licences"
    there.mkdir(parents=True, exist_ok=True)
    for maker in MAKERS:
        for file in files(maker) or ():
            if "license" in file.name.lower() and file.suffix in ("", ".txt", ".rst"):
                (there / f"{maker}-{file.stem}.txt").write_bytes(file.locate().read_bytes())


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    app.connect("config-inited", own_foot)
    app.add_post_transform(PlainPrompts)
    app.connect("build-finished", lay_licences)
    app.connect("html-page-context", add_context)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
