r"""Store weights in a few bits: one fp16 scale per block, small integer codes, packed into bytes.

    w ~ code * scale,   code in -(2^(b-1) - 1) ... 2^(b-1) - 1,   scale = max|w| / (2^(b-1) - 1)

with one scale for each run of 64 weights along a row. At 8 bits a code is one byte; at 6 bits four
codes share three bytes. The embedded model travels this way and is unpacked to fp32 when loaded.

Not here: computing with the codes. This is storage, not fast inference.
"""

from __future__ import annotations

import torch
from torch import Tensor

BLOCK = 64
BITS = (6, 8)


def quantise(weight: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """A matrix (rows, columns) as packed codes (uint8, 1-d) and fp16 scales (rows, columns / 64).

    Raises ValueError if `bits` is not 6 or 8, or if the columns do not fill whole blocks.

    >>> codes, scales = quantise(torch.linspace(-1, 1, 64).view(1, 64), bits=6)
    >>> codes.numel(), scales.numel()          # 64 codes of 6 bits are 48 bytes
    (48, 1)
    """
    if bits not in BITS:
        raise ValueError(f"bits must be one of {BITS}, got {bits}")
    if weight.dim() != 2 or weight.shape[1] % BLOCK:
        raise ValueError(f"expected (rows, a multiple of {BLOCK}), got {tuple(weight.shape)}")
    top = 2 ** (bits - 1) - 1
    blocks = weight.detach().float().reshape(-1, BLOCK)  # (rows * columns / 64, 64)
    scales = (blocks.abs().amax(dim=1) / top).half()
    step = scales.float().clamp_min(1e-12)[:, None]
    codes = (blocks / step).round().clamp(-top, top).to(torch.int16) + top + 1  # 1 ... 2^b - 1
    return _pack(codes.flatten(), bits), scales.view(weight.shape[0], -1)


def dequantise(codes: Tensor, scales: Tensor, bits: int) -> Tensor:
    """The fp32 matrix that `quantise` stored, each weight within half a step of the original.

    >>> weight = torch.linspace(-1, 1, 128).view(2, 64)
    >>> back = dequantise(*quantise(weight, bits=8), bits=8)
    >>> bool((back - weight).abs().max() <= 0.5 / 127 + 1e-3)
    True
    """
    top = 2 ** (bits - 1) - 1
    values = _unpack(codes, bits).view(-1, BLOCK).float() - (top + 1)
    return (values * scales.float().view(-1, 1)).view(scales.shape[0], -1)


def _pack(codes: Tensor, bits: int) -> Tensor:
    """Codes below 2^bits -> bytes. Six bits: (a, b, c, d) -> aaaaaabb bbbbcccc ccdddddd."""
    if bits == 8:
        return codes.to(torch.uint8)
    a, b, c, d = codes.view(-1, 4).unbind(1)
    packed = torch.stack([a << 2 | b >> 4, (b & 15) << 4 | c >> 2, (c & 3) << 6 | d], dim=1)
    return packed.flatten().to(torch.uint8)


def _unpack(packed: Tensor, bits: int) -> Tensor:
    """The inverse of `_pack`."""
    if bits == 8:
        return packed
    x, y, z = packed.view(-1, 3).unbind(1)
    return torch.stack([x >> 2, (x & 3) << 4 | y >> 4, (y & 15) << 2 | z >> 6, z & 63], 1).flatten()
