"""In which precision to compute: float32, or bfloat16 where the machine gains by it.

Reading order: `precision`, `bf16_pays`.

What it does not do: change what is stored. Weights stay float32.
"""

from __future__ import annotations

import torch


def bf16_pays(device: torch.device) -> bool:
    """Does this machine multiply bfloat16 faster than float32?

    True on GPUs with bf16 and on CPUs with AVX-512-bf16 or AMX.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))  # a T4 emulates it
    able: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
    return device.type == "cpu" and any(able.get(k) for k in ("avx512_bf16", "amx_bf16"))


def precision(device: torch.device, autocast: bool | str) -> torch.autocast:
    """The autocast context: `False` fp32, `True` bf16, `"auto"` bf16 where the machine gains.

    fp32 is the default everywhere: bf16 is two to three times faster on some CPUs, but gives other
    last digits (and so another ticket) than a machine without it.

    Raises:
        ValueError: `autocast` is something else.

    >>> precision(torch.device("cpu"), True).fast_dtype
    torch.bfloat16
    """
    if autocast not in (True, False, "auto"):
        raise ValueError(f'autocast must be True, False or "auto", got {autocast!r}')
    enabled = bf16_pays(device) if autocast == "auto" else bool(autocast)
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=enabled)
