"""Code-switching: the dictionary is made of training emoji alone, and whole words are replaced."""

import pyarrow.parquet as pq
import pytest

from ltp_core import tasks
from ltp_core.data.paths import data_dir
from ltp_core.rivals.codeswitch import dictionary, switch
from ltp_core.tasks import emoji_groups

LANGUAGES = ["sw", "de", "qu", "zh", "mi"]


def names(language, split, *parts):
    rows = pq.read_table(data_dir() / "emoji" / f"{language}.parquet").to_pylist()
    return {row["id"]: row["name"] for row in rows if row[f"split_{split}"] in parts}


@pytest.mark.parametrize("split", ["random", "subgroup"])
@pytest.mark.slow
def test_it_is_the_names_of_training_emoji_and_no_others(split):
    book = dictionary(LANGUAGES, split=split)
    english, expected = names("en", split, "train"), {}
    for name in english.values():
        expected.setdefault(name.casefold(), set())
    for language in LANGUAGES:
        for item, name in names(language, split, "train").items():
            expected[english[item].casefold()].add((language, name))
    assert {name: set(found) for name, found in book.items()} == expected
    assert sum(map(len, book.values())) > 4000
    held_out = names("en", split, "dev", "test")
    assert len(held_out) + len(english) == 1580 and not set(english) & set(held_out)
    assert not set(book) & {name.casefold() for name in held_out.values()}


@pytest.mark.second
def test_poisoned_dev_and_test_rows_leave_no_trace(monkeypatch):
    real = emoji_groups._rows

    def poisoned(folder, language, split):
        rows = real(folder, language, split)
        return [r if r["split"] == "train" else r | {"text": "POISON; dog, POISON"} for r in rows]

    clean = dictionary(LANGUAGES)
    monkeypatch.setattr(emoji_groups, "_rows", poisoned)
    book = dictionary(LANGUAGES)
    assert book == clean and "POISON" not in str(book)
    shots = tasks.emoji().few_shot("en", k=4)
    assert "POISON" not in str(switch(shots, book, share=1.0))


@pytest.mark.slow
def test_the_default_is_every_language_but_the_source():
    book = dictionary(source="de")
    assert {language for found in book.values() for language, _ in found} == set(
        tasks.emoji().languages
    ) - {"de"}
    assert "hund" in book and ("en", "dog") in book["hund"]


BOOK = {"hot dog": [("de", "Wurst")], "dog": [("de", "Hund"), ("sw", "mbwa")], "c++": [("de", "!")]}


def switched(text, **options):
    return switch({"text": [text], "label": [1]}, BOOK, **options)["text"]


def test_whole_words_and_longer_names_first():
    assert switched("Hot dog, hotdog; dogs", share=1.0) == ["Wurst, hotdog; dogs"]
    assert switched("c++, c+++", share=1.0) == ["!, !+"]
    assert switched("a dog") * 3 != switched("a dog", copies=3, share=1.0)
    assert switched("a dog, a cat", share=0.0) == ["a dog, a cat"]
    assert switch({"text": ["a"], "label": [0]}, {}, share=1.0)["text"] == ["a"]


def test_shares_languages_seeds_and_copies():
    many = switched("dog", copies=4000)
    assert [many.count(word) / 4000 for word in ("dog", "Hund", "mbwa")] == pytest.approx(
        [0.5, 0.25, 0.25], abs=0.03
    )
    assert many == switched("dog", copies=4000) != switched("dog", copies=4000, seed=1)
    rows = {"text": ["a dog", "a cat"], "text_pair": ["x", "dog"], "label": [1, 0]}
    twice = switch(rows, BOOK, copies=2, share=0.0)
    assert twice == {name: values * 2 for name, values in rows.items()}
    with pytest.raises(ValueError, match=r"share must be in \[0, 1\], got 50"):
        switched("dog", share=50)
