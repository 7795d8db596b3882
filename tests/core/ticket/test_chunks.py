"""What is ranked is the difference of two states of one model, in any chunks."""

import pytest
import torch

from ltp_core.ticket import chunks
from ltp_core.ticket.chunks import Deltas
from ltp_core.ticket.ticket import Ticket
from tests.support.movements import by_sorting, noise, pairs


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
