"""Readers of message catalogues: English and a translation side by side.

Each reader takes the folder of an unpacked package and yields ``(language, key, raw text)``. The
key is the hash of the English message (`corpus_keys.pair`), so catalogues of different programs
meet. A reader knows one format, and nothing about cleaning or files of ours.

    read_mo         gettext: most free programs      read_firefox   Fluent and properties in a zip
    read_mediawiki  one JSON a locale                read_stamps    captions of pictures
    read_chromium   binary .pak tables
"""

from __future__ import annotations

import gettext
import json
import re
import struct
import warnings
import zipfile
from itertools import pairwise
from pathlib import Path

from .keys import Found, language, message_key, pair


def read_mo(root: Path) -> Found:
    """Read gettext: ``<locale>/LC_MESSAGES/x.mo``, or ``[admin-]<locale>.mo`` as WordPress has it.

    Of a message with plural forms, the first two are taken.
    """
    for path in sorted(root.rglob("*.mo")):
        inside = path.parent.name == "LC_MESSAGES"
        lang = language(path.parent.parent.name if inside else path.stem.split("-")[-1])
        if lang is None:
            continue
        with path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                catalogue = gettext.GNUTranslations(file)._catalog
            except (OSError, ValueError, IndexError):  # not a catalogue Python can read
                continue
        for english, text in catalogue.items():
            english, form = english if isinstance(english, tuple) else (english, 0)
            if english and text and form in (0, 1):
                yield from pair(lang, english.split("\x04")[-1], text)  # after \4: the message


def read_mediawiki(root: Path) -> Found:
    """Read folders of ``<locale>.json``, name -> message; one with ``en.json`` is a catalogue."""
    for path in sorted(root.rglob("i18n/**/en.json")):
        english = json.loads(path.read_text("utf-8"))
        for other in sorted(path.parent.glob("*.json")):
            if (lang := language(other.stem)) is None:
                continue
            for name, text in json.loads(other.read_text("utf-8")).items():
                if isinstance(text, str) and isinstance(english.get(name), str):
                    yield from paragraphs(lang, english[name], text)


def paragraphs(lang: str, english: str, text: str) -> Found:
    """Yield the lines of a message, matched by order where both sides have as many.

    Else they are keyed as parts of the first English line, and match nothing.

    >>> [raw for _, _, raw in paragraphs("de", "One\\n\\nTwo", "Eins\\nZwei")]
    ['One', 'Eins', 'Two', 'Zwei']
    >>> list(paragraphs("de", "Print", "Seite\\nDrucken"))[1]
    ('de', 'en:ce953a0eb0824661#1-de', 'Drucken')
    """
    left, right = ([x for x in side.split("\n") if x.strip()] for side in (english, text))
    if len(left) == len(right):
        for one, two in zip(left, right, strict=True):
            yield from pair(lang, one, two)
    elif left:
        for index, line in enumerate(right):
            yield lang, f"{message_key(left[0])}#{index}-{lang}", line


def read_chromium(root: Path) -> Found:
    """Read a folder ``locales`` of ``<locale>.pak``; English is en-GB."""
    folder = next(root.rglob("locales"))
    english = pak_table((folder / "en-GB.pak").read_bytes())
    for path in sorted(folder.glob("*.pak")):
        if lang := language(path.stem):
            for number, text in pak_table(path.read_bytes()).items():
                if number in english and "\ufffd" not in text:
                    yield from pair(lang, english[number], text)


def pak_table(data: bytes) -> dict[int, str]:
    """Return resource number -> text of a ``.pak`` file of version 5, nothing of another one.

    Its header: version u32, encoding u8 (1 is UTF-8, 2 UTF-16), 3 bytes, number of entries u16,
    aliases u16. Then entries of number u16 and offset u32, with one more to end the last.
    """
    version, encoding, count, _ = struct.unpack_from("<IB3xHH", data)
    if version != 5 or encoding not in (1, 2):
        return {}
    entries = [struct.unpack_from("<HI", data, 12 + 6 * i) for i in range(count + 1)]
    code = "utf-8" if encoding == 1 else "utf-16-le"
    return {
        number: data[start:end].decode(code, "replace")
        for (number, start), (_, end) in pairwise(entries)
    }


def read_firefox(root: Path) -> Found:
    """Read language packs ``langpack-<locale>@….xpi``; English is en-GB."""
    packs = {p.stem.split("-", 1)[1].split("@")[0]: p for p in sorted(root.rglob("langpack-*.xpi"))}
    english = pack_table(packs["en-GB"])
    for locale, path in packs.items():
        if lang := language(locale):
            for name, text in pack_table(path).items():
                if name in english:
                    yield from pair(lang, english[name], text)


def pack_table(path: Path) -> dict[tuple[str, str], str]:
    """Return (file, identifier) -> text of a language pack."""
    rows = {}
    with zipfile.ZipFile(path) as pack:
        for name in pack.namelist():
            if name.endswith((".ftl", ".properties")):
                where = "/".join(name.split("/")[-2:])
                text = pack.read(name).decode("utf-8", "replace")
                rows |= {(where, key): value for key, value in fluent(text)}
    return rows


def fluent(text: str) -> list[tuple[str, str]]:
    """Return (identifier, value) of messages, their attributes, and simple continuation lines.

    >>> fluent("print = Print\\n    the page\\n    .title = Printer")
    [('print', 'Print the page'), ('print/.title', 'Printer')]
    """
    name, value, rows = "", "", []
    for line in [*text.splitlines(), "end ="]:
        match = re.match(r"\s*(\.?[\w.-]+)\s*=\s*(.*)", line)
        if match:
            rows.append((name, value))
            attribute = match[1].startswith(".")
            name = name.split("/")[0] + "/" + match[1] if attribute else match[1]
            value = match[2]
        elif line[:1] == " " and line.strip():
            value += " " + line.strip()
    return rows[1:]


def read_stamps(root: Path) -> Found:
    """Read captions: ``x.txt`` with an English line, then lines ``<locale>.utf8=caption``."""
    for path in sorted(root.rglob("*.txt")):
        english, *rest = path.read_text("utf-8", "replace").splitlines() or [""]
        for line in rest:
            locale, _, text = line.partition(".utf8=")
            if text and (lang := language(locale)):
                yield from pair(lang, english, text)
