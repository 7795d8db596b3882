"""The table of methods follows the code: every method is told, and as its runs were made."""

from ltp_book.verdicts.findings import ALL_NAMES, Stored
from ltp_book.verdicts.methods import around, described, trains
from ltp_core.rivals.methods import METHODS
from tests.support.stored import rows_of


def test_every_method_is_told_in_a_few_words():
    for method in METHODS:
        words = trains(method)
        assert 0 < len(words) <= 90 and "`" not in words, (method, words)


def test_a_prompt_is_told_where_the_run_trained_one():
    """And nowhere else: a sentence stands in place of the vectors."""
    runs = {row["method"]: row for row in rows_of("main")}
    assert len(runs) == 22
    for method, row in runs.items():
        has_vectors = around(method, row["trains"]).startswith("vectors")
        assert has_vectors == row["trains"].endswith("prompt"), method


def test_the_table_has_the_methods_of_the_results_in_their_order():
    told = described(Stored(rows_of("main"), {}))
    order = [ALL_NAMES[method] for method in METHODS]
    assert len(told) == 22
    assert sorted(told, key=lambda row: order.index(row[0])) == told
