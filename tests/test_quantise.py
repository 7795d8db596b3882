"""Packed codes against the few lines that say what they mean."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltp_core.quantise import BLOCK, _pack, _unpack, dequantise, quantise


def reference(weight: torch.Tensor, bits: int) -> torch.Tensor:
    """Round every block of 64 to a grid of 2^b - 1 steps; no packing."""
    top = 2 ** (bits - 1) - 1
    out = torch.empty_like(weight)
    for r in range(weight.shape[0]):
        for c in range(0, weight.shape[1], BLOCK):
            block = weight[r, c : c + BLOCK]
            scale = (block.abs().max() / top).half().float()
            out[r, c : c + BLOCK] = (block / scale).round().clamp(-top, top) * scale
    return out


@pytest.mark.parametrize("bits", [6, 8])
def test_round_trip_is_the_reference(bits):
    weight = torch.randn(5, 192, generator=torch.Generator().manual_seed(0))
    assert torch.equal(dequantise(*quantise(weight, bits), bits), reference(weight, bits))


@given(st.lists(st.integers(0, 63), min_size=4, max_size=64).filter(lambda x: len(x) % 4 == 0))
def test_six_bit_packing_is_lossless(codes):
    codes = torch.tensor(codes, dtype=torch.int16)
    packed = _pack(codes, 6)
    assert packed.numel() * 4 == codes.numel() * 3
    assert torch.equal(_unpack(packed, 6).to(torch.int16), codes)


def test_a_row_of_zeros_stays_zero():
    assert not dequantise(*quantise(torch.zeros(2, 64), 6), 6).any()


@pytest.mark.parametrize("bits, shape", [(5, (2, 64)), (8, (2, 63)), (8, (64,))])
def test_bad_input(bits, shape):
    with pytest.raises(ValueError, match="must be one of|expected"):
        quantise(torch.zeros(shape), bits)
