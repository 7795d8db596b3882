"""The bootstrap of `evaluate.macro_interval`, for every language by itself and all at once.

`macro_interval` draws seeds and test items together and gives one interval for a mean over
languages. Here the same draws are kept language by language,

    drawn[d, l] = Σ_s Σ_i a_ds b_di c_sli / Σ_s Σ_i a_ds b_di,

so that a difference of two methods is a subtraction, for fifty languages and six pairs of methods
in about a second. The reference is `macro_interval` on one language at a time; a test compares.

Reading order: `settle`, `drawn`, `interval`. What this file does not do: measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from . import results
from .bootstrap import Interval, language_draws
from .results import Items, Row

DRAWS = 5000


def settle(rows: Iterable[Row], of: Sequence[str]) -> None:
    """Refuse rows of which two measure the same thing: the second would hide the first.

    Raises:
        ValueError: there are two such rows.

    >>> settle([{"method": "ltp", "language": "qu", "seed": 0}] * 2, of=("method",))
    Traceback (most recent call last):
    ValueError: two rows measure ltp in 'qu' with seed 0; keep the rows of one setting
    """
    seen: set[tuple[Any, ...]] = set()
    for row in rows:
        key = (*(str(row[name]) for name in of), row["language"], row["seed"])
        if key in seen:
            what = " ".join(key[:-2])
            raise ValueError(
                f"two rows measure {what} in {row['language']!r} with seed {row['seed']}; "
                f"keep the rows of one setting"
            )
        seen.add(key)


def drawn(rows: list[Row], items: Items, languages: Sequence[str]) -> np.ndarray:
    """Accuracy of one method in each language, (1 + DRAWS, L); the first row is the data itself."""
    return language_draws(results.correctness(rows, items, languages), draws=DRAWS)


def interval(values: np.ndarray) -> Interval:
    """The estimate and its 95 % interval from draws (1 + D,).

    >>> print(interval(np.array([0.5, 0.4, 0.5, 0.6])))
    0.500 [0.405, 0.595]
    """
    return Interval(float(values[0]), *map(float, np.nanquantile(values[1:], (0.025, 0.975))))
