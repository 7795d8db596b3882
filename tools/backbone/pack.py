"""Store a masked LM in a few bits a weight, as `ltp_core.data.quantization` unpacks it.

Reading order: `quantise`, `save_packed`, `write_sums`.

What it does not do: unpack.
"""

import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor
from transformers import PreTrainedModel

from ltp_core.data.quantization import BLOCK
from ltp_core.model.backbone import WEIGHTS

SUMS = "SHA256SUMS"


def quantise(weight: Tensor, bits: int) -> tuple[Tensor, Tensor]:
    """A matrix (rows, columns) as packed codes (uint8, 1-d) and fp16 scales (rows, blocks).

    Raises ValueError if `bits` is not 4 or 8, or if the columns do not fill whole blocks.

    >>> codes, scales = quantise(torch.tensor([[-1.0, 0.5, 0.0, 0.9] * 8]), bits=4)
    >>> codes.numel(), scales.item()           # 32 codes of 4 bits are 16 bytes
    (16, 0.125)
    >>> from ltp_core.data.quantization import dequantise
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


def save_packed(model: PreTrainedModel, folder: Path, bits: dict[str, int]) -> None:
    """Write a BERT masked LM with its matrices in a few bits.

    bits: name prefix -> 4 or 8; the longest prefix that fits a matrix decides, "" fits all.
    """
    tensors: dict[str, Tensor] = {}
    for name, p in model.named_parameters():  # tied weights appear once
        if p.dim() == 2:
            width = bits[max((b for b in bits if name.startswith(b)), key=len)]
            tensors[f"{name}:{width}"], tensors[f"{name}:scales"] = quantise(p, width)
        else:
            tensors[name] = p.detach().float().contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / WEIGHTS)
    (folder / "config.json").write_text(json.dumps(model.config.to_diff_dict(), indent=1) + "\n")


def write_sums(folder: Path) -> None:
    """Write SHA256SUMS, which `load_backbone` holds the other files to."""
    files = sorted(file for file in folder.iterdir() if file.name != SUMS)
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}\n" for file in files]
    (folder / SUMS).write_text("".join(lines))
