"""What a ticket ranks its weights by: a score for each, from text alone, once for all tasks.

    score                |…| of a weight                 what it asks
    movement             |θ₁ − θ₀|                       how far did it go? our reading of the paper
    fisher               Σ g²                            what would its step be worth? no training
    movement_gradient    |(θ₁ − θ₀) · Σ g|               what was its way worth?
    movement_root        |θ₁ − θ₀| · √(Σ g²)             how far, told in its own steps of AdamW?

θ₁ comes from stage 1 (`mlm.adapt`), with AdamW or with `optimizer="sgd"`. The g are gradients of
the masked-LM loss at θ₀ over some batches of the same text (`ticket/squares.py`). AdamW divides by
√v, so by itself |θ₁ − θ₀| hardly knows the size of a gradient; the last score multiplies it in
again. The product with the gradient is movement pruning's (Sanh et al. 2020, arXiv 2005.07683).

Each is a stream of numbers, never a tensor, and the choice is `Ticket.select`'s for all: its ties,
its refusal of NaN, its quotas.

Reading order: `SCORES`, `gradients`, `masked_lm_losses`.

What it does not do: choose, or train.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from accelerate import Accelerator
from torch import Tensor, nn

from ..data.rows import Rows
from ..model.backbone import Backbone
from ..model.clone import clone_sharing_weights
from ..ticket.chunks import Deltas
from ..ticket.squares import added_up
from ..training.options import Stage1Options
from ..training.precision import precision
from .mlm import masked_batches, masked_lm_loss, text_rows

Tensors = Mapping[str, Tensor]


class Score(NamedTuple):
    """What a score needs, and what it makes of θ₀, θ₁ and the gradients."""

    by: str  # how a ticket says it was made
    moved: bool  # does it need θ₁?
    gradient: int  # the power of the gradients that are added up; 0 for none
    deltas: Callable[[Tensors, Tensors, Tensors], Tensors]

    @property
    def told(self) -> tuple[str, ...]:
        """The options that decide it."""
        walk = ("steps", "seed", "batch_size", "learning_rate")
        some = walk if self.moved else ("seed", "batch_size")
        return (*some, "gradient_batches") if self.gradient else some


SCORES = {
    "movement": Score(
        "masked-LM movement", True, 0, lambda before, after, g: Deltas(before, after)
    ),
    "fisher": Score("masked-LM squared gradient", False, 2, lambda before, after, squares: squares),
    "movement_gradient": Score("masked-LM movement times gradient", True, 1, Deltas),
    "movement_root": Score(
        "masked-LM movement times root of squared gradient",
        True,
        2,
        lambda before, after, squares: Deltas(
            before, after, {name: v.sqrt_() for name, v in squares.items()}
        ),
    ),
}


def gradients(
    lm: Backbone,
    dataset: Rows,
    tensors: Tensors,
    options: Stage1Options,
    batches: int,
    power: int = 2,
) -> dict[str, Tensor]:
    """Σ g² (or Σ g) of the masked-LM loss at θ₀ over some batches of `text`, for these tensors.

    >>> from ltp_core.model.parameters import eligible
    >>> from ltp_core.model.toy import toy_backbone
    >>> lm, some = toy_backbone(), Stage1Options(batch_size=2)
    >>> one = eligible(lm.model, layers=1, modules="query")
    >>> found = gradients(lm, {"text": ["the cat eats rice"] * 4}, one, some, batches=3)
    >>> list(found) == list(one), all(bool((v >= 0).all()) for v in found.values())
    (True, True)
    """
    model = clone_sharing_weights(lm.model).to(Accelerator().device).eval()
    there: dict[str, nn.Parameter] = {n: model.base_model.get_parameter(n) for n in tensors}
    losses = masked_lm_losses(Backbone(model, lm.tokenizer), dataset, options, batches)
    return added_up(losses, there, power)


def masked_lm_losses(
    lm: Backbone, dataset: Rows, options: Stage1Options, batches: int
) -> Iterator[Tensor]:
    """The masked-LM loss of each of some batches, worked out when it is asked for."""
    device = next(lm.model.parameters()).device
    rows = text_rows(lm.tokenizer, dataset, options.max_length)
    batch_at = masked_batches(lm, rows, options)
    for step in range(batches):
        batch = {name: value.to(device) for name, value in batch_at(step).items()}
        with precision(device, options.autocast):
            loss = masked_lm_loss(lm.model, batch)
        yield loss
