"""A mask over named tensors on disk, a safetensors file near the smallest there can be.

The idea. A mask, as a ticket is one, says of every entry whether it is in or out. `rice` writes
that in hardly more bits than it has information, each tensor with its own best code, for densities
differ from tensor to tensor. Trained values, if there are any, follow. The tensors of the file:

    gaps      uint8   the codes of all tensors, one after the other
    table     uint8   deflated JSON: name, shape, entries k, plain bits b, bytes of code
    values    (K,)    in the order of the ticket: by name, then by flat index

The header holds what the caller adds (base model, how the ticket was made) and a digest, so that a
damaged file is noticed and never trained on (`data.tensor_file`).

Values. In float32 they are the trained weights themselves, exact. In float16 or bfloat16 they are
the *movements* θ − θ₀, rounded: a movement is hundreds of times smaller than its weight, and so is
its rounding error. The largest error is measured when the file is written, and kept in it.

Reading order: `MaskFile`, `stored`, `write`, `read`. What this file does not do: know what a
ticket is, or a model (`ltp_core.ticket` does).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import torch
from torch import Tensor

from ..arrays import rice
from . import tensor_file

KIND, FORMAT, WAY_OUT = "ticket", 2, "find one with `ltp ticket`"
LARGEST = 1 << 31  # a file that speaks of a larger tensor, or of so long a table, is no ticket
Shapes: TypeAlias = Mapping[str, tuple[int, ...]]


class MaskFile(NamedTuple):
    """What one file holds: a JSON-able header, shapes, sorted flat indices, and perhaps values.

    >>> MaskFile({}, {"w": (2, 5)}, {"w": torch.tensor([0, 2, 8])}).shapes
    {'w': (2, 5)}
    """

    header: dict[str, Any]
    shapes: Shapes
    indices: Mapping[str, Tensor]  # name -> (k,) int64, sorted
    values: Tensor | None = None  # (K,) fp32 weights, or fp16 or bf16 movements; K = sum of all k
    error: float = 0.0  # the largest rounding error of a value

    def weights(self, original: Tensor) -> Tensor:
        """The trained weights (K,) in fp32, given those of the base model.

        Raises:
            ValueError: the file holds no values.

        >>> file = MaskFile({}, {}, {}, torch.tensor([0.5], dtype=torch.bfloat16))
        >>> file.weights(torch.tensor([1.0]))
        tensor([1.5000])
        """
        if self.values is None:
            raise ValueError("the file holds a ticket without values; train it first")
        stored = self.values.to(original.device)
        return stored if stored.dtype == torch.float32 else original + stored.float()


def stored(values: Tensor, original: Tensor | None, dtype: torch.dtype) -> tuple[Tensor, float]:
    """Trained weights (K,) as a file keeps them, and the largest error of what comes back.

    Raises:
        ValueError: `dtype` is not float32, float16 or bfloat16; or it is one of the latter two, and
            `original` is lacking or a movement does not fit into it.

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


def write(path: str | Path, file: MaskFile) -> str:
    """Write the file and return its digest: it is there whole, or not at all.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "en.safetensors"
    ...     _ = write(path, MaskFile({"base": "toy"}, {"w": (2, 5)}, {"w": torch.tensor([0, 8])}))
    ...     read(path).indices
    {'w': tensor([0, 8])}
    """
    table, codes = [], []
    for name, shape in file.shapes.items():
        b, code = rice.encode(index := file.indices[name].numpy(), prod(shape))
        table.append([name, list(shape), len(index), b, len(code)])
        codes.append(code)
    deflated = bytearray(zlib.compress(json.dumps(table).encode(), 9))
    tensors = {"gaps": torch.from_numpy(np.concatenate(codes))}
    tensors |= {"table": torch.frombuffer(deflated, dtype=torch.uint8)}
    tensors |= {} if file.values is None else {"values": file.values}
    header = file.header | {"values_error": file.error}
    return tensor_file.write(path, KIND, tensors, header, format=FORMAT)


