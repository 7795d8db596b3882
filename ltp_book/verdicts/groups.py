"""Groups of languages: which of the tested ones are meant, and in words.

A group is "low", "high" or "en" of the book's lists, "other" for languages that are on no list,
"all", or the code of one language, which is then a group of its own.

Reading order: `codes_of`, `spoken`, `within`. What it does not do: average (`findings.py`).
"""

from __future__ import annotations

from collections.abc import Iterable

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure import results

from .. import looks

LISTED = (*results.GROUPS, "other")


def codes_of(group: str, tested: Iterable[str]) -> list[str]:
    """The tested languages of a group; the code of one language is a group of its own.

    ValueError if none of its languages was tested.

    >>> codes_of("other", ["de", "xyz"]), codes_of("xyz", ["de", "xyz"])
    (['xyz'], ['xyz'])
    """
    there = sorted(set(tested))
    if group in (*LISTED, "all"):
        codes = results.languages_in_group(group, there)
    else:
        codes = [code for code in there if code == group]
    if not codes:
        known = [it for it in (*LISTED, "all") if results.languages_in_group(it, there)]
        raise ValueError(
            f"no language of {group!r} was tested in these results; give a code, {', '.join(there)}"
            f", or a group that they are in, {', '.join(known)}"
        )
    return codes


def spoken(group: str) -> str:
    """A group in words: the name of a group, of a language, or its code.

    >>> spoken("low"), spoken("qu"), spoken("xyz")
    ('low-resource', 'Quechua', 'xyz')
    """
    words = {code: look.name for code, look in looks.GROUPS.items()} | {"all": "all languages"}
    return words.get(group) or (LANGUAGES[group].name if group in LANGUAGES else group)


def within(group: str) -> str:
    """Where a question is asked, in words.

    >>> within("low"), within("en"), within("other"), within("qu")
    ('in low-resource languages', 'in English', 'in other languages', 'in Quechua')
    """
    return f"in {spoken(group)}{' languages' if group in ('low', 'high') else ''}"
