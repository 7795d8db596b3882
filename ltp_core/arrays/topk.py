"""The exact k largest of hundreds of millions of numbers, without sorting them.

The idea. Read as integers, the bits of non-negative floats keep their order:

    a < b   ⇔   bits(a) < bits(b)        for fp32 a, b ≥ 0.

Every 61st number is a sample that tells, almost surely, two bounds between which the k-th largest
number t lies, and between which few others lie. Then one pass is enough: it marks the numbers above
the bounds, which are chosen whatever t is, and keeps those between them, which give t exactly. If
the sample has misled, or half the model ties, counting decides instead: a histogram of the upper 16
bits finds the bucket of t, one of the lower 16 bits finds t within it, and a third pass collects.

Guesses cost time and never change the answer. It is the same on every machine and for every number
of threads: the k largest, and of equal numbers the first in the order of names and flat indices.

Memory. Numbers pass by in chunks: nothing of the model's size exists, not even for its largest
tensor. A mark is one bit a number. Marks are turned into indices tensor by tensor. So the peak is
the answer itself (8 bytes for each of the k), less than half a byte a parameter, and a few chunks.

Reading order: `Stream`, `top_k`, `by_counting`, `collect`; then `ticket/chunks.py`, which hands out
the numbers. What this file does not do: it knows nothing of models, files and tickets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

CHUNK = 1 << 17  # numbers looked at together; few enough to stay in the cache
STEP = 61  # of so many numbers one is in the sample; a prime, to be in step with no row
ROOM = 1 / 32  # share of the numbers that may be kept between the bounds
BINS = 1 << 16
# stream(step) yields name, start, and int32 bits of every step-th number of a chunk
Chunks = Iterator[tuple[str, int, np.ndarray]]
Stream = Callable[[int], Chunks]


class Chosen(NamedTuple):
    """The k largest of a stream."""

    indices: dict[str, Tensor]  # name -> (k,) int64 flat indices, sorted
    least: int  # the bits of the k-th largest
    ties: int  # how many of the k are equal to it


def top_k(stream: Stream, k: int, total: int) -> Chosen:
    """The k largest of `total` numbers.

    >>> deltas = {"w": torch.tensor([0.5, -2.0, 0.5, 1.0, 0.5])}
    >>> from ltp_core.ticket.chunks import delta_bits
    >>> found = top_k(delta_bits(deltas), 4, total=5)                    # 2, 1, 0.5, 0.5
    >>> found.indices, torch.tensor(found.least, dtype=torch.int32).view(torch.float32), found.ties
    ({'w': tensor([0, 1, 2, 3])}, tensor(0.5000), 2)
    """
    low, high = bounds(stream, k / total)
    above, kept, parts = 0, 0, []
    for name, start, bits in stream(1):
        sure = bits > high
        between = np.flatnonzero((bits >= low) != sure)
        parts.append((name, _Part.of(start, sure, between), bits[between]))
        above, kept = above + parts[-1][1].marked, kept + len(between)
        if kept > max(ROOM * total, CHUNK):
            break
    if not above < k <= above + kept or kept > max(ROOM * total, CHUNK):
        least, ties = by_counting(stream, k)
        return Chosen(collect(stream, least, ties), least, ties)
    values = np.sort(np.concatenate([bits for *_, bits in parts]))
    least = values[above - k]  # the (k − above)-th from the end
    ties = left = k - above - np.count_nonzero(values > least)
    indices: dict[str, Tensor] = {}
    for name, group in groupby(parts, key=itemgetter(0)):
        chosen = []
        for _, part, bits in group:
            keep = _first(bits >= least, bits == least, left)
            left -= np.count_nonzero(keep & (bits == least))
            chosen.append(part._replace(places=part.places[keep]))
        indices[name] = _indices(chosen)
    return Chosen(indices, int(least), int(ties))


def bounds(stream: Stream, share: float) -> tuple[int, int]:
    """Two numbers between which the least of the `share` of largest numbers lies, almost surely.

    Each is at least six standard deviations away from that quantile of the sample.
    """
    sample = np.concatenate([bits for _, _, bits in stream(STEP)])
    sample.sort()
    place, slack = (1 - share) * len(sample), 3 * len(sample) ** 0.5
    low, high = int(place - slack), int(place + slack) + 1
    lowest = sample[low] if low >= 0 else 0
    highest = sample[high] if high < len(sample) else np.iinfo(np.int32).max
    return int(lowest), int(highest)


def by_counting(stream: Stream, k: int) -> tuple[int, int]:
    """The bits of the k-th largest number and how many of the k equal it, without a guess.

    >>> from ltp_core.ticket.chunks import delta_bits
    >>> by_counting(delta_bits({"w": torch.tensor([0.5, -2.0, 0.5, 1.0, 0.5])}), 4)[1]
    2
    """
    bits_of_kth, left = 0, k  # left: how many of the k lie in the bucket still in question
    for shift in (16, 0):
        histogram = np.zeros(BINS, np.int64)
        for _, _, bits in stream(1):
            if shift == 0:
                bits = bits[bits >> 16 == bits_of_kth >> 16]
            histogram += np.bincount(bits >> shift & BINS - 1, minlength=BINS)
        at_least = histogram[::-1].cumsum()  # at_least[i]: how many lie in the i + 1 top bins
        i = int(np.searchsorted(at_least, left))
        left -= int(at_least[i - 1]) if i else 0
        bits_of_kth |= BINS - 1 - i << shift
    return bits_of_kth, left


def collect(stream: Stream, least: int, ties: int) -> dict[str, Tensor]:
    """The flat indices of all larger numbers and of the first `ties` equal ones, by name.

    >>> from ltp_core.ticket.chunks import delta_bits
    >>> stream = delta_bits({"w": torch.tensor([0.5, -2.0, 0.5, 1.0, 0.5])})
    >>> collect(stream, *by_counting(stream, 4))
    {'w': tensor([0, 1, 2, 3])}
    """
    found: dict[str, Tensor] = {}
    for name, chunks in groupby(stream(1), key=itemgetter(0)):
        parts = []
        for _, start, bits in chunks:
            keep = _first(bits >= least, bits == least, ties)
            ties -= np.count_nonzero(keep & (bits == least))
            parts.append(_Part.of(start, keep, np.empty(0, np.int64)))
        found[name] = _indices(parts)
    return found  # name -> (k,) int64, sorted


def _first(keep: np.ndarray, equal: np.ndarray, ties: int) -> np.ndarray:
    """`keep` without the equal ones that come after the first `ties`."""
    keep[np.flatnonzero(equal)[ties:]] = False
    return keep


class _Part(NamedTuple):
    """What is chosen of a chunk: marks, eight to a byte, and a few places more."""

    start: int
    marks: np.ndarray
    marked: int
    places: np.ndarray

    @classmethod
    def of(cls, start: int, chosen: np.ndarray, places: np.ndarray) -> _Part:
        return cls(start, np.packbits(chosen), int(np.count_nonzero(chosen)), places)


def _indices(parts: list[_Part]) -> Tensor:
    """The indices of a tensor, written straight into an array of the right size."""
    counts = [part.marked + len(part.places) for part in parts]
    found, end = np.empty(sum(counts), np.int64), 0
    for part, count in zip(parts, counts, strict=True):
        chosen = np.unpackbits(part.marks).view(bool)
        chosen[part.places] = True
        np.add(np.flatnonzero(chosen), part.start, out=found[end : end + count])
        end += count
    return torch.from_numpy(found)
