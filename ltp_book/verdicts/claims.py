"""A question to the stored results, and an answer that no author can bend.

A question is put to a difference A - B with its 95 % interval [l, h] and its p:

    is A better than B?               yes: clear, above zero         no: clear, below zero
    is A no worse than B, give or     yes: clear, above -margin      no: clear, below zero
    take a margin?

and *undecided* where neither is so, for want of data. "Clear" means that the p is below .05 after
Holm's correction (`compare.holm`) for all questions that are asked together: one of many would get
a lucky answer. So an interval, which has no correction, may leave out zero where the answer is
*undecided*; the corrected p beside it says why. Where [l, h] lies above -margin and below zero, the
answer is *yes*: worse, but by less than the margin.

A question whose runs nobody has made is *not asked yet*. It counts among those asked together, with
p = 1, so that no other answer gets harder on the day when it is asked.

Reading order: `Question`, `put`, `pairs`, `are_better`, `no_worse`, `not_asked`, `corrected`,
`counted`, `cells`.

What it does not do: choose the claims and their questions. The page does, `book/claims.ipynb`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ltp_core.measure.bootstrap import Interval, interval, p_value
from ltp_core.measure.compare import holm

from .findings import ALL_NAMES, Stored, differences
from .groups import spoken

MARGIN = 0.02  # two points; our choice
ANSWERS = ("yes", "no", "undecided", "not asked yet")
HEAD = ("answer", "question", "points", "corrected p")  # of a table of `cells`
Pairs = Mapping[tuple[str, str], tuple]  # (name of A, name of B) -> (rows, rows), or with items


class Question(NamedTuple):
    """One question, what was measured, and what the interval says; gap None: nothing was."""

    asked: str
    gap: Interval | None = None
    says: str = "undecided"
    p: float = 1.0

    @property
    def answer(self) -> str:
        """ "yes", "no" (the opposite is seen), "undecided", or "not asked yet"."""
        if self.gap is None:
            return "not asked yet"
        return self.says if self.p < 0.05 else "undecided"


def put(asked: str, drawn: np.ndarray, margin: float = 0.0) -> Question:
    """Does a difference lie above zero, or not farther below it than the margin?

    drawn: (1 + draws,), the difference in the data and in each draw of a bootstrap.

    >>> draws = np.linspace(-0.01, 0.03, 999)
    >>> for margin in (0.0, 0.02):
    ...     print(cells(put("?", np.r_[0.01, draws], margin)))
    ('undecided', '?', '+1.0 [-0.9, +2.9]', '0.5020')
    ('yes', '?', '+1.0 [-0.9, +2.9]', '0.0020')
    """
    gap = interval(drawn)
    above, below = p_value(drawn + margin), p_value(drawn)
    if gap.low > -margin:
        return Question(asked, gap, "yes", above)
    if gap.high < 0:
        return Question(asked, gap, "no", below)
    return Question(asked, gap, "undecided", above if gap.mean > -margin else below)


def not_asked(asked: str) -> Question:
    """A question whose runs nobody has made.

    >>> not_asked("is a shared ticket as good?").answer
    'not asked yet'
    """
    return Question(asked)


def pairs(found: Stored, *of: tuple[str, str]) -> Pairs:
    """(name of A, name of B) -> (rows of A, rows of B), for pairs of methods.

    >>> pairs(Stored([], {}), ("ltp", "full"))
    {('LTP', 'full fine-tuning'): ([], [])}
    """
    return {(ALL_NAMES[a], ALL_NAMES[b]): (found.of(a), found.of(b)) for a, b in of}


def are_better(asked: Pairs, items: Mapping, *groups: str) -> list[Question]:
    """Is the first of each pair better, in each of these groups? Not corrected.

    >>> row = {"seed": 0, "language": "qu", "n": 4}
    >>> runs = {("A", "B"): ([row | {"correct": b"\\xf0"}], [row | {"correct": b"\\x00"}])}
    >>> print(*cells(are_better(runs, {"qu": list("abcd")}, "low")[0]), sep=" | ")
    yes | A better than B, low-resource? | +100.0 [+100.0, +100.0] | 0.0004
    """
    return _asked(asked, items, groups, "better than", 0.0)


def no_worse(asked: Pairs, items: Mapping, *groups: str, margin: float = MARGIN) -> list[Question]:
    """Is the first of each pair no worse than the second, give or take the margin? Not corrected.

    >>> row = {"seed": 0, "language": "qu", "n": 4, "correct": b"\\xf0"}
    >>> print(*cells(no_worse({("A", "B"): ([row], [row])}, {"qu": list("abcd")}, "low")[0]))
    yes A no worse than B, low-resource? +0.0 [+0.0, +0.0] 0.0004
    """
    return _asked(asked, items, groups, "no worse than", margin)


def _asked(
    asked: Pairs, items: Mapping, groups: Sequence[str], than: str, margin: float
) -> list[Question]:
    """Every pair in every group; not asked yet where one of the two was not measured."""
    told = []
    for group in groups:
        for (a, b), (ours, theirs, *own) in asked.items():
            words = f"{a} {than} {b}, {spoken(group)}?"
            if ours and theirs:
                drawn = differences(ours, theirs, own[0] if own else items, group)
                told.append(put(words, drawn, margin))
            else:
                told.append(not_asked(words))
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


def cells(question: Question) -> tuple[str, str, str, str]:
    """A question as a row of a table: answer, question, points with their interval, corrected p."""
    if question.gap is None:
        return question.answer, question.asked, "–", "–"
    mean, low, high = (f"{round(100 * x, 1) + 0.0:+.1f}" for x in question.gap)
    return question.answer, question.asked, f"{mean} [{low}, {high}]", f"{question.p:.4f}"
