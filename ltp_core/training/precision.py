"""In which precision to compute: float32, or bfloat16 where the machine gains by it.

Reading order: `precision`, `bf16_pays`, `one_cast`.

What it does not do: change what is stored. Weights stay float32.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn


def bf16_pays(device: torch.device) -> bool:
    """Does this machine multiply bfloat16 faster than float32?

    True on GPUs with bf16 and on CPUs with AVX-512-bf16 or AMX.
    """
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)  # a T4 only emulates it
    able = getattr(torch.cpu, "get_capabilities", dict)()
    return device.type == "cpu" and any(able.get(k) for k in ("avx512_bf16", "amx_bf16"))


def precision(device: torch.device, autocast: bool | str):
    """The autocast context: `False` fp32, `True` bf16, `"auto"` bf16 where the machine gains.

    fp32 is the default everywhere: bf16 is two to three times faster on some CPUs, but gives other
    last digits (and so another ticket) than a machine without it.

    >>> precision(torch.device("cpu"), True).fast_dtype
    torch.bfloat16
    """
    if autocast not in (True, False, "auto"):
        raise ValueError(f'autocast must be True, False or "auto", got {autocast!r}')
    enabled = bf16_pays(device) if autocast == "auto" else autocast
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)


@contextmanager
def one_cast(model: nn.Module) -> Iterator[None]:
    """Under autocast without gradients: cast each weight once, not once a batch.

    Autocast keeps the bf16 copy of a leaf that asks for gradients, and of no other, and it keeps
    none in inference mode. So let all weights ask, and compute no gradients all the same.

    >>> layer = nn.Linear(2, 2).requires_grad_(False)
    >>> with one_cast(layer):
    ...     layer.weight.requires_grad, layer(torch.ones(1, 2)).requires_grad
    (True, False)
    >>> layer.weight.requires_grad
    False
    """
    asked = [(p, p.requires_grad) for p in model.parameters()]
    try:
        with torch.no_grad():
            model.requires_grad_(True)
            yield
    finally:
        for p, before in asked:
            p.requires_grad_(before)
