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

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file
from torch import nn

from ..model.backbone import Model
from ..model.clone import clone_sharing_weights
from ..ticket import file as ticket_file
from ..ticket.on_model import gather, scatter
from ..ticket.sparse import SparseModel
from ..ticket.ticket import Ticket
from . import lora as adapters

TICKET, WEIGHTS = "ticket.safetensors", "weights.safetensors"


class Opened(NamedTuple):
    """A body in training: its leaves, what to call when they have changed, and at the end."""

    leaves: list[nn.Parameter]
    write: Callable[[], None]
    close: Callable[[], None]


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
        if self.ticket is not None and self.full:
            raise ValueError("full=True trains every weight and takes no ticket; drop one of them")
        if self.lora and (self.full or self.ticket is not None):
            raise ValueError(
                f"LoRA (rank {self.lora}) takes neither a ticket nor full=True; drop one"
            )

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
            own = [f"{prefix}.{name}" for name, i in self.ticket.indices.items() if len(i)]
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

    def open(self, model: Model, base: str) -> Opened:
        """Make a clone trainable; `base` is the fingerprint of the model it was made from."""
        if self.ticket is not None:
            packed = SparseModel(model, self.ticket, base=base)
            return Opened([packed.values], packed.write, packed.close)
        leaves = list(self.dense(model).values())
        for leaf in leaves:
            leaf.requires_grad_()
        return Opened(leaves, lambda: None, lambda: None)

    def numbers(self, model: Model) -> int:
        """How many numbers of the language model are trained."""
        return sum(p.numel() for p in self.dense(model).values()) + len(self.ticket or ())

    def save(
        self, model: Model, folder: Path, dtype: torch.dtype, original: nn.Module | None
    ) -> None:
        """Write what was trained into `folder`; half precision needs the `original` model."""
        if self.ticket is not None:
            before = None if original is None else gather(original, self.ticket)
            values = ticket_file.stored(gather(model, self.ticket), before, dtype)
            self.ticket.save(folder / TICKET, *values)
        if dense := self.dense(model):
            weights = {name: p.detach().cpu().contiguous() for name, p in dense.items()}
            save_file(weights, folder / WEIGHTS)


def load(folder: Path, *, ticket: bool, **kind: Any) -> tuple[Body, Callable[[Model], None]]:
    """The body that `Body.save` wrote, and a function that puts its numbers into a clone."""
    stored = ticket_file.read(folder / TICKET) if ticket else None
    body = Body(None if stored is None else Ticket.of_file(stored), **kind)
    weights = load_file(folder / WEIGHTS) if body.full or body.lora else {}

    @torch.no_grad()
    def fill(model: Model) -> None:
        for name, value in weights.items():
            model.get_parameter(name).copy_(value)
        if stored is not None and body.ticket is not None:
            scatter(model, body.ticket, stored.weights(gather(model, body.ticket)))

    return body, fill
