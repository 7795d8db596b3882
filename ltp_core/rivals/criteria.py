"""Other ways to choose a ticket: the rivals of masked-LM movement, of the same size.

    biases        every bias of the encoder                               (BitFit)
    middle        whole tensors, from the middle layers outward           (dense layers)
    by_gradient   the largest |∂L/∂θ| of the task's loss at θ₀            (task gradient)
    layer_budget  by chance, as many in each layer as a given ticket      (a control)

`Ticket` itself has more: `Ticket.random`, `Ticket.shuffled` (by chance in each tensor), and
`Ticket.by_magnitude` for the largest |θ₀|.

Why |g| and not |g · θ|. The product says how much the loss would change if a weight were *removed*
(SNIP, Lee et al. 2019), which is the question of pruning. Here a weight may be *moved*. A small
step of AdamW moves each by the same η, so the loss falls by η · Σ |g| over the chosen: the largest
|g| are the best choice, to first order. Unlike the MLM ticket, this one uses the task's labels.

Reading order: top to bottom. BitFit: Ben Zaken et al. 2022, arXiv 2106.10199.

What it does not do: train (`ticket_methods.py`), or choose by training on the task (`lt_sft.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ..measure.squares import added_up
from ..model.parameters import eligible, place
from ..stage2.train import labelled_rows
from ..stage2.trained import Trained
from ..ticket.chunks import shapes_of
from ..ticket.density import how_many
from ..ticket.ticket import Ticket, origin
from ..training.options import DENSITY, Form

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.backbone import Backbone, Model
    from ..model.parameters import Layers, Modules
    from ..stage2.train import HasWords


def biases(model: Model) -> Ticket:
    """All biases of the encoder, those of LayerNorm among them, and no other weight.

    >>> from ltp_core.model.toy import toy_backbone
    >>> biases(toy_backbone().model)
    Ticket(288 of 4,448 eligible parameters, density 0.06475, base '...')
    """
    tensors = eligible(model)
    chosen = {n: torch.arange(p.numel()) for n, p in tensors.items() if n.endswith(".bias")}
    return Ticket(shapes=shapes_of(tensors), indices=chosen, made={"by": "biases"}, **origin(model))


def middle(model: Model, density: float = DENSITY) -> Ticket:
    """Whole tensors of the layers nearest the middle, as many as a ticket of `density` has entries.

    The last tensor is taken in part, its first rows, so that the count is exactly the ticket's.

    >>> from ltp_core.model.toy import toy_backbone
    >>> shares = middle(toy_backbone(layers=5).model, density=0.30).layer_shares()
    >>> {layer: round(share, 2) for layer, share in shares.items()}
    {0: 0.0, 1: 0.5, 2: 1.0, 3: 0.0, 4: 0.0}
    """
    tensors = eligible(model)
    layer_of = {name: int(place(name)[0]) for name in tensors}
    centre = max(layer_of.values()) / 2

    def nearness(name: str) -> tuple[float, int, str]:
        return abs(layer_of[name] - centre), layer_of[name], name

    left, chosen = how_many(density, sum(p.numel() for p in tensors.values())), {}
    for name in sorted(tensors, key=nearness):
        chosen[name] = torch.arange(min(left, tensors[name].numel()))
        left -= len(chosen[name])
    return Ticket(
        shapes=shapes_of(tensors), indices=chosen, made={"by": "middle layers"}, **origin(model)
    )


def layer_budget(ticket: Ticket, seed: int) -> Ticket:
    """As many entries in each layer as the ticket has there, at places drawn from the whole layer.

    It lies between `Ticket.random_like`, which keeps one number for all layers together, and
    `Ticket.shuffled`, which keeps one for each tensor. What beats it knows more than which layers.

    >>> from ltp_core.model.toy import toy_backbone
    >>> ticket = middle(toy_backbone(layers=5).model, density=0.30)
    >>> drawn = layer_budget(ticket, seed=0)
    >>> drawn.layer_shares() == ticket.layer_shares(), drawn == ticket
    (True, False)
    """
    indices: dict[str, Tensor] = {}
    shares = ticket.layer_shares()
    for number, layer in enumerate(shares):
        if shares[layer]:
            part = ticket.restrict(layers=layer).random_like(seed * len(shares) + number)
            indices |= part.indices
    return replace(ticket, indices=indices, made={"by": "chance in each layer", "seed": seed})


def by_gradient(
    lm: Backbone,
    dataset: Rows,
    density: float = DENSITY,
    *,
    task: HasWords,
    layers: Layers = None,
    modules: Modules = None,
    prompt_length: int = 10,
    batch_size: int = 16,
    seed: int = 0,
    **form: Any,
) -> Ticket:
    """The top k of |∂L/∂θ|, L the task's mean loss on `dataset`, at θ₀ and the untrained prompt.

    Args:
        form: fields of `Form`: how the model will be built for training.

    >>> from types import SimpleNamespace
    >>> from ltp_core.model.toy import toy_backbone
    >>> task, shots = SimpleNamespace(words=("food", "animals")), {"text": ["dog"], "label": [1]}
    >>> by_gradient(toy_backbone(), shots, 0.2, task=task)
    Ticket(890 of 4,448 eligible parameters, density 0.2001, base '...')
    """
    model = untrained(lm, task, prompt_length, seed=seed, **form)
    tensors = eligible(model.lm, layers, modules)
    gradients = added_up(task_losses(model, dataset, batch_size), tensors, power=1)
    made = {"by": "task gradient", "examples": len(dataset["label"]), "seed": seed}
    return Ticket.select(gradients, density, made=made, **origin(lm.model))


def untrained(
    lm: Backbone, task: HasWords, prompt_length: int = 10, *, seed: int = 0, **form: Any
) -> Trained:
    """The model as training will find it, on its device, asking for no gradient."""
    from accelerate import Accelerator

    model = Trained(lm, task.words, prompt_length, Form(**form), seed=seed)
    model.labels = getattr(task, "labels", None)
    return model.to(Accelerator().device).eval().requires_grad_(False)


def task_losses(model: Trained, dataset: Rows, batch_size: int = 16) -> Iterator[Tensor]:
    """The mean loss on a dataset, batch by batch, each worked out when it is asked for."""
    rows, labels = labelled_rows(model, dataset)
    for start in range(0, len(rows), batch_size):
        part = slice(start, start + batch_size)
        target = torch.tensor(labels[part], device=model.prompt.device)
        logits = model(model.batch(rows[part]))  # (B, C)
        yield F.cross_entropy(logits, target, reduction="sum") / len(rows)
