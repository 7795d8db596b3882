"""A class is a number: where datasets, tasks and models name their classes, they are compared."""

from types import SimpleNamespace

import pytest
from datasets import ClassLabel, Dataset, Features, Value

import ltp_core as ltp
from ltp_core.model.toy import toy_backbone
from ltp_core.rivals.criteria import by_gradient
from ltp_core.rivals.methods import METHODS
from ltp_core.tasks import from_folder

ROWS = """text,label,split
bread,food,train
soup,food,train
a dog,animals,train
the cat,animals,train
"""
QUICK = dict(epochs=12, learning_rate=1e-2, progress=False)
OTHER = "class 0 is 'animals' in the dataset and 'food' to the model"
LM = toy_backbone()


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    """One folder, its classes in the order of the words, and in sorted order."""
    folder = tmp_path_factory.mktemp("t")
    (folder / "en.csv").write_text(ROWS)
    return from_folder(folder, words={"food": "food", "animals": "animals"}), from_folder(folder)


@pytest.fixture(scope="module")
def model(tasks):
    return ltp.train(LM, tasks[0].train("en"), task=tasks[0], full=True, prompt_length=0, **QUICK)


@pytest.mark.second
def test_a_model_is_not_measured_on_classes_in_another_order(tasks, model):
    assert model.labels == ("food", "animals")
    assert ltp.evaluate(model, tasks[0].train("en")).mean() == 1.0
    with pytest.raises(ValueError, match=OTHER):
        ltp.evaluate(model, tasks[1].train("en"))


def test_nor_trained_on_them(tasks):
    shots = tasks[1].train("en")
    with pytest.raises(ValueError, match=OTHER):
        ltp.train(LM, shots, task=tasks[0], **QUICK)
    with pytest.raises(ValueError, match=OTHER):
        by_gradient(LM, shots, 0.2, task=tasks[0])


def test_a_saved_model_knows_its_classes(tasks, model, tmp_path):
    model.save(tmp_path)
    loaded = ltp.load(tmp_path, LM)
    assert loaded.labels == model.labels
    with pytest.raises(ValueError, match=OTHER):
        ltp.evaluate(loaded, tasks[1].train("en"))


def test_a_rival_that_trains_nothing_knows_them_too(tasks):
    book = SimpleNamespace(words=tasks[0].words, labels=tasks[0].labels)
    model = METHODS["template_zero"](LM, tasks[0].train("en"), task=book)
    with pytest.raises(ValueError, match=OTHER):
        ltp.evaluate(model, tasks[1].train("en"))


@pytest.mark.second
def test_a_task_without_labels_takes_those_of_its_dataset(tasks):
    features = Features(
        text=Value("string"), language=Value("string"), label=ClassLabel(names="ab")
    )
    columns = {"text": ["bread", "a dog"], "label": [0, 1], "language": ["en", "en"]}
    bare = SimpleNamespace(words=("food", "animals"))
    model = ltp.train(LM, Dataset.from_dict(columns, features=features), task=bare, **QUICK)
    assert model.labels == ("a", "b")
    assert ltp.train(LM, columns, task=bare, **QUICK).labels is None
    features["label"] = ClassLabel(names="ba")
    with pytest.raises(ValueError, match="class 0 is 'b' in the dataset and 'a' to the model"):
        ltp.evaluate(model, Dataset.from_dict(columns, features=features))
    assert ltp.evaluate(model, columns).rows[0].n == 2  # a plain dictionary names no classes
