"""The backbone: a masked language model and its tokenizer, with a content hash.

`load_backbone()` gives the model that lies in this repository, in fp32, offline:

>>> lm = load_backbone()
>>> type(lm.model).__name__, lm.model.config.num_hidden_layers, lm.model.config.hidden_size
('BertForMaskedLM', 12, 384)

`load_backbone("some/folder")` gives a masked LM saved by Hugging Face, of an architecture that
works here (`architecture.HEADS`), and `load_backbone("xlm-roberta-base", download=True)` fetches
one from the hub. Nothing is ever downloaded unless you say so.

A ticket is a list of places in one particular model. `fingerprint` is how it recognises that model.

Read next: `mlm` (what masked-LM training changes), then `ticket`.
Not here: anything about tasks or training.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from ..data.digest import check_sums
from ..data.paths import data_dir
from ..data.quantization import unpacked
from .architecture import head_parts

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

Model: TypeAlias = "PreTrainedModel"  # a masked LM
Tokenizer: TypeAlias = "PreTrainedTokenizerBase"

WEIGHTS = "weights.safetensors"  # packed; plain Hugging Face folders have model.safetensors
PROBE = "Été naïve №3 ½ ﬁ\tдom שלום 日本語 नमस्ते ሰላም  x"
SAVE_ONE = "save one beside the model, with tokenizer.save_pretrained"
RESTORE = "restore it with `git checkout -- data/backbone` or `python -m tools.backbone.build`"


class Backbone(NamedTuple):
    """A masked language model and its tokenizer.

    The model is in fp32 and in evaluation mode: its dropout is off, in training too, unless
    `dropout=True` is given there.
    """

    model: Model
    tokenizer: Tokenizer


def load_backbone(name_or_folder: str | Path | None = None, *, download: bool = False) -> Backbone:
    """The embedded model, or a masked LM by folder or hub name.

    It is loaded in fp32, on the CPU; training brings a clone to the GPU. Which architectures work:
    `architecture.HEADS`. From the hub comes the newest revision; to keep one, give a folder.

    Args:
        name_or_folder: None for the embedded model; a folder; or a name in the Hugging Face cache.
        download: allow fetching `name_or_folder` from the hub.

    Raises:
        FileNotFoundError: there is no such model, or a file of it is missing.
        ValueError: a file is damaged, or model and tokenizer do not fit.
    """
    folder = data_dir() / "backbone" if name_or_folder is None else Path(name_or_folder)
    if name_or_folder is None or (folder / WEIGHTS).exists():
        return _fitting(_load_packed(folder), str(folder))
    from transformers import AutoModelForMaskedLM, PreTrainedConfig

    name, local = str(name_or_folder), {"local_files_only": not download}
    how = local | {"dtype": torch.float32, "use_safetensors": True, "output_loading_info": True}
    try:
        config = PreTrainedConfig.get_config_dict(name, **local)[0]
        if not config:
            raise OSError("it has no config.json")
        head_parts(config.get("model_type", "unknown"))
        model, report = AutoModelForMaskedLM.from_pretrained(name, **how)
        if any(key.startswith("lm_predictions") for key in report["unexpected_keys"]):
            # A DeBERTa as it was published: transformers takes it for one of its own older ones.
            model, report = AutoModelForMaskedLM.from_pretrained(name, legacy=False, **how)
    except OSError as error:
        if folder.is_dir():
            raise ValueError(f"{folder} holds no masked LM in safetensors: {error}") from None
        way_out = f" ({error})" if download else "; pass download=True to fetch it from the hub"
        raise FileNotFoundError(f"no masked LM called {name!r} on this machine{way_out}") from None
    except (TypeError, AttributeError, RecursionError) as error:  # JSON, but no configuration
        raise ValueError(f"config.json of {name!r} is damaged ({error}); copy it again") from None
    except SafetensorError as error:
        damaged = f"the weights of {name!r} are damaged ({error})"
        raise ValueError(f"{damaged}; copy them again") from None
    if lacking := sorted(report["missing_keys"]):  # a random head would make every answer noise
        raise ValueError(f"{name!r} lacks {lacking[0]!r}; give a checkpoint saved as a masked LM")
    return _fitting(Backbone(model.eval(), _tokenizer(name, **local)), name)


def _tokenizer(name: str, **local: bool) -> Tokenizer:
    from transformers import AutoTokenizer

    try:
        found: Tokenizer = AutoTokenizer.from_pretrained(name, **local)
    except Exception as error:  # the tokenizers library knows no other kind
        why = str(error).partition("\n")[0].rstrip(": ")
        raise ValueError(f"{name!r} has no tokenizer that loads ({why}); {SAVE_ONE}") from None
    return found


def _fitting(lm: Backbone, name: str) -> Backbone:
    """`lm` itself, if its tokenizer knows pieces and its model has a row for each of them.

    Where a folder has no tokenizer, transformers makes one of a few special pieces.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> _fitting(lm, "toy") is lm
    True
    """
    pieces = lm.tokenizer.get_vocab()
    rows = len(lm.model.get_input_embeddings().get_parameter("weight"))
    if not any(piece.strip("▁") for piece in pieces.keys() - set(lm.tokenizer.all_special_tokens)):
        raise ValueError(f"{name!r} has no tokenizer, only special pieces; {SAVE_ONE}")
    last = max(pieces, key=pieces.__getitem__)
    if pieces[last] >= rows:
        beyond = f"the tokenizer of {name!r} has {last!r} as id {pieces[last]}"
        raise ValueError(f"{beyond}, but the model has {rows} rows; give it the tokenizer it had")
    return lm


def fingerprint(model: Model) -> str:
    """16 hex digits of the SHA-256 over names, shapes and fp32 values of the base model.

    The masked-LM head is left out: a ticket points into the base model only. For the head and the
    tokenizer see `outer_fingerprint`.

    >>> lm = load_backbone()
    >>> before = fingerprint(lm.model)
    >>> lm.model.base_model.encoder.layer[0].output.dense.bias.data[0] += 1
    >>> before == fingerprint(lm.model)
    False
    """
    return _sha256(model.base_model.named_parameters()).hexdigest()[:16]


def outer_fingerprint(lm: Backbone) -> str:
    """16 hex digits of what stands around the base model: its masked-LM head and its tokenizer.

    A trained model answers through both, so it is loaded only over the pair it was trained with. Of
    the tokenizer it sees the pieces with their ids, and how it cuts a line in several scripts.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lm, other = toy_backbone(), toy_backbone()
    >>> other.model.cls.predictions.bias.data[0] += 1
    >>> fingerprint(lm.model) == fingerprint(other.model)
    True
    >>> outer_fingerprint(lm) == outer_fingerprint(other)
    False
    """
    inner = {id(p) for p in lm.model.base_model.parameters()}
    digest = _sha256((name, p) for name, p in lm.model.named_parameters() if id(p) not in inner)
    digest.update(json.dumps(sorted(lm.tokenizer.get_vocab().items())).encode())
    cut = lm.tokenizer(PROBE, add_special_tokens=False)["input_ids"]
    digest.update(json.dumps([cut, lm.tokenizer.all_special_ids]).encode())
    return digest.hexdigest()[:16]


def _sha256(named: Iterable[tuple[str, torch.Tensor]]) -> hashlib._Hash:
    digest = hashlib.sha256()
    for name, parameter in named:
        digest.update(f"{name}{tuple(parameter.shape)}".encode())
        for part in torch.split(parameter.detach().flatten(), 1 << 20):  # a small copy in fp32
            digest.update(part.float().cpu().numpy().data)
    return digest


def _load_packed(folder: Path) -> Backbone:
    from transformers import AutoTokenizer, BertConfig, BertForMaskedLM

    check_sums(folder, ("config.json", "tokenizer.json", WEIGHTS), RESTORE)
    try:
        state = unpacked(load_file(folder / WEIGHTS))
        config = BertConfig(**json.loads((folder / "config.json").read_text()))
        with torch.device("meta"):
            model = BertForMaskedLM(config)
        model.load_state_dict(state, strict=False, assign=True)
        model.tie_weights()
        if lacking := [name for name, p in model.named_parameters() if p.is_meta]:
            raise ValueError(f"it lacks {lacking[0]}")
    except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{folder} is damaged ({error}); {RESTORE}") from None
    positions = torch.arange(config.max_position_embeddings).expand((1, -1))
    buffers = {"position_ids": positions, "token_type_ids": torch.zeros_like(positions)}
    for name, buffer in buffers.items():  # made on the meta device, without numbers
        model.bert.embeddings.register_buffer(name, buffer, persistent=False)
    model.eval()  # type: ignore[no-untyped-call]  # unannotated there
    return Backbone(model, AutoTokenizer.from_pretrained(folder, local_files_only=True))
