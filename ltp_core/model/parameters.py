"""Where a parameter sits, and which parameters a ticket may choose from.

The idea. A parameter's name tells its place: `encoder.layer.3.attention.self.query.weight` is in
layer 3, module `attention.self.query`, and so is ModernBERT's `layers.3.attn.Wqkv.weight`, in
module `attn.Wqkv`. Names are those of `model.base_model`; the masked-LM head is not among them. The
encoder is every tensor with a layer number. What all layers share has none, as DeBERTa's
`encoder.rel_embeddings.weight`.

Reading order: `place`, `select_tensors`, `eligible`. What this file does not do: choose.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias, TypeVar

from torch import nn

from .backbone import Model

T = TypeVar("T")
Layers: TypeAlias = "int | str | Sequence[int | str] | None"  # None: all
Modules: TypeAlias = "str | Sequence[str] | None"  # None: all
_LAYER = re.compile(r"(?:^|\.)layers?\.(\d+)\.")


def place(name: str) -> tuple[int | str, str]:
    """The layer and the module of a parameter; the layer is a word outside the encoder.

    >>> place("encoder.layer.3.attention.self.query.weight"), place("embeddings.LayerNorm.bias")
    ((3, 'attention.self.query'), ('embeddings', 'LayerNorm'))
    """
    word, _, rest = name.partition(".")
    if found := _LAYER.search(name):
        rest = name[found.end() :]
    return int(found[1]) if found else word, rest.rpartition(".")[0] or rest


def in_encoder(name: str) -> bool:
    """Does the name have a layer number?

    >>> in_encoder("encoder.layer.3.output.dense.bias"), in_encoder("embeddings.LayerNorm.bias")
    (True, False)
    """
    return isinstance(place(name)[0], int)


def select_tensors(
    tensors: Mapping[str, T], layers: Layers = None, modules: Modules = None
) -> dict[str, T]:
    """The tensors in some layers and modules.

    Args:
        layers: a number, a word such as "embeddings", or a list of these; None for all.
        modules: a module's name or dotted part of it, or a list of these; None for all. A full name
            means that module alone: "output.dense" is not "attention.output.dense".

    Raises:
        ValueError: there is no such layer or module.

    >>> names = [f"layer.{i}.{m}.bias" for i in (0, 1) for m in ("output.dense", "attention.query")]
    >>> list(select_tensors(dict.fromkeys(names), layers=1, modules="attention"))
    ['layer.1.attention.query.bias']
    """
    places = {name: place(name) for name in tensors}
    known_layers = list(dict.fromkeys(layer for layer, _ in places.values()))
    known_modules = list(dict.fromkeys(module for _, module in places.values()))
    wanted_layers = known_layers if layers is None else _listed(layers)
    for layer in wanted_layers:
        if layer not in known_layers:
            raise ValueError(f"there is no layer {layer!r} here, only {_row(known_layers)}")
    wanted: set[str] = set()
    for module in known_modules if modules is None else _listed(modules):
        fits = [m for m in known_modules if f".{module}." in f".{m}."]
        if not fits:
            raise ValueError(f"there is no module {module!r} here, only {_row(known_modules)}")
        wanted.update([m for m in fits if m == module] or fits)
    within = [name for name, (n, m) in places.items() if n in wanted_layers and m in wanted]
    return {name: tensors[name] for name in within}


def eligible(
    model: Model, layers: Layers = None, modules: Modules = None
) -> dict[str, nn.Parameter]:
    """The parameters a ticket may choose from: by default all of the encoder, see `select_tensors`.

    For more than the encoder name its layers, for example `layers=["embeddings", *range(12)]`.

    >>> from ltp_core.model.toy import toy_backbone
    >>> list(eligible(toy_backbone().model, layers=1, modules="query"))
    ['encoder.layer.1.attention.self.query.weight', 'encoder.layer.1.attention.self.query.bias']
    """
    tensors = dict(model.base_model.named_parameters())
    if layers is None:
        tensors = {name: tensor for name, tensor in tensors.items() if in_encoder(name)}
    return select_tensors(tensors, layers, modules)


def _listed(wanted: int | str | Sequence[int | str]) -> list[int | str]:
    return [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)


def _row(known: Sequence[object]) -> str:
    return ", ".join(map(str, known)) or "none at all"
