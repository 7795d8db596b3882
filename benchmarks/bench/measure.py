"""Clocks and counters: seconds, bytes, floating-point operations, and the floors they stand beside.

A floor is what no method of this kind can go below:

    state        12·K + H·N/8 bytes: a value and AdamW's two moments for each of K entries, and the
                 entropy of a mask of density d = K/N, H = −d log₂ d − (1−d) log₂(1−d) bits
    mask file    H·N/8 bytes; with fp32 values 4·K more
    step         the floating-point operations without a single weight gradient: those of a prompt
    optimizer    28·K bytes at the measured speed of the memory: AdamW reads four fp32 numbers for
                 each entry and writes three
    selection    the time to read both models once

What this file does not do: know methods.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn


def now(device: torch.device) -> float:
    """Seconds on a clock that waits for the device to be done."""
    if device.type == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def seconds(work: Callable[[], object], device: torch.device, times: int = 1) -> list[float]:
    """How long each of several calls takes."""
    found = []
    for _ in range(times):
        start = now(device)
        work()
        found.append(now(device) - start)
    return found


def held(device: torch.device) -> int:
    """The bytes of all tensors on the device, whoever holds them."""
    gc.collect()
    there = [x for x in gc.get_objects() if type(x) in (Tensor, nn.Parameter)]
    storages = [x.untyped_storage() for x in there if x.device.type == device.type]
    return sum({s.data_ptr(): s.nbytes() for s in storages}.values())


def memory_mb(device: torch.device, peak: bool = False) -> float:
    """Memory in use now, or at most since `ltp_core.study.provenance.reset_peak`, in MB.

    Of the GPU, or of this process (Linux; elsewhere nan).
    """
    if device.type == "cuda":
        used = torch.cuda.max_memory_allocated if peak else torch.cuda.memory_allocated
        return used() / 1e6
    key = "VmHWM" if peak else "VmRSS"
    try:
        status = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in status if line.startswith(key)) / 1e3
    except (OSError, StopIteration):
        return float("nan")


def matmul_gflops(device: torch.device, dtype: torch.dtype, size: int = 1024) -> float:
    """The machine's rate on square matrices: the best of several tries."""
    a, b = (torch.randn(size, size, device=device).to(dtype) for _ in range(2))
    a @ b
    return 2 * size**3 / min(seconds(lambda: a @ b, device, times=8)) / 1e9


def memory_gbs(device: torch.device, megabytes: int) -> float:
    """The speed of the memory on a copy, reading and writing counted: the best of several tries."""
    a = torch.ones(megabytes * 250_000, device=device)
    b = torch.empty_like(a)
    return 2 * a.nbytes / min(seconds(lambda: b.copy_(a), device, times=5)) / 1e9
