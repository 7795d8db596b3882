"""Several processes, one run: the same batch, split; the same step, taken by all.

Under `accelerate launch` each of n processes takes every n-th row of a batch. Its loss is its part
of the batch's mean, so the gradients need only be summed,

    ∂L/∂values = Σ over ranks r of ∂L_r/∂values,

and what travels in a step is what is trained and nothing else: 4·K bytes for a ticket, 4·P·H for a
prompt, and the loss. Every process then clips and steps alike, so the leaves stay the same bits
everywhere without being sent. The dense gradients never leave their process: do not wrap the model
in DDP, which would send all of them.

    accelerate launch --num_processes 2 run.py                                   on GPUs
    ACCELERATE_USE_CPU=true accelerate launch --multi_gpu --num_processes 2 run.py   on CPUs

(With `--cpu` accelerate starts a single process and does not say so.)

Without dropout n processes give the weights that one gives, up to the order of the sums.

Reading order: `share`, `sum_gradients`, `same_start`, `seeded`. What this file does not do:
start processes (`accelerate launch` does), or save; let one do it, `Accelerator().is_main_process`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch
from accelerate import Accelerator
from torch import Tensor

T = TypeVar("T")


def share(rows: Sequence[T], rank: int, world_size: int) -> tuple[list[T], int]:
    """This process's rows of a batch, and what its loss counts: 1, or 0 where no row was left.

    A process without a row of its own computes the first one for nothing, so that all processes
    walk the same graph and sum the gradients of the same leaves.

    >>> share([7, 8, 9], 0, 2), share([7, 8, 9], 1, 2), share([7], 1, 2)
    (([7, 9], 1), ([8], 1), ([7], 0))
    """
    mine = list(rows[rank::world_size])
    return (mine, 1) if mine else ([rows[0]], 0)


def sum_gradients(leaves: Iterable[Tensor], world_size: int) -> None:
    """Sum each leaf's gradient over the processes, in place; nothing to do for one.

    >>> leaf = torch.nn.Parameter(torch.ones(2))
    >>> leaf.sum().backward()
    >>> sum_gradients([leaf], world_size=1)
    >>> leaf.grad
    tensor([1., 1.])
    """
    if world_size > 1:
        for leaf in (leaf for leaf in leaves if leaf.grad is not None):
            torch.distributed.all_reduce(leaf.grad)


def same_start(step: int, accelerator: Accelerator) -> None:
    """Check that all processes found the same checkpoint.

    Raises:
        ValueError: one did not, and every process says so.

    >>> from accelerate import Accelerator
    >>> same_start(3, Accelerator())
    """
    found = accelerator.gather(torch.tensor([step], device=accelerator.device)).tolist()
    if len(set(found)) > 1:
        different = f"the processes would go on from different steps, {found}"
        raise ValueError(f"{different}; give them one checkpoint folder that all of them see")


@contextmanager
def seeded(seed: int, accelerator: Accelerator) -> Iterator[None]:
    """Draw from `seed` (dropout, for one) and leave the generators as they were.

    >>> from accelerate import Accelerator
    >>> with seeded(0, Accelerator()):
    ...     torch.rand(1)
    tensor([0.4963])
    """
    gpus = [accelerator.device] if accelerator.device.type == "cuda" else []
    with torch.random.fork_rng(gpus):
        torch.manual_seed(seed)
        yield
