"""The code equals one written bit by bit, decodes to what was encoded, and is near the entropy."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltp_core.arrays import rice as gaps


def by_hand(index, b):
    """The reference: split each step in u and c; c plane by plane, then u in unary."""
    steps = [i - before for i, before in zip(index, [-1, *index], strict=False)]
    u = [-(-step >> b) for step in steps]
    c = [(one << b) - step for one, step in zip(u, steps, strict=True)]
    planes = "".join(str(x >> j & 1) for j in range(b) for x in c)
    return planes + "".join("0" * (one - 1) + "1" for one in u)


@pytest.mark.second
@settings(max_examples=200, deadline=None)
@given(st.lists(st.booleans(), max_size=200), st.integers(0, 3))
def test_the_code_is_the_reference_and_the_way_back(mask, gap):
    mask = [bit for bit in mask for bit in [False] * 10 * gap + [bit]]  # long gaps too
    n, index = len(mask), [i for i, bit in enumerate(mask) if bit]
    coded = index if 2 * len(index) <= n else [i for i in range(n) if not mask[i]]
    bits = min((by_hand(coded, b) for b in range(10)), key=len)  # of equal ones the first
    b, data = gaps.encode(np.array(index, np.int64), n)
    assert bits == by_hand(coded, b)
    octets = [bits[i : i + 8].ljust(8, "0") for i in range(0, len(bits), 8)]
    assert data.tolist() == [int(octet, 2) for octet in octets]
    back = gaps.decode(data, n, len(index), b)
    assert back.dtype == np.int64 and back.tolist() == index


@pytest.mark.parametrize("n, index", [(0, []), (1, []), (1, [0]), (9, range(9)), (2**40, [2**39])])
def test_edges(n, index):
    index = np.array(index, np.int64)
    b, data = gaps.encode(index, n)
    assert np.array_equal(gaps.decode(data, n, len(index), b), index)
    assert len(data) <= 6 and (len(data) == 0) == (n < 10)


def entropy_bytes(n, k):
    p = k / n
    return -n * (p * np.log2(p) + (1 - p) * np.log2(1 - p)) / 8


@pytest.mark.parametrize("density", [0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.382, 0.5, 0.62, 0.9])
def test_size_is_near_the_entropy(density):
    n = 1_000_000
    index = np.flatnonzero(np.random.default_rng(0).random(n) < density)
    _, data = gaps.encode(index, n)
    assert len(data) < 1.05 * entropy_bytes(n, len(index))


def test_wrong_counts_are_noticed():
    b, data = gaps.encode(np.array([1, 3, 8]), 10)
    with pytest.raises(ValueError, match="expected 4 entries, found"):
        gaps.decode(data, 10, 4, b)
