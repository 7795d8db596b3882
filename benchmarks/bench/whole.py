"""The three long things one does with the library, as one does them: how near to the machine?

    stage 1      `adapt`, masked-LM training of the encoder
    stage 2      `train`, the first of the densities as a ticket, and a prompt
    evaluation   `predict`

Counted is all that happens between one step and the next, or for `predict` the whole call:
preparing batches, padding, the optimizer, and reading the loss. What is not matrix arithmetic is
the distance to the rate that `machine` measures.

Reading order: `whole_row`. What this file does not do: compare methods.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import mean, median
from types import SimpleNamespace

import torch
from torch.utils.flop_counter import FlopCounterMode

from ltp_core.measure.evaluate import predict
from ltp_core.stage1.mlm import adapt, text_rows
from ltp_core.stage2.train import train

from . import measure, rivals, workloads

STAGES = ("stage 1", "stage 2", "evaluation")


def whole_row(options, repeat: str) -> dict:
    """Seconds, tokens and, in the first repeat, floating-point operations of each."""
    device, work = torch.device(options.device), workloads.load(options.model)
    autocast, steps, size = options.precision == "bf16", options.steps, options.batch_size
    data = {"text": list(work.texts), "label": list(work.labels)}
    task = SimpleNamespace(words=work.words)
    ticket = rivals.drawn(work.lm.model, options.densities[0])
    epochs = -(-(steps + 1) // -(-len(data["text"]) // size))
    loop = dict(batch_size=size, autocast=autocast, progress=False)

    def stage1(**hear) -> int:
        adapt(work.lm, data, steps=steps + 1, **loop, **hear)
        return steps + 1

    def stage2(**hear):
        return train(work.lm, data, task=task, ticket=ticket, epochs=epochs, **loop, **hear)

    model = stage2()
    rows = model.encode(data["text"])
    many = {"text": data["text"] * 4}

    def evaluation() -> None:
        predict(model, many, autocast=autocast)

    bare = mean(map(len, text_rows(work.lm.tokenizer, data, 128)))
    prompted = mean(map(len, rows)) + len(model.prompt)
    row = {
        "stage 1": {"seconds": between(stage1, device), "tokens": bare * size},
        "stage 2": {"seconds": between(stage2, device), "tokens": prompted * size},
        "evaluation": {
            "seconds": median(measure.seconds(evaluation, device, times=2)),
            "tokens": prompted * len(many["text"]),
        },
    }
    if repeat == "0":
        row["stage 1"]["flops"] = operations(stage1) / (steps + 1)
        row["stage 2"]["flops"] = operations(stage2) / (epochs * -(-len(rows) // size))
        row["evaluation"]["flops"] = operations(evaluation)
    return row


def between(work: Callable, device: torch.device) -> float:
    """The median of the seconds from one step to the next."""
    marks: list[float] = []
    work(callback=lambda step, info: marks.append(measure.now(device)))
    return median(b - a for a, b in zip(marks, marks[1:], strict=False))


def operations(work: Callable) -> int:
    """The floating-point operations of a call."""
    with FlopCounterMode(display=False) as counter:
        work()
    return counter.get_total_flops()
