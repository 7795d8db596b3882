"""Readers: one function a source, from its unpacked folder to {language: paragraphs}."""

from __future__ import annotations

import ast
import hashlib
import html
import re
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from tqdm import tqdm

from ltp_core.data.languages import LANGUAGES
from ltp_core.tasks import emoji_text

from .text import is_training

# Declarations by language; two where the language has two written standards.
UDHR = {
    "en": "eng",
    "ar": "arb",
    "bg": "bul",
    "de": "deu_1996",
    "el": "ell_monotonic",
    "es": "spa",
    "fr": "fra",
    "hi": "hin",
    "ru": "rus",
    "sw": "swh",
    "th": "tha",
    "tr": "tur",
    "ur": "urd",
    "vi": "vie",
    "zh": "cmn_hans",
    "pt": "por_PT por_BR",
    "id": "ind",
    "ko": "kor",
    "fa": "pes_1",
    "uk": "ukr",
    "am": "amh",
    "ak": "aka_asante aka_akuapem",
    "cy": "cym",
    "eu": "eus",
    "ha": "hau_NG",
    "ig": "ibo",
    "km": "khm",
    "ky": "kir",
    "lo": "lao",
    "mi": "mri",
    "mn": "khk",
    "mt": "mlt",
    "my": "mya",
    "ne": "nep",
    "nso": "nso",
    "om": "gax",
    "ps": "pbu",
    "qu": "quz quy",
    "rw": "kin",
    "si": "sin",
    "so": "som",
    "tg": "tgk",
    "ti": "tir",
    "tk": "tuk_latn",
    "tn": "tsn",
    "ug": "uig_arab",
    "wo": "wol",
    "xh": "xho",
    "yo": "yor",
    "zu": "zul",
    "gn": "gug",
    "ay": "ayr",
}
DJANGO = {code: "zh_Hans" if code == "zh" else code for code in LANGUAGES if code != "en"}
GNOME = {"en": "C", "zh": "zh_CN", "pt": "pt_BR"} | {
    code: code for code in "de el es fa fr hi id ko ru tr uk vi".split()
}
KJV_VERSES = 12_000
PLACEHOLDER = re.compile(r"%\([^)]*\)[#0 +-]*\d*[a-z]|%[sd]|\{[^}]*\}")
TAG = re.compile(r"<[^>]*>")
MALLARD = "{http://projectmallard.org/1.0/}"


def read_cldr(tables: dict[str, pa.Table]) -> dict[str, list[str]]:
    """Return the texts of the emoji that are in train in both splits."""
    found = {}
    for language, table in tables.items():
        rows = [row for row in table.to_pylist() if is_training(row)]
        found[language] = [emoji_text(row["name"], row["keywords"]) for row in rows]
    return found


def read_udhr(folder: Path) -> dict[str, list[str]]:
    """Return the paragraphs of the declarations, headings left out."""
    found: dict[str, list[str]] = {}
    for language, names in UDHR.items():
        for name in names.split():
            page = (folder / "package" / "declaration" / f"{name}.html").read_text(encoding="utf-8")
            parts = re.findall(r"<(p|li)\b[^>]*>(.*?)</\1>", page, re.DOTALL)
            texts = [html.unescape(TAG.sub(" ", part)) for _, part in parts]
            found.setdefault(language, []).extend(text.lstrip(" -–—•") for text in texts)
    return found


def read_django(folder: Path) -> dict[str, list[str]]:
    """Return the translated messages, and as English the messages themselves."""
    found: dict[str, list[str]] = {"en": []}
    for language, locale in DJANGO.items():
        messages: dict[str, None] = {}
        for path in sorted(folder.glob(f"django/**/locale/{locale}/LC_MESSAGES/*.po")):
            for original, translations in read_po(path.read_text(encoding="utf-8")):
                found["en"].append(plain_message(original))
                messages |= dict.fromkeys(plain_message(t) for t in translations if t != original)
        if messages:
            found[language] = [m for m in messages if m]
    found["en"] = [m for m in dict.fromkeys(found["en"]) if m]
    return found


