"""A copy of a model that costs only what will change: all other tensors are shared.

Both stages train such a clone, so the model they are given stays as it was, bit for bit.

What it does not do: train, or decide which tensors are copied.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import TypeVar

from torch import nn

M = TypeVar("M", bound=nn.Module)


def clone_sharing_weights(model: M, own: Iterable[str] = ()) -> M:
    """A second model over the same memory; only the tensors named in `own` are copies.

    Train the clone and the first model stays as it was; the price is what is trained, no more.
    Nothing in the clone requires gradients at first.

    >>> first = nn.Linear(2, 2)
    >>> second = clone_sharing_weights(first, own=["bias"])
    >>> [a.data_ptr() == b.data_ptr() for a, b in zip(first.parameters(), second.parameters())]
    [True, False]
    """
    from accelerate import Accelerator
    from transformers import PreTrainedModel

    names = dict(model.named_parameters(remove_duplicate=False))  # a tied tensor has two
    copied = {id(names[name]) for name in own if name in names}
    memo = {}
    for old in model.parameters():
        data = old.detach().clone() if id(old) in copied else old.detach()
        memo[id(old)] = nn.Parameter(data, requires_grad=False)
    second = copy.deepcopy(model, memo)
    if isinstance(second, PreTrainedModel) and Accelerator().device.type == "cpu":
        # On CPUs the fused attention's backward pass is no faster in fp32 and, measured on short
        # rows, five to ten times slower in bf16 than plain matrix products.
        second.set_attn_implementation("eager")
    return second
