"""A question to the stored results, and an answer that no author can bend.

A question is put to a difference A - B with its 95 % interval [l, h] and its p:

    is A better than B?               yes: clear, above zero         no: clear, below zero
    is A no worse than B, give or     yes: clear, above -margin      no: clear, below -margin
    take a margin?

and *undecided* where neither is so, for want of data. "Clear" means that the p is below .05 after
Holm's correction (`compare.holm`) for all questions that are asked together: one of many would get
a lucky answer. So an interval, which has no correction, may leave out the bound where the answer is
*undecided*; the corrected p beside it says why.

A question whose runs nobody has made is *not asked yet*. It counts among those asked together, with
p = 1, so that no other answer gets harder on the day when it is asked.

A bootstrap of D repeats knows no p below 2 / (D + 1). Where none of its repeats lies on the other
side, all that is known is that p is no larger than this, times the correction: it is printed with
a "<".

Reading order: `Question`, `put`, `pairs`, `are_better`, `no_worse`, `not_asked`, `corrected`,
`counted`, `points`, `p_in_words`, `cells`.

What it does not do: choose the claims and their questions. The page does, `book/claims.ipynb`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ltp_core.measure.bootstrap import Interval, interval, p_value
from ltp_core.measure.compare import holm

from .findings import ALL_NAMES, Stored, differences
from .groups import within

MARGIN = 0.02  # two points; our choice
ANSWERS = ("yes", "no", "undecided", "not asked yet")
HEAD = ("answer", "question", "points", "corrected p")  # of a table of `cells`
Pairs = Mapping[tuple[str, str], tuple]  # (name of A, name of B) -> (rows, rows), or with items


class Question(NamedTuple):
    """One question, what was measured, and what the interval says; gap None: nothing was."""

    what: str  # without its question mark
    gap: Interval | None = None
    says: str = "undecided"
    p: float = 1.0
    margin: float = 0.0  # the bound between yes and no lies so far below zero
    least: bool = False  # whether p is the least that the bootstrap can tell
    group: str = ""  # of languages; "" where `what` names it, or it needs no name

    @property
    def asked(self) -> str:
        """The whole question, with the languages that it is about."""
        return f"{self.what}, {within(self.group)}?" if self.group else f"{self.what}?"

    @property
    def answer(self) -> str:
        """ "yes", "no" (the opposite is seen), "undecided", or "not asked yet"."""
        if self.gap is None:
            return "not asked yet"
        return self.says if self.p < 0.05 else "undecided"


def put(asked: str, drawn: np.ndarray, margin: float = 0.0, group: str = "") -> Question:
    """Does a difference lie above zero, or above minus a margin?

    drawn: (1 + draws,), the difference in the data and in each draw of a bootstrap.

    >>> draws = np.linspace(-0.01, 0.03, 999)
    >>> for margin in (0.0, 0.02):
    ...     print(cells(put("?", np.r_[0.01, draws], margin)))
    ('undecided', '?', '+1.0 [-0.9, +2.9]', '0.502')
    ('yes', '?', '+1.0 [-0.9, +2.9]', '< 0.003')
    """
    gap, draws = interval(drawn), int((~np.isnan(drawn[1:])).sum())
    says = "yes" if gap.low > -margin else "no" if gap.high < -margin else "undecided"
    p = p_value(drawn + margin)
    least = p <= 2 / (draws + 1)
    return Question(asked.removesuffix("?"), gap, says, p, margin, least, group)


def not_asked(asked: str, group: str = "") -> Question:
    """A question whose runs nobody has made.

    >>> not_asked("is a shared ticket as good?").answer
    'not asked yet'
    """
    return Question(asked.removesuffix("?"), group=group)


def pairs(found: Stored, *of: tuple[str, str]) -> Pairs:
    """(name of A, name of B) -> (rows of A, rows of B), for pairs of methods.

    >>> pairs(Stored([], {}), ("ltp", "full"))
    {('LTP', 'full + prompt'): ([], [])}
    """
    return {(ALL_NAMES[a], ALL_NAMES[b]): (found.of(a), found.of(b)) for a, b in of}


def are_better(asked: Pairs, items: Mapping, *groups: str) -> list[Question]:
    """Is the first of each pair better, in each of these groups? Not corrected.

    >>> row = {"seed": 0, "language": "qu", "n": 4}
    >>> runs = {("A", "B"): ([row | {"correct": b"\\xf0"}], [row | {"correct": b"\\x00"}])}
    >>> print(*cells(are_better(runs, {"qu": list("abcd")}, "low")[0]), sep=" | ")
    yes | A better than B, in low-resource languages? | +100.0 [+100.0, +100.0] | < 0.001
    """
    return _asked(asked, items, groups, "better than", 0.0)


def no_worse(asked: Pairs, items: Mapping, *groups: str, margin: float = MARGIN) -> list[Question]:
    """Is the first of each pair no worse than the second, give or take the margin? Not corrected.

    >>> row = {"seed": 0, "language": "qu", "n": 4, "correct": b"\\xf0"}
    >>> print(*cells(no_worse({("A", "B"): ([row], [row])}, {"qu": list("abcd")}, "low")[0]))
    yes A no worse than B, in low-resource languages? +0.0 [+0.0, +0.0] < 0.001
    """
    return _asked(asked, items, groups, "no worse than", margin)


def _asked(
    asked: Pairs, items: Mapping, groups: Sequence[str], than: str, margin: float
) -> list[Question]:
    """Every pair in every group; not asked yet where one of the two was not measured."""
    told = []
    for group in groups:
        for (a, b), (ours, theirs, *own) in asked.items():
            words = f"{a} {than} {b}"
            if ours and theirs:
                drawn = differences(ours, theirs, own[0] if own else items, group)
                told.append(put(words, drawn, margin, group))
            else:
                told.append(not_asked(words, group))
    return told


def corrected(questions: Iterable[Question]) -> list[Question]:
    """The same questions, each p corrected for the number of them.

    >>> some = [put("?", np.r_[0.01, np.linspace(-0.0001, 0.02, 999)])] * 10
    >>> some[0].answer, corrected(some)[0].answer
    ('yes', 'undecided')
    """
    told = list(questions)
    values = holm([question.p for question in told])
    return [question._replace(p=p) for question, p in zip(told, values, strict=True)]


def counted(questions: Iterable[Question]) -> dict[str, int]:
    """How many answers of each kind.

    >>> counted([not_asked("?")])
    {'yes': 0, 'no': 0, 'undecided': 0, 'not asked yet': 1}
    """
    kinds = Counter(question.answer for question in questions)
    return {answer: kinds[answer] for answer in ANSWERS}


def points(question: Question) -> str:
    """The difference in points with its interval; a dash where nothing was measured."""
    if question.gap is None:
        return "–"
    mean, low, high = (f"{round(100 * x, 1) + 0.0:+.1f}" for x in question.gap)
    return f"{mean} [{low}, {high}]"


def p_in_words(question: Question) -> str:
    """A p as the bootstrap knows it: rounded, but never across .05; "<" where it is a bound.

    >>> gap = Interval(0.1, 0.05, 0.2)
    >>> for p, least in ((0.0036, True), (0.0036, False), (0.0504, False), (1.0, False)):
    ...     print(p_in_words(Question("?", gap, p=p, least=least)))
    < 0.004
    0.004
    0.0504
    1
    """
    if question.gap is None:
        return "–"
    if question.p >= 1:
        return "1"
    if question.least:
        return f"< {(math.floor(1000 * question.p) + 1) / 1000:.3f}"
    rounded = f"{question.p:.3f}"
    return f"{question.p:.4f}" if rounded == "0.050" else rounded


def cells(question: Question) -> tuple[str, str, str, str]:
    """A question as a row of a table: answer, question, points with their interval, corrected p."""
    return question.answer, question.asked, points(question), p_in_words(question)
