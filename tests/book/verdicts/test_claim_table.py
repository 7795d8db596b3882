"""The picture on top of the claim map: nine questions, each the first one of its own evidence."""

import re

import pytest

from tests.support.stored import printed
from tools.book import chapters as book

LINKED = re.compile(r'<a href="#(claim-\d)">(\d)\. ([^<]+)</a>')


@pytest.fixture(scope="module")
def cells() -> list:
    return book.nbrun.read(book.BOOK / "claims.ipynb").cells


@pytest.fixture(scope="module")
def html(cells) -> str:
    """The picture of the nine."""
    texts = [
        out.get("data", {}).get("text/html", "")
        for cell in cells
        for out in cell.get("outputs", [])
    ]
    return next(text for text in texts if "Nine questions" in text)


def test_each_claim_has_one_question_with_the_printed_answer():
    nine = next(text for text in printed("claims") if "Nine questions" in text)
    claims = [text for text in printed("claims") if re.search(r"^Claim \d: ", text, re.M)]
    rows = re.findall(r"^(D.+\?) +(.+)$", nine, re.M)
    assert len(rows) == len(claims) == 9
    for (question, told), text in zip(rows, claims, strict=True):
        first = next(line for line in text.splitlines() if line.startswith("D"))
        assert re.split(r" {2,}", first) == [question, *re.split(r" {2,}", told)]


def test_each_row_leads_to_the_evidence(cells, html):
    page = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    told = LINKED.findall(html)
    assert [number for _, number, _ in told] == list("123456789")
    for anchor, number, _ in told:
        assert re.search(rf'^<a id="{anchor}"></a>\n\n## {number}\. ', page, re.M)


def test_the_rule_stands_before_the_answers(cells):
    first = cells[0].source
    for word in ("✓ yes", "✗ no", "– undecided", "? not asked yet", "<b>As well as</b>", "p is"):
        assert word in first
