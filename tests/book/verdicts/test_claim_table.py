"""The table on top of the claim map says what the cells beneath it print."""

import re

import pytest

from tests.support.stored import printed
from tools.book import chapters as book

ROW = re.compile(
    r"^\| \[(?P<number>\d)\]\(#(?P<anchor>[\w-]+)\) "
    r'\| <span class="answer (?P<answer>\w+)">(?P<mark>[✓✗–]) (?P=answer)</span> '
    r"\| (?P<points>[^|]+) \| [^|]+ \| (?P<question>[^|]+\?) \|$",
    re.M,
)
MARKS = {"yes": "✓", "no": "✗", "undecided": "–"}


@pytest.fixture(scope="module")
def page() -> str:
    cells = book.nbrun.read(book.BOOK / "claims.ipynb").cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def test_each_claim_has_one_question_with_the_printed_answer(page):
    rows = list(ROW.finditer(page))
    texts = [text for text in printed("claims") if "\nverdict: " in text]
    assert [int(row["number"]) for row in rows] == list(range(1, len(texts) + 1))
    for row, text in zip(rows, texts, strict=True):
        difference = row["points"].replace(" [", " points [").strip()
        line = rf"^{row['answer']} +{re.escape(difference)} +{re.escape(row['question'])}$"
        assert re.search(line, text, re.M), row[0]
        assert row["mark"] == MARKS[row["answer"]]


def test_each_row_leads_to_the_evidence(page):
    titles = re.findall(r"^## (\d\. .+)$", page, re.M)
    slugs = [re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles]
    assert [row["anchor"] for row in ROW.finditer(page)] == slugs
