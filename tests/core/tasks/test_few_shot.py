"""What holds for every few-shot sample, whatever the rows of the task."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ltp_core.tasks import Task

LABELS = ("a", "b", "c")
rows = st.lists(
    st.tuples(st.sampled_from(LABELS), st.sampled_from(["train", "train", "dev", "test"])),
    max_size=40,
).map(
    lambda drawn: [
        {"id": str(i), "text": f"t{i}", "label": label, "split": split, "language": "en"}
        for i, (label, split) in enumerate(drawn)
    ]
)
seeds = st.integers(0, 2**40)


def task(rows):
    return Task("made up", LABELS, LABELS, ("en",), lambda _: rows)


@pytest.mark.second
@given(rows, st.randoms(use_true_random=False), st.integers(1, 6), seeds)
def test_a_sample_has_k_of_each_class_from_train_and_minds_no_order(rows, random, k, seed):
    sizes = Counter(row["label"] for row in rows if row["split"] == "train")
    least = min(sizes[label] for label in LABELS)
    if k > least:
        with pytest.raises(ValueError, match=f"k must be between 1 and {least}"):
            task(rows).few_shot("en", k, seed)
        return
    found = task(rows).few_shot("en", k, seed)
    assert Counter(found["label"]) == {i: k for i in range(len(LABELS))}
    assert len(set(found["id"])) == k * len(LABELS)
    assert set(found["id"]) <= {row["id"] for row in rows if row["split"] == "train"}
    held = {*task(rows).test("en")["id"], *task(rows).dev("en")["id"]}
    assert held.isdisjoint(found["id"])
    assert set(task(rows).few_shot("en", 1, seed)["id"]) <= set(found["id"])
    mixed = rows.copy()
    random.shuffle(mixed)
    assert task(mixed).few_shot("en", k, seed).to_list() == found.to_list()


@pytest.mark.second
@given(rows, st.integers(1, 6), seeds)
def test_at_most_k_takes_all_of_a_smaller_class(rows, k, seed):
    found = task(rows).few_shot("en", k, seed, at_most=True)
    sizes = Counter(row["label"] for row in rows if row["split"] == "train")
    wanted = {i: min(k, sizes[label]) for i, label in enumerate(LABELS) if sizes[label]}
    assert Counter(found["label"]) == wanted


@pytest.mark.second
@given(rows, st.integers(1, 5), st.integers(1, 5))
def test_a_thinner_test_is_a_part_of_a_thicker_one(rows, every, times):
    whole, some, few = (task(rows).test("en", every=n)["id"] for n in (1, every, every * times))
    assert set(few) <= set(some) <= set(whole)
    assert [i for i in whole if i in set(some)] == list(some)
