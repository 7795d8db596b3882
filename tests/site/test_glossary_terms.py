"""Terms of the glossary are found in a page's text, once each, and not where they should not be."""

import pytest
from docutils import nodes
from docutils.core import publish_doctree

from tools.site import glossary_terms

GLOSSARY = """
Glossary
========

About training
--------------

ticket
~~~~~~
A list of places. It holds no values.

random ticket
~~~~~~~~~~~~~
As many places, drawn at random.

gather, scatter
~~~~~~~~~~~~~~~
Reading entries, and writing them back.
"""


def read(text: str) -> nodes.document:
    return publish_doctree(text, settings_overrides={"doctitle_xform": False})


@pytest.fixture(scope="module")
def known():
    return glossary_terms.terms(read(GLOSSARY))


def marked(text: str, known) -> list[tuple[str, str]]:
    """The words that are marked in a page, and the entry each leads to."""
    page, seen = read(text), set()
    for node in glossary_terms.mentions(page):
        if isinstance(node, nodes.Text):
            glossary_terms.split(node, known, seen, "glossary.html")
    found = page.findall(glossary_terms.Explained)
    return [(it.astext(), it[0]["refuri"].partition("#")[2]) for it in found]


def test_every_heading_names_its_terms_and_the_first_paragraph_is_the_definition(known):
    assert set(known) == {"ticket", "random ticket", "gather", "scatter"}
    assert known["ticket"].definition == "A list of places. It holds no values."
    assert known["gather"] == known["scatter"]


def test_the_first_mention_is_marked_singular_or_plural_the_longer_term_first(known):
    text = "Random tickets beat a ticket. A ticket again, a random ticket again."
    assert marked(text, known) == [("Random tickets", "random-ticket"), ("ticket", "ticket")]


@pytest.mark.parametrize(
    "text",
    [
        "A ``ticket`` in code.",
        "A `ticket <https://example.org>`_ in a link.",
        "Ticketing, a ticket-like thing.",
        "We gather and scatter.",  # words of everyday language
        "Ticket\n======\n\nIn a heading.",
        ".. raw:: html\n\n   <details>\n\nA folded ticket.\n\n.. raw:: html\n\n   </details>",
    ],
)
def test_what_is_no_mention_stays_as_it_is(text, known):
    assert marked(text, known) == []
