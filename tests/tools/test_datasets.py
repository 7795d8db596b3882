"""The data builder, on small made-up sources: cleaning, splits, readers, the same bytes twice."""

import json
import tarfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.datasets import build as build_data
from tools.datasets import emoji as data_emoji
from tools.datasets import fetch as data_fetch
from tools.datasets import sources as data_sources
from tools.datasets import text as data_text

ROOT = Path(__file__).resolve().parents[2]

EMOJI = [chr(0x1F400 + i) for i in range(40)]


@pytest.fixture
def folders(tmp_path):
    """A small CLDR and a small emojibase: two groups of twenty, in subgroups of five."""
    for code, word in (("en", "thing"), ("de", "Ding")):
        entries = {
            e: {"tts": [f"{word} {i}"], "default": ["one ", "one"]} for i, e in enumerate(EMOJI)
        }
        entries[EMOJI[0]] = {"tts": ["Thing  0"], "default": ["thing 0", "x"]}
        if code == "de":
            entries[EMOJI[1]] = {"tts": ["↑↑↑"], "default": []}
            entries[EMOJI[2]] = {"default": ["nameless"]}
        path = tmp_path / "cldr" / "package" / "annotations" / code / "annotations.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"annotations": {"annotations": entries}}), encoding="utf-8")
    package = tmp_path / "base" / "package"
    (package / "meta").mkdir(parents=True)
    (package / "en").mkdir()
    meta = {
        "groups": {"0": "animals-nature", "1": "objects", "2": "flags"},
        "subgroups": {str(i): f"sub-{i}" for i in range(9)},
    }
    (package / "meta" / "groups.json").write_text(json.dumps(meta))
    entries = [
        {"emoji": e + "\ufe0f", "group": i // 20, "subgroup": i // 5, "order": i}
        for i, e in enumerate(EMOJI)
    ]
    entries += [{"emoji": "🏁", "group": 2, "subgroup": 8, "order": 99}, {"emoji": "🇦"}]
    (package / "en" / "data.json").write_text(json.dumps(entries))
    return tmp_path / "cldr", tmp_path / "base"


def test_emoji_tables(folders):
    tables = data_emoji.emoji_tables(*folders, ("en", "de"))
    assert [tables[code].num_rows for code in ("en", "de")] == [40, 38]
    first = tables["de"].to_pylist()[0]
    assert (first["name"], first["keywords"]) == ("Thing 0", ["x"])
    assert first["same_as_english"] and first["same_as_major"] and first["group"] == "animals"
    assert tables["en"].to_pylist()[5]["keywords"] == ["one"]
    for split, test in (("split_random", 12), ("split_subgroup", 10)):
        sides = {
            code: dict(zip(t["id"].to_pylist(), t[split].to_pylist(), strict=True))
            for code, t in tables.items()
        }
        assert list(sides["en"].values()).count("test") == test
        assert sides["de"].items() <= sides["en"].items()


def test_the_same_input_gives_the_same_bytes(folders, tmp_path):
    for name in ("one", "two"):
        table = data_emoji.emoji_tables(*folders, ("en",))["en"]
        build_data.write_table(table, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_differences(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name / "emoji").mkdir(parents=True)
        (tmp_path / name / "emoji" / "same").write_text("same")
    (tmp_path / "a" / "emoji" / "other").write_text("1")
    assert build_data.differences(tmp_path / "a", tmp_path / "b") == ["emoji/other"]


@given(st.lists(st.integers(1, 40), min_size=1, max_size=10), st.floats(0, 100))
def test_nearest_subset_is_nearest(sizes, target):
    chosen = data_emoji.nearest_subset(sizes, target)
    sums = {0}
    for size in sizes:
        sums |= {s + size for s in sums}
    best = min(abs(s - target) for s in sums if s)
    assert len(set(chosen)) == len(chosen) > 0
    assert abs(sum(sizes[i] for i in chosen) - target) == best


@given(st.text(alphabet="ab .!?。", max_size=200), st.integers(5, 30))
def test_pieces_lose_nothing_and_fit(paragraph, longest):
    paragraph = data_text.tidy(paragraph)
    parts = list(data_text.pieces(paragraph, longest))
    assert all(0 < len(part) <= longest for part in parts)
    assert "".join("".join(parts).split()) == "".join(paragraph.split())


def test_clean_lines_drop_short_double_held_and_foreign_lines():
    held = data_text.Held([("A held out name", ["held", "words here"])])
    seen = set()
    raw = [
        "short",
        "A good line.",
        "a  GOOD line.",
        "a held  out NAME",
        "held, words here",
        "A held out name; held, words here",
    ]
    assert list(data_text.clean_lines(raw, "en", held, seen)) == ["A good line."]
    assert list(data_text.clean_lines(["English only here"], "th", held, set())) == []


def test_cldr_lines_come_from_training_emoji_only(folders):
    tables = data_emoji.emoji_tables(*folders, ("en",))
    rows = tables["en"].to_pylist()
    lines = data_sources.read_cldr(tables)["en"]
    held = dict(data_text.held_rows(tables["en"]))
    assert len(lines) + len(held) == len(rows)
    assert not {line.split(";")[0] for line in lines} & set(held)


def test_po_entries():
    text = (
        'msgid ""\nmsgstr "Language: x\\n"\n\n'
        '#, fuzzy\nmsgid "a"\nmsgstr "b"\n\n'
        'msgid "%(n)s file"\nmsgid_plural "%(n)s files"\nmsgstr[0] "ein"\nmsgstr[1] "mehr"\n\n'
        '#~ msgid "old"\n#~ msgstr "alt"\n\nmsgid "none"\nmsgstr ""\n'
    )
    assert list(data_sources.read_po(text)) == [("%(n)s file", ["ein", "mehr"])]


def test_gnome_pages(tmp_path):
    page = (
        '<page xmlns="http://projectmallard.org/1.0/"><info><credit><name>Ada</name><p>no</p></credit>'
        "<desc>A summary</desc></info><title>Title</title><comment><p>note</p></comment>"
        "<steps><item><p>Press <key>Ctrl</key>\n now</p></item></steps></page>"
    )
    for locale, text in (("C", page), ("de", page.replace("A summary", "Kurz"))):
        (tmp_path / "usr/share/help" / locale / "x").mkdir(parents=True)
        (tmp_path / "usr/share/help" / locale / "x" / "a.page").write_text(text)
    found, credits = data_sources.read_gnome(tmp_path)
    assert found["en"] == ["A summary", "Title", "Press Ctrl now"]
    assert found["de"] == ["Kurz"] and credits["de"] == ["Ada"]


def test_text_table_labels_kinds():
    paragraphs = {"en": ["Everyone has the right to life.", "Right to life"]}
    table = data_text.text_table(paragraphs, "udhr", "MIT", data_text.Held([]), {})
    assert table["kind"].to_pylist() == ["running", "words"]
    words = data_text.text_table(paragraphs, "cldr", "x", data_text.Held([]), {})
    assert words["kind"].to_pylist() == ["words", "words"]
    empty = data_text.text_table({}, "udhr", "MIT", data_text.Held([]), {})
    assert empty.num_rows == 0 and isinstance(empty, pa.Table)


def test_an_archive_with_another_checksum_is_refused(tmp_path):
    (tmp_path / data_fetch.SOURCES["udhr"].file).write_bytes(b"something else")
    with pytest.raises(RuntimeError, match="has SHA-256 .*, not 132b50c2.*; delete it"):
        data_fetch.fetch("udhr", tmp_path)


def test_unpack_deb_and_tgz(tmp_path):
    (tmp_path / "hello.txt").write_text("hello")
    with tarfile.open(tmp_path / "data.tar.xz", "w:xz") as t:
        t.add(tmp_path / "hello.txt", "hello.txt")
    members = (("debian-binary", b"2.0"), ("data.tar.xz", (tmp_path / "data.tar.xz").read_bytes()))
    blob = b"!<arch>\n"
    for name, data in members:
        header = f"{name:16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode()
        blob += header + data + b"\n" * (len(data) % 2)
    (tmp_path / "p.deb").write_bytes(blob)
    data_fetch.unpack(tmp_path / "p.deb", tmp_path / "out")
    assert (tmp_path / "out" / "hello.txt").read_text() == "hello"
