"""How sure is a mean over languages, and a difference between two methods?

Our runs share their test items over all languages, and differ in the seed that draws the training
examples. So seeds and items are resampled together, and one draw is used for every language and
for both of two methods:

    mean over languages of  Σ_s Σ_i a_s b_i c_sli / Σ_s Σ_i a_s b_i

with c_sli = 1 where seed s answers item i of language l correctly, and a, b the bootstrap counts
(Davison and Hinkley 1997, Bootstrap Methods and their Application, section 3.8). Items of one
family, such as three hypotheses about one premise, are drawn together: b counts families.

The interval covers *other training examples and other test items*. It does not cover other
languages (the mean is over these very languages), another ticket, or another backbone. With five
seeds it is likely too narrow, as any bootstrap of five is.

Where T tickets were each tried on the same seeds, the tickets are resampled as well, by counts u:

    mean over languages of  Σ_t Σ_s Σ_i u_t a_s b_i c_tsli / Σ_t Σ_s Σ_i u_t a_s b_i

and the interval covers *other runs of stage 1*, too. A method that draws a mask of its own with
each seed needs no such level: to resample its seeds is to resample its masks.

Reading order: `macro_draws`, `language_draws`, `macro_interval`, `p_value`.

What it does not do: read result files (`results.py`), or compare many methods (`compare.py`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np


class Interval(NamedTuple):
    """An estimate and its interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


def macro_draws(
    correct: np.ndarray,
    against: np.ndarray | None = None,
    *,
    families: np.ndarray | None = None,
    draws: int = 5000,
    seed: int = 0,
) -> np.ndarray:
    """The macro mean, or the difference of two, of the data and of each draw: (1 + draws,).

    Args:
        correct: (S, L, I), 1 right, 0 wrong, nan where a language lacks an item. Where T tickets
            were tried on the same seeds: (T, S, L, I).
        against: a second method on the same seeds, languages and items; its tickets are its own.
        families: (I,), the number of each item's family; without it each item is one of its own.

    Raises:
        ValueError: the methods differ in their numbers of seeds, languages or items.

    >>> cube = np.array([[[1.0, 0.0, 1.0, 1.0]]])
    >>> macro_draws(cube, draws=3).tolist()
    [0.75, 1.0, 0.5, 0.75]
    >>> macro_draws(cube, families=np.array([0, 0, 1, 1]), draws=3).tolist()
    [0.75, 0.75, 0.75, 1.0]
    """
    if against is not None and against.shape[-3:] != correct.shape[-3:]:
        raise ValueError(f"both methods need one shape, got {correct.shape} and {against.shape}")

    def means(cube: np.ndarray) -> np.ndarray:  # (D+1,)
        drawn = language_draws(cube, families=families, draws=draws, seed=seed)
        with np.errstate(invalid="ignore"):
            mean: np.ndarray = np.nanmean(drawn, axis=1)
        return mean

    return means(correct) - (0.0 if against is None else means(against))


def language_draws(
    correct: np.ndarray, *, families: np.ndarray | None = None, draws: int = 5000, seed: int = 0
) -> np.ndarray:
    """Each language by itself, before the mean is taken: (1 + draws, L). As in `macro_draws`.

    >>> language_draws(np.array([[[1.0, 0.0, 1.0, 1.0], [1.0] * 4]]), draws=2).tolist()
    [[0.75, 1.0], [1.0, 1.0], [0.5, 1.0]]
    """
    *tickets, seeds, languages, items = correct.shape
    family = np.arange(items) if families is None else np.asarray(families)
    a, b = _counts(seeds, int(family.max()) + 1, draws, seed)  # (D+1, S), (D+1, F)
    if tickets:  # each ticket with each seed is a run, and counts as often as both
        u = _ticket_counts(tickets[0], draws, seed)  # (D+1, T)
        a = (u[:, :, None] * a[:, None, :]).reshape(len(a), -1)  # (D+1, T·S)
        correct = correct.reshape(-1, languages, items)
    # Sums of whole numbers: exact in any order, and in single precision as far as it counts.
    whole = np.float32 if len(correct) * items < 2**24 else np.float64
    member = np.eye(b.shape[1], dtype=whole)[family]  # (I, F)

    def drawn(x: np.ndarray, a: np.ndarray = a) -> np.ndarray:  # (S, L, I) -> (D+1, L)
        sums = b @ (x.reshape(-1, items).astype(whole) @ member).T
        weighed: np.ndarray = np.einsum("dsl,ds->dl", sums.reshape(-1, len(x), languages), a)
        return weighed.astype(float)

    there = ~np.isnan(correct)
    right = drawn(np.where(there, correct, 0.0))
    if (there == there[0]).all():  # the first seed stands for all of them
        all_ = drawn(there[:1], a.sum(axis=1, keepdims=True))
    else:
        all_ = drawn(there)
    with np.errstate(invalid="ignore"):  # a draw may miss all items of a language
        accuracy: np.ndarray = right / all_
    return accuracy


