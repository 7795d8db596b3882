"""What the chapters print about winners, computed again from the column `accuracy` alone.

The chapters compute it from the bits, with a bootstrap. Here a mean is a mean of a column, and a
verdict is read off the printed answers, so that neither trusts the other.
"""

import re
from pathlib import Path
from statistics import mean

import nbformat
import pytest

from ltp_core import results
from ltp_core.paths import data_dir
from ltp_core.teaching.findings import ALL_NAMES, GROUPS, needed
from ltp_core.teaching.regimes import at_rates, rate

BOOK = Path(__file__).resolve().parent.parent / "book"
METHOD = {name: method for method, name in ALL_NAMES.items()}
GROUP = {name: group for group, name in GROUPS.items()}
ANSWER = re.compile(
    r"^(?P<mark>yes|no) +(?:at rate (?P<rate>\S+): )?"
    r"(?P<a>.+?) (?P<turned>no )?better than (?P<b>.+?)(?:, (?P<group>"
    + "|".join(GROUP) + r"))?\? +(?P<points>[+-]\d+\.\d) points",
    re.M,
)  # fmt: skip
MINUS = re.compile(
    r"^LTP minus (?P<b>.+?)(?:, both at (?P<rate>\S+),)? +(?P<group>low-resource|high-resource)"
    r" +(?P<points>[+-]\d+\.\d) points",
    re.M,
)


def printed(name: str) -> list[str]:
    """What the code cells of a chapter print, one text a cell."""
    cells = nbformat.read(BOOK / f"{name}.ipynb", 4).cells
    return [
        "".join(out.text for out in cell.get("outputs", []) if out.output_type == "stream")
        for cell in cells
    ]


@pytest.fixture(scope="module")
def difference():
    """points(a, b, group, rate): the mean over draws and languages of a column's difference."""
    tables = {}
    for name in ("main", "same_rate"):
        for row in results.read(data_dir() / "results" / f"{name}.parquet"):
            of = tables.setdefault(f"{rate(row):g}" if name == "same_rate" else None, {})
            of[row["method"], row["seed"], row["language"]] = row["accuracy"]

    def points(a: str, b: str, group: str, eta: str | None) -> float:
        table = tables[eta]
        seeds = sorted({seed for _, seed, _ in table})
        codes = [c for c in results.GROUPS[group] if (a, 0, c) in table and (b, 0, c) in table]
        return 100 * mean(table[a, s, c] - table[b, s, c] for s in seeds for c in codes)

    return points


def test_each_answer_of_the_claim_map_has_its_number(difference):
    answers = [m for text in printed("claims") for m in ANSWER.finditer(text)]
    assert len(answers) > 40
    for m in answers:
        found = difference(
            METHOD[m["a"]], METHOD[m["b"]], GROUP[m["group"] or "low-resource"], m["rate"]
        )
        assert float(m["points"]) == pytest.approx(found, abs=0.051), m[0]
        if m["mark"] == ("no" if m["turned"] else "yes"):
            assert found > 0, m[0]  # a method that is told to be ahead has the higher mean


def test_each_verdict_follows_from_its_answers():
    texts = [text for text in printed("claims") if "\nverdict: " in text]
    assert len(texts) == 7
    for text in texts:
        marks = re.findall(r"^(yes|no|open)   ", text, re.M)
        said = text.rpartition("\nverdict: ")[2].strip()
        told = {mark for mark in marks if mark != "open"}
        word = {"yes": "holds", "no": "not seen here"}.get("".join(told), "holds in part")
        assert said == word + ", as far as tested" * ("open" in marks)


def test_each_control_in_a_fair_comparison_has_its_number(difference):
    found = [m for text in printed("fair") for m in MINUS.finditer(text)]
    assert len(found) >= 14
    for m in found:
        again = difference("ltp", METHOD[m["b"]], GROUP[m["group"]], m["rate"])
        assert float(m["points"]) == pytest.approx(again, abs=0.051), m[0]


def test_what_is_said_of_the_rates_is_so():
    """ "At the lowest rate LTP is a little worse, and at the middle one level ..." """
    found = needed("same_rate")
    lowest, middle, highest = (c.verdict for c in at_rates(found).values())
    assert (lowest, middle, highest) == ("worse", "not told apart", "not told apart")
    english = [row for row in found.of("random_ticket") if row["language"] == "en"]
    assert rate(min(english, key=lambda row: row["accuracy"])) == max(map(rate, english))
    means = {eta: mean(row["accuracy"] for row in found.of("ltp") if rate(row) == eta)
             for eta in map(rate, found.rows)}  # fmt: skip
    assert max(means, key=means.get) != max(means), "LTP's own rate was its best after all"
