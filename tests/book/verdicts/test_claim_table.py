"""The table on top of the claim map says what the cells beneath it print."""

import re

import pytest

from tests.support.stored import printed
from tools.book import chapters as book

ROW = re.compile(
    r"^\| \[(?P<number>\d)\]\(#(?P<anchor>[\w-]+)\) "
    r'\| <span class="answer (?P<kind>\w+)">(?P<mark>[✓✗–?]) (?P<answer>[a-z ]+)</span> '
    r"\| (?P<points>[^|]+) \| (?P<p>[^|]+) \| [^|]+ \| (?P<question>[^|]+\?) \|$",
    re.M,
)
MARKS = {"yes": "✓ yes", "no": "✗ no", "undecided": "– undecided", "not asked yet": "? open"}


@pytest.fixture(scope="module")
def page() -> str:
    cells = book.nbrun.read(book.BOOK / "claims.ipynb").cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_each_claim_has_one_question_with_the_printed_answer(page):
    rows = list(ROW.finditer(page))
    nine, *claims = (text for text in printed("claims") if "corrected p" in text)
    claims = [text for text in claims if "\nClaim " in f"\n{text}"]
    assert [int(row["number"]) for row in rows] == list(range(1, len(claims) + 1))
    for row, text in zip(rows, claims, strict=True):
        told = [row[part].strip() for part in ("answer", "question", "points", "p")]
        line = "^" + r" +".join(map(re.escape, told)) + "$"
        assert re.search(line, nine, re.M), row[0]
        assert re.search(line, text, re.M), "the first line of the claim's own table"
        assert f"{row['mark']} {row['kind']}" == MARKS[row["answer"]]


def test_each_row_leads_to_the_evidence(page):
    titles = re.findall(r"^## (\d\. .+)$", page, re.M)
    slugs = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
    assert [row["anchor"] for row in ROW.finditer(page)] == slugs
