"""Items that belong together: a random draw takes all of them, or none.

Two rows about one dog are not two independent observations.  In the pair tasks an item has a
*family*: the emoji whose name is read, or the premise that three hypotheses share.  The id says so,

    family|rest        🐕|🐕   🐕|🐈        12|0   12|1   12|2

and an id without a bar is a family of its own.  `Task.test(every=2)` thins by family, and the
bootstrap and the analysis of variance draw families (a cluster bootstrap: Davison and Hinkley 1997,
Bootstrap Methods and their Application, section 3.8).

What it does not do: find out which items belong together.  The task that writes the ids knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np


def family(item: str) -> str:
    """Return the family of an item.

    >>> family("🐕|🐈"), family("🐕")
    ('🐕', '🐕')
    """
    return item.split("|", 1)[0]


def families(items: Iterable[str]) -> np.ndarray:
    """Return the number of each item's family, (I,), families numbered in sorted order.

    >>> families(["12|0", "12|1", "7|0"])
    array([0, 0, 1])
    """
    return np.unique([family(item) for item in items], return_inverse=True)[1]


def shuffle_key(seed: object, item: str) -> str:
    """Return a sort key that shuffles items: the same for a seed on every machine.

    >>> [sorted("abcd", key=lambda item: shuffle_key(seed, item)) for seed in (0, 1)]
    [['d', 'a', 'c', 'b'], ['d', 'a', 'b', 'c']]
    """
    return hashlib.sha256(f"{seed}:{item}".encode()).hexdigest()


def in_subsample(item: str, every: int) -> bool:
    """Return whether an item is among the roughly 1/`every` that a thinned test keeps.

    Decided by a hash of the family alone: the same in every language and every task, and what is
    kept for 4 is kept for 2.

    >>> [in_subsample(item, 2) for item in ("🐈", "🐕|🐕", "🐕|🐈")]
    [True, False, False]
    """
    return int(shuffle_key("every", family(item)), 16) % every == 0
