"""What a ticket ranks its weights by: a score for each, from text alone, once for all tasks.

    score                |…| of a weight                 what it asks
    movement             |θ₁ − θ₀|                       how far did it go? our reading of the paper
    fisher               Σ g²                            what would its step be worth? no training
    movement_gradient    |(θ₁ − θ₀) · Σ g|               what was its way worth?
    movement_root        |θ₁ − θ₀| · √(Σ g²)             how far, told in its own steps of AdamW?

θ₁ comes from stage 1 (`mlm.adapt`), with AdamW or with `optimizer="sgd"`. The g are gradients of
the masked-LM loss at θ₀ over some batches of the same text (`measure/squares.py`). AdamW divides by
√v, so by itself |θ₁ − θ₀| hardly knows the size of a gradient; the last score multiplies it in
again. The product with the gradient is movement pruning's (Sanh et al. 2020, arXiv 2005.07683).

Each is a stream of numbers, never a tensor, and the choice is `Ticket.select`'s for all: its ties,
its refusal of NaN, its quotas.

Reading order: `SCORES`, `ranked`, `gradients`.

What it does not do: choose, or train.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from accelerate import Accelerator
from torch import Tensor

from ..data.rows import Rows
from ..measure.squares import added_up
from ..model.backbone import Backbone
from ..model.clone import clone_sharing_weights
from ..ticket.chunks import Deltas
from ..training.options import Stage1Options
from ..training.precision import precision
from .mlm import masked_batches, masked_lm_loss, text_rows

Tensors = Mapping[str, Tensor]


class Score(NamedTuple):
    """What a score needs: θ₁, and the sum of some power p of the gradients, Σ gᵖ."""

    by: str  # how a ticket says it was made
    moved: bool = True  # does it need θ₁?
    power: int = 0  # of the gradients that are added up; 0 for none

    @property
    def told(self) -> tuple[str, ...]:
        """The options that decide it."""
        walk = ("steps", "seed", "batch_size", "learning_rate")
        some = walk if self.moved else ("seed", "batch_size")
        return (*some, "gradient_batches") if self.power else some


SCORES = {
    "movement": Score("masked-LM movement"),
    "fisher": Score("masked-LM squared gradient", moved=False, power=2),
    "movement_gradient": Score("masked-LM movement times gradient", power=1),
    "movement_root": Score("masked-LM movement times root of squared gradient", power=2),
}


def ranked(score: Score, before: Tensors, after: Tensors, added: Tensors) -> Tensors:
    """What is ranked: the movement, times the p-th root of Σ gᵖ if there is one; or Σ gᵖ alone.

    >>> import torch
    >>> before, after, added = ({"w": torch.tensor([x])} for x in (0.0, 2.0, 9.0))
    >>> {name: float(ranked(score, before, after, added)["w"]) for name, score in SCORES.items()}
    {'movement': 2.0, 'fisher': 9.0, 'movement_gradient': 18.0, 'movement_root': 6.0}
    """
    if not score.moved:
        return added
    if score.power == 2:
        added = {name: v.sqrt_() for name, v in added.items()}
    return Deltas(before, after, added if score.power else None)


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
    device = Accelerator().device
    model = clone_sharing_weights(lm.model).to(device).eval()
    rows = text_rows(lm.tokenizer, dataset, options.max_length)
    batch_at = masked_batches(lm, rows, options)

    def losses() -> Iterator[Tensor]:
        for step in range(batches):
            batch = {name: value.to(device) for name, value in batch_at(step).items()}
            with precision(device, options.autocast):
                loss = masked_lm_loss(model, batch)
            yield loss

    return added_up(losses(), {n: model.base_model.get_parameter(n) for n in tensors}, power)