@lru_cache(maxsize=4)
def _counts(seeds: int, families: int, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """How often each draw takes each seed and each family; draw 0 is the data itself.

    Kept, because a table needs the same draws many times and drawing takes longest.
    """
    rng = np.random.default_rng(seed)
    taken = [rng.multinomial(n, np.full(n, 1 / n), size=draws) for n in (seeds, families)]
    a, b = (np.vstack([np.ones(x.shape[1]), x]).astype(np.float32) for x in taken)
    a.flags.writeable = b.flags.writeable = False  # every caller gets the same arrays
    return a, b


def _ticket_counts(tickets: int, draws: int, seed: int) -> np.ndarray:
    """How often each draw takes each ticket, (1 + draws, T), from a stream of its own."""
    rng = np.random.default_rng([seed, 1])
    taken = rng.multinomial(tickets, np.full(tickets, 1 / tickets), size=draws)
    return np.vstack([np.ones(tickets), taken]).astype(np.float32)


def macro_interval(
    correct: np.ndarray, against: np.ndarray | None = None, **options: Any
) -> Interval:
    """Mean accuracy over languages with its 95 % interval; given two methods, their difference.

    Seeds and items are drawn anew together, 5,000 times, each draw for all languages and for both
    methods, so the difference is paired by seed and by item. The languages stay these. With five
    seeds or fewer the interval is likely too narrow.

    Args:
        correct: S seeds, L languages, I items: (S, L, I), 1 right, 0 wrong, nan where a language
            lacks an item; with T tickets on the same seeds (T, S, L, I). See
            `results.correctness`.
        against: the same of a second method, on the same seeds, languages and items.
        options: `families`, `draws` and `seed` of `macro_draws`.

    Raises:
        ValueError: the methods differ in their numbers of seeds, languages or items.

    >>> rng = np.random.default_rng(0)
    >>> worse = (rng.random((5, 3, 200)) < 0.60).astype(float)
    >>> better = np.maximum(worse, rng.random((5, 3, 200)) < 0.20)
    >>> print(macro_interval(better))
    0.680 [0.650, 0.709]
    >>> print(macro_interval(better, worse))
    0.073 [0.059, 0.088]
    """
    return interval(macro_draws(correct, against, **options))


def interval(drawn: np.ndarray) -> Interval:
    """The first number and the middle 95 % of the others.

    >>> interval(np.array([0.5, 0.1, 0.2, 0.3]))
    Interval(mean=0.5, low=0.105, high=0.295)
    """
    low, high = np.nanquantile(drawn[1:], (0.025, 0.975))
    return Interval(float(drawn[0]), round(float(low), 12), round(float(high), 12))


def p_value(drawn: np.ndarray) -> float:
    """How often, at most, a difference would fall on the other side of zero: two-sided.

    The share of draws at or beyond zero, with one more counted on that side, so that it is never
    zero, and doubled. It agrees with `interval`: below .05 where that leaves out zero.

    >>> round(p_value(np.array([0.2] + [0.1] * 98 + [-0.1])), 2)
    0.04
    """
    draws = drawn[1:][~np.isnan(drawn[1:])]
    beyond = min(int((draws <= 0).sum()), int((draws >= 0).sum()))
    return min(1.0, 2 * (beyond + 1) / (len(draws) + 1))