def read_po(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (message, translations) of a gettext catalogue, without header, fuzzy and empty ones.

    >>> list(read_po('msgid "Ye"\\n"s"\\nmsgstr "Ja"\\n'))
    [('Yes', ['Ja'])]
    """
    for entry in text.split("\n\n"):
        fields: dict[str, str] = {}
        name = ""
        lines = entry.splitlines()
        if any(line.startswith("#,") and "fuzzy" in line for line in lines):
            continue
        for line in lines:
            match = re.match(r'(msg\w+(?:\[\d\])?)?\s*(".*")$', line)
            if match and not line.startswith("#"):
                name = match[1] or name
                fields[name] = fields.get(name, "") + ast.literal_eval(match[2])
        translations = [v for k, v in fields.items() if k.startswith("msgstr") and v]
        if fields.get("msgid") and translations:
            yield fields["msgid"], translations


def plain_message(message: str) -> str:
    """Return a message without tags, with "…" for a placeholder; "" if more code is in it.

    >>> plain_message("Select <b>%(name)s</b> to change"), plain_message("{% if x %}")
    ('Select … to change', '…')
    """
    text = PLACEHOLDER.sub("…", TAG.sub("", html.unescape(message)))
    return "" if re.search(r"[<>{}\\=]|%[(s]", text) else text


def read_gnome(folder: Path) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return ({language: paragraphs}, {language: people credited}).

    English text left in a translation is dropped.
    """
    help_folder = folder / "usr" / "share" / "help"
    found: dict[str, dict[str, None]] = {}
    credits = {}
    for language, locale in tqdm(GNOME.items(), desc="gnome", unit="language"):
        people: set[str] = set()
        texts: dict[str, None] = {}
        for page in sorted((help_folder / locale).glob("*/*.page")):
            root = ET.parse(page).getroot()
            people |= {"".join(n.itertext()).strip() for n in root.iter(f"{MALLARD}name")}
            texts |= dict.fromkeys(t for t in page_texts(root) if t not in found.get("en", {}))
        found[language], credits[language] = texts, sorted(people - {""})
    return {language: list(texts) for language, texts in found.items()}, credits


def page_texts(element: ET.Element) -> Iterator[str]:
    """Yield titles, summaries and paragraphs of a Mallard page; no editors' notes, no credits."""
    for child in element:
        tag = child.tag.removeprefix(MALLARD)
        if tag in ("p", "title", "desc"):
            yield " ".join("".join(child.itertext()).split())
        elif tag not in ("comment", "credit", "code", "screen"):
            yield from page_texts(child)


def read_kjv(folder: Path) -> dict[str, list[str]]:
    """Return a hash-drawn sample of verses, in the order of the book.

    The file is a table of windows of 64 KiB, each packed by LZW as Unix ``compress`` does, without
    its 3-byte header; gzip reads that.
    """
    blob = (folder / "usr" / "lib" / "bible.data").read_bytes()
    count = int.from_bytes(blob[0x58:0x5C], "big") + 1
    starts = [int.from_bytes(blob[i : i + 4], "big") for i in range(0x5C, 0x5C + 4 * count, 4)]
    text = b""
    for start, end in zip(starts, [*starts[1:], len(blob)], strict=True):
        window = b"\x1f\x9d\x90" + blob[start:end]
        text += subprocess.run(["gzip", "-dc"], input=window, capture_output=True).stdout
    verses = re.findall(r"^\w+:\d+ (.*)$", text.decode("latin-1"), re.MULTILINE)
    sample = set(sorted(set(verses), key=digest)[:KJV_VERSES])
    return {"en": [re.sub(r"[\[\]]", "", verse) for verse in verses if verse in sample]}


def digest(text: str) -> str:
    """Return a fixed pseudo-random sort key."""
    return hashlib.sha256(text.encode()).hexdigest()
