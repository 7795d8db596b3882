"""All randomness comes from seeds that are made of numbers: a run's seed, an epoch, a step.

So the order of epoch 7 is the same whether a run reaches it in one go or after a restart, and a
checkpoint needs no generator states.

What it does not do: draw anything.
"""

from __future__ import annotations

import numpy as np


def seed_for(*numbers: int) -> int:
    """Mix several numbers into one seed; the same on every machine.

    >>> seed_for(0, 1), seed_for(1, 0)
    (3964924996, 1835504127)
    """
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])
