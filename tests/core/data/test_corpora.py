"""Text for stage 1: every language is there, and nothing of the task's dev and test rows is."""

import unicodedata

import pyarrow.parquet as pq
import pytest

from ltp_core.data import corpora
from ltp_core.data.languages import LANGUAGES, TASK_LANGUAGES
from ltp_core.data.paths import data_dir


def key(text):
    """Compare without letter case, spaces, and the marks the builder makes plain."""
    text = unicodedata.normalize("NFC", text).casefold()
    for mark, plain in (("\u2010", "-"), ("\u2011", "-"), ("\u1361", " "), ("\xad", "")):
        text = text.replace(mark, plain)
    return " ".join(text.split())


@pytest.fixture(scope="module")
def lines():
    return corpora.text(sources=corpora.SOURCES).to_pandas()


@pytest.fixture(scope="module")
def emoji():
    return [
        row
        for code in TASK_LANGUAGES
        for row in pq.read_table(data_dir() / "emoji" / f"{code}.parquet").to_pylist()
    ]


def held(row):
    return not row["split_random"] == row["split_subgroup"] == "train"


@pytest.mark.second
def test_every_language_has_text(lines):
    assert set(lines["language"]) == set(LANGUAGES)
    running = lines[lines["kind"] == "running"]
    assert set(running["language"]) == set(LANGUAGES) - {"sd"}
    assert (lines[lines["language"] == "en"]["kind"] == "running").sum() > 10_000


@pytest.mark.slow
def test_no_line_equals_a_string_of_a_held_out_row(lines, emoji):
    strings = set()
    for row in filter(held, emoji):
        name, keywords = row["name"], ", ".join(row["keywords"])
        strings |= {key(name), key(keywords), key(f"{name}; {keywords}")}
    assert len(strings) > 50_000
    assert not strings & {key(text) for text in lines["text"]}


@pytest.mark.second
def test_emoji_lines_come_from_training_emoji_of_their_language(lines, emoji):
    allowed = {
        (row["language"], key("; ".join(p for p in (row["name"], ", ".join(row["keywords"])) if p)))
        for row in emoji
        if not held(row)
    }
    cldr = lines[lines["source"] == "cldr"]
    found = set(zip(cldr["language"], map(key, cldr["text"]), strict=True))
    assert len(found) > 25_000 and found <= allowed


@pytest.mark.second
def test_lines_are_clean(lines):
    lengths = lines["text"].str.len()
    assert lengths.min() >= 10 and lengths.max() <= 600
    assert (lines["text"] == lines["text"].map(lambda text: " ".join(text.split()))).all()
    keys = lines["language"] + "\t" + lines["text"].map(key)
    assert not keys.duplicated().any()


def test_each_file_has_one_licence_and_its_text():
    folder = data_dir() / "text"
    for source in corpora.SOURCES:
        table = pq.read_table(folder / f"{source}.parquet")
        assert set(table["source"].to_pylist()) == {source}
        assert len(set(table["licence"].to_pylist())) == 1
        assert (folder / f"LICENSE-{source}.txt").stat().st_size > 500


@pytest.mark.second
def test_choices():
    en = corpora.text("en", running_only=True, sources=("udhr", "gnome"))
    assert set(en["kind"]) == {"running"} and set(en["source"]) == {"udhr", "gnome"}
    assert set(corpora.text("gn", "ay")["language"]) == {"gn", "ay"}


def test_errors():
    with pytest.raises(ValueError, match="unknown language 'guarani'; did you mean 'gn'"):
        corpora.text("guarani")
    with pytest.raises(ValueError, match="unknown source 'bible'; there are: cldr, udhr"):
        corpora.text("en", sources=("bible",))
    with pytest.raises(ValueError, match="there is no running text for sd in cldr"):
        corpora.text("sd", running_only=True)


def test_missing_file(monkeypatch, tmp_path):
    monkeypatch.setenv("LTP_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="cldr.parquet is missing; get it back"):
        corpora.text("en")


@pytest.mark.second
def test_the_king_james_bible_comes_only_when_asked_for():
    assert "kjv" not in corpora.text("en")["source"]
    assert set(corpora.text("en", sources=("kjv",))["source"]) == {"kjv"}
