"""The methods, a few lines each: what may move, and what runs between backward pass and next step.

    full      every weight of the language model
    mask      the eligible tensors, their gradients multiplied by a mask, as composable-sft does it
              (Ansell et al. 2022, arXiv 2110.07560): a bool mask and a copy of each tensor, and an
              AdamW that goes from tensor to tensor in Python, as its Trainer's did
    mask-fused  the same with today's fused AdamW, which the authors did not have
    lora      PEFT's LoRA, rank 8, on every matrix of the encoder (arXiv 2106.09685)
    shira     PEFT's SHiRA (arXiv 2406.13175), random places, on the same matrices. It takes one
              rank for all, so the share of entries comes near the density, not quite to it
    super     PEFT's Super-Tuning (SupertuningConfig), the largest weights of the same matrices
    prompt    nothing but the prompt
    ticket    ours: `SparseModel`

All have the same prompt in front, all but `mask` the same fused AdamW, and clip the same global
norm. Places are drawn by chance where a method lets us: what is measured does not depend on which
they are.

Reading order: `Rival`, `build`, then one function a method. What this file does not do: measure.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

from ltp_core.model.parameters import eligible
from ltp_core.stage2.lora import MARK, add_lora
from ltp_core.ticket.sparse import SparseModel
from ltp_core.ticket.ticket import Ticket, origin

DENSE = ("full", "prompt", "lora")
SPARSE = ("mask", "mask-fused", "shira", "super", "ticket")


class Rival(NamedTuple):
    """A method made ready on a model."""

    leaves: list[nn.Parameter]  # what the optimizer sees
    moving: int  # how many numbers of them may move
    save: Callable[[Path], None]  # write all that is needed beside the base model
    hooks: Callable[[], None] = lambda: None  # what it does in hooks of the backward pass
    before_step: Callable[[], None] = lambda: None
    after_step: Callable[[], None] = lambda: None
    kept: object = None  # what must stay alive beside the leaves
    fused: bool = True  # which AdamW


def build(method: str, model: nn.Module, density: float | None) -> Rival:
    """Make `method` ready on a masked LM, in place; of the model only its leaves ask for gradients.

    >>> from ltp_core.model.toy import toy_backbone
    >>> sum(leaf.numel() for leaf in build("ticket", toy_backbone().model, 0.2).leaves)
    890
    """
    model.requires_grad_(False)
    makers = dict(full=full, prompt=prompt, lora=lora, mask=mask, shira=shira, ticket=ticket)
    makers |= {"super": super_tuning, "mask-fused": partial(mask, fused=True)}
    rival = makers[method](model, *([] if density is None else [density]))
    for leaf in rival.leaves:
        leaf.requires_grad_()
    return rival


def full(model: nn.Module) -> Rival:
    tensors = dict(model.named_parameters())
    return Rival([*tensors.values()], _count(tensors), lambda path: _save(tensors, path))


def prompt(model: nn.Module) -> Rival:
    return Rival([], 0, lambda path: None)


def mask(model: nn.Module, density: float, fused: bool = False) -> Rival:
    tensors = eligible(model)
    chosen = drawn(model, density)
    masks = {name: chosen.mask(name).to(p.device) for name, p in tensors.items()}
    before = {name: p.detach().to("cpu", copy=True) for name, p in tensors.items()}

    def multiply() -> None:
        for name, p in tensors.items():
            p.grad *= masks[name]

    def save(path: Path) -> None:  # gaps in int32 and differences in fp32, 8 bytes an entry
        found = {}
        for name, p in tensors.items():
            places = masks[name].cpu().view(-1).nonzero().view(-1)
            gaps = np.diff(places.numpy(), prepend=0).astype(np.int32)
            found[f"{name}:gaps"] = torch.from_numpy(gaps)
            found[f"{name}:moved"] = (p.detach().cpu() - before[name]).view(-1)[places]
        _save(found, path)

    leaves = [*tensors.values()]
    kept = (masks, before)
    return Rival(leaves, len(chosen), save, before_step=multiply, kept=kept, fused=fused)


def lora(model: nn.Module) -> Rival:
    add_lora(model)
    added = {name: p for name, p in model.named_parameters() if MARK in name}
    return Rival([*added.values()], _count(added), lambda path: _save(added, path))


def shira(model: nn.Module, density: float) -> Rival:
    from peft import ShiraConfig

    shapes = [m.weight.shape for m in _matrices(model).values()]
    rank = density * sum(m * n for m, n in shapes) / sum(m + n for m, n in shapes)
    return _peft(
        model, ShiraConfig(r=max(1, round(rank)), random_seed=0, target_modules=[*_matrices(model)])
    )


def super_tuning(model: nn.Module, density: float) -> Rival:
    from peft import SupertuningConfig

    return _peft(model, SupertuningConfig(sparsity=1 - density, target_modules=[*_matrices(model)]))


def ticket(model: nn.Module, density: float) -> Rival:
    sparse = SparseModel(model, drawn(model, density))
    parts = [(i, p) for i, (p, _) in enumerate(sparse._parts)]

    def hooks() -> None:
        for i, p in parts:
            sparse._gather(i, p)

    k = len(sparse.ticket)
    return Rival([sparse.values], k, sparse.save, hooks, after_step=sparse.write, kept=sparse)


def drawn(model: nn.Module, density: float) -> Ticket:
    """A ticket of this density, drawn by chance from the encoder."""
    return Ticket.random(eligible(model), density, seed=0, **origin(model))


def _matrices(model: nn.Module) -> dict[str, nn.Linear]:
    tensors = eligible(model)
    return {
        name: module
        for name, module in model.base_model.named_modules()
        if isinstance(module, nn.Linear) and f"{name}.weight" in tensors
    }


def _peft(model: nn.Module, config) -> Rival:
    from peft import get_peft_model_state_dict, inject_adapter_in_model

    inject_adapter_in_model(config, model)
    added = {name: p for name, p in model.named_parameters() if p.requires_grad}
    state = get_peft_model_state_dict
    return Rival([*added.values()], _count(added), lambda path: _save(state(model), path))


def _count(tensors: dict) -> int:
    return sum(t.numel() for t in tensors.values())


def _save(tensors: dict, path: Path) -> None:
    save_file({name: t.detach().cpu().contiguous() for name, t in tensors.items()}, path)
