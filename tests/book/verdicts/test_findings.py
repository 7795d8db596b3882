"""Two methods of one's own sweep, compared in any language, also in one that is on no list."""

import pytest

from ltp_book.verdicts import findings
from ltp_book.verdicts.findings import ALL_NAMES, Stored
from ltp_book.verdicts.groups import codes_of
from ltp_core.measure.results import languages_in_group


def sweep(*codes, a="ltp", b="random_ticket"):
    """Method a is right on all four items of each language, b on none."""
    row = {"seed": 0, "n": 4}
    bits = {a: b"\xf0", b: b"\x00"}
    rows = [
        row | {"method": method, "language": code, "correct": correct}
        for method, correct in bits.items()
        for code in codes
    ]
    return Stored(rows, {code: list("abcd") for code in codes})


@pytest.mark.parametrize(
    "group, words",
    [
        ("other", "other languages"),
        ("xyz", "xyz"),
        ("low", "low-resource"),
        ("qu", "Quechua"),
        ("high", "high-resource"),
        ("all", "all languages"),
    ],
)
def test_the_comparison_takes_a_group_or_a_code(group, words):
    said = findings.verdict(sweep("xyz", "qu", "de"), "ltp", "random_ticket", group)
    assert said == f"LTP minus random ticket, {words}: +100.0 points [+100.0, +100.0]: better"


def test_a_language_counts_for_itself_and_not_for_the_others():
    found = sweep("xyz", "qu")
    for row in found.rows:
        if row["language"] == "xyz":  # here the second wins
            row["correct"] = b"\x00" if row["method"] == "ltp" else b"\xf0"
    told = {group: findings.difference(found, "ltp", "random_ticket", group).mean
            for group in ("xyz", "other", "qu", "all")}  # fmt: skip
    assert told == {"xyz": -1.0, "other": -1.0, "qu": 1.0, "all": 0.0}


@pytest.mark.parametrize("group", ["low", "high", "en", "zzz"])
def test_an_empty_group_is_refused_in_one_sentence(group):
    with pytest.raises(ValueError) as refused:
        findings.verdict(sweep("xyz"), "ltp", "random_ticket", group)
    said = str(refused.value)
    assert repr(group) in said and "give a code, xyz, or a group" in said
    assert said.endswith("other, all")
    assert "\n" not in said and ". " not in said


def test_a_language_that_only_one_of_the_two_was_tested_in_does_not_count():
    found = sweep("xyz", "qu")
    rows = [row for row in found.rows if (row["method"], row["language"]) != ("ltp", "xyz")]
    with pytest.raises(ValueError, match="a code, qu, or"):
        findings.verdict(Stored(rows, found.items), "ltp", "random_ticket", "xyz")


@pytest.mark.parametrize("name", ALL_NAMES)
def test_each_method_can_be_compared(name):
    other = "prompt_only" if name != "prompt_only" else "full"
    said = findings.verdict(sweep("xyz", a=name, b=other), name, other, "other")
    assert said.startswith(f"{ALL_NAMES[name]} minus {ALL_NAMES[other]}, other languages: ")


def test_groups_are_those_of_the_library():
    tested = ["xyz", "en", "qu", "de", "yo"]
    for group in ("low", "high", "en", "other", "all"):
        assert codes_of(group, tested) == languages_in_group(group, tested)
