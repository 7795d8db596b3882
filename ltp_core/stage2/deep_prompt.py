"""Deep prompt tuning: every layer of the encoder gets prompt vectors of its own.

A soft prompt acts once, at the input, and each layer then makes of it what it will. A deep prompt
is put in anew before every layer. With h⁽ˡ⁾ the input of layer l = 0 … L − 1 and the P places of
the soft prompt, by default those after `<s>`,

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
from contextlib import ExitStack, contextmanager
from functools import partial

import torch
from torch import Tensor, nn

from ..model.architecture import layers
from ..model.backbone import Model


@contextmanager
def inserted(model: Model, deep: Tensor | None, places: Tensor) -> Iterator[None]:
    """While this is open, layers 1 … L−1 read `deep`, (L−1, P, H), in `places`, (B, P).

    Nothing happens where `deep` is None.

    >>> from ltp_core.model.toy import toy_backbone
    >>> model, ids = toy_backbone().model, torch.tensor([[0, 4, 5, 12, 2]])
    >>> plain = model(ids).logits
    >>> with inserted(model, torch.zeros(1, 2, 16), torch.tensor([[1, 2]])):
    ...     torch.allclose(model(ids).logits, plain)
    False
    >>> torch.equal(model(ids).logits, plain)
    True
    """
    with ExitStack() as stack:
        if deep is not None:
            for layer, vectors in zip(layers(model)[1:], deep, strict=True):
                hook = partial(overwrite, vectors, places)
                stack.enter_context(layer.register_forward_pre_hook(hook))
        yield


def overwrite(
    vectors: Tensor, places: Tensor, _: nn.Module, args: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    """A layer's hook: `vectors`, (P, H), go in `places`, (B, P), of the states it is given."""
    hidden, *rest = args  # (B, T, H)
    own = vectors.to(hidden.dtype).expand(len(hidden), -1, -1)  # (B, P, H)
    return (hidden.scatter(1, places[..., None].expand_as(own), own), *rest)


@torch.no_grad()
def start(model: Model, places: Tensor, run: Callable[[], object]) -> Tensor:
    """What each layer reads in `places`, (P,), of the row that `run` gives the model: (L−1, P, H).

    Raises:
        ValueError: there are no places.

    >>> from ltp_core.model.toy import toy_backbone
    >>> model, ids = toy_backbone(layers=3).model, torch.tensor([[0, 4, 5, 12, 2]])
    >>> start(model, torch.tensor([1, 2, 3]), lambda: model(ids)).shape
    torch.Size([2, 3, 16])
    """
    if not len(places):
        raise ValueError("a deep prompt needs prompt_length of at least 1, got 0")
    read: list[Tensor] = []
    with ExitStack() as stack:
        for layer in layers(model)[1:]:
            hook = layer.register_forward_pre_hook
            stack.enter_context(hook(lambda _, args: read.append(args[0][0, places])))
        run()
    return torch.stack(read).clone()
