"""A claim, the evidence for it, and a verdict that no author can bend.

A claim is cut into questions that a difference answers: is method a better than method b, in this
group of languages? By the one rule of this book (`findings.rule`) each answer is yes or no; where
many such questions are asked for one claim, one would get a lucky yes, so they are corrected for
their number (`are_better`). And

    all yes -> holds        some yes -> holds in part        none -> not seen here

"Not seen here" is no refutation: another backbone, task or size may show it. A question whose
results are not there is left out of the verdict, and the page says that it is open.

Reading order: `Evidence`, `is_better`, `are_better`, `verdict`, `shown`.

What it does not do: choose the claims. The page does, `book/claims.ipynb`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..bootstrap import Interval
from ..compare import compare_pairs
from . import findings
from .findings import ALL_NAMES, GROUPS, Stored

MARKS = {True: "yes", False: "no", None: "open"}


class Evidence(NamedTuple):
    """One question, what was measured, and whether the answer speaks for the claim."""

    asked: str
    measured: str
    holds: bool | None = None
    opposite: bool = False  # told apart, and the other way round


def is_better(found: Stored, a: str, b: str, *groups: str) -> list[Evidence]:
    """Is method a better than b, in each of these groups?

    >>> rows = [{"method": m, "seed": 0, "language": "qu", "n": 4, "correct": bits}
    ...         for m, bits in (("ltp", b"\\xf0"), ("prompt_only", b"\\x00"))]
    >>> for found in (Stored(rows, {"qu": list("abcd")}), Stored([], {})):
    ...     print(*is_better(found, "ltp", "prompt_only", "low")[0], sep=" | ")
    LTP better than prompt only, low-resource? | +100.0 points [+100.0, +100.0] | True | False
    LTP better than prompt only, low-resource? | not measured yet | None | False
    """
    answers = []
    for group in groups:
        asked = f"{ALL_NAMES[a]} better than {ALL_NAMES[b]}, {GROUPS[group]}?"
        if found.of(a) and found.of(b):
            gap = findings.difference(found, a, b, group)
            told = findings.rule(gap)
            answers.append(Evidence(asked, points(gap), told == "better", told == "worse"))
        else:
            answers.append(Evidence(asked, "not measured yet"))
    return answers


def are_better(
    pairs: Mapping[str, tuple[list[dict], list[dict]]], items: Mapping, *groups: str
) -> list[Evidence]:
    """Is the first of each pair better? In each group corrected for the number of pairs (Holm).

    pairs: "A better than B" -> (rows of A, rows of B), as `compare.compare_pairs` takes them.

    >>> row = {"seed": 0, "language": "qu", "n": 4}
    >>> pairs = {"A better than B": ([row | {"correct": b"\\xf0"}], [row | {"correct": b"\\x00"}])}
    >>> print(*are_better(pairs, {"qu": list("abcd")}, "low")[0], sep=" | ")
    A better than B, low-resource? | +100.0 points [+100.0, +100.0] | True | False
    """
    return [
        Evidence(f"{c.rival}, {GROUPS[group]}?", points(c.difference), c.verdict == "better",
                 c.verdict == "worse")
        for group in groups for c in compare_pairs(dict(pairs), items, group)
    ]  # fmt: skip


def points(gap: Interval) -> str:
    """A difference in points, with its interval.

    >>> points(Interval(0.02, -0.01, 0.05))
    '+2.0 points [-1.0, +5.0]'
    """
    mean, low, high = (f"{round(100 * x, 1) + 0.0:+.1f}" for x in gap)
    return f"{mean} points [{low}, {high}]"


def verdict(evidence: Sequence[Evidence]) -> str:
    """The verdict on a claim.

    >>> yes, no, open_ = (Evidence("?", "", holds) for holds in (True, False, None))
    >>> print(verdict([yes, yes]), verdict([yes, no]), verdict([no]), verdict([open_]), sep=", ")
    holds, holds in part, not seen here, not tested yet
    >>> verdict([yes, open_])
    'holds, as far as tested'
    """
    told = [e.holds for e in evidence if e.holds is not None]
    if not told:
        return "not tested yet"
    word = "holds" if all(told) else "holds in part" if any(told) else "not seen here"
    return word if len(told) == len(evidence) else f"{word}, as far as tested"


def shown(evidence: Sequence[Evidence]) -> str:
    """The evidence as text, a line each, and the verdict below.

    >>> print(shown([Evidence("is 2 more than 1?", "+1", True)]))
    yes   is 2 more than 1?   +1
    verdict: holds
    """
    width = max(len(e.asked) for e in evidence)
    lines = [f"{MARKS[e.holds]:<5} {e.asked:<{width}}   {e.measured}" for e in evidence]
    return "\n".join([*lines, f"verdict: {verdict(evidence)}"])
