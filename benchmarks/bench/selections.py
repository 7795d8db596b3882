"""Ways to choose the k largest |θ₁ − θ₀| of a whole model.

    ours       `Ticket.select`: two histograms over the bits, streamed
    ours-file  the same, streamed from two safetensors files
    sort       all movements in one vector, `torch.sort`, first k
    topk       all movements in one vector, `torch.topk`
    list       all movements in a Python list, `np.partition`, as composable-sft does it

Only ours breaks ties by place; on random numbers there are hardly any.

Reading order: `ready`. What this file does not do: measure.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from ltp_core.mapped import mapped
from ltp_core.ticket import Ticket
from ltp_core.topk import Deltas

WAYS = ("ours", "ours-file", "sort", "topk", "list")
LIST_BYTES = 70  # a parameter: 56 of the list and its floats, 8 of its array, and some room


def ready(way: str, before: dict, after: dict, k: int, folder: Path) -> tuple[Callable, Callable]:
    """A function that chooses and returns the bytes of its answer, and one that only reads."""
    if way == "ours-file":
        for name, tensors in (("before", before), ("after", after)):
            stored = {key: t.cpu().contiguous() for key, t in tensors.items()}
            save_file(stored, folder / f"{name}.safetensors")

        def both() -> tuple[dict, dict]:
            return mapped(folder / "before.safetensors"), mapped(folder / "after.safetensors")

        return lambda: ours(*both(), k), lambda: read(*both())
    choose = dict(ours=ours, sort=by_sort, topk=by_topk, list=by_list)[way]
    return lambda: choose(before, after, k), lambda: read(before, after)


def too_large(way: str, total: int) -> int:
    """The bytes that a way would take if they are more than half of the memory, else 0.

    >>> too_large("ours", 10**12)
    0
    """
    import psutil

    need = LIST_BYTES * total if way == "list" else 0
    return need if need > psutil.virtual_memory().total / 2 else 0


def read(before: dict, after: dict) -> float:
    """Every number of both models, once: nothing that compares them can be faster."""
    return sum(float(t.sum()) for tensors in (before, after) for t in tensors.values())


def ours(before: dict, after: dict, k: int) -> int:
    total = sum(t.numel() for t in before.values())
    ticket = Ticket.select(Deltas(before, after), k / total, base="benchmark")
    return sum(index.nbytes for index in ticket.indices.values())


def by_sort(before: dict, after: dict, k: int) -> int:
    return movements(before, after).sort(descending=True).indices[:k].clone().nbytes


def by_topk(before: dict, after: dict, k: int) -> int:
    return torch.topk(movements(before, after), k, sorted=False).indices.nbytes


def by_list(before: dict, after: dict, k: int) -> int:
    """The threshold by a list of all movements, then masks: bool, one byte a parameter."""
    found: list[float] = []
    for name in before:
        found.extend((after[name] - before[name]).abs().view(-1).tolist())
    least = np.partition(found, len(found) - k)[len(found) - k]
    masks = [(after[name] - before[name]).abs() >= least for name in before]
    return sum(mask.nbytes for mask in masks)


def movements(before: dict, after: dict) -> torch.Tensor:
    """All |θ₁ − θ₀| in one vector."""
    return torch.cat([(after[name] - before[name]).abs().view(-1) for name in before])
