"""Overlap counts what is shared, and chance is what a simulation finds."""

import numpy as np
import pytest

from ltp_core.measure.overlap import overlap
from ltp_core.ticket.ticket import Ticket
from tests.support.movements import noise, pairs


def test_overlap_counts_and_chance_of_each_kind():
    deltas = noise(**{f"encoder.layer.{i}.output.dense.weight": (20, 10) for i in range(2)})
    first, second = deltas  # the second layer moves more, in both tickets
    a = Ticket.select({first: deltas[first], second: 3 * deltas[second]}, 0.2, base="toy")
    other = noise(1, **{name: (20, 10) for name in deltas})
    b = Ticket.select({first: other[first], second: 3 * other[second]}, 0.2, base="toy")
    shared = len(set(pairs(a.indices)) & set(pairs(b.indices)))
    assert overlap(a, b).jaccard == shared / (160 - shared)
    assert overlap(a, a).jaccard == 1
    assert overlap(a, b).expected == 16 / (160 - 16)  # E = 80 · 80 / 400
    assert overlap(a, b, given="layer").expected > overlap(a, b).expected
    with pytest.raises(ValueError, match="different tensors"):
        overlap(a, a.restrict(layers=0))
    with pytest.raises(ValueError, match="given must be one of total, layer, tensor, got 'x'"):
        overlap(a, b, given="x")


def test_expected_overlap_is_the_mean_of_a_simulation():
    like = noise(a=(40, 20), b=(1200,))
    draws = [Ticket.random(like, d, seed=s, base="toy") for s in range(40) for d in (0.1, 0.3)]
    seen = [overlap(a, b) for a, b in zip(draws[::2], draws[3::2], strict=False)]
    mean = np.mean([o.jaccard for o in seen])
    assert abs(mean - seen[0].expected) < 4 * np.std([o.jaccard for o in seen]) / len(seen) ** 0.5
