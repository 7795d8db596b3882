"""Read and write a model's weights at the places of a ticket.

What it does not do: train them (`sparse.py`), or store them (`data/mask_file.py`).
"""

from __future__ import annotations

import torch
from torch import Tensor

from ..model.backbone import Model
from .ticket import Ticket


def gather(model: Model, ticket: Ticket) -> Tensor:
    """The model's weights in the ticket's places, (K,), on the CPU.

    >>> from ltp_core.model.parameters import eligible
    >>> from ltp_core.ticket.ticket import origin
    >>> from ltp_core.model.toy import toy_backbone
    >>> model = toy_backbone().model
    >>> ticket = Ticket.by_magnitude(model, 0.01, modules="LayerNorm")
    >>> gather(model, ticket)
    tensor([1.])
    >>> scatter(model, ticket, torch.tensor([2.0]))
    >>> gather(model, ticket)
    tensor([2.])
    """
    tensors = [(model.base_model.get_parameter(name), i) for name, i in ticket.indices.items()]
    return torch.cat([p.detach().view(-1)[i.to(p.device)].cpu() for p, i in tensors])


@torch.no_grad()
def scatter(model: Model, ticket: Ticket, values: Tensor) -> None:
    """Put values (K,) in the ticket's places.

    Raises:
        ValueError: the values have another shape.
    """
    if values.shape != (len(ticket),):
        shapes = f"({len(ticket)},), got {tuple(values.shape)}"
        raise ValueError(f"values must have shape {shapes}; they belong to another ticket")
    parts = torch.split(values, [len(index) for index in ticket.indices.values()])
    for (name, index), part in zip(ticket.indices.items(), parts, strict=True):
        p = model.base_model.get_parameter(name)
        p.view(-1).scatter_(0, index.to(p.device), part.to(p.device))
