"""One measurement each: a row is a small dict of numbers, made by one call in a process of its own.

    machine/r               rate of square matrices, speed of the memory
    whole/r                 stage 1, stage 2 and evaluation as the library runs them (`whole`)
    train/METHOD/r          whole steps on real texts: seconds, memory, operations, bytes on disk
    optimizer/SIZE/r        what follows the backward pass, on gradients that are there already
    selection/SIZE/WAY      the k largest movements: seconds, peak memory
    files/SIZE              a ticket on disk: bytes, seconds to write and to read

r numbers the repeats. They are taken in turn, all methods once, then all again, so that a machine
that slows down slows all of them; ratios are made within a repeat.

Reading order: `plan`, then one function a kind. What this file does not do: compare.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

import torch
import torch.nn.functional as F

from ltp_core.model.parameters import eligible
from ltp_core.stage2.prompt import PromptModel
from ltp_core.study import provenance as machine
from ltp_core.ticket.ticket import Ticket
from ltp_core.training.loop import batches
from ltp_core.training.precision import precision

from . import measure, rivals, selections, workloads
from .whole import operations, whole_row


def plan(options) -> list[str]:
    """The keys of all rows that these options ask for, in the order they are measured.

    >>> from types import SimpleNamespace
    >>> options = SimpleNamespace(parts=["machine", "files"], repeats=2, sizes=["toy"])
    >>> plan(options)
    ['machine/0', 'machine/1', 'files/toy']
    """
    keys = []
    for repeat in range(options.repeats):
        if "machine" in options.parts:
            keys.append(f"machine/{repeat}")
        if "whole" in options.parts:
            keys.append(f"whole/{repeat}")
        if "train" in options.parts:
            keys += [f"train/{name}/{repeat}" for name in methods(options)]
        if "optimizer" in options.parts:
            keys += [f"optimizer/{size}/{repeat}" for size in options.sizes]
    if "selection" in options.parts:
        keys += [f"selection/{size}/{way}" for size in options.sizes for way in selections.WAYS]
    if "files" in options.parts:
        keys += [f"files/{size}" for size in options.sizes]
    return keys


def methods(options) -> list[str]:
    """Every method, the sparse ones once for each density: "ticket@0.2"."""
    sparse = [f"{name}@{d:g}" for d in options.densities for name in rivals.SPARSE]
    return [*rivals.DENSE, *sparse]


def measured(key: str, options) -> dict:
    """The row of this key."""
    kind, *rest = key.split("/")
    return {
        "machine": machine_row,
        "whole": whole_row,
        "train": train_row,
        "optimizer": optimizer_row,
        "selection": selection_row,
        "files": files_row,
    }[kind](options, *rest)


def machine_row(options, repeat: str) -> dict:
    device = torch.device(options.device)
    size, megabytes = (256, 8) if options.smoke else (2048, 512)
    return {
        "fp32_gflops": measure.matmul_gflops(device, torch.float32, size),
        "bf16_gflops": measure.matmul_gflops(device, torch.bfloat16, size),
        "memory_gbs": measure.memory_gbs(device, megabytes),
    }


def train_row(options, name: str, repeat: str) -> dict:
    """Whole steps: a method in place on a model of its own, a prompt in front, real batches."""
    device = torch.device(options.device)
    work = workloads.load(options.model)
    model = PromptModel(work.lm, work.words, length=10).to(device)
    if device.type == "cpu":
        work.lm.model.set_attn_implementation("eager")  # the faster one there
    method, _, density = name.partition("@")
    once = repeat == "0"  # what does not depend on the clock
    before = measure.held(device) if once else 0
    used = measure.memory_mb(device)
    rival = rivals.build(method, work.lm.model, float(density) if density else None)
    leaves = [*rival.leaves, model.prompt.requires_grad_()]
    optimizer = torch.optim.AdamW(leaves, lr=1e-5, weight_decay=0.0, fused=rival.fused)
    step = stepper(model, work, rival, optimizer, leaves, options)
    machine.reset_peak()
    for number in range(2):  # the first steps allocate
        step(number)
    times = [step(number) for number in range(2, 2 + options.steps)]
    row = {
        "forward": median(t[0] for t in times),
        "backward": median(t[1] for t in times),
        "rest": median(t[2] for t in times),
        "step": median(sum(t[:3]) for t in times),
        "tokens": sum(t[3] for t in times) / len(times),
        "peak_mb": measure.memory_mb(device, peak=True) - used,
        "entries": rival.moving,
        "eligible": sum(p.numel() for p in eligible(work.lm.model).values()),
    }
    if once:
        row["state_bytes"] = measure.held(device) - before - 2 * model.prompt.nbytes
        row["flops"] = operations(lambda: step(0))  # the same batch for every method
        row["file_bytes"] = size_on_disk(rival.save)
    return row


def stepper(model, work, rival, optimizer, leaves, options) -> Callable[[int], tuple]:
    """A function that takes one step and returns its parts in seconds, and its tokens."""
    device, rows = torch.device(options.device), model.encode(work.texts)
    labels = torch.tensor(list(work.labels), device=device)
    batch_at = batches([len(row) for row in rows], options.batch_size, seed=0)

    def step(number: int) -> tuple[float, float, float, int]:
        chosen = batch_at(number)
        batch = model.batch([rows[i] for i in chosen])
        start = measure.now(device)
        with precision(device, options.precision == "bf16"):
            loss = F.cross_entropy(model(batch), labels[chosen])
        forward = measure.now(device)
        loss.backward()
        backward = measure.now(device)
        rival.before_step()
        torch.nn.utils.clip_grad_norm_(leaves, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        rival.after_step()
        end = measure.now(device)
        tokens = int(batch["attention_mask"].sum()) + len(chosen) * len(model.prompt)
        return forward - start, backward - forward, end - backward, tokens

    return step


def size_on_disk(save: Callable[[Path], None]) -> int:
    """The bytes of what `save` writes (.safetensors; a report beside it does not count)."""
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder) / "trained.safetensors")
        return sum(path.stat().st_size for path in Path(folder).glob("*.safetensors"))


def optimizer_row(options, size: str, repeat: str) -> dict:
    """Clip, step and all that belongs to it, on dense gradients that are there already.

    For a ticket that includes the gathering, which in training happens during the backward pass.
    """
    device, row = torch.device(options.device), {}
    model = workloads.load(size).lm.model.to(device)
    tensors = eligible(model)
    gradients = {name: torch.randn_like(p) for name, p in tensors.items()}
    row["eligible"] = sum(p.numel() for p in tensors.values())
    ways = ("mask", "mask-fused", "ticket")
    names = [f"{way}@{d:g}" for d in options.densities for way in ways]
    for name in names:
        method, _, density = name.partition("@")
        rival = rivals.build(method, model, float(density))
        optimizer = torch.optim.AdamW(rival.leaves, lr=1e-5, weight_decay=0.0, fused=rival.fused)

        def work(rival=rival, optimizer=optimizer):
            rival.hooks()
            rival.before_step()
            torch.nn.utils.clip_grad_norm_(rival.leaves, 1.0)
            optimizer.step()
            rival.after_step()

        times = []
        for _ in range(options.steps + 1):  # the first one allocates
            for tensor, p in tensors.items():
                p.grad = gradients[tensor]
            times += measure.seconds(work, device)
            optimizer.zero_grad()
        row[name] = median(times[1:])
        row[f"{name} entries"] = rival.moving
        if method == "ticket":
            rival.kept.close()
        del rival, optimizer, work
    return row


def selection_row(options, size: str, way: str) -> dict:
    """Choose the k largest |θ₁ − θ₀|; beside it, in turn, read both models and do nothing."""
    device = torch.device(options.device)
    model = workloads.load(size).lm.model.to(device)
    tensors = eligible(model) if size != "xlm-r-base" else dict(model.base_model.named_parameters())
    before = {name: p.detach() for name, p in tensors.items()}
    chance = torch.Generator(device).manual_seed(1)
    after = {
        name: torch.randn(p.shape, generator=chance, device=device).mul_(1e-3).add_(p)
        for name, p in before.items()
    }
    total = sum(p.numel() for p in before.values())
    row = {"total": total, "entries": round(max(options.densities) * total)}
    with tempfile.TemporaryDirectory() as folder:
        if why := selections.skipped(way, total):
            return row | {"skipped": why}
        select, read, forget = selections.ready(way, before, after, row["entries"], Path(folder))
        read()
        used = measure.memory_mb(device)
        machine.reset_peak()
        answer = select()  # the first call: no memory that an earlier one left behind is used again
        row |= {"peak_mb": measure.memory_mb(device, peak=True) - used, "answer_mb": answer / 1e6}
        times: dict = {"seconds": [], "reading": []}
        for _ in range(options.repeats):
            for key, work in (("seconds", select), ("reading", read)):
                forget()
                times[key] += measure.seconds(work, device)
    return row | times


def files_row(options, size: str) -> dict:
    """A ticket without values, with fp32 values, and with bf16 movements."""
    model = workloads.load(size).lm.model
    row: dict = {"total": sum(p.numel() for p in eligible(model).values())}
    for density in options.densities:
        sparse = rivals.build("ticket", model, density).kept
        with tempfile.TemporaryDirectory() as folder, sparse:
            path = Path(folder) / "x.safetensors"
            cpu, name = torch.device("cpu"), f"{density:g}"
            write = measure.seconds(lambda s=sparse, p=path: s.ticket.save(p), cpu, options.repeats)
            read = measure.seconds(lambda p=path: Ticket.load(p), cpu, options.repeats)
            row[name] = {
                "entries": len(sparse.ticket),
                "mask_bytes": path.stat().st_size,
                "bitmap_bytes": row["total"] // 8,
                "write": write,
                "read": read,
            }
            for kind in (torch.float32, torch.bfloat16):
                sparse.save(path, kind)
                row[name][f"{kind}".removeprefix("torch.")] = path.stat().st_size
    return row
