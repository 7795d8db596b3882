"""Values on a pipe, as JSON and safetensors: nothing that is read can run.

    frame = 4 bytes, the length of the head; 4 bytes, the length of the body; head; body

The head is JSON. What JSON lacks is tagged there: {"t": "tuple", "v": [...]}. Tensors and arrays
lie in the body, a safetensors file, and the head names their places. A frame has a bound, so that
no answer fills the memory of the process that reads it.

A check may hand over a function, a layer say. What travels is its number, and calling it is a call
back. That is open from the judge to the student only.

Reading order: `pack`, `unpack`, `Pipe`.

What it does not do: carry an object or a module.
"""

from __future__ import annotations

import json
import os
import select
import struct
import time
from collections.abc import Callable, Iterator, Mapping, MappingView
from itertools import islice
from typing import Any

import numpy as np
import torch
from safetensors.torch import load, save

MOST = 64_000_000  # bytes of a frame
DEEPEST = 50  # lists in lists
ENTRIES = 10_000  # so many are taken of an iterator, which may have no end

Number = Callable[[Any], int]  # of a function that is handed over
Function = Callable[[int], Any]  # the one of this number


class Unsendable(TypeError):
    """A value that cannot travel."""


class Ended(Exception):
    """The other side is gone, is too slow, or does not keep to the form."""


def _refused(value: Any) -> int:
    raise Unsendable(f"a {type(value).__name__}")


def pack(value: Any, number: Number = _refused) -> bytes:
    """A frame; `number` is asked about each function in the value.

    Raises:
        Unsendable: some part of the value is neither plain nor a tensor or an array.
    """
    body: dict[str, torch.Tensor] = {}
    head = json.dumps(_Packing(body, number).down(value)).encode()
    data = save(body) if body else b""
    if len(head) + len(data) > MOST:
        raise Unsendable(f"{len(head) + len(data):,} bytes are too many, the bound is {MOST:,}")
    return struct.pack("<II", len(head), len(data)) + head + data


def unpack(head: bytes, body: bytes, function: Function | None = None) -> Any:
    """The value of a frame; `function` is asked for what a number stands for.

    >>> frame = pack({"a": (1, 2.5), 3: None, "x": torch.arange(2)})
    >>> size = struct.unpack("<II", frame[:8])[0]
    >>> unpack(frame[8 : 8 + size], frame[8 + size :])
    {'a': (1, 2.5), 3: None, 'x': tensor([0, 1])}
    """
    try:
        return _up(json.loads(head), load(body) if body else {}, function)
    except Exception as error:  # whatever a forged frame makes of it
        raise Ended(f"an answer that cannot be read ({type(error).__name__})") from None


class _Packing:
    """A value on its way down: its tensors go into `body`."""

    def __init__(self, body: dict[str, torch.Tensor], number: Number) -> None:
        self.body, self.number = body, number

    def down(self, value: Any, depth: int = 0) -> Any:
        if depth > DEEPEST:
            raise Unsendable(f"lists in lists, deeper than {DEEPEST}")
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, torch.Tensor):
            grad = value.grad if value.is_leaf else None  # another tensor has none of its own
            grad = None if grad is None else self.store(grad)
            stored = self.store(value)
            return {"t": "tensor", "v": stored, "grad": grad, "asks": value.requires_grad}
        if isinstance(value, (np.ndarray, np.generic)):
            return self.array(value)
        if isinstance(value, Mapping):
            pairs = [self.down(list(pair), depth + 1) for pair in value.items()]
            return {"t": "dict", "v": pairs}
        for kind in (list, tuple, set, frozenset, range):
            if isinstance(value, kind):
                inner = [self.down(one, depth + 1) for one in value]
                return inner if kind is list else {"t": kind.__name__, "v": inner}
        if isinstance(value, (int, float, str)):  # of a class made from one of these
            return next(kind(value) for kind in (int, float, str) if isinstance(value, kind))
        if hasattr(value, "tolist"):  # a table's column
            return self.down(value.tolist(), depth + 1)
        if isinstance(value, (Iterator, MappingView)):
            return [self.down(one, depth + 1) for one in islice(value, ENTRIES)]
        if callable(value):
            return {"t": "function", "v": self.number(value)}
        raise Unsendable(f"a {type(value).__name__}")

    def store(self, tensor: torch.Tensor) -> str:
        name = str(len(self.body))
        self.body[name] = tensor.detach().cpu().contiguous().clone()
        return name

    def array(self, value: Any) -> dict[str, str]:
        kind = "array" if isinstance(value, np.ndarray) else "number"
        try:
            return {"t": kind, "v": self.store(torch.from_numpy(np.array(value)))}
        except TypeError:
            raise Unsendable(f"an array of {value.dtype}") from None


PLAIN = {"tuple": tuple, "set": set, "frozenset": frozenset, "range": list}


def _up(value: Any, body: dict[str, torch.Tensor], function: Function | None) -> Any:
    if isinstance(value, list):
        return [_up(one, body, function) for one in value]
    if not isinstance(value, dict):
        return value
    kind, inner = value["t"], value["v"]
    if kind == "tensor":
        tensor = body[inner].requires_grad_(bool(value["asks"]))
        tensor.grad = None if value["grad"] is None else body[value["grad"]]
        return tensor
    if kind in ("array", "number"):
        array = body[inner].numpy()
        return array if kind == "array" else array[()]
    if kind == "dict":
        return {_up(key, body, function): _up(one, body, function) for key, one in inner}
    if kind == "function":
        if function is None:
            raise Unsendable("a function")
        return function(int(inner))
    return PLAIN[kind](_up(one, body, function) for one in inner)


class Pipe:
    """Two file descriptors that carry frames."""

    def __init__(self, reads: int, writes: int) -> None:
        self.reads, self.writes = reads, writes

    def send(self, value: Any, number: Number = _refused) -> None:
        """Raises `Ended` where nobody reads, `Unsendable` where the value cannot travel."""
        frame = memoryview(pack(value, number))
        try:
            while frame:
                frame = frame[os.write(self.writes, frame[: 1 << 16]) :]
        except OSError:
            raise Ended("the process has ended") from None

    def receive(self, seconds: float | None = None, function: Function | None = None) -> Any:
        """The next value; `Ended` when it is not there in time."""
        until = None if seconds is None else time.monotonic() + seconds
        head, body = struct.unpack("<II", self._bytes(8, until))
        if head + body > MOST:
            raise Ended(f"an answer of {head + body:,} bytes, the bound is {MOST:,}")
        return unpack(self._bytes(head, until), self._bytes(body, until), function)

    def _bytes(self, number: int, until: float | None) -> bytes:
        parts: list[bytes] = []
        while number:
            left = None if until is None else max(0.0, until - time.monotonic())
            if not select.select([self.reads], [], [], left)[0]:
                raise Ended("the time is up")
            part = os.read(self.reads, min(number, 1 << 20))
            if not part:
                raise Ended("the process has ended")
            parts.append(part)
            number -= len(part)
        return b"".join(parts)
