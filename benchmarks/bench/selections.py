"""Ways to choose the k largest |θ₁ − θ₀| of a whole model.

    ours       `Ticket.select`: bounds from a sample, then one pass over the bits, streamed
    ours-file  the same, streamed from two safetensors files that the system still has in memory
    ours-disk  the same, from files it has been told to forget, as they are after days of training
    sort       all movements in one vector, `torch.sort`, first k
    topk       all movements in one vector, `torch.topk`
    list       all movements in a Python list, `np.partition`, as composable-sft does it

Only ours breaks ties by place; on random numbers there are hardly any.

Reading order: `ready`. What this file does not do: measure.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from ltp_core.data.mapped_file import mapped
from ltp_core.ticket.chunks import Deltas
from ltp_core.ticket.ticket import Ticket

WAYS = ("ours", "ours-file", "ours-disk", "sort", "topk", "list")
LIST_BYTES = 70  # a parameter: 56 of the list and its floats, 8 of its array, and some room


def ready(way: str, before: dict, after: dict, k: int, folder: Path) -> tuple[Callable, ...]:
    """Three functions: to choose and return the bytes of the answer, only to read, to forget."""
    if way in ("ours-file", "ours-disk"):
        for name, tensors in (("before", before), ("after", after)):
            stored = {key: t.cpu().contiguous() for key, t in tensors.items()}
            save_file(stored, folder / f"{name}.safetensors")

        def both() -> tuple[dict, dict]:
            return mapped(folder / "before.safetensors"), mapped(folder / "after.safetensors")

        forget = partial(forgotten, folder) if way == "ours-disk" else nothing
        return lambda: ours(*both(), k), lambda: read(*both()), forget
    choose = dict(ours=ours, sort=by_sort, topk=by_topk, list=by_list)[way]
    return lambda: choose(before, after, k), lambda: read(before, after), nothing


def nothing() -> None:
    """Forget nothing."""


def forgotten(folder: Path) -> None:
    """Let the system drop the files from memory (Linux)."""
    for path in folder.glob("*.safetensors"):
        with path.open("rb+") as file:
            os.fsync(file.fileno())  # what is not on the disk yet cannot be dropped
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def skipped(way: str, total: int) -> str:
    """Why a way is not measured here, or nothing.

    >>> skipped("ours", 10**12)
    ''
    """
    import psutil

    if way == "ours-disk" and not hasattr(os, "posix_fadvise"):
        return "only on Linux can a file be dropped from memory"
    need = LIST_BYTES * total if way == "list" else 0
    too_much = need > psutil.virtual_memory().total / 2
    return f"would take about {need / 1e9:.0f} GB" if too_much else ""


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
