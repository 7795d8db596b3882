"""Checks of *The whole method, once*: two densities, what moved most, what is frozen."""

from __future__ import annotations

import torch
from torch import Tensor

from .judge import Check, Compared
from .verdict import Exercise

two_densities = Check(
    Exercise("two_densities", "method", minutes=5, difficulty=1, importance=3),
    Compared(
        lambda chosen, encoder, whole: (chosen / encoder, chosen / whole),
        {"a small model": (200, 1000, 2500), "all of it": (300, 300, 400), "thirds": (1, 3, 9)},
        {
            "the two are in the other order: the docstring names the encoder first.": (
                lambda chosen, encoder, whole: (chosen / whole, chosen / encoder)
            ),
            "these are percent; a share lies between 0 and 1.": (
                lambda chosen, encoder, whole: (100 * chosen / encoder, 100 * chosen / whole)
            ),
            "look at the second denominator: is the encoder not a part of the whole model?": (
                lambda chosen, encoder, whole: (chosen / encoder, chosen / (whole + encoder))
            ),
            "look at the second denominator: it is one part of the model, not all of it.": (
                lambda chosen, encoder, whole: (chosen / encoder, chosen / (whole - encoder))
            ),
        },
    ),
)


def _largest(scores: Tensor, k: int) -> list[int]:
    return sorted(scores.argsort(descending=True, stable=True)[:k].tolist())


moved_most = Check(
    Exercise("moved_most", "method", minutes=10, difficulty=1, importance=3),
    Compared(
        lambda before, after, k: _largest((after - before).abs(), k),
        {
            "one moved down": (torch.tensor([1.0, 2, 3, 4]), torch.tensor([1.2, 1.2, 3.3, 4]), 2),
            "small and large": (
                torch.tensor([9.0, 0.1, -5, 2]),
                torch.tensor([9, 0.6, -6, 3.5]),
                2,
            ),
            "across zero": (torch.tensor([0.5, 1]), torch.tensor([-0.5, 1.2]), 1),
        },
        {
            "a weight that went down has moved, too: look at the sign of the differences.": (
                lambda before, after, k: _largest(after - before, k)
            ),
            "these are the largest weights, not those that moved most.": (
                lambda before, after, k: _largest(after.abs(), k)
            ),
            "these moved by the largest factor; the ticket asks for the distance.": (
                lambda before, after, k: _largest(((after - before) / before).abs(), k)
            ),
            "these moved least: look at the direction in which you sort.": (
                lambda before, after, k: _largest(-(after - before).abs(), k)
            ),
            "a weight that crossed zero moved by the whole distance.": (
                lambda before, after, k: _largest((after.abs() - before.abs()).abs(), k)
            ),
            "the places are counted from 1: count from 0.": (
                lambda before, after, k: [i + 1 for i in _largest((after - before).abs(), k)]
            ),
            "these are the right places in another order: sort them.": (
                lambda before, after, k: (after - before).abs().topk(k).indices
            ),
            "return places, not values: the docstring asks for indices.": (
                lambda before, after, k: (after - before)[_largest((after - before).abs(), k)]
            ),
        },
    ),
)


def _changed(before: Tensor, after: Tensor, mask: Tensor, moved: Tensor) -> tuple[int, int]:
    return int((moved & mask).sum()), int((moved & ~mask).sum())


_WEIGHTS = torch.tensor([1.0, -2, 3, 4, 5])
_CASES = {
    "a leak": (_WEIGHTS, torch.tensor([1.5, -2, 3, 4, 4.5]), torch.tensor([1, 1, 0, 0, 0]) > 0),
    "a small leak": (
        _WEIGHTS,
        torch.tensor([1.5, -2, 3 + 1e-6, 4, 5]),
        torch.tensor([1, 1, 1, 0, 0]) < 1,
    ),
}

changed_bits = Check(
    Exercise("changed_bits", "method", minutes=10, difficulty=2, importance=2),
    Compared(
        lambda before, after, mask: _changed(before, after, mask, before != after),
        _CASES,
        {
            "a change of one bit is a change: there is a tolerance in your comparison.": (
                lambda before, after, mask: _changed(
                    before, after, mask, ~torch.isclose(before, after)
                )
            ),
            "the two counts are in the other order: look at what the mask is true for.": (
                lambda before, after, mask: _changed(before, after, ~mask, before != after)
            ),
            "you count the places of the mask; a place of the ticket need not have changed.": (
                lambda before, after, mask: (int(mask.sum()), int((~mask).sum()))
            ),
            "you count the weights that stayed.": (
                lambda before, after, mask: _changed(before, after, mask, before == after)
            ),
        },
    ),
)

CHECKS = (two_densities, moved_most, changed_bits)
