"""What moves: the part of the language model that is trained beside the prompt.

    nothing       the prompt is trained alone
    a ticket      a few chosen weights, packed into one vector        (`ticket.sparse`)
    LoRA          thin matrices beside those of the encoder           (`lora.py`)
    everything    every weight

`train`, `Trained` and the folder of a trained model ask here: what is trained, which tensors are
opened for the optimizer, how its steps get into the model, what is saved, what is loaded.

Reading order: `Body`, then its methods from top to bottom.

What it does not do: hold a model. Each method is given one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from ..data import mask_file, tensor_file
from ..model.backbone import Model
from ..model.clone import clone_sharing_weights
from ..ticket.on_model import gather, scatter
from ..ticket.ticket import Ticket
from . import lora as adapters

TICKET, REPORT, WEIGHTS = "ticket.safetensors", "ticket.md", "weights.safetensors"
KIND, WAY_OUT = "set of weights", "train and save it again"


@dataclass(frozen=True)
class Body:
    """One of the four: give a ticket, or a rank of LoRA, or `full`, or nothing.

    >>> Body().says(), Body(full=True).says(), Body(lora=8).says()
    ('', 'all weights', 'LoRA of rank 8')
    """

    ticket: Ticket | None = None
    full: bool = False
    lora: int = 0
    new_head: bool = False  # a new linear layer answers, so the masked-LM head gets no gradient

    def __post_init__(self) -> None:
        if sum([self.ticket is not None, self.full, self.lora > 0]) > 1:
            raise ValueError("a ticket, full=True and LoRA exclude each other; keep one of them")

    def says(self) -> str:
        """What is trained, in words; "" for nothing."""
        if self.ticket is not None:
            return f"{self.ticket.density_encoder:.1%} of the encoder"
        return "all weights" if self.full else f"LoRA of rank {self.lora}" if self.lora else ""

    def clone(self, model: Model, seed: int = 0) -> Model:
        """A model to train: what will move is a copy, the rest is shared with `model`."""
        own = [name for name, _ in model.named_parameters()] if self.full else []
        if self.ticket is not None:
            prefix = model.base_model_prefix
            own = [f"{prefix}.{name}" for name in self.ticket.chosen]
        clone = clone_sharing_weights(model, own)
        if self.lora:
            adapters.add_lora(clone, self.lora, seed)
        return clone

    def dense(self, model: Model) -> dict[str, nn.Parameter]:
        """The tensors of a clone that are trained whole: all, LoRA's, or none."""
        named = dict(model.named_parameters())
        if self.full:
            start = model.base_model_prefix if self.new_head else ""
            return {name: p for name, p in named.items() if name.startswith(start)}
        return {name: p for name, p in named.items() if adapters.MARK in name}

    def numbers(self, model: Model) -> int:
        """How many numbers of the language model are trained."""
        return sum(p.numel() for p in self.dense(model).values()) + len(self.ticket or ())

    def save(self, model: Model, folder: Path, dtype: torch.dtype, original: Model | None) -> None:
        """Write what was trained into `folder`; half precision needs the `original` model."""
        if self.ticket is not None:
            before = None if original is None else gather(original, self.ticket)
            values = mask_file.stored(gather(model, self.ticket), before, dtype)
            self.ticket.save(folder / TICKET, *values)
        elif dense := self.dense(model):
            tensor_file.write(folder / WEIGHTS, KIND, dense)

    def fill(self, model: Model, folder: Path, *, sealed: bool) -> None:
        """Put what `save` wrote into a clone."""
        if self.ticket is not None:
            stored = mask_file.read(folder / TICKET)
            scatter(model, self.ticket, stored.weights(gather(model, self.ticket)))
        elif dense := self.dense(model):
            _, tensors = tensor_file.read(folder / WEIGHTS, KIND, WAY_OUT, sealed=sealed)
            tensor_file.check_like(folder / WEIGHTS, tensors, dense, WAY_OUT)
            model.load_state_dict(tensors, strict=False)
