"""One method compared with all others: difference, interval, corrected p-value, size of the effect.

With m rivals there are m chances of a lucky difference. Holm's correction (1979, Scandinavian
Journal of Statistics 6:65) keeps the chance of even one false verdict below 5 %: the smallest p is
multiplied by m, the next by m − 1, and so on, and none may come out smaller than the one before it.

Two more measures of size say what points of accuracy do not:

    h      Cohen's 2·asin√p₁ − 2·asin√p₂ (1988): a step from 95 to 98 % is larger than one from 50
           to 53. About .2 is called small, .5 medium, .8 large.
    ahead  in how many of the languages the method's accuracy is the higher one

Reading order: `compare`, `compare_pairs`, `holm`.

What it does not do: run (`sweep.py`), or put it into words (`ltp_book/verdicts`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from ..data.items import families
from .bootstrap import Interval, interval, macro_draws, p_value
from .results import Items, Row, correctness, languages_in_group

Pair: TypeAlias = tuple[list[Row], list[Row]] | tuple[list[Row], list[Row], Items]


class Comparison(NamedTuple):
    """A method minus a rival, over the languages both were tested in."""

    rival: str
    difference: Interval
    p: float  # corrected for the number of rivals
    h: float
    ahead: int
    languages: int

    @property
    def verdict(self) -> str:
        """ "better" or "worse" where the corrected p is below .05, else "no clear difference"."""
        if self.p >= 0.05:
            return "no clear difference"
        return "better" if self.difference.mean > 0 else "worse"


def compare(
    rows: list[Row], items: Items, method: str, group: str = "low", **bootstrap: int
) -> list[Comparison]:
    """`method` against every other method of these rows that shares seeds and languages with it.

    Args:
        rows, items: as `results.read` gives them.
        group: as in `results.languages_in_group`.
        bootstrap: draws and seed, for `macro_draws`.

    Raises:
        ValueError: the rows have no run of `method`, or no rival that it can be compared with.

    >>> rows = [{"method": m, "seed": 0, "language": "qu", "n": 4, "correct": bits}
    ...         for m, bits in (("ltp", b"\\xf0"), ("full", b"\\xf0"), ("head", b"\\x00"))]
    >>> for c in compare(rows, {"qu": list("abcd")}, "ltp"):
    ...     print(c.rival, c.difference.mean, round(c.p, 3), round(c.h, 2), c.ahead, c.verdict)
    full 0.0 1.0 0.0 0 no clear difference
    head 1.0 0.001 3.14 1 better
    """
    by_method: dict[str, list[Row]] = {}
    for row in rows:
        by_method.setdefault(row["method"], []).append(row)
    if method not in by_method:
        raise ValueError(f"no run of {method!r} here; there are {', '.join(by_method)}")
    ours = by_method.pop(method)
    return compare_pairs(
        {r: (ours, theirs) for r, theirs in by_method.items()}, items, group, **bootstrap
    )


def compare_pairs(
    pairs: Mapping[str, Pair], items: Items, group: str = "low", **bootstrap: int
) -> list[Comparison]:
    """Of each pair the first minus the second, corrected for the number of pairs.

    A pair without a seed and a language in common is left out.

    Args:
        pairs: name -> (rows, rows), or (rows, rows, items) where these have test items of their
            own.
        group, bootstrap: as in `compare`.

    Raises:
        ValueError: no pair is left.

    >>> row = {"seed": 0, "language": "qu", "n": 4}
    >>> pairs = {"2 %": ([row | {"correct": b"\\xf0"}], [row | {"correct": b"\\x00"}])}
    >>> compare_pairs(pairs, {"qu": list("abcd")})[0].difference.mean
    1.0
    """
    found = [
        _pair(ours, theirs, own[0] if own else items, group, bootstrap) | {"rival": name}
        for name, (ours, theirs, *own) in pairs.items()
        if _shared(ours, theirs, group)[1]
    ]
    if pairs and not found:
        raise ValueError(f"no two of these methods share a seed and a language of {group!r}")
    corrected = holm([pair.pop("p") for pair in found])
    return [Comparison(p=p, **pair) for p, pair in zip(corrected, found, strict=True)]


def holm(values: Sequence[float]) -> list[float]:
    """Holm's correction, in the order given.

    >>> [round(p, 3) for p in holm([0.04, 0.01, 0.03])]
    [0.06, 0.03, 0.06]
    """
    corrected, highest = [0.0] * len(values), 0.0
    for rank, place in enumerate(np.argsort(values, kind="stable")):
        highest = max(highest, (len(values) - rank) * values[place])
        corrected[place] = min(1.0, highest)
    return corrected


def _shared(ours: list[Row], theirs: list[Row], group: str) -> tuple[set[int], list[str]]:
    """The seeds and the languages of a group that both have; no languages where no seed is."""
    seeds = {row["seed"] for row in ours} & {row["seed"] for row in theirs}
    both = {row["language"] for row in ours} & {row["language"] for row in theirs}
    return seeds, languages_in_group(group, both if seeds else ())


def _pair(
    ours: list[Row], theirs: list[Row], items: Items, group: str, bootstrap: dict[str, Any]
) -> dict[str, Any]:
    """A comparison's numbers, its p not yet corrected."""
    seeds, languages = _shared(ours, theirs, group)
    cubes = [
        correctness([row for row in mine if row["seed"] in seeds], items, languages)
        for mine in (ours, theirs)
    ]
    groups = families(sorted({item for ids in items.values() for item in ids}))
    drawn = macro_draws(*cubes, families=groups, **bootstrap)
    means = [np.nanmean(cube, axis=(0, 2)) for cube in cubes]  # (L,) each
    angles = [2 * math.asin(math.sqrt(mean.mean())) for mean in means]
    return {
        "difference": interval(drawn),
        "p": p_value(drawn),
        "h": angles[0] - angles[1],
        "ahead": int((means[0] > means[1]).sum()),
        "languages": len(languages),
    }
