"""What a measurement was made on: peak memory, versions, and the kind of machine.

What it does not do: name the machine or any path on it. Result files are public.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch


def reset_peak() -> None:
    """Start to measure peak memory anew, where the system allows it."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        pass


def peak_mb() -> float:
    """Peak memory in MB since `reset_peak`: of the GPU, or of this process (Linux; else nan)."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e6
    try:
        status = Path("/proc/self/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1e3
    except (OSError, StopIteration):
        return float("nan")


def versions() -> str:
    """The versions that matter, in one string."""
    found = []
    for name in ("ltp_core", "torch", "transformers"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} source")
    return ", ".join([f"python {platform.python_version()}", *found])


def machine() -> str:
    """The kind of machine, without its name."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    name = getattr(torch.cpu, "get_capabilities", dict)().get("cpu_name", platform.machine())
    return f"{name}, {torch.get_num_threads()} threads"
