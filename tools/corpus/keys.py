"""Names for things: our code of a locale, the key of a message, what counts as the same string.

Idea: a key says which lines are translations of each other. Two lines with one key, in two
languages, say the same. For a message the key is the hash of its English, whatever the package, so
the same message met twice is one key.  ``base#part`` marks the parts of a longer text: all lines
with one base are held out together, in every language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from ltp_core.data.languages import LANGUAGES

from ..datasets import sources as data_sources
from .clean import clean

Found = Iterator[tuple[str, str, str]]  # what a reader yields: language, key ("" if none), raw text

# Locales by their names in packages, where they are not simply our code.
ALIASES = {
    "zh_cn": "zh",
    "zh_hans": "zh",
    "pt_br": "pt",
    "pt_pt": "pt",
    "es_es": "es",
    "tg_cyrl": "tg",
    "ug_arab": "ug",
    "ug_cn": "ug",
    "gug": "gn",
    "tw": "ak",
    "ne_np": "ne",
    "hi_in": "hi",
    "en_us": "en",
    "c": "en",
    "de_de": "de",
    "fr_fr": "fr",
    "ru_ru": "ru",
    "bg_bg": "bg",
    "tr_tr": "tr",
    "ko_kr": "ko",
    "id_id": "id",
    "fa_ir": "fa",
    "my_mm": "my",
    "si_lk": "si",
}


def language(locale: str) -> str | None:
    """Return our code for a locale as packages spell it, or None if it is not one of ours.

    >>> language("pt-BR"), language("sw"), language("zh_TW")
    ('pt', 'sw', None)
    """
    code = locale.lower().replace("-", "_")
    return code if code in LANGUAGES else ALIASES.get(code)


def digest(text: str) -> str:
    """Return 16 hexadecimal digits that name a text, the same on every machine.

    >>> digest("Print")
    'df0fe79898ef413e'
    """
    return data_sources.digest(text)[:16]


def plain(text: str) -> str:
    """Return the form in which strings are compared: NFKC, no case, single spaces, no end marks.

    >>> plain(" Save  As… ") == plain("save as")
    True
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(" .:;,!?\"'")


def message_key(english: str) -> str:
    """Return the key of a message: the hash of its English without markup and case.

    >>> message_key("<b>_Print</b>") == message_key("print")
    True
    """
    return "en:" + digest(clean(english, "en").casefold())


def base_of(key: str, text: str) -> str:
    """Return what is held out together: the key before ``#``, or the text where there is no key.

    >>> base_of("help:print#7", "Print the page"), base_of("", "Print.") == base_of("", "print")
    ('help:print', True)
    """
    return key.split("#")[0] or "text:" + digest(plain(text))


def pair(lang: str, english: str, text: str) -> Found:
    """Yield both sides of a translated message under one key, or the translation alone under none.

    >>> [(code, raw) for code, _, raw in pair("de", "Print", "Drucken")]
    [('en', 'Print'), ('de', 'Drucken')]
    >>> list(pair("de", "%s", "Drucken"))
    [('de', '', 'Drucken')]
    """
    key = message_key(english) if clean(english, "en") else ""
    if lang != "en" and key:
        yield "en", key, english
    yield lang, key, text
