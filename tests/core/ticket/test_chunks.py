"""The numbers that pass by are two states' difference: each once, wherever the chunks end."""

import numpy as np
import pytest
import torch

from ltp_core.ticket import chunks
from ltp_core.ticket.chunks import Deltas, delta_bits, random_bits, shapes_of
from ltp_core.ticket.ticket import Ticket
from tests.support.movements import by_sorting, noise, pairs


def whole(stream, step=1):
    """The chunks of each tensor put together, and where they begin."""
    found, starts = {}, {}
    for name, start, bits in stream(step):
        found.setdefault(name, []).append(bits)
        starts.setdefault(name, []).append(start)
    return {name: np.concatenate(parts) for name, parts in found.items()}, starts


@pytest.mark.parametrize("size", [1, 4, 5, 6, 10, 11])
def test_a_chunk_ends_where_the_next_begins(monkeypatch, size):
    monkeypatch.setattr(chunks, "CHUNK", 5)
    deltas = noise(b=(size,), a=(2, 3))
    found, starts = whole(delta_bits(deltas))
    assert list(found) == ["a", "b"] and starts["b"] == list(range(0, size, 5))
    assert found["b"].tolist() == deltas["b"].abs().view(torch.int32).tolist()
    assert found["a"].tolist() == deltas["a"].abs().flatten().view(torch.int32).tolist()
    some, _ = whole(delta_bits(deltas), step=2)
    in_chunks = [i for start in starts["b"] for i in range(start, min(start + 5, size), 2)]
    assert some["b"].tolist() == found["b"][in_chunks].tolist()
    assert whole(delta_bits(deltas, ["b"]))[0].keys() == {"b"}


@pytest.mark.parametrize("size", [1, 5, 6, 11])
def test_chance_draws_as_many_numbers_as_there_are_entries(monkeypatch, size):
    monkeypatch.setattr(chunks, "CHUNK", 5)
    stream = random_bits({"b": (size,), "a": (2, 3)}, seed=1)
    first, starts = whole(stream)
    assert {name: len(bits) for name, bits in first.items()} == {"a": 6, "b": size}
    assert starts["b"] == list(range(0, size, 5)) and min(map(min, first.values())) >= 0
    assert all(np.array_equal(bits, first[name]) for name, bits in whole(stream)[0].items())
    other, _ = whole(random_bits({"b": (size,), "a": (2, 3)}, seed=2))
    assert not np.array_equal(other["a"], first["a"])


def test_a_weight_multiplies_its_own_movement():
    before, after = noise(0, a=(6, 5), b=(7,)), noise(1, a=(6, 5), b=(7,))
    weights = {"a": noise(2, a=(5, 6))["a"].T, "b": torch.arange(7)}  # not contiguous; no floats
    weighted = Deltas(before, after, weights)
    by_hand = {name: (after[name] - before[name]) * weights[name] for name in before}
    assert all(torch.equal(weighted[name], by_hand[name]) for name in before)
    assert torch.equal(weighted.part("a", slice(3, 20, 4)), by_hand["a"].flatten()[3:20:4])
    how = dict(base="toy", allow_unmoved=True)
    assert Ticket.select(weighted, 0.3, **how) == Ticket.select(by_hand, 0.3, **how)
    assert dict(weighted).keys() == before.keys() and len(weighted) == 2


def test_the_largest_number_there_is_may_be_a_movement():
    largest = torch.finfo(torch.float32).max
    deltas = {"a": torch.tensor([1.0, -largest, 2.0])}
    assert Ticket.select(deltas, 0.34, base="toy").indices["a"].tolist() == [1]


def test_numbers_one_bit_apart_are_told_apart():
    one = torch.tensor(1.5)
    deltas = {"a": torch.stack([one, torch.nextafter(one, one + 1), one])}
    assert Ticket.select(deltas, 0.34, base="toy").indices["a"].tolist() == [1]


def test_shapes_are_told_without_a_subtraction(monkeypatch):
    monkeypatch.setattr(Deltas, "part", lambda *_: pytest.fail("it subtracted"))
    states = noise(a=(2, 5), b=(3,))
    assert shapes_of(Deltas(states, states)) == shapes_of(states) == {"a": (2, 5), "b": (3,)}
    with pytest.raises(ValueError, match="a must be a tensor, got a list"):
        shapes_of({"a": [1.0]})


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_subtraction_by_chunks_is_subtraction(monkeypatch, dtype):
    """Also of tensors that are not contiguous, in the precision of a checkpoint."""
    before, after = [
        {"a": noise(seed, a=(50, 41))["a"].to(dtype).T, "b": noise(seed + 2, b=(777,))["b"]}
        for seed in (0, 1)
    ]
    whole = {name: after[name].float() - before[name].float() for name in before}
    expected = Ticket.select(whole, 0.2, base="toy")
    assert pairs(expected.indices) == by_sorting(whole, len(expected))
    for chunk in (1 << 18, 100):
        monkeypatch.setattr(chunks, "CHUNK", chunk)
        assert Ticket.select(Deltas(before, after), 0.2, base="toy") == expected
    assert all(torch.equal(delta, whole[n]) for n, delta in Deltas(before, after).items())


@pytest.mark.parametrize("bad", [float("nan"), -float("nan"), float("inf"), -float("inf")])
def test_deltas_must_be_finite(bad):
    with pytest.raises(ValueError, match="delta of b holds NaN or infinity"):
        Ticket.select({"a": torch.ones(4), "b": torch.tensor([1.0, bad])}, 0.5, base="toy")


def test_deltas_must_be_fp32():
    with pytest.raises(ValueError, match="a is torch.bfloat16; take it in torch.float32"):
        Ticket.select({"a": torch.ones(4, dtype=torch.bfloat16)}, 0.5, base="toy")


def test_two_states_must_be_of_one_model():
    with pytest.raises(ValueError, match="stage 1 gave no weights for 'b'"):
        Deltas(noise(a=(2,), b=(2,)), noise(a=(2,)))
    with pytest.raises(ValueError, match=r"a has shape \(2, 3\) before and \(6,\) after"):
        Deltas(noise(a=(2, 3)), noise(a=(6,)))
