"""The ticket on disk, a safetensors file near the smallest there can be.

The idea. A ticket says of every eligible parameter whether it is in or out. `rice` writes that in
hardly more bits than it has information, each tensor with its own best code, for densities differ
from tensor to tensor. Trained values, if there are any, follow. The tensors of the file:

    gaps      uint8   the codes of all tensors, one after the other
    table     uint8   deflated JSON: name, shape, entries k, plain bits b, bytes of code
    values    (K,)    in the order of the ticket: by name, then by flat index

The metadata entry `ltp` is a JSON header: the format, what the caller adds (base model, how the
ticket was made), and a SHA-256 over header and tensors, so that a damaged file is noticed and never
trained on.

Values. In float32 they are the trained weights themselves, exact. In float16 or bfloat16 they are
the *movements* θ − θ₀, rounded: a movement is hundreds of times smaller than its weight, and so is
its rounding error. The largest error is measured when the file is written, and kept in it.

Reading order: `MaskFile`, `stored`, `write`, `read`. What this file does not do: know what a
ticket is (`ticket` does).
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..data.atomic import replacing
from . import rice

FORMAT = 2


class MaskFile(NamedTuple):
    """What one file holds: a JSON-able header, shapes, sorted flat indices, and perhaps values.

    >>> MaskFile({}, {"w": (2, 5)}, {"w": torch.tensor([0, 2, 8])}).shapes
    {'w': (2, 5)}
    """

    header: dict
    shapes: Mapping[str, tuple[int, ...]]
    indices: Mapping[str, Tensor]  # name -> (k,) int64, sorted
    values: Tensor | None = None  # (K,) fp32 weights, or fp16 or bf16 movements; K = sum of all k
    error: float = 0.0  # the largest rounding error of a value

    def weights(self, original: Tensor) -> Tensor:
        """The trained weights (K,) in fp32, given those of the base model.

        >>> file = MaskFile({}, {}, {}, torch.tensor([0.5], dtype=torch.bfloat16))
        >>> file.weights(torch.tensor([1.0]))
        tensor([1.5000])
        """
        stored = self.values.to(original.device)
        return stored if stored.dtype == torch.float32 else original + stored.float()


def stored(values: Tensor, original: Tensor | None, dtype: torch.dtype) -> tuple[Tensor, float]:
    """Trained weights (K,) as a file keeps them, and the largest error of what comes back.

    >>> stored(torch.tensor([1.0, 3.01]), torch.tensor([1.0, 2.0]), torch.bfloat16)
    (tensor([0.0000, 1.0078], dtype=torch.bfloat16), 0.002...)
    """
    values = values.detach().cpu()
    if dtype == values.dtype == torch.float32:
        return values, 0.0
    if dtype not in (torch.float16, torch.bfloat16):
        raise ValueError(f"values are kept as float32, float16 or bfloat16, got {dtype}")
    if original is None:
        raise ValueError(f"{dtype} keeps movements from the base model, so pass that model too")
    original = original.detach().cpu()
    moved = (values - original).to(dtype)
    error = float((original + moved.float() - values).abs().max())
    if not error < float("inf"):  # also if it is NaN
        raise ValueError(f"the movements do not fit into {dtype}; keep torch.float32")
    return moved, error


def write(path: str | Path, file: MaskFile) -> None:
    """Write the file in one go: it is there whole, or not at all.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "en.safetensors"
    ...     write(path, MaskFile({"base": "toy"}, {"w": (2, 5)}, {"w": torch.tensor([0, 2, 8])}))
    ...     read(path).indices
    {'w': tensor([0, 2, 8])}
    """
    path = Path(path)
    if path.suffix != ".safetensors":
        raise ValueError(f"a ticket is saved as .safetensors, got {str(path)!r}; add the ending")
    table, codes = [], []
    for name, shape in file.shapes.items():
        b, code = rice.encode(index := file.indices[name].numpy(), prod(shape))
        table.append([name, list(shape), len(index), b, len(code)])
        codes.append(code)
    deflated = bytearray(zlib.compress(json.dumps(table).encode(), 9))
    tensors = {
        "gaps": torch.from_numpy(np.concatenate(codes)),
        "table": torch.frombuffer(deflated, dtype=torch.uint8),
    }
    if file.values is not None:
        tensors["values"] = file.values.detach().cpu().contiguous()
    header = file.header | {"format": FORMAT, "values_error": file.error}
    header["sha256"] = _digest(header, tensors)
    with replacing(path) as temporary:
        save_file(tensors, temporary, metadata={"ltp": json.dumps(header)})


def read(path: str | Path) -> MaskFile:
    """Read a file back; a missing, foreign or damaged one is refused in one sentence.

    >>> read("nowhere.safetensors")
    Traceback (most recent call last):
    FileNotFoundError: there is no ticket at 'nowhere.safetensors'; find one with `ltp ticket`
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no ticket at {str(path)!r}; find one with `ltp ticket`")
    try:
        with safe_open(path, framework="pt") as opened:
            header = json.loads((opened.metadata() or {}).get("ltp", "null"))
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError, OSError) as error:
        raise _damaged(path) from error
    if not isinstance(header, dict) or "format" not in header:
        raise ValueError(f"{str(path)!r} is not a ticket; find one with `ltp ticket`")
    if header["format"] != FORMAT:
        formats = f"format {header['format']}, and this version of ltp_core reads format {FORMAT}"
        raise ValueError(f"{str(path)!r} has {formats}; update ltp_core or find the ticket anew")
    if header.pop("sha256", None) != _digest(header, tensors):
        raise _damaged(path)
    del header["format"]
    try:
        shapes, indices = _decoded(tensors["table"], tensors["gaps"].numpy())
    except (KeyError, ValueError, zlib.error) as error:
        raise _damaged(path) from error
    values = tensors["values"].clone() if "values" in tensors else None  # no longer in the file
    return MaskFile(header, shapes, indices, values, header.pop("values_error"))


def _decoded(table: Tensor, codes: np.ndarray) -> tuple[dict, dict]:
    """Shapes and indices by name."""
    shapes, indices, start = {}, {}, 0
    for name, shape, k, b, size in json.loads(zlib.decompress(table.numpy().tobytes())):
        code = codes[start : (start := start + size)]
        shapes[name] = tuple(shape)
        indices[name] = torch.from_numpy(rice.decode(code, prod(shape), k, b))
    return shapes, indices


def _digest(header: dict, tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name in sorted(tensors):
        digest.update(tensors[name].reshape(-1).view(torch.uint8).numpy())
    return digest.hexdigest()


def _damaged(path: str | Path) -> ValueError:
    return ValueError(f"{str(path)!r} is damaged; copy it again or find the ticket anew")