def read(path: str | Path) -> MaskFile:
    """Read a file back.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is foreign, damaged or of another format.

    >>> read("nowhere.safetensors")
    Traceback (most recent call last):
    FileNotFoundError: there is no ticket at 'nowhere.safetensors'; find one with `ltp ticket`
    """
    header, tensors = tensor_file.read(path, KIND, WAY_OUT, format=FORMAT)
    try:
        shapes, indices = _decoded(tensors["table"], tensors["gaps"].numpy())
        error = header.pop("values_error")
    except (KeyError, TypeError, ValueError, MemoryError, zlib.error) as broken:
        raise tensor_file.damaged(path, WAY_OUT) from broken
    values = tensors["values"].clone() if "values" in tensors else None  # no longer in the file
    return MaskFile(header, shapes, indices, values, error)


def check_places(name: str, shape: tuple[int, ...], index: Tensor) -> None:
    """Check that `index` holds flat places of a tensor of this shape, sorted.

    Raises:
        ValueError: it does not, or the shape is not a row of whole numbers.

    >>> check_places("w", (2, 5), torch.tensor([8, 0]))
    Traceback (most recent call last):
    ValueError: the indices of w must be sorted and unique; use torch.unique
    """
    if not isinstance(shape, tuple | list) or not all(isinstance(n, int) and n >= 0 for n in shape):
        raise ValueError(f"the shape of {name} must be whole numbers from 0 up, got {shape!r}")
    if (
        not isinstance(index, Tensor)
        or index.dtype != torch.int64
        or index.dim() != 1
        or index.device.type != "cpu"
    ):
        raise ValueError(f"the indices of {name} must be a flat int64 tensor on the CPU")
    at = index.numpy()  # compares faster than torch does
    if (at[1:] <= at[:-1]).any():
        raise ValueError(f"the indices of {name} must be sorted and unique; use torch.unique")
    if len(index) and not 0 <= index[0] <= index[-1] < prod(shape):
        ends = f"{int(index[0])} to {int(index[-1])}"
        raise ValueError(f"the indices of {name} must lie in [0, {prod(shape)}), got {ends}")


def check_values(values: Tensor, k: int) -> None:
    """Check that these are k finite numbers of a type that a file keeps.

    Raises:
        ValueError: they are not.

    >>> check_values(torch.ones(3), 2)
    Traceback (most recent call last):
    ValueError: a ticket of 2 needs values (2,) in float32, float16 or bfloat16, got float32 (3,)
    """
    found = f"a {type(values).__name__}"
    if isinstance(values, Tensor):
        found = f"{str(values.dtype).removeprefix('torch.')} {tuple(values.shape)}"
        if values.shape == (k,) and values.dtype in (torch.float32, torch.float16, torch.bfloat16):
            if values.isfinite().all():
                return
            found = "NaN or infinity"
    need = f"a ticket of {k} needs values ({k},) in float32, float16 or bfloat16"
    raise ValueError(f"{need}, got {found}")


def check_free(path: str | Path) -> Path:
    """Check that a ticket and its report may be written here; return the report's path.

    Raises:
        ValueError: `path` does not end in .safetensors, or something else stands there.

    >>> check_free("nowhere.safetensors").name
    'nowhere.md'
    """
    if (path := Path(path)).suffix != ".safetensors":
        raise ValueError(f"a ticket is saved as .safetensors, got {str(path)!r}; add the ending")
    tensor_file.check_free(path, KIND)
    if (beside := path.with_suffix(".md")).exists() and not path.exists():
        raise ValueError(f"{str(beside)!r} is there already; give the ticket another name")
    return beside


def _decoded(table: Tensor, codes: np.ndarray) -> tuple[Shapes, dict[str, Tensor]]:
    """Shapes and indices by name."""
    shapes, indices, start = {}, {}, 0
    inflate = zlib.decompressobj()
    text = inflate.decompress(table.numpy().tobytes(), LARGEST)
    for name, shape, k, b, size in json.loads(text):
        if not 0 <= k <= prod(shape) <= LARGEST:
            raise ValueError(f"{name} chooses {k} of {shape}")
        code = codes[start : (start := start + size)]
        shapes[name] = tuple(shape)
        indices[name] = torch.from_numpy(rice.decode(code, prod(shape), k, b))
    return shapes, indices
