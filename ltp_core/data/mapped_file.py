"""Tensors that stay on disk: views of a safetensors file, read where they are touched.

The idea. A safetensors file is a short header, then plain numbers. So the file can be mapped: each
tensor is an address range, and the system brings in a page when it is read and drops it when memory
is wanted for something else. Two checkpoints are compared at the price of the pages in use. It is
told that all will be wanted, so it reads ahead and we seldom wait for the disk.

What this file does not do: know whose tensors they are. `model/memory_map.py` makes a model of
them.
"""

from __future__ import annotations

import os
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor


def mapped(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, or of every model*.safetensors in a folder.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a file is damaged.

    >>> import tempfile
    >>> import torch
    >>> from safetensors.torch import save_file
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_file({"w": torch.ones(2)}, f"{folder}/model.safetensors")
    ...     mapped(folder)
    {'w': tensor([1., 1.])}
    """
    path = Path(path)
    files = sorted(path.glob("model*.safetensors")) if path.is_dir() else [path]
    if not files or not files[0].is_file():
        raise FileNotFoundError(f"{path} has no model.safetensors; write it with save_pretrained")
    tensors: dict[str, Tensor] = {}
    for file in files:
        _announce(file)
        try:
            with safe_open(file, framework="pt") as opened:
                tensors |= {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
        except SafetensorError as error:
            raise ValueError(f"{file} is damaged ({error}); copy it again") from None
    return tensors


def _announce(file: Path) -> None:
    """Let the system begin to read; it may do so or not (Linux)."""
    if hasattr(os, "posix_fadvise"):
        with file.open("rb") as opened:
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
