"""Checks of *A fair comparison*: find the confound, choose a rate, Holm's correction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import le, lt
from statistics import mean, pstdev, stdev
from typing import Any

from .calls import called
from .judge import RIGHT, UNWRITTEN, Check, Compared
from .verdict import Exercise

# --- find the confound -----------------------------------------------------------------------

FLAWS = {
    1: ("A", "table 1: compare how many rates each method was given."),
    2: ("C", "table 2: compare how many labelled examples each method saw."),
    3: ("B", "table 3: look at the rows on which the choice was made."),
    4: ("D", "table 4: look at how many draws stand behind the choice, and at its neighbours."),
    5: ("F", "table 5: go through the columns one by one; do they differ in what they should not?"),
    6: ("E", "table 6: look at what is counted in each line, and over which languages."),
}


def _confounds(function: Callable[..., Any]) -> tuple[float, str]:
    """The share of the tables that are named rightly, and where to look again."""
    answer = called(function, "the six tables")
    if answer is None:
        return 0.0, UNWRITTEN
    if not isinstance(answer, Mapping):
        return 0.0, "return a dictionary: the number of each table, and a letter."
    given = {str(key): str(letter).strip().upper() for key, letter in answer.items()}
    wrong = [where for n, (letter, where) in FLAWS.items() if given.get(str(n)) != letter]
    right = len(FLAWS) - len(wrong)
    message = f"{right} of {len(FLAWS)} are right; look again at {wrong[0]}" if wrong else RIGHT
    return right / len(FLAWS), message


find_the_confound = Check(
    Exercise("find_the_confound", "fair", minutes=15, difficulty=2, importance=3, points=6),
    _confounds,
    tuple(where for _, where in FLAWS.values()),
)

# --- choose a rate ---------------------------------------------------------------------------

Rows = Sequence[Mapping[str, Any]]


def _draws(rows: Rows, splits: tuple[str, ...] = ("dev",)) -> dict[float, list[float]]:
    """The accuracies of each rate."""
    found: dict[float, list[float]] = {}
    for row in rows:
        if row["split"] in splits:
            found.setdefault(row["rate"], []).append(row["accuracy"])
    return found


def _best(
    rows: Rows, score: Callable[[list[float]], float], splits: tuple[str, ...] = ("dev",)
) -> float:
    found = _draws(rows, splits)
    return max(found, key=lambda rate: score(found[rate]))


def _careful(draws: list[float]) -> float:
    """The mean less its standard error."""
    return mean(draws) - stdev(draws) / len(draws) ** 0.5


def _runs(split: str, by_rate: Mapping[float, Sequence[float]]) -> list[dict[str, Any]]:
    return [
        {"rate": rate, "draw": draw, "split": split, "accuracy": accuracy}
        for rate, accuracies in by_rate.items()
        for draw, accuracy in enumerate(accuracies)
    ]


_CLIFF = {
    0.0003: [0.41, 0.42, 0.43],
    0.001: [0.44, 0.45, 0.42],
    0.003: [0.55, 0.56, 0.28],
    0.01: [0.20, 0.23, 0.18],
}
_LUCKY = {
    0.001: [0.30, 0.31, 0.30],
    0.01: [0.40, 0.42, 0.39],
    0.1: [0.45, 0.20, 0.21],
    1.0: [0.10, 0.15, 0.12],
}
_STEADY = {  # a good one, a steadier one, a better and wilder one
    0.0003: [0.50, 0.44, 0.50, 0.44],
    0.001: [0.445, 0.446, 0.448, 0.441],
    0.003: [0.5415, 0.5415, 0.4215, 0.4215],
}
_ONE_BAD = {0.001: [0.46, 0.46, 0.46, 0.46, 0.40], 0.01: [0.41, 0.411, 0.41, 0.411, 0.41]}
_CLOSE = {0.001: [0.447, 0.448, 0.449], 0.01: [0.40, 0.50, 0.60]}
_TEST = [0.95, 0.94, 0.95, 0.93, 0.95, 0.94]  # what is worst on dev is best here

choose_rate = Check(
    Exercise("choose_rate", "fair", minutes=15, difficulty=2, importance=3, points=2),
    Compared(
        lambda rows: _best(rows, _careful),
        {
            "beside a cliff": (_runs("dev", _CLIFF) + _runs("test", {0.01: _TEST}),),
            "one lucky draw": (_runs("test", {1.0: _TEST}) + _runs("dev", _LUCKY),),
            "a steady rate and a wild one": (
                _runs("dev", _STEADY) + _runs("test", {0.003: _TEST}),
            ),
            "one bad draw": (_runs("dev", _ONE_BAD) + _runs("test", {0.01: _TEST}),),
            "two that lie close": (_runs("dev", _CLOSE) + _runs("test", {0.01: _TEST}),),
        },
        {
            "test rows were used for the choice: look at the column `split`.": (
                lambda rows: _best(rows, _careful, ("dev", "test")),
                lambda rows: _best(rows, _careful, ("test",)),
            ),
            "one lucky draw decides: a score has to use all draws of a rate.": (
                lambda rows: _best(rows, max)
            ),
            "a rate beside a cliff wins: look at how far its draws lie apart.": (
                lambda rows: _best(rows, mean)
            ),
            "the steadiest rate wins, however low it is: the mean is a part of the score.": (
                lambda rows: _best(rows, lambda draws: -stdev(draws))
            ),
            "the spread is not divided by the root of the number of draws.": (
                lambda rows: _best(rows, lambda draws: mean(draws) - stdev(draws))
            ),
            "the spread is divided by the number of draws; its root is asked.": (
                lambda rows: _best(rows, lambda draws: mean(draws) - stdev(draws) / len(draws))
            ),
            "the worst draw decides: a score has to use all draws of a rate.": (
                lambda rows: _best(rows, min)
            ),
            "the spread is too small: `stdev` divides by n − 1; `pstdev` and `np.std` by n.": (
                lambda rows: _best(
                    rows, lambda draws: mean(draws) - pstdev(draws) / len(draws) ** 0.5
                )
            ),
            "this is the score; the rate that has it is asked.": (
                lambda rows: max(_careful(own) for own in _draws(rows).values())
            ),
        },
    ),
)

# --- Holm ------------------------------------------------------------------------------------


def _holm(
    p_values: Sequence[float],
    level: float,
    stop: bool = True,
    at_most: Callable[[float, float], bool] = le,
) -> list[bool]:
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    kept, going = [False] * len(p_values), True
    for rank, i in enumerate(order):
        passes = at_most(p_values[i], level / (len(p_values) - rank))
        going = going and passes
        kept[i] = going if stop else passes
    return kept


def _step_up(p_values: Sequence[float], bound: Callable[[int, int], float]) -> list[bool]:
    """All up to the last that passes: Hochberg's rule, or Benjamini's and Hochberg's."""
    passing = [p for n, p in enumerate(sorted(p_values)) if p <= bound(n, len(p_values))]
    return [p <= max(passing, default=-1) for p in p_values]


