"""The numbers to choose from, passing by in chunks: how far weights moved, or chance.

A stream names a tensor, says where in it a chunk begins, and hands out the chunk as integers whose
order is the order of the numbers (`arrays/topk.py`): the bits of |θ₁ − θ₀| in fp32, or 31 random
bits. The same choice made on random bits is a random ticket.

Movements are subtracted chunk by chunk, so that no tensor of them ever exists.

Reading order: `Deltas`, `delta_bits`, `random_bits`.

What it does not do: choose (`arrays/topk.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from math import prod

import torch
from torch import Tensor

from ..arrays.topk import CHUNK, Chunks, Stream

INFINITY = 0x7F800000  # the bits of fp32 infinity; the bits of every NaN are larger


class Deltas(Mapping[str, Tensor]):
    """θ₁ − θ₀ in fp32. `Deltas` holds no numbers: it subtracts when asked, so it takes no memory.

    Args:
        before: θ₀ by name: in memory, on a GPU, or in files (`memory_map.mapped_model`), in any
            precision.
        after: θ₁ by name, likewise.
        weights: each difference is multiplied by its own, as the scores with a gradient need it.

    >>> Deltas({"w": torch.tensor([1.0, 2.0])}, {"w": torch.tensor([1.5, 2.0])})["w"]
    tensor([0.5000, 0.0000])
    """

    def __init__(
        self,
        before: Mapping[str, Tensor],
        after: Mapping[str, Tensor],
        weights: Mapping[str, Tensor] | None = None,
    ) -> None:
        for name in before:
            if name not in after:
                raise ValueError(f"stage 1 gave no weights for {name!r}, which is eligible")
            if (old := before[name].shape) != (new := after[name].shape):
                shapes = f"shape {tuple(old)} before and {tuple(new)} after"
                raise ValueError(f"{name} has {shapes}; compare two states of one model")
        self.before, self.after, self.weights = before, after, weights

    def __getitem__(self, name: str) -> Tensor:
        return self.part(name, slice(None)).view(self.before[name].shape)

    def part(self, name: str, here: slice) -> Tensor:
        """The numbers of a tensor in some of its flat places."""
        new, old = (of[name].detach().reshape(-1)[here] for of in (self.after, self.before))
        delta = new.float() - old.to(new.device).float()
        if self.weights is None:
            return delta
        return delta * self.weights[name].reshape(-1)[here].to(delta)

    def __iter__(self) -> Iterator[str]:
        return iter(self.before)

    def __len__(self) -> int:
        return len(self.before)


def shapes_of(deltas: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """The shape of each delta, without subtracting any.

    Raises:
        ValueError: a delta is not a tensor.

    >>> shapes_of(Deltas({"w": torch.ones(2, 5)}, {"w": torch.ones(2, 5)}))
    {'w': (2, 5)}
    """
    tensors = deltas.before if isinstance(deltas, Deltas) else deltas
    for name, tensor in tensors.items():
        if not isinstance(tensor, Tensor):
            raise ValueError(f"{name} must be a tensor, got a {type(tensor).__name__}")
    return {name: tuple(tensors[name].shape) for name in tensors}


def delta_bits(deltas: Mapping[str, Tensor], names: Iterable[str] | None = None) -> Stream:
    """The stream of |delta|, of all tensors or of some.

    A stream is called with a step: with 1 it hands out every number, with 61 every 61st of a
    chunk.

    Raises:
        ValueError: while it is read, a delta is not fp32 (in bf16 most of them tie) or not finite.
    """
    sizes = {name: prod(shape) for name, shape in shapes_of(deltas).items()}

    def stream(step: int) -> Chunks:
        for name in sorted(sizes if names is None else names):
            if isinstance(deltas, Deltas):
                part: Callable[[slice], Tensor] = partial(deltas.part, name)
            else:
                part = deltas[name].detach().reshape(-1).__getitem__
                if (kind := deltas[name].dtype) != torch.float32:
                    raise ValueError(f"the delta of {name} is {kind}; take it in torch.float32")
            for start in range(0, sizes[name], CHUNK):
                delta = part(slice(start, start + CHUNK, step))
                bits = (delta.contiguous().view(torch.int32) & 0x7FFFFFFF).cpu().numpy()  # no sign
                if bits.max() >= INFINITY:
                    way_out = "run stage 1 again with a lower learning rate"
                    raise ValueError(f"the delta of {name} holds NaN or infinity; {way_out}")
                yield name, start, bits

    return stream


def random_bits(shapes: Mapping[str, tuple[int, ...]], seed: int) -> Stream:
    """A stream of 31 random bits for each entry, the same at every pass and on every machine.

    >>> from ltp_core.arrays.topk import top_k
    >>> stream = random_bits({"w": (2, 5)}, seed=0)
    >>> top_k(stream, 3, total=10).indices
    {'w': tensor([5, 7, 8])}
    """

    def stream(step: int) -> Chunks:
        generator = torch.Generator().manual_seed(seed)
        for name, shape in sorted(shapes.items()):
            for start in range(0, prod(shape), CHUNK):
                bits = torch.empty(min(CHUNK, prod(shape) - start), dtype=torch.int32)
                yield name, start, bits.random_(generator=generator).numpy()[::step]

    return stream
