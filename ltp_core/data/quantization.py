r"""Store weights in a few bits: one fp16 scale per block, small integer codes, packed into bytes.

    w ~ code * scale,   code in -2^(b-1) ... 2^(b-1) - 1,   scale = -(extreme weight) / 2^(b-1)

The extreme weight of a block, the one farthest from zero, is kept with its sign, and the others are
rounded to its grid. At 8 bits a block is 64 weights along a row, at 4 bits 32, two codes in a byte.
In a file they are two tensors: the codes as `NAME:4` or `NAME:8`, their scales as `NAME:scales`.

The rule at 4 bits is that of llama.cpp's format Q4_0, in which our source, a published 4-bit copy
of multilingual-e5-small, comes. A matrix that training left alone is therefore stored again without
any loss. The embedded model travels this way and is unpacked to fp32 when loaded.

Reading order: `dequantise`, `unpacked`.

Not here: packing, which is done once (`tools.backbone.pack`), or computing with the codes. This is
storage, not fast inference.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

BLOCK = {4: 32, 8: 64}  # bits -> weights that share a scale


def dequantise(codes: Tensor, scales: Tensor, bits: int) -> Tensor:
    """The fp32 matrix of packed codes (uint8, 1-d) and fp16 scales (rows, blocks).

    >>> codes = torch.tensor([0x01, 0x8F] * 8, dtype=torch.uint8)  # 32 codes of 4 bits
    >>> dequantise(codes, torch.tensor([[0.125]]).half(), bits=4)[0, :4]
    tensor([-1.0000, -0.8750,  0.0000,  0.8750])
    """
    if bits == 4:
        codes = torch.stack([codes >> 4, codes & 15], dim=1).flatten()
    values = codes.view(-1, BLOCK[bits]).float().sub_(1 << bits - 1)  # in place: half the time
    return values.mul_(scales.float().view(-1, 1)).view(scales.shape[0], -1)


def unpacked(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of a file: those that are packed in fp32, all others as they are.

    >>> codes, scales = torch.zeros(16, dtype=torch.uint8), torch.ones(1, 1).half()
    >>> {name: w.shape for name, w in unpacked({"w:4": codes, "w:scales": scales}).items()}
    {'w': torch.Size([1, 32])}
    """
    state = {name: tensor for name, tensor in stored.items() if ":" not in name}
    for key, codes in stored.items():
        name, _, bits = key.partition(":")
        if bits.isdigit():
            state[name] = dequantise(codes, stored[f"{name}:scales"], int(bits))
    return state
