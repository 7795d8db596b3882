"""The languages of this project: which there are, how they are written, which lack resources.

`LANGUAGES` maps a code (the short one CLDR uses) to a `Language`.  `HIGH` and `LOW` are the
20 high-resource and 31 low-resource languages of the emoji task, together `TASK_LANGUAGES`;
`TEXT_ONLY` has text for masked-LM training but no task.  `XNLI` are the 15 of that benchmark.

What it does not do: load anything.  The line between high and low is ours: "high" is a language
with a large web, or, as Swahili, a place in XNLI.

>>> LANGUAGES["qu"]
Language(code='qu', name='Quechua', script='Latin', group='low', major='es')
>>> len(HIGH), len(LOW), TEXT_ONLY
(20, 31, ('gn', 'ay'))
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import NamedTuple


class Language(NamedTuple):
    """A language and its place.

    `group` is "high" or "low"; `major` is the code of the large language it shares most strings
    with or borrows most from (our choice), "" for English.
    """

    code: str
    name: str
    script: str
    group: str
    major: str


_HIGH = """
en English Latin -
ar Arabic Arabic en
bg Bulgarian Cyrillic ru
de German Latin en
el Greek Greek en
es Spanish Latin en
fr French Latin en
hi Hindi Devanagari en
ru Russian Cyrillic en
sw Swahili Latin en
th Thai Thai en
tr Turkish Latin en
ur Urdu Arabic fa
vi Vietnamese Latin en
zh Chinese Han en
pt Portuguese Latin es
id Indonesian Latin en
ko Korean Hangul en
fa Persian Arabic ar
uk Ukrainian Cyrillic ru
"""

_LOW = """
am Amharic Ethiopic en
ak Akan Latin en
cy Welsh Latin en
eu Basque Latin es
ha Hausa Latin en
ig Igbo Latin en
km Khmer Khmer fr
ky Kyrgyz Cyrillic ru
lo Lao Lao th
mi Māori Latin en
mn Mongolian Cyrillic ru
mt Maltese Latin en
my Burmese Myanmar en
ne Nepali Devanagari hi
nso Northern_Sotho Latin en
om Oromo Latin en
ps Pashto Arabic fa
qu Quechua Latin es
rw Kinyarwanda Latin fr
sd Sindhi Arabic ur
si Sinhala Sinhala en
so Somali Latin en
tg Tajik Cyrillic ru
ti Tigrinya Ethiopic am
tk Turkmen Latin tr
tn Tswana Latin en
ug Uyghur Arabic fa
wo Wolof Latin fr
xh Xhosa Latin en
yo Yoruba Latin en
zu Zulu Latin en
"""

_TEXT_ONLY = """
gn Guaraní Latin es
ay Aymara Latin es
"""


def _read(table: str, group: str) -> dict[str, Language]:
    fields = [line.split() for line in table.strip().splitlines()]
    return {
        code: Language(code, name.replace("_", " "), script, group, major.strip("-"))
        for code, name, script, major in fields
    }


LANGUAGES: dict[str, Language] = {
    **_read(_HIGH, "high"),
    **_read(_LOW, "low"),
    **_read(_TEXT_ONLY, "low"),
}
HIGH: tuple[str, ...] = tuple(_read(_HIGH, "high"))
LOW: tuple[str, ...] = tuple(_read(_LOW, "low"))
TEXT_ONLY: tuple[str, ...] = tuple(_read(_TEXT_ONLY, "low"))
TASK_LANGUAGES: tuple[str, ...] = HIGH + LOW
XNLI: tuple[str, ...] = HIGH[:15]


def check_language(code: str, available: Iterable[str] = tuple(LANGUAGES)) -> str:
    """Return `code` if it is among `available`; else say which are and which is nearest.

    A language's English name is recognised too, but only to suggest its code.

    Raises:
        ValueError: `code` is not among them.

    >>> check_language("qu")
    'qu'
    >>> check_language("Quechua", ["en", "qu"])
    Traceback (most recent call last):
        ...
    ValueError: unknown language 'Quechua'; did you mean 'qu'? There are: en, qu
    """
    available = list(available)
    if code in available:
        return code
    spellings = {LANGUAGES[c].name.casefold(): c for c in available if c in LANGUAGES}
    spellings |= {c.casefold(): c for c in available}
    word = str(code).casefold().replace("_", "-")
    close = [spellings[w] for w in (word, word.split("-")[0]) if w in spellings]
    close += [spellings[w] for w in get_close_matches(word, spellings, n=1)]
    hint = f"did you mean {close[0]!r}? " if close else ""
    raise ValueError(f"unknown language {code!r}; {hint}There are: {', '.join(available)}")
