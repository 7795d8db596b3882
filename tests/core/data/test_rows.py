"""Columns of a dataset: what is missing, misread or out of order is said, with its row."""

import numpy as np
import pytest
import torch
from datasets import ClassLabel, Dataset, Features, Value

from ltp_core.data.rows import class_indices, class_names, columns, texts

WORDS = ["food", "animal"]


def named(labels, names):
    features = Features({"label": ClassLabel(names=names)})
    return Dataset.from_dict({"label": labels}, features=features)


@pytest.mark.parametrize(
    "labels", [[1, 0], np.array([1, 0]), torch.tensor([1, 0]), [np.int8(1), np.uint8(0)]]
)
def test_whole_numbers_of_any_kind_are_classes(labels):
    assert class_indices({"label": labels}, WORDS) == [1, 0]


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        (0.7, r"0.7 \(float\)"),
        (1.0, r"1.0 \(float\)"),
        (np.float32(1), r".* \(float32\)"),
        (torch.tensor(1.0), r"tensor\(1.\) \(Tensor\)"),
        ("food", r"'food' \(str\)"),
        ("1", r"'1' \(str\)"),
        (True, r"True \(bool\)"),
        (None, r"None \(NoneType\)"),
    ],
)
def test_anything_else_is_no_class(label, shown):
    with pytest.raises(ValueError, match=rf"a whole number from 0 up, got {shown} in row 2$"):
        class_indices({"label": [0, label]}, WORDS)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["b", "a"], "class 0 is 'b' in the dataset and 'a' to the model"),
        (["a", "b", "c"], "class 2 is 'c' in the dataset and missing to the model"),
        (["a"], "class 1 is missing in the dataset and 'b' to the model"),
    ],
)
def test_classes_are_compared_by_name_and_order(names, says):
    with pytest.raises(ValueError, match=says):
        class_indices(named([0], names), WORDS, ("a", "b"))


def test_classes_are_compared_where_both_are_known():
    data = named([1, 0], ["a", "b"])
    assert class_names(data) == ("a", "b")
    assert class_indices(data, WORDS, ["a", "b"]) == class_indices(data, WORDS) == [1, 0]
    plain = Dataset.from_dict({"label": [1]}, features=Features(label=Value("int64")))
    assert class_names(plain) is None
    assert class_indices(plain, WORDS, ("x", "y")) == [1]


@pytest.mark.parametrize("value", [None, float("nan"), 7, b"a dog"])
@pytest.mark.parametrize("name", ["text", "text_pair", "language"])
def test_what_should_be_a_string_is_one(name, value):
    data = {"text": ["a", "b"], "text_pair": ["c", "d"], "language": ["en", "en"]}
    data |= {name: [data[name][0], value]}
    with pytest.raises(ValueError, match=f"^{name} must be a string, got .* in row 2$"):
        (texts(data), columns(data, "language"))


def test_columns_are_of_one_length():
    with pytest.raises(ValueError, match="differ in length: text 2, label 1"):
        columns({"text": ["a", "b"], "label": [0]}, "text")
