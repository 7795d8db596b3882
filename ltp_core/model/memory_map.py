"""A model that stays on disk: its tensors are views of the file, read where they are touched.

The idea. A safetensors file is a short header, then plain numbers. So the file can be mapped: each
tensor is an address range, and the system brings in a page when it is read and drops it when memory
is wanted for something else. Two checkpoints are compared at the price of the pages in use. It is
told that all will be wanted, so it reads ahead and we seldom wait for the disk.

    mapped(path)           name -> tensor, of one file or of all parts of a Hugging Face folder
    mapped_model(folder)   the masked LM of the folder over such tensors: to read, not to run

What this file does not do: the embedded model (it is packed, `load_backbone` unpacks it), or
anything that computes with a model.
"""

from __future__ import annotations

import os
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from .architecture import head_parts
from .backbone import Model


def mapped(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file, or of every model*.safetensors in a folder.

    >>> import tempfile
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


def mapped_model(folder: str | Path) -> Model:
    """The masked LM of a Hugging Face folder; its weights stay in the file.

    >>> import tempfile
    >>> from ltp_core import fingerprint
    >>> from ltp_core.model.toy import toy_backbone
    >>> model = toy_backbone().model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save_pretrained(folder)
    ...     fingerprint(mapped_model(folder)) == fingerprint(model)
    True
    """
    from transformers import AutoConfig, AutoModelForMaskedLM

    tensors = mapped(folder)
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    head_parts(config.model_type)  # ValueError, if it does not work here
    with torch.device("meta"):  # shapes without numbers
        model: Model = AutoModelForMaskedLM.from_config(config)  # type: ignore[no-untyped-call]  # unannotated there
    model.load_state_dict(tensors, strict=False, assign=True)
    model.tie_weights()
    for name, parameter in model.base_model.named_parameters():
        if parameter.is_meta:
            raise ValueError(f"{folder} lacks {name}; write it anew with save_pretrained")
    return model
