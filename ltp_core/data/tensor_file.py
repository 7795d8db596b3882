"""Tensors in a file that says what it is and notices when it is damaged.

A safetensors file is a short header and plain numbers. One entry of the header, `ltp`, holds JSON:
the kind of the file ("ticket", "prompt", "checkpoint" ...), the number of its format, what the
caller adds, and a SHA-256 over all of this and every tensor. So a truncated, changed or foreign
file is refused in one sentence. Nothing in a file is ever run.

Reading order: `write`, `read`, `sha256_of`, `check_like`, `check_free`.

What it does not do: know what the tensors mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from .atomic import replacing

if TYPE_CHECKING:
    from safetensors import safe_open
    from torch import Tensor

ENTRY = "ltp"


class TensorFile(NamedTuple):
    """What a file holds: what the caller of `write` added, and the tensors."""

    header: dict[str, Any]
    tensors: dict[str, Tensor]


def write(
    path: str | Path,
    kind: str,
    tensors: Mapping[str, Tensor],
    header: Mapping[str, Any] | None = None,
    *,
    format: int = 1,
) -> str:
    """Write the tensors and return the digest; the file is there whole, or not at all.

    Raises:
        ValueError: something other than a file of this kind stands there already.
        OSError: the file cannot be written; the disk is full, for one.

    >>> import tempfile, torch
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write(f"{folder}/a.safetensors", "prompt", {"v": torch.ones(2)}, {"of": "toy"})
    ...     read(f"{folder}/a.safetensors", "prompt", "train again")[:2]
    ({'of': 'toy'}, {'v': tensor([1., 1.])})
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    check_free(path, kind)
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    whole: dict[str, Any] = dict(header or {}, kind=kind, format=format)
    whole["sha256"] = sha256 = digest(whole, plain)
    with replacing(path) as temporary:
        try:
            save_file(plain, temporary, metadata={ENTRY: json.dumps(whole)})
        except SafetensorError as error:  # a full disk, for one
            raise OSError(f"{str(path)!r} could not be written: {error}") from None
    return sha256


def read(
    path: str | Path, kind: str, way_out: str, *, format: int = 1, sealed: bool = True
) -> TensorFile:
    """Read what `write` wrote.

    Args:
        way_out: how to get another file of this kind, for the sentence.
        sealed: False takes a file without our entry as it is: version 0.1 wrote such files.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is foreign, damaged or of another format.

    >>> read("nowhere.safetensors", "ticket", "find one with `ltp ticket`")
    Traceback (most recent call last):
    FileNotFoundError: there is no ticket at 'nowhere.safetensors'; find one with `ltp ticket`
    """
    from safetensors import SafetensorError, safe_open

    name = repr(str(path))
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no {kind} at {name}; {way_out}")
    try:
        with safe_open(path, framework="pt") as opened:
            header = _entry(opened)
            tensors = {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118
    except (SafetensorError, ValueError, OSError, RecursionError) as error:
        raise damaged(path, way_out) from error
    if header is None and not sealed:
        return TensorFile({}, tensors)
    if kind_of(header) != kind:
        raise ValueError(f"{name} is not a {kind}; {way_out}")
    if header["format"] != format:
        formats = f"format {header['format']}, and this version of ltp_core reads {format}"
        raise ValueError(f"{name} has {formats}; update ltp_core, or {way_out}")
    sha256 = header.pop("sha256", None)
    if sha256 != digest(header, tensors, named="kind" in header):
        raise damaged(path, way_out)
    own = {key: value for key, value in header.items() if key not in ("kind", "format")}
    return TensorFile(own, tensors)


def sha256_of(path: str | Path) -> str:
    """The digest that `write` returned, as the file tells it; `read` holds the file to it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write(f"{folder}/a.safetensors", "prompt", {})
    ...     sha256_of(f"{folder}/a.safetensors") == written
    True
    """
    from safetensors import safe_open

    with safe_open(path, framework="pt") as opened:
        return str(_entry(opened)["sha256"])


def check_like(
    path: str | Path, tensors: Mapping[str, Tensor], wanted: Mapping[str, Tensor], way_out: str
) -> None:
    """Check that names, shapes and types are those wanted.

    Raises:
        ValueError: one of them is not.

    >>> import torch
    >>> check_like("a.safetensors", {"v": torch.ones(1)}, {"v": torch.ones(2)}, "train again")
    Traceback (most recent call last):
    ValueError: 'a.safetensors' does not fit: v is float32 (1,), expected float32 (2,); train again
    """
    for name in sorted(tensors.keys() | wanted.keys()):
        here, there = _said(tensors.get(name)), _said(wanted.get(name))
        if here != there:
            says = f"does not fit: {name} is {here}, expected {there}"
            raise ValueError(f"{str(path)!r} {says}; {way_out}")


def check_free(path: str | Path, kind: str) -> None:
    """Check that nothing but a file of this kind stands at `path`.

    Ask it before long work whose result goes there.

    Raises:
        ValueError: something else stands there.

    >>> check_free("nowhere.safetensors", "ticket")
    """
    from safetensors import SafetensorError, safe_open

    if not Path(path).exists():
        return
    try:
        with safe_open(path, framework="pt") as opened:
            ours = kind_of(_entry(opened)) == kind
    except (SafetensorError, ValueError, OSError, RecursionError):
        ours = False
    if not ours:
        raise ValueError(f"{str(path)!r} is there already and is not a {kind}; give another name")


def kind_of(header: object) -> object:
    """The kind of a file by our entry in its header; None if the entry is not ours.

    >>> kind_of({"format": 2}), kind_of({"format": 1, "kind": "prompt"}), kind_of({})
    ('ticket', 'prompt', None)
    """
    if not isinstance(header, dict) or not isinstance(header.get("format"), int):
        return None
    return header.get("kind", "ticket")  # version 0.1 gave tickets alone an entry, without a kind


def digest(header: Mapping[str, Any], tensors: Mapping[str, Tensor], named: bool = True) -> str:
    """SHA-256, in hex, of a header and of all tensors: names, types, shapes and bytes.

    Args:
        named: False for the bytes alone, as version 0.1 had it.

    >>> digest({"format": 1}, {})[:16]
    '5e5fbf8b2105e97e'
    """
    import torch

    found = hashlib.sha256(json.dumps(header, sort_keys=True).encode())
    for name, tensor in sorted(tensors.items()):
        if named:
            found.update(f"{name} {_said(tensor)}".encode())
        found.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def damaged(path: str | Path, way_out: str) -> ValueError:
    """The error for a file whose content is not what was written.

    >>> damaged("a.safetensors", "train again")
    ValueError("'a.safetensors' is damaged; copy it again, or train again")
    """
    return ValueError(f"{str(path)!r} is damaged; copy it again, or {way_out}")


def _entry(opened: safe_open) -> Any:
    said = opened.metadata() or {}  # type: ignore[no-untyped-call]  # unannotated there
    return json.loads(said.get(ENTRY, "null"))


def _said(tensor: Tensor | None) -> str:
    if tensor is None:
        return "not there"
    return f"{str(tensor.dtype).removeprefix('torch.')} {tuple(tensor.shape)}"
