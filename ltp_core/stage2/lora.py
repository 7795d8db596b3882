"""LoRA: beside each matrix of the encoder a product of two thin ones, and only these are trained.

    W x  becomes  W x + (α / r) · B A x,        A: (r, in), B: (out, r), α = 2 r.

B starts at zero, so training starts at θ₀. W itself never moves. Here every matrix of every layer
gets a pair: in BERT queries, keys, values, and the three dense layers. Hu et al. 2021, arXiv
2106.09685; the work is done by PEFT (`pip install "ltp-core[bench]"`).

Reading order: `add_lora`.

What it does not do: merge the product into W (the twin shares W with the model it was made from).
"""

from __future__ import annotations

import torch
from torch import nn

from ..model.parameters import in_encoder
from ..training.seeds import seed_for

MARK = ".lora_"  # in the name of every tensor that was added


def add_lora(model: nn.Module, rank: int = 8, seed: int = 0) -> None:
    """Put the thin matrices into `model`, in place; the same seed gives the same A.

    Raises:
        ValueError: the rank is below 1.
        ImportError: PEFT is not installed.

    >>> from ltp_core.model.toy import toy_backbone
    >>> model = toy_backbone().model
    >>> add_lora(model, rank=2)
    >>> sum(p.numel() for name, p in model.named_parameters() if MARK in name)
    896
    """
    if rank < 1:
        raise ValueError(f"the rank of LoRA must be at least 1, got {rank}")
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError:
        raise ImportError('LoRA needs PEFT; do pip install "ltp-core[bench]"') from None
    named = model.named_modules()
    matrices = [name for name, part in named if isinstance(part, nn.Linear) and in_encoder(name)]
    config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=matrices)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_for(seed, 4))
        inject_adapter_in_model(config, model)
