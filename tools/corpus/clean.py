"""From raw text to lines: strip markup, refuse what is not text in the language, cut what is long.

Idea: a message is worth keeping if, once its placeholders and tags are replaced, nothing is left
that only a program reads, most of it is letters, and the letters are of the language's own script.

Reading order: `SUBSTITUTIONS` (markup to text) → `clean` → `in_script` → `chunk` → `kind_of`.

It is not `data_text`, which cleans the shipped text: that takes prose as it stands (NFC, lines to
600 characters); this takes messages of programs apart (NFKC, lines to 400).
"""

from __future__ import annotations

import html
import re
import unicodedata

from ltp_core.data.languages import LANGUAGES

from ..datasets.text import UNSPACED

SHORTEST, LONGEST = 8, 400
SUBSTITUTIONS = [
    (re.compile(pattern, re.DOTALL), by)
    for pattern, by in [
        # Wiki: {{PLURAL:$1|page|pages}}, {{SITENAME}}, [[link|text]], [//address text], ''bold''
        (r"\{\{(?:PLURAL|GENDER|GRAMMAR|FORMATNUM)[:|](?:[^{}|]*\|)*([^{}|]*)\}\}", r"\1"),
        (r"\{\{SITENAME\}\}", "Wiki"),
        (r"\{\{(?:ns|#special|int):([^{}|]*)\}\}", r"\1"),
        (r"\{\{[^{}]*\}\}", ""),
        (r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]", r"\1"),
        (r"\[(?:\w+:)?//\S+ ([^\]]*)\]", r"\1"),
        (r"\[\$\d+ ([^\]]*)\]", r"\1"),
        (r"'{2,}", ""),
        # ICU plurals: {n, plural, one {a page} other {# pages}}
        (r"\{[^{}]*,\s*(?:plural|select)\s*,(?:[^{}]*\{([^{}]*)\})+\s*\}", r"\1"),
        # HTML
        (r"<(?:br|p|li|/p|/li)\b[^<>]*>", " "),
        (r"</?[A-Za-z!][^<>]*>", ""),
        # Placeholders: Fluent, {0}, office names, %(name)s, printf, $1
        (r"\{ ?-brand[^{}]*\}", "Firefox"),
        (r"\{ ?[\"$][^{}]*\}", "1"),
        (r"\{\d+\}|\{[A-Z_]+\}", "1"),
        (r"%PRODUCTNAME%?|\$\[officename\]", "LibreOffice"),
        (r"%[A-Z_]{2,}%?|\$\([A-Z0-9]+\)|\$\[\w+\]", "1"),
        (r"%\(\w+\)[sdif]", "1"),
        (r"%(?:\d+\$)?[-+0#]*\d*(?:\.\d+)?(?:ll?|h|z|q|j)?[sdiufgxXcpr](?![a-z])", "1"),
        (r"[%$]\d+\b", "1"),
        # Keyboard marks: "(_F)", "_File", "Fi_le", "~File"; escapes
        (r"\(\s*[_&~]\w\s*\)", ""),
        (r"\\[nrt]", " "),
        (r"\\\"", '"'),
        (r"(?<!\w)[_&~](?=\w)", ""),
        (r"(?<=[^\W_])_(?=[^\W_])", ""),
        (r"~", ""),
        # Marks of lists and separators at either end
        (r"^[\s*#:;=\-–•|,.!?)\]]+|[\s*#:;=\-–•|(\[]+$", ""),
    ]
]
# What is still markup, an address, a file name or a CamelCase name.
REJECT = re.compile(r"[{}<>|\\=@~^`]|//|\$\w|__|\[\[|\]\]|''|--|\w\.\w+\.\w|\b[a-z]+[A-Z]\w*[A-Z]")
INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# Full stops of Ethiopic, Burmese, Arabic and Khmer script; then of Han; then again without a space.
SENTENCE_END = re.compile(
    r"(?<=[.!?\u1362\u104b\u06d4\u061f\u17d4\u2026|;])\s+"
    r"|(?<=[\u3002\uff01\uff1f\uff1b])|(?<=[\u17d4\u104b])"
)
LETTERS = {  # the letters of every script but Latin
    script: re.compile(f"[{span}]")
    for script, span in {
        "Ethiopic": "\u1200-\u139f\u2d80-\u2ddf\uab01-\uab2f",
        "Arabic": "\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff",
        "Cyrillic": "\u0400-\u052f",
        "Greek": "\u0370-\u03ff\u1f00-\u1fff",
        "Devanagari": "\u0900-\u097f",
        "Thai": "\u0e00-\u0e7f",
        "Lao": "\u0e80-\u0eff",
        "Khmer": "\u1780-\u17ff",
        "Myanmar": "\u1000-\u109f",
        "Sinhala": "\u0d80-\u0dff",
        "Han": "\u3400-\u9fff",
        "Hangul": "\uac00-\ud7af\u1100-\u11ff",
    }.items()
}
ENGLISH = set("the of and to is for with this you that are not from your have will can be".split())
WORD_LISTS = ("cldr", "iso-codes")  # sources of names, whatever their length


