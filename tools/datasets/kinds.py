"""The kinds task: short names in 41 languages, and what kind of thing each of them names.

The names are CLDR's, read as the package Babel carries them.  Four kinds of concepts, each under
its code: countries (`TZ`), languages (`sw`), money (`KES`), units (`length-kilometer`).  A concept
is one that has an English name of its own; a language is kept if 16 training examples of every kind
can be drawn in it.

- `own_names`: what a language itself calls the concepts, nothing inherited;
- `localized`: of these, the names that English does not give away, each of one concept only;
- the splits are by concept and the same in every language, drawn by the functions of `data_emoji`.

What it does not do: spot a loan that is spelled in another way.  Those are words of the language.
"""

from __future__ import annotations

import re
from collections import Counter

import pyarrow as pa

from ltp_core.data.languages import LANGUAGES, TASK_LANGUAGES
from ltp_core.tasks import KINDS

from .emoji import split_random, split_subgroup

LEAST = 16  # training names of each kind; fewer, and a language is left out
NO_COUNTRY = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}  # unions, the unknown, test locales
SYMBOLS = re.compile(r"[\d/°%‰‱²³′″⋅·.]")
SHORT = 3  # letters; a unit's name of fewer is an abbreviation, but not in these scripts
DENSE = ("Han", "Hangul")
SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "name": pa.string(),
        "kind": pa.string(),
        "subgroup": pa.string(),
        "language": pa.string(),
        "split_random": pa.string(),
        "split_subgroup": pa.string(),
        "same_as_major": pa.bool_(),
    }
)


def cldr(language: str) -> dict:
    """Return what CLDR has from this language itself, nothing inherited; {} if it has nothing."""
    from babel import localedata  # not a dependency: only who builds the data needs it

    known = localedata.exists(language)
    return localedata.load(language, merge_inherited=False) if known else {}


def own_names(language: str) -> dict[str, tuple[str, str]]:
    """Return {code: (kind, name)}, kind by kind: {"KE": ("country", "Kenya"), ...}."""
    tables = ("territories", "languages", "currency_names", "unit_display_names")
    countries, languages, money, units = (cldr(language).get(table, {}) for table in tables)
    tender = in_use()
    found = {
        "country": {c: n for c, n in countries.items() if is_country(c)},
        "language": {c: n for c, n in languages.items() if re.fullmatch("[a-z]{2}", c)},
        "money": {c: n for c, n in money.items() if c in tender},
        "unit": {c: unit_name(forms, language) for c, forms in units.items()},
    }
    return {
        code: (kind, " ".join(name.split()))
        for kind in KINDS
        for code, name in sorted(found[kind].items())
        if name
    }


def is_country(code: str) -> bool:
    """Tell whether a code of CLDR's territories is a country's, or that of a part of one."""
    return bool(re.fullmatch("[A-Z]{2}", code)) and code not in NO_COUNTRY


def in_use() -> set[str]:
    """Return the codes of the money that is legal tender somewhere now."""
    from babel.core import get_global

    rows = [row for rows in get_global("territory_currencies").values() for row in rows]
    return {code for code, _, end, tender in rows if end is None and tender}


def unit_name(forms: dict[str, str], language: str) -> str:
    """Return a unit's name written out, or "" if there are only symbols or an abbreviation.

    CLDR leaves out a long name that is the same as the short one.

    >>> unit_name({"short": "kilomita"}, "sw"), unit_name({"long": "km/h", "short": "km/h"}, "sw")
    ('kilomita', '')
    """
    name = forms.get("long") or forms.get("short") or ""
    dense = LANGUAGES[language].script in DENSE
    return "" if SYMBOLS.search(name) or len(name) < SHORT and not dense else name


def localized(language: str) -> dict[str, tuple[str, str]]:
    """Return the names of a language that English does not give away; in English all.

    Left out is a name that has the English one in it as whole words, is the bare code or one of the
    English symbols of a unit, or is the name of two concepts in this language.
    """
    english = own_names("en")
    symbols = cldr("en")["unit_display_names"]
    named = {}
    for code, (kind, name) in own_names(language).items():
        if code in english:
            signs = {code, *(symbols[code].values() if kind == "unit" else ())}
            given = name.casefold() in {sign.casefold() for sign in signs}
            if language == "en" or not given and not has_words(name, english[code][1]):
                named[code] = kind, name
    times = Counter(name.casefold() for _, name in named.values())
    return {code: item for code, item in named.items() if times[item[1].casefold()] == 1}


def has_words(text: str, words: str) -> bool:
    """Tell whether the words stand in the text as they are, letter case aside.

    >>> has_words("i-Germany", "Germany"), has_words("isiSwahili", "Swahili")
    (True, False)
    """
    return bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text, re.IGNORECASE))


def subgroup(code: str, kind: str, english: str) -> str:
    """Return what the siblings of a concept share: a unit's dimension, else the last English word.

    >>> subgroup("mass-gram", "unit", "grams"), subgroup("CHF", "money", "Swiss Franc")
    ('mass', 'franc')
    """
    return code.partition("-")[0] if kind == "unit" else english.casefold().split()[-1]


def kinds_tables() -> dict[str, pa.Table]:
    """Return {language: table}, in our order, for the languages with enough names of every kind."""
    concepts = [
        (code, kind, subgroup(code, kind, name)) for code, (kind, name) in localized("en").items()
    ]
    splits = split_random(concepts), split_subgroup(concepts)
    tables = {}
    for language in TASK_LANGUAGES:
        names, major = localized(language), own_names(LANGUAGES[language].major)
        rows = []
        for code, kind, siblings in concepts:
            if code in names:
                name, parts = names[code][1], [split[code] for split in splits]
                same = code in major and name.casefold() == major[code][1].casefold()
                rows.append((code, name, kind, siblings, language, *parts, same))
        training = Counter(row[2] for row in rows if row[5] == "train")
        if min(training[kind] for kind in KINDS) >= LEAST:
            columns = zip(zip(*rows, strict=True), SCHEMA.types, strict=True)
            arrays = [pa.array(column, kind) for column, kind in columns]
            tables[language] = pa.Table.from_arrays(arrays, schema=SCHEMA)
    return tables
