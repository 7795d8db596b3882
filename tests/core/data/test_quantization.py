"""Packed codes against the few lines that say what they mean."""

import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ltp_core.data.quantization import BLOCK, dequantise
from tools.backbone import e5_unpack
from tools.backbone.pack import quantise


def reference(weight: torch.Tensor, bits: int) -> torch.Tensor:
    """Round every block to the grid that its extreme weight spans; no packing."""
    half, out = 2 ** (bits - 1), torch.empty_like(weight)
    for r in range(weight.shape[0]):
        for c in range(0, weight.shape[1], BLOCK[bits]):
            block = weight[r, c : c + BLOCK[bits]]
            scale = (block[block.abs().argmax()] / -half).half().float()
            out[r, c : c + BLOCK[bits]] = (block / scale).round().clamp(-half, half - 1) * scale
    return out


@pytest.mark.parametrize("bits", [4, 8])
def test_round_trip_is_the_reference(bits):
    weight = torch.randn(5, 192, generator=torch.Generator().manual_seed(0))
    assert torch.equal(dequantise(*quantise(weight, bits), bits), reference(weight, bits))


@pytest.mark.second
@given(arrays(np.uint8, (3, 16)), st.sampled_from((2**-9, 0.75, 3.0)), st.sampled_from((-1, 1)))
def test_what_came_in_four_bits_is_stored_without_loss(nibbles, scale, sign):
    nibbles[:, 0] &= 0xF0  # each block has an extreme weight, code 0, as the format promises
    raw = b"".join(struct.pack("<e", sign * scale) + row.tobytes() for row in nibbles)
    weight = torch.from_numpy(e5_unpack.dequantise_q4(raw, 96)).view(3, 32)
    assert torch.equal(dequantise(*quantise(weight, 4), 4), weight)


def test_a_row_of_zeros_stays_zero():
    assert not dequantise(*quantise(torch.zeros(2, 64), 4), 4).any()


@pytest.mark.parametrize("bits, shape", [(5, (2, 64)), (8, (2, 63)), (8, (64,))])
def test_bad_input(bits, shape):
    with pytest.raises(ValueError, match="must be one of|expected"):
        quantise(torch.zeros(shape), bits)