def clean(raw: str, lang: str) -> str:
    """Return one line of plain NFKC text without markup, or "" if that is not text in ``lang``.

    >>> clean("'''[[Special:Log|Das _Protokoll]]''' von $1 <b>zeigen</b>:", "de")
    'Das Protokoll von 1 zeigen'
    >>> clean("%s.getElementById()", "en"), clean("Print the page", "th")
    ('', '')
    """
    text = html.unescape(raw)
    for pattern, by in SUBSTITUTIONS:
        text = pattern.sub(by, text)
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", html.unescape(text)))
    if LANGUAGES[lang].script == "Ethiopic":
        text = text.replace("\u1361", " ")  # the old mark between words
    text = " ".join(text.split())
    if not text or REJECT.search(text):
        return ""
    letters = [c for c in text if unicodedata.category(c)[0] in "LM"]
    if len(letters) < 3 or len(letters) < 0.6 * len(text.replace(" ", "")):
        return ""
    return text if in_script(text, letters, lang) else ""


def in_script(text: str, letters: list[str], lang: str) -> bool:
    """Tell whether a line is in the script of its language and, if Latin, not plainly English.

    >>> in_script("พิมพ์หน้า PDF", list("พิมพ์หน้าPDF"), "th")
    True
    >>> line = "All of the files are in this folder"
    >>> in_script(line, list(line.replace(" ", "")), "sw")
    False
    """
    script = LANGUAGES[lang].script
    if script in LETTERS:
        share = 0.4 if script in ("Han", "Hangul") else 0.55  # dense scripts: fewer letters a word
        return len(LETTERS[script].findall(text)) >= share * len(letters)
    if sum(c < "\u0370" or "\u1e00" <= c <= "\u1eff" for c in letters) < 0.9 * len(letters):
        return False
    words = re.findall(r"[a-z]+", text.lower()) if lang != "en" else []
    english = sum(word in ENGLISH for word in words)
    return english < 3 or english < 0.2 * len(words)


def chunk(text: str, shortest: int = SHORTEST, longest: int = LONGEST) -> list[str]:
    """Return lines of ``shortest`` to ``longest`` characters: a long text is cut at sentence ends.

    A sentence that is too long itself is cut at a space, or anywhere.

    >>> chunk("One two. Three. Four five six", longest=16)
    ['One two. Three.', 'Four five six']
    >>> chunk("Too short", shortest=10)
    []
    """
    pieces = [text] if len(text) <= longest else sentences(text, shortest, longest)
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + len(piece) + 1 <= longest:
            lines[-1] = f"{lines[-1]} {piece}"
        else:
            lines.append(piece)
    return [line for line in lines if len(line) >= shortest]


def sentences(text: str, shortest: int, longest: int) -> list[str]:
    """Return the sentences of a text, those of more than ``longest`` characters in pieces.

    >>> sentences("One. Two three four", 3, 10)
    ['One.', 'Two three', 'four']
    """
    pieces = []
    for sentence in SENTENCE_END.split(text):
        while len(sentence) > longest:
            cut = sentence.rfind(" ", shortest, longest)
            cut = cut if cut > 0 else longest
            pieces.append(sentence[:cut])
            sentence = sentence[cut:].strip()
        pieces.append(sentence)
    return pieces


def kind_of(text: str, lang: str, source: str) -> str:
    """Return "running" for eight words or more, else "words".

    Without spaces, the characters of about ten words count; lists of names are always "words".

    >>> kind_of("This page has been moved to another place", "en", "mediawiki")
    'running'
    >>> kind_of("Move page", "en", "mediawiki"), kind_of("a " * 8, "en", "iso-codes")
    ('words', 'words')
    """
    if source in WORD_LISTS:
        return "words"
    per_word = UNSPACED.get(LANGUAGES[lang].script)
    long = len(text) >= 10 * per_word if per_word else len(text.split()) >= 8
    return "running" if long else "words"
