"""What differs between BERT, RoBERTa and XLM-R, asked in one place.

Each function takes the masked LM that `load_backbone` gives and returns one part of it or one fact
about it. A new architecture is made to fit here, and nowhere else.

Reading order: `mlm_head`, `decoder`, `position_range`, `layers`.

What it does not do: load a model (`backbone.py`), or name parameters (`parameters.py`).
"""

from __future__ import annotations

from typing import cast

from torch import nn

from .backbone import Model


def mlm_head(model: Model) -> nn.Module:
    """The part of a masked LM that turns hidden states into piece logits.

    >>> from ltp_core.model.toy import toy_backbone
    >>> import torch
    >>> mlm_head(toy_backbone().model)(torch.zeros(3, 16)).shape
    torch.Size([3, 41])
    """
    heads = [part for part in model.children() if part is not model.base_model]
    if len(heads) != 1 or decoder(model) is None:
        parts = f"{type(model).__name__} has {len(heads)} parts beside its encoder"
        raise ValueError(f"{parts}; take a masked LM with one head (BERT, RoBERTa, XLM-R)")
    return heads[0]


def decoder(model: Model) -> nn.Linear:
    """The last layer of the head, with one row per piece.

    >>> from ltp_core.model.toy import toy_backbone
    >>> decoder(toy_backbone().model).weight.shape
    torch.Size([41, 16])
    """
    return cast(nn.Linear, model.get_output_embeddings())  # type: ignore[no-untyped-call]  # unannotated there


def position_range(model: Model) -> tuple[int, int]:
    """The first position id and how many there are: BERT counts from 0, RoBERTa after padding.

    >>> from ltp_core.model.toy import toy_backbone
    >>> position_range(toy_backbone().model)
    (0, 32)
    """
    table = cast(nn.Embedding, model.base_model.get_submodule("embeddings.position_embeddings"))
    first = 0 if table.padding_idx is None else table.padding_idx + 1
    return first, table.num_embeddings - first


def layers(model: Model) -> nn.ModuleList:
    """The layers of a BERT or XLM-R encoder, the lowest first.

    >>> from ltp_core.model.toy import toy_backbone
    >>> len(layers(toy_backbone(layers=3).model))
    3
    """
    found = getattr(getattr(model.base_model, "encoder", None), "layer", None)
    if not isinstance(found, nn.ModuleList):
        kind = type(model).__name__
        raise ValueError(f"{kind} has no encoder.layer; deep prompts need BERT, RoBERTa or XLM-R")
    return found
