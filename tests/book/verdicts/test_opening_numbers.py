"""The numbers that the opening pages type by hand: from the stored runs, or printed elsewhere.

`intro.md` and `lecturer.md` have no code, and *The whole method, once* quotes a later chapter.
"""

import json
import re
from functools import cache
from statistics import mean

import pytest

from ltp_book.verdicts import findings
from ltp_core import tasks
from ltp_core.data.languages import LOW
from tests.support.stored import BOOK, printed, rows_of

COLUMNS = {"low-resource": LOW, "Quechua": ["qu"], "English": ["en"]}
METHODS = {  # row of the table in intro.md: sweep, method
    "nothing trained, an English sentence around the text": ("main", "template_zero"),
    "ten vectors": ("first_light", "prompt_only"),
    "LTP: ten vectors and the chosen fifth": ("first_light", "ltp"),
    "ten vectors and a random fifth": ("first_light", "random_ticket"),
    "ten vectors and all weights": ("first_light", "full"),
}


def said(page: str) -> str:
    """The text of a page or a chapter, on one line."""
    path = BOOK / page
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = " ".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    return " ".join(text.split())


@cache
def stored(sweep: str) -> list[dict]:
    """The rows of a sweep, read once."""
    return rows_of(sweep)


def percent(sweep: str, method: str, codes) -> float:
    """The mean accuracy of a method over draws and languages."""
    rows = [row for row in stored(sweep) if row["method"] == method and row["language"] in codes]
    return 100 * mean(row["accuracy"] for row in rows)


def largest(code: str) -> float:
    """How often it is right to name always the most frequent class."""
    labels = tasks.load("emoji").test(code)["label"]
    return 100 * max(map(labels.count, set(labels))) / len(labels)


def test_the_table_of_the_intro_is_that_of_the_stored_runs():
    rows = {name: [percent(*of, codes) for codes in COLUMNS.values()]
            for name, of in METHODS.items()}  # fmt: skip
    rows["always the most frequent class"] = [mean(map(largest, it)) for it in COLUMNS.values()]
    text = said("intro.md")
    assert f"| | {' | '.join(COLUMNS)} |" in text
    for name, shares in rows.items():
        assert f"| {name} | {' | '.join(f'{share:.1f}' for share in shares)} |" in text


def test_what_the_intro_says_of_quechua_is_so():
    methods = {row["method"] for row in stored("main")}
    of = {method: percent("main", method, ["qu"]) for method in methods}
    assert max(of, key=of.get) in ("template_full", "template_full_own")  # in Quechua the same
    text, best = said("intro.md"), of["template_full"]
    assert f"instead of the vectors and with rates tuned for it: in Quechua {best:.0f}." in text
    assert "26 texts in 100 [95 % interval 22 to 30], against 72 in English" in text
    assert re.search(r"LTP +72\.0 .* 25\.9 \[21\.\d, 30\.\d\]", "\n".join(printed("crossing")))


def test_what_the_intro_says_of_choosing_is_so():
    found = findings.stored("first_light")
    gap = findings.difference(found, "random_ticket", "ltp", "low")
    told = "{:.1f} points ahead in low-resource languages [{:.1f} to {:.1f}]"
    assert told.format(*(100 * it for it in gap)) in said("intro.md")


RATES = (
    r" 0\.0002 +low-resource +35\.1 % +36\.7 % +-1\.6 \[-2\.4, -0\.8\] +worse\n"
    r" *0\.0006 +low-resource +43\.7 % +43\.9 % +-0\.3 \[-3\.8, \+3\.5\] +no clear difference\n"
)


@pytest.mark.parametrize(
    "page, words, chapter, shown",
    [
        ("intro.md", "seven to nine points better", "fair", RATES),
        ("method.ipynb", "seven to nine points better", "fair", RATES),
        ("method.ipynb", "no clear difference: −0.3 points [−3.8, +3.5]", "fair", RATES),
        ("lecturer.md", "35.1 % | 36.7 % | −1.6 [−2.4, −0.8] | worse |", "fair", RATES),
        (
            "lecturer.md",
            "43.7 % | 43.9 % | −0.3 [−3.8, +3.5] | no clear difference |",
            "fair",
            RATES,
        ),
        (
            "method.ipynb",
            "all weights are 5.9 points [1.9, 10.1] ahead of LTP",
            "fair",
            r"full without prompt +-5\.9 \[-10\.1, -1\.9\] .*worse",
        ),
        (
            "method.ipynb",
            "at the floor (0.195), no better than the largest class (0.201). "
            "The untrained sentence has 0.232; LTP is ten points above it.",
            "method",
            r"prompt only +3,840 +0\.195 (?s:.*)\nLTP +4,262,554 +0\.33[0-9] (?s:.*)"
            r"\nlargest class +0 +0\.201 .*\ntemplate +0 +0\.232 ",
        ),
        (
            "method.ipynb",
            "By chance this line has only three `<mask>`: *алы* and *steps* are random, *as* and "
            "*membe* show themselves.",
            "method",
            r"Wалыas .*<mask>(?s:.*)<mask>(?s:.*)<mask> steps (?s:.*)"
            r"named: here \| as \| dig \| membe \| found \| in \| the",
        ),
    ],
)
def test_what_an_opening_page_says_is_printed(page, words, chapter, shown):
    assert words in said(page)
    assert re.search(shown, "\n\n".join(printed(chapter)))
