"""Deep prompt tuning: every layer of the encoder gets prompt vectors of its own.

A soft prompt acts once, at the input, and each layer then makes of it what it will. A deep prompt
is put in anew before every layer. With h⁽ˡ⁾ the input of layer l = 0 … L − 1 and P places after
`<s>`,

    h⁽ˡ⁾[1 … P]  ←  v⁽ˡ⁾          for l = 1 … L − 1,        v⁽⁰⁾ is the soft prompt itself,

so L · P · H numbers are trained and no weight. P-tuning v2 (Liu et al. 2022, arXiv 2110.07602) and
prefix tuning learn keys and values instead of their input h, through `past_key_values`, which
masked LMs of transformers 5 no longer take. Replacing h works on any encoder whose layers take the
states first: here a hook before each layer, for the time of one forward pass.

The vectors start as what the untouched model makes of the soft prompt in an empty text, so that
training begins near the shallow prompt.

Reading order: `inserted`, `start`.

What it does not do: hold the vectors. `PromptModel.deep` is the parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from ..model.architecture import layers


@contextmanager
def inserted(model: nn.Module, deep: Tensor | None) -> Iterator[None]:
    """While this is open, layers 1 … L−1 read `deep`, (L−1, P, H), in places 1 … P; None: nothing.

    >>> from ltp_core.model.toy import toy_backbone
    >>> model, ids = toy_backbone().model, torch.tensor([[0, 4, 5, 12, 2]])
    >>> plain = model(ids).logits
    >>> with inserted(model, torch.zeros(1, 2, 16)):
    ...     torch.allclose(model(ids).logits, plain)
    False
    >>> torch.equal(model(ids).logits, plain)
    True
    """
    handles = []
    if deep is not None:
        for layer, vectors in zip(layers(model)[1:], deep, strict=True):
            handles.append(layer.register_forward_pre_hook(overwriting(vectors)))
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def overwriting(vectors: Tensor) -> Callable:
    """A hook that puts `vectors`, (P, H), in places 1 … P of the states a layer is given."""

    def hook(_, args: tuple) -> tuple:
        hidden, *rest = args  # (B, T, H)
        own = vectors.to(hidden.dtype).expand(len(hidden), -1, -1)  # (B, P, H)
        hidden = torch.cat([hidden[:, :1], own, hidden[:, 1 + len(vectors) :]], dim=1)
        return (hidden, *rest)

    return hook


@torch.no_grad()
def start(model) -> Tensor:
    """What each layer reads in the prompt's places of a row without text: (L−1, P, H).

    >>> from ltp_core.stage2.prompt import PromptModel
    >>> from ltp_core.model.toy import toy_backbone
    >>> start(PromptModel(toy_backbone(layers=3), ["food", "animals"], length=5)).shape
    torch.Size([2, 5, 16])
    """
    length, pairs = len(model.prompt), [""] if "{pair}" in (model.template or "") else None
    if length == 0:
        raise ValueError("a deep prompt needs prompt_length of at least 1, got 0")
    read: list[Tensor] = []
    handles = [
        layer.register_forward_pre_hook(lambda _, args: read.append(args[0][0, 1 : 1 + length]))
        for layer in layers(model.lm)[1:]
    ]
    model(model.batch(model.encode([""], pairs)))
    for handle in handles:
        handle.remove()
    return torch.stack(read).clone()
