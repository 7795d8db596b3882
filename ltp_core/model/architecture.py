"""What differs between BERT, RoBERTa and XLM-R, asked in one place.

Each function takes the masked LM that `load_backbone` gives and returns one part of it or one fact
about it. A new architecture is made to fit here, and nowhere else.

Reading order: `mlm_head`, `position_range`, `layers`.

What it does not do: load a model (`backbone.py`), or name parameters (`parameters.py`).
"""

from __future__ import annotations

from torch import nn


def mlm_head(model: nn.Module) -> nn.Module:
    """The part of a masked LM that turns hidden states into piece logits.

    >>> from ltp_core.model.toy import toy_backbone
    >>> import torch
    >>> mlm_head(toy_backbone().model)(torch.zeros(3, 16)).shape
    torch.Size([3, 41])
    """
    heads = [part for part in model.children() if part is not model.base_model]
    if len(heads) != 1 or model.get_output_embeddings() is None:
        raise ValueError(
            f"{type(model).__name__} has {len(heads)} parts beside its encoder; a masked LM with "
            "one head (BERT, RoBERTa, XLM-R) is needed"
        )
    return heads[0]


def position_range(model: nn.Module) -> tuple[int, int]:
    """The first position id and how many there are: BERT counts from 0, RoBERTa after padding.

    >>> from ltp_core.model.toy import toy_backbone
    >>> position_range(toy_backbone().model)
    (0, 32)
    """
    table = model.base_model.embeddings.position_embeddings
    first = 0 if table.padding_idx is None else table.padding_idx + 1
    return first, table.num_embeddings - first


def layers(model: nn.Module) -> nn.ModuleList:
    """The layers of a BERT or XLM-R encoder, the lowest first.

    >>> from ltp_core.model.toy import toy_backbone
    >>> len(layers(toy_backbone(layers=3).model))
    3
    """
    found = getattr(getattr(model.base_model, "encoder", None), "layer", None)
    if found is None:
        raise ValueError(
            f"{type(model).__name__} has no encoder.layer; deep prompts need BERT, RoBERTa or XLM-R"
        )
    return found
