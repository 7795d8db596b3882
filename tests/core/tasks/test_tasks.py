"""The emoji task: splits, few-shot samples, errors; words of one's own for any task."""

from collections import Counter

import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel
from hypothesis import given, settings
from hypothesis import strategies as st

from ltp_core import tasks
from ltp_core.data.languages import TASK_LANGUAGES
from ltp_core.data.paths import data_dir


@pytest.fixture(params=["random", "subgroup"])
def task(request):
    return tasks.emoji(request.param)


def test_shape_of_the_task(task):
    assert task.languages == TASK_LANGUAGES and len(task.labels) == len(task.words) == 8
    rows = task.train("en")
    assert rows.column_names == ["id", "text", "label", "language"]
    assert rows.features["label"] == ClassLabel(names=list(task.labels))
    assert task.name in ("emoji", "emoji-subgroup")


def test_sizes_of_the_random_split():
    task = tasks.emoji()
    sizes = [d.num_rows for d in (task.train("en"), task.dev("en"), task.test("en"))]
    assert sizes == [948, 158, 474]


@pytest.mark.second
def test_splits_are_disjoint_by_emoji_over_all_languages(task):
    parts = {"train": set(), "dev": set(), "test": set()}
    for language in task.languages:
        rows = task.read(language)
        assert len({row["id"] for row in rows}) == len(rows) > 1200
        for row in rows:
            parts[row["split"]].add(row["id"])
    assert sum(len(part) for part in parts.values()) == len(set().union(*parts.values())) == 1580


@pytest.mark.second
def test_no_text_of_a_language_stands_in_two_splits(task):
    for language in task.languages:
        texts = [row["text"].casefold() for row in task.read(language)]
        assert len(set(texts)) == len(texts)


def test_subgroups_are_held_out_whole():
    for code in ("en", "xh"):
        path = data_dir() / "emoji" / f"{code}.parquet"
        sides = {}
        for row in pq.read_table(path).to_pylist():
            sides.setdefault(row["subgroup"], set()).add(row["split_subgroup"])
        assert all(len(side) == 1 for side in sides.values())


@pytest.mark.second
def test_test_joins_languages_and_takes_all_by_default(task):
    both = task.test("qu", "sw")
    assert both["language"] == ["qu"] * len(task.test("qu")) + ["sw"] * len(task.test("sw"))
    assert set(task.test()["language"]) == set(task.languages)


@settings(max_examples=25, deadline=None)
@given(
    language=st.sampled_from(TASK_LANGUAGES), k=st.integers(1, 40), seed=st.integers(0, 2**63 - 1)
)
@pytest.mark.slow
def test_few_shot_has_k_of_each_class_from_train(language, k, seed):
    task = tasks.emoji()
    shots = task.few_shot(language, k, seed)
    assert Counter(shots["label"]) == dict.fromkeys(range(8), k)
    assert len(set(shots["id"])) == 8 * k
    assert set(shots["id"]) <= set(task.train(language)["id"])


def test_few_shot_is_seeded_nested_and_parallel(task):
    first = task.few_shot("en", 16, seed=3)
    assert first.to_list() == task.few_shot("en", 16, seed=3).to_list()
    assert set(first["id"]) != set(task.few_shot("en", 16, seed=4)["id"])
    assert set(task.few_shot("en", 4, seed=3)["id"]) < set(first["id"])
    assert set(first["id"]) == set(task.few_shot("de", 16, seed=3)["id"])


@pytest.mark.parametrize("k", [0, -1, 41, 1000])
def test_k_out_of_bounds(k):
    with pytest.raises(ValueError, match=f"between 1 and 40, .*'activities' in .*'xh', got {k}$"):
        tasks.emoji().few_shot("xh", k)


@pytest.mark.parametrize("method", ["train", "dev", "test", "few_shot"])
def test_unknown_language(method):
    with pytest.raises(ValueError, match="unknown language 'Quechua'; did you mean 'qu'"):
        getattr(tasks.emoji(), method)("Quechua")


def test_unknown_split():
    with pytest.raises(ValueError, match="split must be 'random' or 'subgroup', got 'rand'"):
        tasks.emoji("rand")


def test_missing_data_file(monkeypatch, tmp_path):
    monkeypatch.setenv("LTP_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="en.parquet is missing; get it back"):
        tasks.emoji().train("en")


def test_labels_and_words_must_pair():
    with pytest.raises(ValueError, match="needs distinct labels and one word for each"):
        tasks.Task("t", ("a", "b"), ("x",), ("en",), lambda _: [])


@pytest.mark.parametrize("word", [1, None, "", " "])
def test_a_label_word_is_a_word(word):
    with pytest.raises(ValueError, match=f"must be a string that is not empty, got {word!r}$"):
        tasks.Task("t", ("a", "b"), ("x", word), ("en",), lambda _: [])


def test_words_in_place_of_a_tasks_own(tmp_path):
    words = dict(zip(tasks.EMOJI_WORDS, "abcdefgh", strict=True))
    task = tasks.load("emoji", words=dict(reversed(words.items())))
    assert task.labels == tuple(words) and task.words == tuple("abcdefgh")
    assert task.test("sw").to_list() == tasks.emoji().test("sw").to_list()
    (tmp_path / "qu.csv").write_text("text,label,split\nallin,good,train\nmana,bad,test\n")
    task = tasks.load(str(tmp_path), words={"good": "great", "bad": "terrible"})
    assert (task.labels, task.words) == (("good", "bad"), ("great", "terrible"))
    for odd in ({"food": "a"}, words | {"more": "i"}):
        with pytest.raises(ValueError, match="'emoji' needs a word for each of its labels smileys"):
            tasks.load("emoji", words=odd)
