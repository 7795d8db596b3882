"""Numbers and their intervals, against references."""

from unittest.mock import patch

import numpy as np
import pytest
import torch

from ltp_core.measure.evaluate import evaluate, predict, wilson
from ltp_core.measure.results import correctness, pack, summary
from ltp_core.model.toy import WORDS, toy_backbone
from ltp_core.stage2.prompt import PromptModel


@pytest.fixture(scope="module")
def model():
    return PromptModel(toy_backbone(), ["food", "animals", "house"])


DATA = {
    "text": [" ".join(WORDS[i : i + 1 + i % 6]) for i in range(30)],
    "label": [i % 3 for i in range(30)],
    "language": ["qu"] * 10 + ["de"] * 12 + ["qu"] * 8,
}


@pytest.mark.second
def test_order_and_batches_do_not_change_the_answers(model):
    one_by_one = [model(model.batch([row])).argmax().item() for row in model.encode(DATA["text"])]
    for size in (1, 7, 64):
        assert predict(model, DATA, batch_size=size).tolist() == one_by_one
    assert torch.is_grad_enabled()


def test_a_look_leaves_each_part_in_its_mode(model):
    modes = [part.training for part in model.train().modules()]
    predict(model, DATA)
    assert [part.training for part in model.modules()] == modes and model.training
    with pytest.raises(RuntimeError), patch.object(model, "forward", side_effect=RuntimeError):
        predict(model, DATA)
    assert [part.training for part in model.modules()] == modes


def test_a_model_is_told_each_language_before_its_texts():
    model, heard = PromptModel(toy_backbone(), ["food", "animals", "house"]), []
    plain = evaluate(model, DATA)

    def set_language(code):
        heard.append(code)
        with torch.no_grad():
            model.prompt.fill_(0.0 if code == "qu" else 1.0)

    model.set_language = set_language
    table = evaluate(model, DATA, batch_size=7)
    assert heard == ["qu", "de"] and list(table.correct) == list(plain.correct)
    for code in tuple(heard):  # by hand
        set_language(code)
        here = [i for i, language in enumerate(DATA["language"]) if language == code]
        part = {name: [DATA[name][i] for i in here] for name in DATA}
        right = predict(model, part) == np.array(part["label"])
        assert table.correct[code].tolist() == right.tolist()


def test_hidden_labels_are_not_counted_as_wrong(model):
    with pytest.raises(ValueError, match=r"in \[0, 2\], .* got -1 to 2"):
        evaluate(model, DATA | {"label": [-1, *DATA["label"][1:]]})


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


@pytest.mark.parametrize("size", [0, -1])
def test_a_batch_has_a_row(model, size):
    for function in (predict, evaluate):
        with pytest.raises(ValueError, match=f"batch_size must be at least 1, got {size}"):
            function(model, DATA, batch_size=size)


def test_nothing_to_measure_is_said(model):
    with pytest.raises(ValueError, match="^no test rows: the dataset is empty"):
        evaluate(model, {name: [] for name in DATA})
    assert predict(model, {"text": []}).shape == (0,)


@pytest.mark.second
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
