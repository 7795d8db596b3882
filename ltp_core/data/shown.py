"""Values of somebody's own in a sentence: short, and on one line, whatever they are.

What it does not do: choose the words around them.
"""

from __future__ import annotations

from collections.abc import Sequence

LONGEST = 40  # characters of one value
MOST = 8  # names in a list


def brief(value: object) -> str:
    """A value as Python writes it, cut where it is long.

    >>> print(brief("tea\\n"), brief("a" * 99))
    'tea\\n' 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
    """
    shown = repr(value)
    return shown if len(shown) <= LONGEST else shown[:LONGEST] + "…"


def listed(names: Sequence[str]) -> str:
    """Names with commas between them; of many the first. What cannot be seen is written out.

    >>> listed(("bad", "good")), listed(tuple("abcdefghijkl"))
    ('bad, good', 'a, b, c, d, e, f, g, h and 4 more')
    >>> print(listed(["\\ufefftext", "", "label"]))
    '\\ufefftext', '', label
    """
    shown = [
        name if name and name.isprintable() and len(name) <= LONGEST else brief(name)
        for name in names[:MOST]
    ]
    more = f" and {len(names) - MOST} more" if len(names) > MOST else ""
    return ", ".join(shown) + more
