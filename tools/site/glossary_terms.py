"""A Sphinx extension: a page's first mention of a glossary term shows the definition on hover.

The glossary (book/glossary.md) is the one source: each `### term` and the first paragraph below it.
A heading such as "gather, scatter" names two terms. The first mention of a term in a page's running
text becomes a link to its entry, with the definition beside it; lessons.css shows that on hover and
on focus. A notebook needs no markup. Where the author has linked the entry already, that link is
the first mention.

What it does not do: look into code, formulas, headings, tables or what is folded, or mark a word
of everyday language (EVERYDAY) that means a term only here and there; there the author links it.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.writers.html5 import HTML5Translator

GLOSSARY = "glossary"
LONGEST = 300  # characters of a definition that is shown beside a word
EVERYDAY = frozenset(
    "chance class control dense draw entry floor frozen gather kernel margin module moments paired"
    " peak piece point process quota rank recipe rival row scatter seed silent sketch sparse split"
    " state threshold tie tuned".split()
) | {"own words"}
SKIPPED = (
    nodes.literal,
    nodes.literal_block,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.reference,
    nodes.title,
    nodes.caption,
    nodes.table,
)


class Term(NamedTuple):
    """A word of the glossary: the id of its entry, and what it means."""

    anchor: str
    definition: str


def shortened(text: str, longest: int = LONGEST) -> str:
    """A definition on one line, cut after a whole sentence where it is too long.

    >>> shortened("One.  Two, which is longer.", longest=10)
    'One.'
    """
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    end = line.rfind(". ", 0, longest)
    return line[: end + 1] if end > 0 else line[: longest - 1].rsplit(" ", 1)[0] + " …"


def terms(glossary: nodes.document) -> dict[str, Term]:
    """Every word that the glossary explains; the longest first."""
    found = {}
    for section in glossary.findall(nodes.section):
        says = next((it for it in section.children if isinstance(it, nodes.paragraph)), None)
        if says is None or not isinstance(section.parent.parent, nodes.section):
            continue  # the page itself, or a heading over several terms
        entry = Term(section["ids"][0], shortened(says.astext()))
        for word in section.next_node(nodes.title).astext().split(", "):
            found[word] = entry
    return dict(sorted(found.items(), key=lambda pair: -len(pair[0])))


def pattern(words: list[str]) -> re.Pattern[str]:
    """Any of the words, as a whole word, in the singular or the plural.

    A sentence may begin with it. Other letters keep their case: a name is no mention.

    >>> pattern(["soft prompt"]).findall("Soft prompts, soft prompting, The Soft Prompt Review")
    ['Soft prompts']
    """
    either = [
        f"[{word[0].lower()}{word[0].upper()}]{re.escape(word[1:])}"
        for word in sorted(words, key=len, reverse=True)
    ]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(either)})s?(?![\w-])")


def entry_of(mention: str, known: dict[str, Term]) -> Term | None:
    """The entry of a mention, which may begin a sentence or be a plural."""
    forms = (mention, mention.removesuffix("s"))
    either = [first + form[1:] for form in forms for first in (form[0], form[0].swapcase())]
    return next((known[form] for form in either if form in known), None)


class Explained(nodes.inline):
    """A link to the glossary with its definition beside it."""


def visit(self: HTML5Translator, node: Explained) -> None:
    """Open the tag that carries the definition."""
    self.body.append(
        self.starttag(node, "span", "", CLASS="term", **{"data-definition": node["definition"]})
    )


def depart(self: HTML5Translator, node: Explained) -> None:
    """Close it."""
    self.body.append("</span>")


def explained(link: nodes.reference, term: Term) -> Explained:
    """A link to an entry, in a tag that carries the definition."""
    return Explained("", "", link, definition=term.definition)


def mentions(doctree: nodes.document) -> Iterator[nodes.reference | nodes.Text]:
    """Links, and text in which a term may be marked, in reading order; nothing that is folded."""
    kinds = nodes.reference | nodes.Text | nodes.raw
    folds = 0
    for node in list(doctree.findall(lambda it: isinstance(it, kinds))):
        if isinstance(node, nodes.raw):
            folds += node.astext().count("<details") - node.astext().count("</details")
        elif folds:
            continue
        elif isinstance(node, nodes.reference):
            yield node
        elif not any(isinstance(above, SKIPPED) for above in ancestors(node)):
            yield node


def ancestors(node: nodes.Node) -> Iterator[nodes.Element]:
    """All that a node stands in, from the inside out."""
    while node.parent is not None:
        node = node.parent
        yield node


def split(text: nodes.Text, known: dict[str, Term], seen: set[str], page: str) -> None:
    """Replace the first mention of each term not yet seen by a link to its entry."""
    wanted = [w for w, term in known.items() if term.anchor not in seen and w not in EVERYDAY]
    if not wanted or not isinstance(text.parent, nodes.Element):
        return
    parts: list[nodes.Node] = []
    line, end = str(text), 0
    for found in pattern(wanted).finditer(line):
        term = entry_of(found[0], known)
        if term is None or term.anchor in seen:
            continue
        seen.add(term.anchor)
        link = nodes.reference("", found[0], internal=True, refuri=f"{page}#{term.anchor}")
        parts += [nodes.Text(line[end : found.start()]), explained(link, term)]
        end = found.end()
    if parts:
        text.parent.replace(text, [*parts, nodes.Text(line[end:])])


def mark_page(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """Mark the first mentions of one page."""
    if name == GLOSSARY or GLOSSARY not in app.env.found_docs or name.startswith("api"):
        return
    known = glossary(app.env)
    address = app.builder.get_relative_uri(name, GLOSSARY)
    by_anchor = {term.anchor: term for term in known.values()}
    seen: set[str] = set()
    for node in mentions(doctree):
        if isinstance(node, nodes.Text):
            split(node, known, seen, address)
            continue
        anchor = node.get("refuri", "").removeprefix(f"{address}#")
        if anchor in by_anchor and anchor not in seen:
            seen.add(anchor)
            node.parent.replace(node, explained(node.deepcopy(), by_anchor[anchor]))


def glossary(env: BuildEnvironment) -> dict[str, Term]:
    """The terms, read once a build."""
    if not hasattr(env, "ltp_terms"):
        env.ltp_terms = terms(env.get_doctree(GLOSSARY))
    return env.ltp_terms


def forget(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """A build begins: the glossary may have changed."""
    if hasattr(env, "ltp_terms"):
        del env.ltp_terms


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    app.add_node(Explained, html=(visit, depart))
    app.connect("env-before-read-docs", forget)
    app.connect("doctree-resolved", mark_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
