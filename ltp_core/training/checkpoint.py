"""A training run on disk: stop it anywhere, start it again, get the same bits.

One file, `state.safetensors`, holds everything a run needs that cannot be worked out again: the
trained tensors θ, AdamW's two moments for each, the number of steps done, and the losses so far.
Data order, masks and dropout are functions of (seed, step), so they are not stored. A kill at any
moment leaves a whole file (`data.tensor_file`).

The header also keeps the settings of the run. A folder that belongs to another run is refused.

Reading order: `save`, `restore`.

What it does not do: store the model. That is `Trained.save`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from ..data import tensor_file

FILE = "state.safetensors"
KIND, WAY_OUT = "checkpoint", "delete it to start again"
Settings = Mapping[str, Any]


def save(
    folder: str | Path, optimizer: Optimizer, step: int, history: list[float], settings: Settings
) -> None:
    """Write the state after `step` steps, atomically.

    >>> import tempfile, torch
    >>> leaf = torch.nn.Parameter(torch.ones(2))
    >>> optimizer = torch.optim.AdamW([leaf], lr=0.1)
    >>> leaf.sum().backward()
    >>> optimizer.step()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(folder, optimizer, 1, [2.0], {"seed": 0})
    ...     restore(folder, optimizer, {"seed": 0})
    (1, [2.0])
    """
    tensors: dict[str, Tensor] = {}  # named by position: 0.value, 0.exp_avg, ...
    for index, leaf in enumerate(_leaves(optimizer)):
        own = {"value": leaf, **optimizer.state[leaf]}
        tensors |= {f"{index}.{name}": tensor for name, tensor in own.items()}
    header = {"step": step, "history": history, "settings": settings}
    tensor_file.write(Path(folder) / FILE, KIND, tensors, header)


def restore(
    folder: str | Path, optimizer: Optimizer, settings: Settings
) -> tuple[int, list[float]]:
    """Load what `save` wrote into the optimizer and its tensors.

    Returns:
        The number of steps done and the loss of each; (0, []) if there is nothing yet.

    Raises:
        ValueError: the file is damaged, or belongs to a run with other settings.
    """
    path = Path(folder) / FILE
    if not path.exists():
        return 0, []
    header, stored = tensor_file.read(path, KIND, WAY_OUT)
    _check(path, header["settings"], settings)
    leaves = {f"{index}.value": leaf for index, leaf in enumerate(_leaves(optimizer))}
    values = {name: it for name, it in stored.items() if name.endswith(".value")}
    tensor_file.check_like(path, values, leaves, WAY_OUT)
    for name, leaf in leaves.items():
        leaf.data.copy_(stored.pop(name))
        prefix = name.removesuffix("value")
        # AdamW keeps its step count on the CPU unless it is fused on an accelerator.
        own = {n.removeprefix(prefix): it for n, it in stored.items() if n.startswith(prefix)}
        optimizer.state[leaf] = {n: it.to(leaf.device) for n, it in own.items()}
    return header["step"], header["history"]


def _leaves(optimizer: Optimizer) -> list[Tensor]:
    return [leaf for group in optimizer.param_groups for leaf in group["params"]]


def _check(path: Path, stored: Settings, wanted: Settings) -> None:
    wanted = json.loads(json.dumps(wanted))
    for name in sorted(stored.keys() | wanted.keys()):
        if (was := stored.get(name)) != (now := wanted.get(name)):
            other = f"{path} belongs to another run: {name} was {was}, now {now}"
            raise ValueError(f"{other}; give this run a checkpoint folder of its own")
