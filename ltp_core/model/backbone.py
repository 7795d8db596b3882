"""The backbone: a masked language model and its tokenizer, with a content hash.

`load_backbone()` gives the model that lies in this repository, in fp32, offline:

>>> lm = load_backbone()
>>> type(lm.model).__name__, lm.model.config.num_hidden_layers, lm.model.config.hidden_size
('BertForMaskedLM', 12, 384)

`load_backbone("some/folder")` gives any masked LM saved by Hugging Face, and
`load_backbone("xlm-roberta-base", download=True)` fetches one from the hub. Nothing is ever
downloaded unless you say so.

A ticket is a list of places in one particular model. `fingerprint` is how it recognises that model.

Read next: `mlm` (what masked-LM training changes), then `ticket`.
Not here: anything about tasks or training.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from ..data.paths import data_dir
from .quantization import dequantise, quantise

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

Model: TypeAlias = "PreTrainedModel"  # a masked LM
Tokenizer: TypeAlias = "PreTrainedTokenizerFast"

WEIGHTS = "weights.safetensors"  # packed; plain Hugging Face folders have model.safetensors


class Backbone(NamedTuple):
    """A masked language model (fp32, eval mode, no dropout surprises) and its tokenizer."""

    model: Model
    tokenizer: Tokenizer


def load_backbone(name_or_folder: str | Path | None = None, *, download: bool = False) -> Backbone:
    """The embedded model, or any masked LM by folder or hub name.

    name_or_folder: None for the embedded model; a folder; or a name in the Hugging Face cache.
    download: allow fetching `name_or_folder` from the hub.

    Raises FileNotFoundError if a file is missing and ValueError if it is damaged, each with the way
    out in one sentence.
    """
    if name_or_folder is None:
        return _load_packed(data_dir() / "backbone")
    folder = Path(name_or_folder)
    if (folder / WEIGHTS).exists():
        return _load_packed(folder)
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    local = not download
    try:
        model, report = AutoModelForMaskedLM.from_pretrained(
            name_or_folder,
            dtype=torch.float32,
            local_files_only=local,
            use_safetensors=True,
            output_loading_info=True,
        )
        tokenizer = AutoTokenizer.from_pretrained(name_or_folder, local_files_only=local)
    except OSError as error:
        if folder.is_dir():
            raise ValueError(f"{folder} holds no masked LM in safetensors: {error}") from None
        way_out = f" ({error})" if download else "; pass download=True to fetch it from the hub"
        raise FileNotFoundError(
            f"no masked LM called {str(name_or_folder)!r} on this machine{way_out}"
        ) from None
    if lacking := sorted(report["missing_keys"]):  # a random head would make every answer noise
        raise ValueError(
            f"{str(name_or_folder)!r} lacks {lacking[0]!r}; give a checkpoint saved as a masked LM"
        )
    return Backbone(model.eval(), tokenizer)


def fingerprint(model: Model) -> str:
    """16 hex digits of the SHA-256 over names, shapes and fp32 values of the base model.

    The masked-LM head is left out: a ticket points into the base model only.

    >>> lm = load_backbone()
    >>> before = fingerprint(lm.model)
    >>> lm.model.base_model.encoder.layer[0].output.dense.bias.data[0] += 1
    >>> before == fingerprint(lm.model)
    False
    """
    digest = hashlib.sha256()
    for name, parameter in model.base_model.named_parameters():
        digest.update(f"{name}{tuple(parameter.shape)}".encode())
        for part in parameter.detach().flatten().split(1 << 20):  # a copy in fp32 stays small
            digest.update(part.float().cpu().numpy())
    return digest.hexdigest()[:16]


def save_packed(model: Model, folder: Path, bits: dict[str, int]) -> None:
    """Write a BERT masked LM with its matrices in a few bits (see `quantise`).

    bits: name prefix -> 4 or 8; the longest prefix that fits a matrix decides, "" fits all.
    """
    tensors: dict[str, torch.Tensor] = {}
    for name, p in model.named_parameters():  # tied weights appear once
        if p.dim() == 2:
            width = bits[max((b for b in bits if name.startswith(b)), key=len)]
            tensors[f"{name}:{width}"], tensors[f"{name}:scales"] = quantise(p, width)
        else:
            tensors[name] = p.detach().float().contiguous()
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / WEIGHTS)
    (folder / "config.json").write_text(json.dumps(model.config.to_diff_dict(), indent=1) + "\n")


def _load_packed(folder: Path) -> Backbone:
    from transformers import AutoTokenizer, BertConfig, BertForMaskedLM

    for name in ("config.json", "tokenizer.json", WEIGHTS):
        if not (folder / name).exists():
            raise FileNotFoundError(
                f"{folder / name} is missing; restore it with `git checkout -- data/backbone` "
                "or build it with `python -m tools.backbone.build`"
            )
    try:
        stored = load_file(folder / WEIGHTS)
        state = {name: tensor for name, tensor in stored.items() if ":" not in name}
        for key, codes in stored.items():
            name, _, bits = key.partition(":")
            if bits.isdigit():
                state[name] = dequantise(codes, stored[f"{name}:scales"], int(bits))
        config = BertConfig(**json.loads((folder / "config.json").read_text()))
        with torch.device("meta"):
            model = BertForMaskedLM(config)
        missing, unexpected = model.load_state_dict(state, strict=False, assign=True)
    except (SafetensorError, RuntimeError, KeyError, ValueError) as error:
        raise ValueError(
            f"{folder} is damaged ({error}); restore it with `git checkout -- data/backbone`"
        ) from None
    model.tie_weights()
    _fill_buffers(model)
    return Backbone(model.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True))


def _fill_buffers(model: Model) -> None:
    """Position and token-type buffers were made on the meta device; give them their values."""
    embeddings = model.base_model.embeddings
    positions = model.config.max_position_embeddings
    embeddings.position_ids = torch.arange(positions).expand((1, -1))
    embeddings.token_type_ids = torch.zeros((1, positions), dtype=torch.long)
