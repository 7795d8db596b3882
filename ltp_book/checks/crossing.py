"""Checks of *Crossing languages*: means over languages, names that are copies, an interval."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .judge import Check, Compared
from .verdict import Exercise

# --- the mean over languages -----------------------------------------------------------------


def _by_language(right: list[int], languages: list[str]) -> list[float]:
    codes = dict.fromkeys(languages)
    of = {c: [r for r, own in zip(right, languages, strict=True) if own == c] for c in codes}
    return [sum(own) / len(own) for own in of.values()]


macro_accuracy = Check(
    Exercise("macro_accuracy", "crossing", minutes=10, difficulty=1, importance=3),
    Compared(
        lambda right, languages: float(np.mean(_by_language(right, languages))),
        {
            "one language is small": ([1, 1, 1, 0, 0], ["en", "en", "en", "en", "qu"]),
            "three languages": ([1, 0, 0, 1, 1, 1], ["sw", "qu", "qu", "en", "en", "sw"]),
        },
        {
            "a language with more texts counts more: take the mean of the languages' means.": (
                lambda right, languages: sum(right) / len(right)
            ),
            "look at the last denominator: it is the number of languages.": (
                lambda right, languages: sum(_by_language(right, languages)) / len(right)
            ),
            "one number is asked, the mean over the languages.": (_by_language),
        },
    ),
)

# --- names that are spelled as in English ----------------------------------------------------


def _kept(names: list[str], english: list[str], right: list[int], same: bool = False) -> list[int]:
    return [
        r
        for name, other, r in zip(names, english, right, strict=True)
        if (name.casefold() == other.casefold()) == same
    ]


def _unlike(
    names: list[str], english: list[str], right: list[int], seen: Callable[[str], str]
) -> float:
    """The accuracy where a name, seen so, is not the English one, which is taken as it is."""
    return float(
        np.mean([r for a, b, r in zip(names, english, right, strict=True) if seen(a) != b])
    )


without_copies = Check(
    Exercise("without_copies", "crossing", minutes=10, difficulty=1, importance=2),
    Compared(
        lambda names, english, right: (
            sum(_kept(names, english, right)) / len(_kept(names, english, right))
        ),
        {
            "two copies": (
                ["taxi", "puma", "wayta", "Limun"],
                ["taxi", "puma", "flower", "lemon"],
                [1, 1, 0, 1],
            ),
            "a capital": (["Radio", "tambo", "inti"], ["radio", "hut", "sun"], [1, 0, 0]),
            "another's name": (["pain", "douleur", "radio"], ["bread", "pain", "Radio"], [1, 0, 1]),
        },
        {
            "a capital letter makes no other name: look at 'Radio'.": (
                lambda names, english, right: _unlike(names, english, right, lambda name: name),
                lambda names, english, right: _unlike(names, english, right, str.casefold),
            ),
            "the copies are still in: compare with the accuracy of all names.": (
                lambda names, english, right: sum(right) / len(right)
            ),
            "these are the copies; the others are asked.": (
                lambda names, english, right: (
                    sum(_kept(names, english, right, True))
                    / len(_kept(names, english, right, True))
                )
            ),
            "a copy counts as a wrong answer here: leave it out of the denominator, too.": (
                lambda names, english, right: sum(_kept(names, english, right)) / len(names)
            ),
            "a name is a copy if it is the English name of its own item, not of any.": (
                lambda names, english, right: float(
                    np.mean(
                        [
                            r
                            for name, r in zip(names, right, strict=True)
                            if name.casefold() not in {other.casefold() for other in english}
                        ]
                    )
                )
            ),
        },
    ),
)

# --- an interval -----------------------------------------------------------------------------

_RNG = np.random.default_rng(0)
_HARD = _RNG.random(60)  # both methods find the same items hard
_FIRST, _SECOND = ((_HARD < share).astype(int).tolist() for share in (0.7, 0.5))
_PICKS = _RNG.integers(60, size=(100, 60)).tolist()


def _draws(right: list[int], picks: list[list[int]]) -> np.ndarray:
    return np.asarray(right, float)[np.asarray(picks)].mean(axis=1)


def _ends(draws: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _normal(difference: np.ndarray) -> tuple[float, float]:
    error = difference.std() / len(difference) ** 0.5
    return difference.mean() - 1.96 * error, difference.mean() + 1.96 * error


def _difference(first: list[int], second: list[int]) -> np.ndarray:
    return np.asarray(first, float) - np.asarray(second, float)


paired_interval = Check(
    Exercise("paired_interval", "crossing", minutes=15, difficulty=2, importance=3, points=2),
    Compared(
        lambda first, second, picks: _ends(_draws(first, picks) - _draws(second, picks)),
        {
            "60 items": (_FIRST, _SECOND, _PICKS),
            "by hand": ([1, 1, 0], [0, 1, 0], [[0, 1, 2], [0, 0, 1], [2, 2, 1], [0, 2, 2]]),
        },
        {
            "the pairs are torn apart: in one draw both methods answer the same items.": (
                lambda first, second, picks: _ends(
                    _draws(first, picks) - _draws(second, picks[1:] + picks[:1])
                )
            ),
            "these are two intervals put together: look at the difference draw by draw.": (
                lambda first, second, picks: (
                    _ends(_draws(first, picks))[0] - _ends(_draws(second, picks))[1],
                    _ends(_draws(first, picks))[1] - _ends(_draws(second, picks))[0],
                )
            ),
            "two separate intervals subtracted: look at the difference draw by draw.": (
                lambda first, second, picks: tuple(
                    one - other
                    for one, other in zip(
                        _ends(_draws(first, picks)), _ends(_draws(second, picks)), strict=True
                    )
                )
            ),
            "the mean runs over draws, not over items: look at the axis.": (
                lambda first, second, picks: _ends(
                    _difference(first, second)[np.asarray(picks)].mean(axis=0)
                )
            ),
            "2.5 % of the draws lie outside on each side, not 5 %: look at your quantiles.": (
                lambda first, second, picks: _ends(
                    _draws(first, picks) - _draws(second, picks), 0.90
                )
            ),
            "the smallest and the largest draw are no 95 % interval.": (
                lambda first, second, picks: _ends(
                    _draws(first, picks) - _draws(second, picks), 1.0
                )
            ),
            "this comes from a standard error; take the middle 95 % of the draws.": (
                lambda first, second, picks: _normal(_difference(first, second))
            ),
            "the difference is taken the other way: the first minus the second.": (
                lambda first, second, picks: _ends(_draws(second, picks) - _draws(first, picks))
            ),
        },
    ),
)

CHECKS = (macro_accuracy, without_copies, paired_interval)
