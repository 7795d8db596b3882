"""The exact k largest of hundreds of millions of numbers, without sorting them.

The idea. Read as integers, the bits of non-negative floats keep their order:

    a < b   ⇔   bits(a) < bits(b)        for fp32 a, b ≥ 0.

A histogram of the upper 16 bits therefore tells in which bucket the k-th largest number lies, and a
histogram of the lower 16 bits within that bucket tells its exact value t. A third pass takes all
numbers above t and the first few that equal t. Numbers pass by in chunks, tensor by tensor in the
order of names: nothing of the model's size is copied, and the answer is the same on every machine.

The same choice made on random bits instead of deltas is a random ticket: see `random_bits`.

Reading order: `kth_largest`, `collect`, then the streams `delta_bits` (of `Deltas`), `random_bits`.
What this file does not do: it knows nothing of models and tickets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod

import torch
from torch import Tensor

CHUNK = 1 << 20  # numbers looked at together
BINS = 1 << 16
INFINITY = 0x7F800000  # the bits of fp32 infinity; the bits of every NaN are larger
Stream = Callable[[], Iterator[tuple[str, int, Tensor]]]  # yields name, start, (chunk,) int32 bits


def how_many(density: float, total: int) -> int:
    """k = round(density · total), for a density in (0, 1].

    >>> how_many(0.2, 11)
    2
    >>> how_many(20, 11)
    Traceback (most recent call last):
    ValueError: density must be in (0, 1], got 20; did you mean 0.20?
    """
    if not 0 < density <= 1:
        share = f"{density / 100:.2f}" if density == round(density, 0) else f"{density / 100:g}"
        hint = f"; did you mean {share}?" if 1 < density <= 100 else ""
        raise ValueError(f"density must be in (0, 1], got {density:g}{hint}")
    k = round(density * total)
    if k == 0:
        raise ValueError(f"density {density:g} of {total:,} parameters is less than one; raise it")
    return k


def kth_largest(stream: Stream, k: int) -> tuple[int, int]:
    """The bits of the k-th largest number, and how many numbers equal to it are among the k.

    >>> deltas = {"w": torch.tensor([0.5, -2.0, 0.5, 1.0, 0.5])}
    >>> bits, ties = kth_largest(delta_bits(deltas), 4)         # 2, 1, 0.5, 0.5
    >>> torch.tensor(bits, dtype=torch.int32).view(torch.float32).item(), ties
    (0.5, 2)
    """
    bits_of_kth, left = 0, k  # left: how many of the k lie in the bucket still in question
    for shift in (16, 0):
        histogram = torch.zeros(BINS, dtype=torch.int64)
        for _, _, bits in stream():
            if shift == 0:
                bits = bits[bits >> 16 == bits_of_kth >> 16]
            histogram += torch.bincount(bits >> shift & BINS - 1, minlength=BINS).cpu()
        at_least = histogram.flip(0).cumsum(0)  # at_least[i]: how many lie in the i + 1 top bins
        i = int(torch.searchsorted(at_least, left))
        left -= int(at_least[i - 1]) if i else 0
        bits_of_kth |= BINS - 1 - i << shift
    return bits_of_kth, left


def collect(stream: Stream, bits_of_kth: int, ties: int) -> dict[str, Tensor]:
    """The flat indices of all larger numbers and of the first `ties` equal ones, by name.

    >>> stream = delta_bits({"w": torch.tensor([0.5, -2.0, 0.5, 1.0, 0.5])})
    >>> collect(stream, *kth_largest(stream, 4))
    {'w': tensor([0, 1, 2, 3])}
    """
    found: dict[str, list[Tensor]] = {}
    for name, start, bits in stream():
        keep = bits >= bits_of_kth
        equal = (bits == bits_of_kth).nonzero().flatten()
        keep[equal[ties:]] = False
        ties -= min(ties, len(equal))
        found.setdefault(name, []).append(keep.nonzero().flatten().cpu() + start)
    return {name: torch.cat(parts) for name, parts in found.items()}  # name -> (k,) int64, sorted


class Deltas(Mapping):
    """θ₁ − θ₀ in fp32, subtracted tensor by tensor when asked for, so it takes no memory.

    >>> Deltas({"w": torch.tensor([1.0, 2.0])}, {"w": torch.tensor([1.5, 2.0])})["w"]
    tensor([0.5000, 0.0000])
    """

    def __init__(self, before: Mapping[str, Tensor], after: Mapping[str, Tensor]) -> None:
        if missing := [name for name in before if name not in after]:
            raise ValueError(f"stage 1 gave no weights for {missing[0]!r}, which is eligible")
        self.before, self.after = before, after

    def __getitem__(self, name: str) -> Tensor:
        before, after = self.before[name].detach(), self.after[name].detach()
        return after.float() - before.to(after.device).float()

    def __iter__(self) -> Iterator[str]:
        return iter(self.before)

    def __len__(self) -> int:
        return len(self.before)


def delta_bits(deltas: Mapping[str, Tensor]) -> Stream:
    """The stream of |delta|. Deltas must be fp32 (in bf16 most of them tie) and finite."""

    def stream():
        for name in sorted(deltas):
            delta = deltas[name].detach()
            if delta.dtype != torch.float32:
                raise ValueError(f"the delta of {name} is {delta.dtype}; take it in torch.float32")
            flat = delta.reshape(-1)
            for start in range(0, len(flat), CHUNK):
                bits = flat[start : start + CHUNK].view(torch.int32) & 0x7FFFFFFF  # drop the sign
                if bits.max() >= INFINITY:
                    raise ValueError(
                        f"the delta of {name} holds NaN or infinity; run stage 1 again with a "
                        f"lower learning rate"
                    )
                yield name, start, bits

    return stream


def random_bits(shapes: Mapping[str, tuple[int, ...]], seed: int) -> Stream:
    """A stream of 31 random bits for each entry, the same at every pass and on every machine.

    >>> stream = random_bits({"w": (2, 5)}, seed=0)
    >>> collect(stream, *kth_largest(stream, 3))
    {'w': tensor([5, 7, 8])}
    """

    def stream():
        generator = torch.Generator().manual_seed(seed)
        for name, shape in sorted(shapes.items()):
            for start in range(0, prod(shape), CHUNK):
                bits = torch.empty(min(CHUNK, prod(shape) - start), dtype=torch.int32)
                yield name, start, bits.random_(generator=generator)

    return stream
