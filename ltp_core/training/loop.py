"""The training loop that both stages share, and nothing of what they train.

A step is the textbook one: loss, backward, clip, AdamW (or SGD), next. Its rate rises over the
warm-up and then falls in a straight line to zero,

    rate(t) = peak · min((t + 1) / W, (T − t) / (T − W)).

Randomness is *stateless*: the order of epoch e, the masks and the dropout of step t are drawn from
generators seeded by (seed, e) or (seed, t). Step t is then the same whether the run came there in
one go or was killed and run again, and a checkpoint needs no generator states (`seeds.py`).

Under `accelerate launch` each process takes its share of the rows and only the gradients of what is
trained are summed, once per step: see `distributed.py`.

Reading order: `batches`, `rate`, `fit`. The options are in `options.py`.

What it does not do: know about masks, prompts or tickets. It is given a loss and some leaves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from . import checkpoint
from .distributed import same_start, seeded, sum_gradients
from .options import LoopOptions
from .precision import precision
from .seeds import seed_for

# AdamW moves every weight about as far; SGD moves it as far as its gradients say.
OPTIMIZERS: dict[str, Callable[..., torch.optim.Optimizer]] = {
    "adamw": partial(torch.optim.AdamW, weight_decay=0.0, fused=True),
    "sgd": partial(torch.optim.SGD, momentum=0.9, fused=True),
}


def batches(lengths: Sequence[int], size: int, seed: int) -> Callable[[int], list[int]]:
    """A function from the step to the rows of its batch; each epoch visits every row once.

    Rows of about the same length go together, so that little padding is computed: shuffle, sort
    within windows of eight batches (at most a quarter of the epoch, so that epochs differ), and
    shuffle the batches of each window.

    >>> at = batches([3, 9, 3, 9], size=2, seed=0)
    >>> at(0), at(1), at(2), at(3)  # two epochs
    ([2, 3], [0, 1], [0, 3], [2, 1])
    """
    steps = math.ceil(len(lengths) / size)
    window = max(1, min(8, steps // 4))
    sizes = np.asarray(lengths)

    @lru_cache(maxsize=1)
    def epoch(number: int) -> list[list[int]]:
        rng = np.random.default_rng(seed_for(seed, number))
        order = rng.permutation(len(lengths))
        rows: list[list[int]] = []
        for start in range(0, len(order), size * window):
            part = order[start : start + size * window]
            part = part[np.argsort(sizes[part], kind="stable")]
            chunks = [part[i : i + size].tolist() for i in range(0, len(part), size)]
            rows += [chunks[i] for i in rng.permutation(len(chunks))]
        return rows

    def at(step: int) -> list[int]:
        number, place = divmod(step, steps)
        return epoch(number)[place]

    return at


def rate(step: int, steps: int, warmup: float) -> float:
    """The share of the peak rate at `step` (0-based); `warmup` is a fraction of all steps.

    >>> [round(rate(t, 6, warmup=1 / 3), 2) for t in range(6)]
    [0.5, 1.0, 1.0, 0.75, 0.5, 0.25]
    """
    rising = round(warmup * steps)
    if step < rising:
        return (step + 1) / rising
    return (steps - step) / (steps - rising)


def fit(
    loss_at: Callable[[int], Tensor],
    groups: list[dict[str, Any]],
    options: LoopOptions,
    *,
    steps: int,
    after: Callable[[], None] = lambda: None,
    settings: Mapping[str, Any] = {},
    label: str = "training",
) -> list[float]:
    """Take `steps` steps of an optimizer on the leaves in `groups`; return the loss of each.

    Args:
        loss_at: called with the step, gives this process's share of the loss.
        options: `callback(step, info)` hears of every step done. With `checkpoint` the state is
            saved every `every` steps and at the end, and a second call resumes from there; all
            processes must see that folder.
        after: called when the leaves changed.
        settings: which run it is; another run's state is refused.

    Raises:
        ValueError: the loss is not finite, or the checkpoint is damaged or another run's.

    >>> x = torch.nn.Parameter(torch.tensor([3.0]))
    >>> losses = fit(lambda step: (x**2).sum(), [{"params": [x], "lr": 1.0}],
    ...              LoopOptions(progress=False), steps=4)
    >>> [round(loss, 2) for loss in losses]
    [9.0, 4.0, 1.56, 0.56]
    """
    from tqdm import tqdm

    accelerator = Accelerator()
    settings = dict(settings, steps=steps, **options.pick("seed", "warmup", "clip", "autocast"))
    settings |= {} if options.optimizer == "adamw" else {"optimizer": options.optimizer}
    optimizer = OPTIMIZERS[options.optimizer](groups)
    peaks = [group["lr"] for group in groups]
    leaves = [leaf for group in groups for leaf in group["params"]]
    rank, world_size = accelerator.process_index, accelerator.num_processes
    settings |= {"processes": world_size}  # with another number the sums have other last digits
    folder = options.checkpoint
    first, history = checkpoint.restore(folder, optimizer, settings) if folder else (0, [])
    same_start(first, accelerator)
    after()
    silent = not (options.progress and accelerator.is_main_process)
    bar = tqdm(total=steps, initial=first, desc=label, unit="step", disable=silent)
    for step in range(first, steps):
        for group, peak in zip(optimizer.param_groups, peaks, strict=True):
            group["lr"] = peak * rate(step, steps, options.warmup)
        own_seed = seed_for(options.seed, step, 2, *([rank] if rank else []))
        with seeded(own_seed, accelerator), precision(accelerator.device, options.autocast):
            loss = loss_at(step)
        loss.backward()  # type: ignore[no-untyped-call]  # unannotated there
        sum_gradients(leaves, world_size)
        torch.nn.utils.clip_grad_norm_(leaves, options.clip)
        optimizer.step()
        optimizer.zero_grad()
        after()
        history.append(accelerator.reduce(loss.detach(), "sum").item())
        if not math.isfinite(history[-1]):
            raise ValueError(f"the loss is {history[-1]} at step {step}; try a lower learning rate")
        bar.set_postfix(loss=f"{history[-1]:.3f}", refresh=False)
        bar.update()
        done = step + 1
        if folder and accelerator.is_main_process and (done % options.every == 0 or done == steps):
            checkpoint.save(folder, optimizer, done, history, settings)
        if options.callback:
            rates = [group["lr"] for group in optimizer.param_groups]
            options.callback(step, {"loss": history[-1], "rates": rates})
    bar.close()
    return history
