"""Next word: the label is what stood there, a line gives one row, and a prompt learns from it."""

import pytest

from ltp_core.data.corpora import text
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.prompt import PromptModel
from ltp_core.stage2.train import train
from ltp_core.tasks import next_word
from ltp_core.tasks.next_word import FIRST

LINES = {"text": ["You may drag the old file", "Then you open the new window again", "Too short"]}


@pytest.mark.second
def test_a_row_and_its_word_begin_a_line_of_the_text():
    lines = text("en", running_only=True)
    task = next_word(lines)
    rows = task.train("en")
    assert len(task.labels) == len(set(rows["label"])) == 100 and task.words == task.labels
    for row in rows:
        line = " ".join(lines[int(row["id"])]["text"].split()) + " "
        assert line.startswith(f"{row['text']} {task.words[row['label']]} ")
        assert len(row["text"].split()) >= FIRST
    assert len(set(rows["id"])) == len(rows)


def test_the_slow_reference_finds_the_same_words():
    """The commonest words after the third, by counting one at a time; of a line the rarest."""
    seen = {}
    for line in LINES["text"]:
        for word in line.split()[FIRST:]:
            seen[word] = seen.get(word, 0) + 1
    best = sorted(seen, key=lambda word: -seen[word])[:3]  # sorted keeps the order of equal ones
    task = next_word(LINES, classes=3)
    assert list(task.words) == best
    assert [task.words[label] for label in task.train("en")["label"]] == ["old", "the"]


@pytest.mark.parametrize("classes", [0, 1, 8])
def test_too_many_or_too_few_classes_are_one_sentence(classes):
    with pytest.raises(ValueError, match=f"6 different words, got {classes}"):
        next_word(LINES, classes=classes)


@pytest.mark.second
def test_words_of_the_embedded_model_are_told_apart(embedded):
    words = next_word(text("en", running_only=True)).words
    assert PromptModel(embedded, words).class_rows()[0].shape[0] == len(set(words)) == 100


@pytest.mark.second
def test_a_prompt_learns_and_starts_another(tmp_path):
    lm = toy_backbone()
    lines = {"text": ["the cat eats rice", "a dog eats food", "the cat eats food"] * 4}
    task = next_word(lines, classes=2)
    first = train(lm, task.train("en"), task=task, epochs=20, progress=False)
    assert first.history[-1] < first.history[0]
    first.save(tmp_path / "prompt")
    other = PromptModel(lm, ["people", "animals"])
    start = PromptModel(
        lm,
        ["people", "animals"],
        form=other.form.__class__(prompt_start=f"file: {tmp_path / 'prompt'}"),
    )
    assert start.prompt.equal(first.prompt) and not start.prompt.equal(other.prompt)
