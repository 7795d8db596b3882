"""Checks of *What masked-LM training changes*: holes, the loss, the way and the distance."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from .judge import Check, Compared
from .verdict import Exercise

IGNORED = -100

# --- holes -----------------------------------------------------------------------------------


def _hidden(
    ids: Tensor, chosen: Tensor, mask: int, *, labelled: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    labels = ids.masked_fill(~(chosen if labelled is None else labelled), IGNORED)
    return ids.masked_fill(chosen, mask), labels


def _chosen(ids: Tensor, draws: Tensor, rate: float, special: list[int]) -> Tensor:
    return (draws < rate) & ~torch.isin(ids, torch.tensor(special))


_IDS = torch.tensor([[0, 11, 12, 13, 2], [0, 14, 2, 1, 1]])
_DRAWS = torch.tensor([[0.1, 0.1, 0.5, 0.2, 0.9], [0.9, 0.05, 0.1, 0.1, 0.8]])  # 0.5: the rate

hide_pieces = Check(
    Exercise("hide_pieces", "deltas", minutes=15, difficulty=2, importance=3, points=2),
    Compared(
        lambda ids, draws, rate, special, mask: _hidden(
            ids, _chosen(ids, draws, rate, special), mask
        ),
        {
            "two lines": (_IDS, _DRAWS, 0.15, [0, 1, 2, 40], 40),
            "many holes": (_IDS, _DRAWS, 0.5, [0, 1, 2, 40], 40),
        },
        {
            "special pieces are hidden, too: look at <s>, </s> and the padding.": (
                lambda ids, draws, rate, special, mask: _hidden(ids, draws < rate, mask)
            ),
            "places that are not hidden have a label: only a hole asks a question.": (
                lambda ids, draws, rate, special, mask: _hidden(
                    ids, _chosen(ids, draws, rate, special), mask, labelled=ids >= 0
                )
            ),
            "the labels name the mask: they are taken after the pieces were hidden.": (
                lambda ids, draws, rate, special, mask: (
                    (seen := _hidden(ids, _chosen(ids, draws, rate, special), mask)[0]),
                    seen.masked_fill(~_chosen(ids, draws, rate, special), IGNORED),
                )
            ),
            "the text still shows what it asks for: the pieces with a label are not hidden.": (
                lambda ids, draws, rate, special, mask: (
                    ids,
                    _hidden(ids, _chosen(ids, draws, rate, special), mask)[1],
                )
            ),
            "too much is hidden: look at which side of the rate a draw must lie.": (
                lambda ids, draws, rate, special, mask: _hidden(
                    ids, _chosen(ids, -draws, -rate, special), mask
                )
            ),
            "a draw that is equal to the rate hides nothing: it must lie below.": (
                lambda ids, draws, rate, special, mask: _hidden(
                    ids, (draws <= rate) & _chosen(ids, draws, 2, special), mask
                )
            ),
            "the two are in the other order: first what the model sees, then the labels.": (
                lambda ids, draws, rate, special, mask: _hidden(
                    ids, _chosen(ids, draws, rate, special), mask
                )[::-1]
            ),
            "the labels are turned round: they are -100 where nothing is hidden.": (
                lambda ids, draws, rate, special, mask: _hidden(
                    ids,
                    _chosen(ids, draws, rate, special),
                    mask,
                    labelled=~_chosen(ids, draws, rate, special),
                )
            ),
        },
    ),
)

# --- the loss --------------------------------------------------------------------------------


def _loss(logits: Tensor, labels: Tensor, reduction: str = "mean") -> Tensor:
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction=reduction)


_LOGITS = torch.tensor([[[2.0, 0, 1], [0, 3, 1], [1, 1, 0]], [[0, 0, 4], [1, 2, 3], [0.5, 0, 0]]])

masked_loss = Check(
    Exercise("masked_loss", "deltas", minutes=10, difficulty=2, importance=3, points=2),
    Compared(
        _loss,
        {
            "three holes": (_LOGITS, torch.tensor([[-100, 1, -100], [0, -100, 2]])),
            "one hole": (_LOGITS, torch.tensor([[-100, -100, -100], [-100, 0, -100]])),
        },
        {
            "the sum is divided by all places: look at which places asked a question.": (
                lambda logits, labels: _loss(logits, labels, "sum") / labels.numel()
            ),
            "this is the sum; a mean over the holes is asked.": (
                lambda logits, labels: _loss(logits, labels, "sum")
            ),
            "places without a hole are asked for piece 0: look at what becomes of -100.": (
                lambda logits, labels: _loss(logits, labels.clamp(min=0))
            ),
            "the mean is taken line by line; every hole counts alike, in whichever line.": (
                lambda logits, labels: torch.stack(
                    [
                        F.cross_entropy(line, own)
                        for line, own in zip(logits, labels, strict=True)
                        if (own != IGNORED).any()
                    ]
                ).mean()
            ),
            "the sign is turned: a loss falls when the right piece becomes likelier.": (
                lambda logits, labels: -_loss(logits, labels)
            ),
            "the softmax runs along the wrong axis: at one place all pieces share one.": (
                lambda logits, labels: F.nll_loss(
                    logits.log_softmax(dim=1).flatten(0, 1), labels.flatten()
                )
            ),
        },
    ),
)

# --- the way and the distance ----------------------------------------------------------------

path_and_net = Check(
    Exercise("path_and_net", "deltas", minutes=5, difficulty=1, importance=2),
    Compared(
        lambda steps: (steps.abs().sum(dim=0), steps.sum(dim=0).abs()),
        {
            "two weights": (torch.tensor([[1.0, 1], [1, -1], [1, 1], [1, -1]]),),
            "three weights": (torch.tensor([[0.5, -2, 1], [0.5, -2, -3]]),),
        },
        {
            "the two are in the other order: the way is never shorter than the distance.": (
                lambda steps: (steps.sum(dim=0).abs(), steps.abs().sum(dim=0))
            ),
            "the sums run along the wrong axis: one number for each weight is asked.": (
                lambda steps: (steps.abs().sum(dim=1), steps.sum(dim=1).abs())
            ),
            "a distance has no sign: look at the weights that end below their start.": (
                lambda steps: (steps.abs().sum(dim=0), steps.sum(dim=0))
            ),
            "steps against each other should cancel: look at when you take the absolute value.": (
                lambda steps: (steps.abs().sum(dim=0), steps.abs().sum(dim=0))
            ),
        },
    ),
)

CHECKS = (hide_pieces, masked_loss, path_and_net)
