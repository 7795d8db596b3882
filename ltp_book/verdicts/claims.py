"""A claim, the evidence for it, and a verdict that no author can bend.

A claim is cut into questions that a difference A - B with its 95 % interval [l, h] answers:

    is A better than B?               yes: clear, above zero         no: clear, below zero
    is A no worse than B, give or     yes: l > -margin               no: clear, below zero
    take a margin?

and *undecided* where neither is so, for want of data. "Clear" is the one rule of this book
(`findings.rule`); where several questions are asked for one claim in one group of languages, one
would get a lucky answer, so they are corrected for their number (`compare.holm`). And

    all yes -> holds        some yes -> holds in part        none -> not seen here

with "; in part the opposite" where some answer is no.  "Not seen here" is no refutation: another
backbone, task or size may show it. A question whose results are not there is open: it is left out
of the verdict, and the page says so.

Reading order: `Evidence`, `pairs`, `are_better`, `no_worse`, `lies_above`, `verdict`, `shown`.

What it does not do: choose the claims. The page does, `book/claims.ipynb`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from ltp_core.measure.bootstrap import Interval
from ltp_core.measure.compare import Comparison, compare_pairs

from .. import looks
from .findings import ALL_NAMES, Stored

MARGIN = 0.02  # two points; our choice
Pairs = Mapping[tuple[str, str], tuple]  # (name of A, name of B) -> as in `compare_pairs`
NAMED = {code: look.name for code, look in looks.GROUPS.items()}  # groups in words
ANSWER = {"better": "yes", "worse": "no", "no clear difference": "undecided"}


class Evidence(NamedTuple):
    """One question, what was measured, and whether it speaks for the claim.

    answer: "yes", "no" (the opposite is seen), "undecided", or "open" (not measured).
    """

    asked: str
    measured: str
    answer: str = "open"


def pairs(found: Stored, *of: tuple[str, str]) -> Pairs:
    """(name of A, name of B) -> (rows of A, rows of B), for pairs of methods.

    >>> pairs(Stored([], {}), ("ltp", "full"))
    {('LTP', 'full fine-tuning'): ([], [])}
    """
    return {(ALL_NAMES[a], ALL_NAMES[b]): (found.of(a), found.of(b)) for a, b in of}


def are_better(asked: Pairs, items: Mapping, *groups: str) -> list[Evidence]:
    """Is the first of each pair better, in each of these groups?

    >>> row = {"seed": 0, "language": "qu", "n": 4}
    >>> runs = {("A", "B"): ([row | {"correct": b"\\xf0"}], [row | {"correct": b"\\x00"}])}
    >>> print(*are_better(runs, {"qu": list("abcd")}, "low")[0], sep=" | ")
    A better than B, low-resource? | +100.0 points [+100.0, +100.0] | yes
    """
    return _answers(asked, items, groups, "better than", lambda c: ANSWER[c.verdict])


def no_worse(asked: Pairs, items: Mapping, *groups: str, margin: float = MARGIN) -> list[Evidence]:
    """Is the first of each pair no worse than the second, give or take the margin?

    >>> row = {"seed": 0, "language": "qu", "n": 4, "correct": b"\\xf0"}
    >>> print(*no_worse({("A", "B"): ([row], [row])}, {"qu": list("abcd")}, "low")[0], sep=" | ")
    A no worse than B, low-resource? | +0.0 points [+0.0, +0.0] | yes
    """

    def answer(c: Comparison) -> str:
        within = c.difference.low > -margin
        return "yes" if within else "no" if c.verdict == "worse" else "undecided"

    return _answers(asked, items, groups, "no worse than", answer)


def lies_above(asked: str, gap: Interval, margin: float = 0.0) -> Evidence:
    """Does a difference lie above zero, or not farther below it than the margin?

    >>> [lies_above("?", gap).answer for gap in (Interval(2, 1, 3), Interval(1, -1, 3))]
    ['yes', 'undecided']
    """
    answer = "yes" if gap.low > -margin else "no" if gap.high < 0 else "undecided"
    return Evidence(asked, points(gap), answer)


def _answers(
    asked: Pairs,
    items: Mapping,
    groups: Sequence[str],
    than: str,
    answer: Callable[[Comparison], str],
) -> list[Evidence]:
    """The answers to all pairs, group by group; open where one of a pair was not measured."""
    measured = {f"{a} {than} {b}": rows for (a, b), rows in asked.items()}
    there = {question: rows for question, rows in measured.items() if all(rows[:2])}
    found = []
    for group in groups:
        told = {c.rival: c for c in compare_pairs(there, items, group)}
        for question in measured:
            c = told.get(question)
            of = (points(c.difference), answer(c)) if c else ("not measured yet",)
            found.append(Evidence(f"{question}, {NAMED[group]}?", *of))
    return found


def points(gap: Interval) -> str:
    """A difference in points, with its interval.

    >>> points(Interval(0.02, -0.01, 0.05))
    '+2.0 points [-1.0, +5.0]'
    """
    mean, low, high = (f"{round(100 * x, 1) + 0.0:+.1f}" for x in gap)
    return f"{mean} points [{low}, {high}]"


def verdict(evidence: Sequence[Evidence]) -> str:
    """The verdict on a claim.

    >>> yes, no, none, open_ = (Evidence("?", "", a) for a in ("yes", "no", "undecided", "open"))
    >>> print(verdict([yes, yes]), verdict([yes, none]), verdict([none]), sep=", ")
    holds, holds in part, not seen here
    >>> print(verdict([yes, no]), verdict([no]), sep=", ")
    holds in part; in part the opposite, not seen here; the opposite
    >>> print(verdict([yes, open_]), verdict([open_]), sep=", ")
    holds, as far as tested, not tested yet
    """
    told = [e.answer for e in evidence if e.answer != "open"]
    yes, no = told.count("yes"), told.count("no")
    if not told:
        return "not tested yet"
    word = "holds" if yes == len(told) else "holds in part" if yes else "not seen here"
    word += ("; the opposite" if no == len(told) else "; in part the opposite") if no else ""
    return word if len(told) == len(evidence) else f"{word}, as far as tested"


def counted(evidence: Sequence[Evidence]) -> str:
    """How many answers of each kind.

    >>> counted([Evidence("?", "", "yes"), Evidence("?", "", "undecided")])
    '1 yes, 0 no, 1 undecided'
    """
    kinds = Counter(e.answer for e in evidence)
    shown = ["yes", "no", "undecided"] + ["open"] * bool(kinds["open"])
    return ", ".join(f"{kinds[kind]} {kind}" for kind in shown)


def shown(evidence: Sequence[Evidence]) -> str:
    """The evidence as text, a line each, and the verdict below.

    >>> print(shown([Evidence("is 2 more than 1?", "+1", "yes")]))
    yes        +1  is 2 more than 1?
    verdict: holds
    """
    width = max(len(e.measured) for e in evidence)
    lines = [f"{e.answer:<10} {e.measured:<{width}}  {e.asked}" for e in evidence]
    return "\n".join([*lines, f"verdict: {verdict(evidence)}"])