holm = Check(
    Exercise("holm", "fair", minutes=20, difficulty=3, importance=2, points=3),
    Compared(
        _holm,
        {
            "four": ([0.02, 0.001, 0.3, 0.012], 0.05),
            "a gap": ([0.04, 0.001, 0.03, 0.035], 0.05),
            "two": ([0.03, 0.02], 0.05),
            "two alike": ([0.3, 0.01, 0.01], 0.05),
            "equal to its bound": ([0.5, 0.025], 0.05),
            "none": ([0.04, 0.02, 0.02, 0.2], 0.05),
            "below the level only": ([0.2, 0.045], 0.05),
        },
        {
            "nothing is corrected: each is compared with the level itself.": (
                lambda p_values, level: [p <= level for p in p_values]
            ),
            "this is Bonferroni's: with Holm the next p-value has an easier bound.": (
                lambda p_values, level: [p <= level / len(p_values) for p in p_values]
            ),
            "it goes on after the first that fails: what is larger cannot pass either.": (
                lambda p_values, level: _holm(p_values, level, stop=False)
            ),
            "a later p-value that passes pulls the earlier ones in: "
            "stop at the first that fails.": (
                lambda p_values, level: _step_up(p_values, lambda n, m: level * (n + 1) / m),
                lambda p_values, level: _step_up(p_values, lambda n, m: level / (m - n)),
            ),
            "a p-value that is equal to its bound passes.": (
                lambda p_values, level: _holm(p_values, level, at_most=lt)
            ),
            "two p-values are equal, and one is lost: remember places, not values.": (
                lambda p_values, level: [
                    kept and p not in p_values[:i]
                    for i, (p, kept) in enumerate(
                        zip(p_values, _holm(p_values, level), strict=True)
                    )
                ]
            ),
            "the answers are in the order of the sorted p-values; the given order is asked.": (
                lambda p_values, level: _holm(sorted(p_values), level)
            ),
            "the answers are turned round: true stands for a difference that is kept.": (
                lambda p_values, level: [not kept for kept in _holm(p_values, level)]
            ),
        },
    ),
)

CHECKS = (find_the_confound, choose_rate, holm)
