"""A model that stays on disk: its weights are views of the files in its folder.

To read, not to run: two checkpoints are compared at the price of the pages in use.

What this file does not do: map a file (`data/mapped_file.py`), or the embedded model (it is packed,
`load_backbone` unpacks it).
"""

from __future__ import annotations

from pathlib import Path

import torch

from ..data.mapped_file import mapped
from .architecture import head_parts
from .backbone import Model


def mapped_model(folder: str | Path) -> Model:
    """The masked LM of a Hugging Face folder; its weights stay in the file.

    Raises:
        FileNotFoundError: the folder holds no safetensors file.
        ValueError: the architecture does not work here, or a tensor is lacking or damaged.

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
