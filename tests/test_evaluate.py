"""Numbers and their intervals, against references."""

import numpy as np
import pytest
import torch

from ltp_core.evaluate import evaluate, predict, wilson
from ltp_core.prompt import PromptModel
from ltp_core.results import correctness, pack, summary
from ltp_core.toy import WORDS, toy_backbone


@pytest.fixture(scope="module")
def model():
    return PromptModel(toy_backbone(), ["food", "animals", "house"])


DATA = {
    "text": [" ".join(WORDS[i : i + 1 + i % 6]) for i in range(30)],
    "label": [i % 3 for i in range(30)],
    "language": ["qu"] * 10 + ["de"] * 12 + ["qu"] * 8,
}


def test_order_and_batches_do_not_change_the_answers(model):
    one_by_one = [model(model.batch([row])).argmax().item() for row in model.encode(DATA["text"])]
    for size in (1, 7, 64):
        assert predict(model, DATA, batch_size=size).tolist() == one_by_one
    assert not model.training and torch.is_grad_enabled()


def test_a_table_counts_by_language(model):
    table = evaluate(model, DATA)
    right = predict(model, DATA) == np.array(DATA["label"])
    assert [(row.language, row.n) for row in table.rows] == [("qu", 18), ("de", 12)]
    qu = np.r_[right[:10], right[22:]]
    assert table.rows[0].accuracy == pytest.approx(qu.mean())
    assert table.correct["qu"].tolist() == qu.tolist()
    assert table.mean("low") == table.rows[0].accuracy
    assert table.mean() == pytest.approx((table.rows[0].accuracy + table.rows[1].accuracy) / 2)
    assert "mean of 1 low-resource" in str(table) and "Quechua" in str(table)
    with pytest.raises(ValueError, match="no column 'language'; it has text, label"):
        evaluate(model, {"text": [], "label": []})


@pytest.mark.parametrize("correct, n", [(0, 10), (8, 10), (10, 10), (211, 474), (1, 1)])
def test_wilson_equals_scipy(correct, n):
    stats = pytest.importorskip("scipy.stats")
    expected = stats.binomtest(correct, n).proportion_ci(0.95, method="wilson")
    assert wilson(correct, n) == pytest.approx((expected.low, expected.high), abs=1e-7)


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_bits_find_their_items():
    items = {"qu": ["c", "a"], "de": ["a", "b", "c"]}
    rows = [
        dict(method="ltp", seed=s, language=c, n=len(items[c]), correct=pack(np.array(bits)))
        for s, c, bits in [(1, "qu", [1, 0]), (1, "de", [1, 1, 0]), (0, "qu", [0, 0])]
    ]
    cube = correctness(rows, items, ["de", "qu"])
    nan = np.nan
    expected = [[[nan, nan, nan], [0, nan, 0]], [[1, 1, 0], [0, nan, 1]]]
    np.testing.assert_array_equal(cube, expected)
    table = summary(rows[:2], items)
    assert table["ltp"]["low"].mean == 0.5 and set(table["ltp"]) == {"low", "high"}
