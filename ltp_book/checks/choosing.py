"""Checks of *Choosing the ticket*: the top k with ties, ties by hand, the share of a layer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from .judge import Check, Compared
from .verdict import Exercise

Tensors = Mapping[str, Tensor]
Places = dict[str, list[int]]


def _top(
    tensors: Tensors,
    k: int,
    *,
    size: Callable[[Tensor], Tensor] = torch.abs,
    names: Callable[[Tensors], list[str]] = sorted,
    later: bool = False,
) -> Places:
    """The k largest over all tensors; of equals the first in (name, place), or the last."""
    order = names(tensors)
    all_ = [(name, i, x) for name in order for i, x in enumerate(size(tensors[name]).flatten())]
    best = sorted(all_[::-1] if later else all_, key=lambda entry: -float(entry[2]))[:k]
    return {name: sorted(i for other, i, _ in best if other == name) for name in tensors}


def _per_tensor(tensors: Tensors, k: int) -> Places:
    share = k / sum(t.numel() for t in tensors.values())
    return {n: _top({n: t}, max(1, round(share * t.numel())))[n] for n, t in tensors.items()}


def _with_all_ties(tensors: Tensors, k: int) -> Places:
    least = torch.cat([t.flatten().abs() for t in tensors.values()]).topk(k).values[-1]
    over = {name: t.flatten().abs() >= least for name, t in tensors.items()}
    return {name: where.nonzero().flatten().tolist() for name, where in over.items()}


def _without_ties(tensors: Tensors, k: int) -> Places:
    least = torch.cat([t.flatten().abs() for t in tensors.values()]).topk(k).values[-1]
    over = {name: t.flatten().abs() > least for name, t in tensors.items()}
    return {name: where.nonzero().flatten().tolist() for name, where in over.items()}


def _by_size(tensors: Tensors, k: int) -> Places:
    """The right places of each tensor, the largest number first."""
    return {
        name: sorted(own, key=lambda i: (-float(tensors[name].flatten()[i].abs()), i))
        for name, own in _top(tensors, k).items()
    }


def _rows(tensors: Tensors, k: int) -> Places:
    return {n: [i // tensors[n].shape[-1] for i in own] for n, own in _top(tensors, k).items()}


top_k_with_ties = Check(
    Exercise("top_k_with_ties", "choosing", minutes=20, difficulty=3, importance=3, points=3),
    Compared(
        _top,
        {
            "signs": ({"a": torch.tensor([0.1, -3.0, 0.2]), "b": torch.tensor([1.0, -2.0])}, 2),
            "one tensor has most": (
                {"a": torch.tensor([5.0, 6, 7, 0.5]), "b": torch.tensor([1.0, 2, 0.1, 0.2])},
                4,
            ),
            "a matrix": ({"w": torch.tensor([[1.0, 9.0], [8.0, 2.0], [0.0, 7.0]])}, 3),
            "ties": ({"a": torch.tensor([1.0, 2, 1, 1])}, 2),
            "a tensor without a place": (
                {"a": torch.tensor([3.0, 2]), "b": torch.tensor([0.1, 0.2])},
                2,
            ),
            "ties in two tensors": (
                {"b": torch.tensor([0.5, -0.5, 3.0]), "a": torch.tensor([0.5, 0.5])},
                3,
            ),
        },
        {
            "a weight that went down has moved, too: look at the sign.": (
                lambda tensors, k: _top(tensors, k, size=lambda x: x)
            ),
            "these are chosen tensor by tensor: there is one ranking for all tensors.": _per_tensor,
            "a place is an index into the flattened tensor: look at the matrix.": _rows,
            "more than k are chosen: look at what happens to numbers equal to the k-th.": (
                _with_all_ties
            ),
            "fewer than k are chosen: some of the numbers equal to the k-th must go in.": (
                _without_ties
            ),
            "of equal numbers other ones are asked: look at the place within a tensor.": (
                lambda tensors, k: _top(tensors, k, later=True)
            ),
            "of equal numbers other ones are asked: look at the order of the tensors.": (
                lambda tensors, k: _top(tensors, k, names=list)
            ),
            "these moved least: look at the direction in which you sort.": (
                lambda tensors, k: _top(tensors, k, size=lambda x: -x.abs())
            ),
            "the places are right, in another order: sort them.": _by_size,
            "a tensor without a place needs an empty list.": (
                lambda tensors, k: {n: own for n, own in _top(tensors, k).items() if own}
            ),
        },
    ),
)

_BY_HAND = {"u": torch.tensor([1.0, -1, 4]), "m": torch.tensor([1.0, -2, -1, 1])}


def _sorted(answer: Any) -> Any:
    """The answer with the places of each tensor in rising order, where they can be sorted."""
    if not isinstance(answer, dict):
        return answer
    return {
        name: sorted(own) if isinstance(own, list) and {type(i) for i in own} == {int} else own
        for name, own in answer.items()
    }


ties_by_hand = Check(
    Exercise("ties_by_hand", "choosing", minutes=5, difficulty=1, importance=2),
    Compared(
        lambda: _top(_BY_HAND, 4),
        {"by hand": ()},
        {
            "of equals the first names win, whatever order they are written in.": (
                lambda: _top(_BY_HAND, 4, names=list)
            ),
            "look at the signs: -1 moved as far as 1.": (
                lambda: _top(_BY_HAND, 4, size=lambda x: x)
            ),
            "k is a number of places, and you have another number of them.": (
                lambda: _with_all_ties(_BY_HAND, 4)
            ),
        },
        seen=_sorted,
    ),
)


Counts = Mapping[str, float]


def _of_layers(counts: Counts) -> dict[int, float]:
    """The sum over the tensors of each layer; a tensor is called "layer.3.w"."""
    found: dict[int, float] = {}
    for name, count in counts.items():
        layer = int(name.split(".")[1])
        found[layer] = found.get(layer, 0) + count
    return found


def _shares(chosen: Counts, sizes: Counts) -> dict[int, float]:
    held = _of_layers(chosen)
    return {layer: held[layer] / size for layer, size in _of_layers(sizes).items()}


def _means(chosen: Counts, sizes: Counts) -> dict[int, float]:
    shares = {name: chosen[name] / sizes[name] for name in sizes}
    counts = _of_layers(dict.fromkeys(sizes, 1))
    return {layer: share / counts[layer] for layer, share in _of_layers(shares).items()}


layer_shares = Check(
    Exercise("layer_shares", "choosing", minutes=10, difficulty=1, importance=2),
    Compared(
        _shares,
        {
            "two layers": (
                {"layer.0.w": 10, "layer.0.b": 4, "layer.1.w": 30, "layer.1.b": 0},
                {"layer.0.w": 100, "layer.0.b": 10, "layer.1.w": 100, "layer.1.b": 10},
            ),
            "twelve layers": (
                {f"layer.{i}.w": i for i in range(12)},
                {f"layer.{i}.w": 20 + i for i in range(12)},
            ),
        },
        {
            "a small tensor counts as much as a large one: do not take the mean of shares.": _means,
            "look at the denominator: of the layer is asked, not of the ticket.": (
                lambda chosen, sizes: {
                    layer: held / sum(chosen.values()) for layer, held in _of_layers(chosen).items()
                }
            ),
            "the keys are strings: `int(...)`.": (
                lambda chosen, sizes: {str(n): own for n, own in _shares(chosen, sizes).items()}
            ),
        },
    ),
)

CHECKS = (top_k_with_ties, ties_by_hand, layer_shares)
