"""A training run on disk: stop it anywhere, start it again, get the same bits.

One file, `state.safetensors`, holds everything a run needs that cannot be worked out again: the
trained tensors θ, AdamW's two moments for each, the number of steps done, and the losses so far.
Data order, masks and dropout are functions of (seed, step), so they are not stored. The file is
written beside the old one and moved over it: a kill at any moment leaves a whole file.

The header also keeps the settings of the run. A folder that belongs to another run is refused.

Reading order: `save`, `restore`.

What it does not do: store the model. That is `Trained.save`.
"""

from __future__ import annotations

import json
from pathlib import Path

import torch
from torch import Tensor

from ..data.atomic import replacing

FILE = "state.safetensors"


def save(folder, optimizer, step: int, history: list[float], settings: dict) -> None:
    """Write the state after `step` steps, atomically.

    >>> import tempfile
    >>> leaf = torch.nn.Parameter(torch.ones(2))
    >>> optimizer = torch.optim.AdamW([leaf], lr=0.1)
    >>> leaf.sum().backward()
    >>> optimizer.step()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(folder, optimizer, 1, [2.0], {"seed": 0})
    ...     restore(folder, optimizer, {"seed": 0})
    (1, [2.0])
    """
    from safetensors.torch import save_file

    path = Path(folder) / FILE
    header = {"step": step, "history": history, "settings": settings}
    with replacing(path) as temporary:
        save_file(_tensors(optimizer), temporary, metadata={"run": json.dumps(header)})


def restore(folder, optimizer, settings: dict) -> tuple[int, list[float]]:
    """Load what `save` wrote into the optimizer and its tensors; (0, []) if there is nothing yet.

    Raises ValueError if the folder belongs to a run with other settings.
    """
    from safetensors import SafetensorError, safe_open

    path = Path(folder) / FILE
    if not path.exists():
        return 0, []
    try:
        with safe_open(path, framework="pt") as file:
            header = json.loads(file.metadata()["run"])
            _check(path, header["settings"], settings)
            stored = {name: file.get_tensor(name) for name in file.keys()}
    except (SafetensorError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is damaged ({error}); delete it to start again") from None
    for index, leaf in enumerate(_leaves(optimizer)):
        with torch.no_grad():
            leaf.copy_(stored.pop(f"{index}.value"))
        prefix = f"{index}."
        names = [name for name in stored if name.startswith(prefix)]
        # AdamW keeps its step count on the CPU unless it is fused on an accelerator.
        optimizer.state[leaf] = {n[len(prefix) :]: stored[n].to(leaf.device) for n in names}
    return header["step"], header["history"]


def _leaves(optimizer) -> list[Tensor]:
    return [leaf for group in optimizer.param_groups for leaf in group["params"]]


def _tensors(optimizer) -> dict[str, Tensor]:
    """Every trained tensor and its moments, named by position: 0.value, 0.exp_avg, ..."""
    tensors = {}
    for index, leaf in enumerate(_leaves(optimizer)):
        tensors[f"{index}.value"] = leaf.detach().cpu().contiguous()
        for name, value in optimizer.state[leaf].items():
            tensors[f"{index}.{name}"] = value.cpu().contiguous()
    return tensors


def _check(path: Path, stored: dict, wanted: dict) -> None:
    wanted = json.loads(json.dumps(wanted))
    for name in sorted(stored.keys() | wanted.keys()):
        if stored.get(name) != wanted.get(name):
            raise ValueError(
                f"{path} belongs to another run: {name} was {stored.get(name)}, "
                f"now {wanted.get(name)}; give this run a checkpoint folder of its own"
            )
