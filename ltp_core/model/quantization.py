r"""Store weights in a few bits: one fp16 scale per block, small integer codes, packed into bytes.

    w ~ code * scale,   code in -2^(b-1) ... 2^(b-1) - 1,   scale = -(extreme weight) / 2^(b-1)

The extreme weight of a block, the one farthest from zero, is kept with its sign, and the others are
rounded to its grid. At 8 bits a block is 64 weights along a row, at 4 bits 32, two codes in a byte.

The rule at 4 bits is that of llama.cpp's format Q4_0, in which our source, a published 4-bit copy
of multilingual-e5-small, comes. A matrix that training left alone is therefore stored again without
any loss. The embedded model travels this way and is unpacked to fp32 when loaded.

Not here: computing with the codes. This is storage, not fast inference.
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = {4: 32, 8: 64}  # bits -> weights that share a scale


def quantise(weight: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """A matrix (rows, columns) as packed codes (uint8, 1-d) and fp16 scales (rows, blocks).

    Raises ValueError if `bits` is not 4 or 8, or if the columns do not fill whole blocks.

    >>> codes, scales = quantise(torch.tensor([[-1.0, 0.5, 0.0, 0.9] * 8]), bits=4)
    >>> codes.numel(), scales.item()           # 32 codes of 4 bits are 16 bytes
    (16, 0.125)
    >>> dequantise(codes, scales, bits=4)[0, :4]
    tensor([-1.0000,  0.5000,  0.0000,  0.8750])
    """
    if bits not in BLOCK:
        raise ValueError(f"bits must be one of {tuple(BLOCK)}, got {bits}")
    if weight.dim() != 2 or weight.shape[1] % BLOCK[bits]:
        raise ValueError(f"expected (rows, a multiple of {BLOCK[bits]}), got {tuple(weight.shape)}")
    half = 2 ** (bits - 1)
    blocks = weight.detach().float().reshape(-1, BLOCK[bits])  # (all weights / block, block)
    extreme = blocks.gather(1, blocks.abs().argmax(dim=1, keepdim=True))
    scales = (extreme / -half).half()
    step = scales.float()
    step[step == 0] = 1.0
    codes = (blocks / step).round().clamp(-half, half - 1).to(torch.int16) + half  # 0 ... 2^b - 1
    codes = codes.flatten().to(torch.uint8)
    if bits == 4:
        codes = codes[0::2] << 4 | codes[1::2]
    return codes, scales.view(weight.shape[0], -1)


def dequantise(codes: Tensor, scales: Tensor, bits: int) -> Tensor:
    """The fp32 matrix that `quantise` stored, each weight within one step of the original.

    >>> weight = torch.linspace(-1, 1, 128).view(2, 64)
    >>> back = dequantise(*quantise(weight, bits=8), bits=8)
    >>> bool((back - weight).abs().max() <= 1 / 128 + 1e-3)
    True
    """
    if bits == 4:
        codes = torch.stack([codes >> 4, codes & 15], dim=1).flatten()
    values = codes.view(-1, BLOCK[bits]).float() - 2 ** (bits - 1)
    return (values * scales.float().view(-1, 1)).view(scales.shape[0], -1)
