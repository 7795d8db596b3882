"""Results of several files side by side: paired as those of one file are, and corrected."""

import numpy as np
import pytest

from ltp_book.verdicts import across_files as taught
from ltp_book.verdicts import findings
from ltp_book.verdicts.findings import Stored
from ltp_core.measure import results
from ltp_core.measure.bootstrap import macro_interval
from ltp_core.measure.compare import holm

ITEMS = {"qu": list("abcdefghij"), "sw": list("abcdefghij"), "de": list("bcdefghij")}


def measured(method, share, *, k=16, seeds=(0, 1, 2), codes=("qu", "sw", "de")) -> list[dict]:
    chance = np.random.default_rng(len(method) + k)
    rows = []
    for seed in seeds:
        for code in codes:
            n = len(ITEMS[code])
            bits = results.pack(chance.random(n) < share)
            rows.append(dict(method=method, k=k, seed=seed, language=code, n=n, correct=bits))
    return rows


def test_parts_get_their_names_and_only_the_k_asked_for():
    found = Stored(measured("ltp", 0.5) + measured("ltp", 0.9, k=0), ITEMS)
    both = taught.joined({"own": (found, "ltp", 16), "all": (found, "ltp", 0)})
    for name, k in (("own", 16), ("all", 0)):
        mine = [row | {"method": "ltp"} for row in both.of(name)]
        assert mine == [row for row in found.rows if row["k"] == k]
    assert both.items == ITEMS


def test_a_part_that_was_not_measured_adds_nothing():
    found = Stored(measured("ltp", 0.5), ITEMS)
    both = taught.joined({"own": (Stored([], {}), "ltp", 16), "en": (found, "full", 16)})
    assert both.rows == [] and both.items == ITEMS


def test_files_that_test_other_items_are_refused():
    found, other = Stored([], {"qu": ["a", "b"]}), Stored([], {"qu": ["b", "a"]})
    with pytest.raises(ValueError, match="different items in 'qu'"):
        taught.joined({"own": (found, "ltp", 16), "en": (other, "ltp", 16)})


def test_the_mean_gap_is_the_difference_that_findings_tells():
    """The slow reference: one file, one group, `macro_interval`."""
    found = Stored(measured("ltp", 0.7) + measured("full", 0.4), ITEMS)
    gaps = taught.paired(found, "ltp", "full", ["sw", "de"])
    assert taught.mean(gaps) == pytest.approx(findings.difference(found, "ltp", "full", "high"))
    cubes = [results.correctness(found.of(m), ITEMS, ["qu"]) for m in ("ltp", "full")]
    gaps = taught.paired(found, "ltp", "full")
    assert list(gaps) == ["qu", "sw", "de"]
    assert taught.mean(gaps, ["qu"]) == pytest.approx(macro_interval(*cubes))


def test_only_shared_seeds_and_languages_count():
    ours = measured("ltp", 0.7, seeds=(0, 1, 2), codes=("qu", "sw"))
    theirs = measured("full", 0.4, seeds=(1, 2, 5), codes=("sw", "de"))
    gaps = taught.paired(Stored(ours + theirs, ITEMS), "ltp", "full")
    pair = Stored([row for row in ours + theirs if row["seed"] in (1, 2)], ITEMS)
    assert list(gaps) == ["sw"]
    assert np.array_equal(gaps["sw"], taught.paired(pair, "ltp", "full")["sw"])


@pytest.mark.parametrize("theirs", [[], measured("full", 0.4, seeds=(7,))])
def test_nothing_to_pair_says_so(theirs):
    found = Stored(measured("ltp", 0.7) + theirs, ITEMS)
    assert taught.paired(found, "ltp", "full") == {}
    assert taught.answer(found, "ltp", "full") == "not measured yet"


def test_an_answer_tells_the_number_of_languages_and_the_rule():
    found = Stored(measured("ltp", 1.0) + measured("full", 0.0), ITEMS)
    best = "+100.0 points [+100.0, +100.0]: better"
    assert taught.answer(found, "ltp", "full") == f"{best}, 3 languages"
    assert taught.answer(found, "full", "ltp", ["qu"]).endswith(": worse, 1 languages")


def test_p_is_corrected_for_the_number_of_languages():
    chance = np.random.default_rng(0)
    draws = {code: chance.normal(0.1, 0.045, 4001) for code in "abcde"}
    alone = {code: taught.by_language({code: of})[code].p for code, of in draws.items()}
    together = taught.by_language(draws)
    assert all(p < 0.05 for p in alone.values())
    assert [gap.p for gap in together.values()] == holm(list(alone.values()))
    assert {gap.verdict for gap in together.values()} == {"no clear difference"}
    assert taught.counted(together) == "better in 0, worse in 0, no clear difference in 5 of 5"


def test_accuracies_and_levels_are_those_of_the_rows():
    found = Stored(measured("ltp", 0.7), ITEMS)
    cubes = {code: results.correctness(found.rows, ITEMS, [code]) for code in ITEMS}
    of = taught.accuracies(found, "ltp", ["de", "qu", "zu"])
    assert list(of) == ["de", "qu"]
    for code, value in of.items():
        assert value == pytest.approx(macro_interval(cubes[code]))
    both = results.correctness(found.rows, ITEMS, ["qu", "de"])
    assert taught.level(found, "ltp", ["qu", "de"]) == pytest.approx(macro_interval(both))
    assert taught.accuracies(found, "full") == {}


def test_only_what_is_absent_is_named():
    here, gone = Stored(measured("ltp", 0.7), ITEMS), Stored([], {})
    assert taught.absent("main", "curve", of=[here, here]) == ""
    said = taught.absent("main", "curve", of=[here, gone])
    assert "benchmarks/curve.toml" in said and "main" not in said


def test_a_mean_over_no_language_is_refused():
    with pytest.raises(ValueError, match="no gap was measured in zu"):
        taught.mean({"qu": np.zeros(3)}, ["zu"])
