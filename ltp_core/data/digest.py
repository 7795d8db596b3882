"""A short hash of some values: when they change, it changes.

Names of runs, checkpoints and shared tickets carry one, so that none is taken for another.

What it does not do: hash a model. `model.backbone.fingerprint` does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


def digest(items: Iterable) -> str:
    """Sixteen hex digits that change when anything in `items` does.

    >>> digest([[1, 2], [3]]) == digest([[1], [2, 3]])
    False
    """
    return hashlib.sha256(repr(list(items)).encode()).hexdigest()[:16]
