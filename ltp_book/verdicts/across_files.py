"""Taught by whom? Rows of several result files side by side, and what lies between two of them.

A sweep that teaches in English and one that teaches in each language itself leave two files. Both
draw by the same seeds, so draw s is the same emoji in each language that has them, and both test on
the same emoji. So they can be paired as two methods of one file are:

    gap[l] = accuracy in l of a − accuracy in l of b        same draws, same test emoji

Eight languages are eight chances of a lucky gap; Holm's correction (`compare.holm`) pays for them.

Reading order: `joined`, `paired`, `mean`, `answer`, `by_language`, `absent`.

What it does not do: measure, or draw figures.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ltp_core.measure.bootstrap import Interval, interval, p_value
from ltp_core.measure.compare import holm
from ltp_core.measure.per_language import drawn

from . import findings
from .findings import Stored


class Gap(NamedTuple):
    """A difference in one language; `p` is corrected for the number of languages asked."""

    difference: Interval
    p: float

    @property
    def verdict(self) -> str:
        """ "better" or "worse" where the corrected p is below .05, else "no clear difference"."""
        if self.p >= 0.05:
            return "no clear difference"
        return "better" if self.difference.mean > 0 else "worse"


def joined(parts: Mapping[str, tuple[Stored, str, int]]) -> Stored:
    """Rows of several files in one, each part (results, method, k) under its own name.

    A part that was not measured adds nothing. ValueError if two files disagree about the test items
    of a language: they could not be paired.

    >>> row = {"method": "ltp", "k": 16, "seed": 0, "language": "qu"}
    >>> here, nothing = Stored([row], {"qu": ["a"]}), Stored([], {})
    >>> both = joined({"own": (here, "ltp", 16), "English": (nothing, "ltp", 0)})
    >>> both.rows[0]["method"], both.items
    ('own', {'qu': ['a']})
    """
    rows, items = [], {}
    for name, (found, method, k) in parts.items():
        rows += [row | {"method": name} for row in found.of(method) if row["k"] == k]
        for code, ids in found.items.items():
            if items.setdefault(code, ids) != ids:
                raise ValueError(
                    f"the result files test different items in {code!r}; sweep both again"
                )
    return Stored(rows, items)


def paired(found: Stored, a: str, b: str, codes: Iterable[str] = ()) -> dict[str, np.ndarray]:
    """Language -> accuracy of a minus that of b, in the data and in each draw: (1 + D,).

    codes: the languages wanted; without them all that both were tested in. Only seeds that both
    were run with count. Empty where a or b was not measured.

    >>> rows = [{"method": m, "seed": 0, "language": "qu", "n": 4, "correct": bits}
    ...         for m, bits in (("own", b"\\xf0"), ("en", b"\\x30"))]
    >>> paired(Stored(rows, {"qu": list("abcd")}), "own", "en")["qu"][0].item()
    0.5
    """
    mine = {name: found.of(name) for name in (a, b)}
    seeds = set.intersection(*({row["seed"] for row in rows} for rows in mine.values()))
    spoken = set.intersection(*({row["language"] for row in rows} for rows in mine.values()))
    wanted = list(codes) or list(dict.fromkeys(row["language"] for row in mine[a]))
    among = [code for code in wanted if code in spoken]
    if not seeds or not among:
        return {}
    ours, theirs = (
        drawn([row for row in rows if row["seed"] in seeds], found.items, among)
        for rows in mine.values()
    )  # (1 + D, L) each
    return dict(zip(among, (ours - theirs).T, strict=True))


def mean(gaps: Mapping[str, np.ndarray], codes: Iterable[str] = ()) -> Interval:
    """The mean of the gaps over these languages (default: all), with its 95 % interval.

    >>> print(mean({"qu": np.array([0.2, 0.1, 0.3]), "de": np.array([0.0, 0.0, 0.0])}))
    0.100 [0.052, 0.147]
    """
    among = [code for code in gaps if code in list(codes)] if codes else list(gaps)
    if not among:
        raise ValueError(f"no gap was measured in {', '.join(codes) or 'any language'}")
    return interval(np.mean([gaps[code] for code in among], axis=0))


def by_language(gaps: Mapping[str, np.ndarray]) -> dict[str, Gap]:
    """The gap in each language with its interval, and p corrected for the number of languages.

    >>> rng = np.random.default_rng(0)
    >>> gaps = {"qu": np.full(4000, 0.1), "de": rng.normal(0, 0.1, 4000)}
    >>> {code: gap.verdict for code, gap in by_language(gaps).items()}
    {'qu': 'better', 'de': 'no clear difference'}
    """
    corrected = holm([p_value(draws) for draws in gaps.values()])
    return {
        code: Gap(interval(draws), p)
        for (code, draws), p in zip(gaps.items(), corrected, strict=True)
    }


def counted(gaps: Mapping[str, Gap]) -> str:
    """In how many languages a is better, worse, or neither.

    >>> counted({"qu": Gap(Interval(0.1, 0.05, 0.2), 0.01), "de": Gap(Interval(0, -1, 1), 1.0)})
    'better in 1, worse in 0, no clear difference in 1 of 2'
    """
    said = [gap.verdict for gap in gaps.values()]
    kinds = ("better", "worse", "no clear difference")
    return ", ".join(f"{kind} in {said.count(kind)}" for kind in kinds) + f" of {len(said)}"


def says(gap: Interval) -> str:
    """A difference in points, its interval, and what follows by the rule of this book.

    >>> says(Interval(0.031, 0.012, 0.05))
    '+3.1 points [+1.2, +5.0]: better'
    """
    middle, low, high = (f"{round(100 * x, 1) + 0.0:+.1f}" for x in gap)
    return f"{middle} points [{low}, {high}]: {findings.rule(gap)}"


def answer(found: Stored, a: str, b: str, codes: Iterable[str] = ()) -> str:
    """Of a minus b: the mean over these languages (default: all both have), and what follows.

    >>> answer(Stored([], {}), "own", "English")
    'not measured yet'
    """
    gaps = paired(found, a, b, codes)
    return f"{says(mean(gaps))}, {len(gaps)} languages" if gaps else "not measured yet"


def accuracies(found: Stored, name: str, codes: Iterable[str] = ()) -> dict[str, Interval]:
    """Language -> accuracy of one method with its 95 % interval; empty if it was not measured.

    >>> row = {"method": "own", "seed": 0, "language": "qu", "n": 4, "correct": b"\\xf0"}
    >>> accuracies(Stored([row], {"qu": list("abcd")}), "own")["qu"].mean
    1.0
    """
    rows = found.of(name)
    spoken = list(dict.fromkeys(row["language"] for row in rows))
    among = [code for code in codes if code in spoken] if codes else spoken
    if not among:
        return {}
    return dict(zip(among, map(interval, drawn(rows, found.items, among).T), strict=True))


def level(found: Stored, name: str, codes: Sequence[str]) -> Interval:
    """The mean accuracy of one method over these languages, with its 95 % interval.

    >>> row = {"method": "own", "seed": 0, "language": "qu", "n": 4, "correct": b"\\xf0"}
    >>> print(level(Stored([row], {"qu": list("abcd")}), "own", ["qu"]))
    1.000 [1.000, 1.000]
    """
    return interval(drawn(found.of(name), found.items, codes).mean(axis=1))


def absent(*names: str, of: Sequence[Stored]) -> str:
    """Which of these result files are not here, and what makes them; "" if all are.

    >>> print(absent("main", of=[Stored([], {})]))
    Not measured on this machine: main. If a clone of the repository has no such results,
        ltp sweep benchmarks/main.toml --out data/results
    makes them.
    """
    lacking = [name for name, found in zip(names, of, strict=True) if not found.rows]
    if not lacking:
        return ""
    lines = [f"    ltp sweep benchmarks/{name}.toml --out data/results" for name in lacking]
    first = f"Not measured on this machine: {', '.join(lacking)}."
    if_ = "If a clone of the repository has no such results,"
    return "\n".join([f"{first} {if_}", *lines, "makes them."])
