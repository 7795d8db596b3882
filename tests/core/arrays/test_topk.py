"""The fast choice equals a plain sort, whatever the chunks and threads, in little memory."""

import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ltp_core.arrays import topk
from ltp_core.ticket import chunks as streams
from ltp_core.ticket.ticket import Ticket
from tests.support.movements import by_sorting, noise, pairs


def cut(monkeypatch, chunk):
    """Look at so many numbers together, in both files."""
    for file in (streams, topk):
        monkeypatch.setattr(file, "CHUNK", chunk)


few = st.sampled_from([0.0, -0.0, 1e-42, -1.5, 1.5, 1.5000001, 3e38, 0.1])  # ties are likely
lists = st.lists(few | st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=20)
models = st.dictionaries(st.sampled_from("abcd"), lists, min_size=1)


@pytest.mark.second
@settings(max_examples=60, deadline=None)
@given(models, st.integers(1, 100), st.sampled_from([5, 8, 1 << 18]))
def test_selection_is_a_sort(values, percent, chunk):
    deltas = {name: torch.tensor(row, dtype=torch.float32) for name, row in values.items()}
    total = sum(len(row) for row in values.values())
    k = round(percent / 100 * total)
    if k == 0:
        return
    with mock.patch.object(topk, "CHUNK", chunk), mock.patch.object(streams, "CHUNK", chunk):
        chosen = Ticket.select(deltas, percent / 100, base="toy", allow_unmoved=True)
        turned = dict(reversed(deltas.items()))
        assert Ticket.select(turned, percent / 100, base="toy", allow_unmoved=True) == chosen
    assert len(chosen) == k
    assert pairs(chosen.indices) == by_sorting(deltas, k)


@pytest.mark.second
@settings(max_examples=60, deadline=None)
@given(models, st.integers(1, 100), st.tuples(few, few).map(sorted), st.sampled_from([0, 1]))
def test_a_guess_never_changes_the_answer(values, percent, guess, room):
    deltas = {name: torch.tensor(row, dtype=torch.float32) for name, row in values.items()}
    total = sum(len(row) for row in values.values())
    k = max(1, round(percent / 100 * total))
    if total == 0:
        return
    low, high = sorted(torch.tensor(guess).abs().view(torch.int32).tolist())
    stream = streams.delta_bits(deltas)
    guessing = mock.patch.multiple(topk, bounds=lambda *_: (low, high), ROOM=room, CHUNK=5)
    with guessing, mock.patch.object(streams, "CHUNK", 5):
        found, counted = topk.top_k(stream, k, total), topk.by_counting(stream, k)
        assert (found.least, found.ties) == counted
        assert pairs(found.indices) == pairs(topk.collect(stream, *counted))


def test_the_guess_is_good(monkeypatch):
    """Counting is never needed where numbers do not tie, and little is kept."""
    monkeypatch.setattr(topk, "by_counting", lambda *_: pytest.fail("the guess was wrong"))
    cut(monkeypatch, 10_000)
    monkeypatch.setattr(topk, "ROOM", 0.06)
    deltas = noise(a=(1000, 768), b=(30_000,))
    deltas["a"] *= torch.rand(1000, 1, generator=torch.Generator().manual_seed(0))  # uneven rows
    deltas["b"][-1] = 0  # the least there is, and no other is like it
    for density in (1e-4, 0.01, 0.2, 0.5, 0.999, 1.0):
        chosen = Ticket.select(deltas, density, base="toy", allow_unmoved=True)
        assert len(chosen) == round(density * 798_000)


@pytest.mark.parametrize("size", [1, 2, 7, 40, 1009, 61 * 500])
def test_the_bounds_are_six_deviations_away_and_hardly_further(size):
    """Of the sample; beyond its ends they are 0 and the largest integer."""
    numbers = noise(a=(size,))["a"].abs()
    sample = numbers[::61].sort().values.view(torch.int32)
    for share in [*torch.linspace(1 / size, 1, 50).tolist(), 0.5]:
        low, high = topk.bounds(streams.delta_bits({"a": numbers}), share)
        place, half = (1 - share) * len(sample), 3 * len(sample) ** 0.5  # six at a share of 0.5
        below, upto = int((sample < low).sum()), int((sample < high).sum())
        assert low == 0 or 0 <= max(place - half, 0) - below < 1
        assert low > 0 or place - half < 1
        assert high == 2**31 - 1 or 0 < upto - place - half <= 1
        assert high < 2**31 - 1 or place + half + 1 >= len(sample)


def test_counting_minds_every_bit():
    """Numbers on both sides of the border between the upper 16 bits and the lower."""
    border = 0x3F81 << 16
    bits = [0, 1, 0xFFFF, 1 << 16, border - 2, border - 1, border - 1, border, border + 1]
    stream = streams.delta_bits({"a": torch.tensor(bits, dtype=torch.int32).view(torch.float32)})
    for k in range(1, len(bits) + 1):
        kth = sorted(bits)[-k]
        ties = k - sum(one > kth for one in bits)
        assert topk.by_counting(stream, k) == (kth, ties)


def test_neither_threads_nor_chunks_decide(monkeypatch):
    like, threads = noise(a=(300, 1000), b=(7, 11)), torch.get_num_threads()
    deltas = {name: delta.bfloat16().float() for name, delta in like.items()}  # many ties
    seen = []
    try:
        for torch_threads, chunk in ((1, 1 << 18), (4, 1 << 18), (4, 12345)):
            torch.set_num_threads(torch_threads)
            cut(monkeypatch, chunk)
            chosen = Ticket.select(deltas, 0.2, base="toy")
            seen.append((chosen, Ticket.random(like, 0.2, seed=0, base="toy")))
    finally:
        torch.set_num_threads(threads)
    assert seen[0] == seen[1] == seen[2]


@pytest.mark.parametrize("density", [1e-3, 0.02, 0.2, 0.5, 1.0])
def test_k_is_exact_even_if_all_entries_tie(density):
    deltas = {"a": torch.ones(30, 40), "b": -torch.ones(800)}
    assert len(Ticket.select(deltas, density, base="toy")) == round(density * 2000)


MEMORY = """
import torch
from ltp_core.ticket.chunks import Deltas, delta_bits
from ltp_core.arrays.topk import top_k

def resident(what):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(what))

def choose(n):
    before = {"large": torch.zeros(n - n // 8), "small": torch.zeros(n // 8)}
    after = {name: torch.randn(len(p)) for name, p in before.items()}
    stream = delta_bits(Deltas(before, after))
    with open("/proc/self/clear_refs", "w") as peak:
        peak.write("5")  # forget the peak so far
    start = resident("VmRSS")
    found = top_k(stream, n // 5, n).indices
    answer = sum(index.nbytes for index in found.values())
    return (resident("VmHWM") - start - answer) / n

choose(1 << 20)  # code and buffers that do not grow
print(choose(1 << 24))
"""


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux")
@pytest.mark.process
def test_memory_beside_the_answer():
    """Less than 0.7 bytes per parameter; the subtraction alone would be 4."""

    def measured() -> float:
        run = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return float(run.stdout)

    # What else the process takes from the system at that moment varies: the least of three counts.
    assert any(measured() < 0.7 for _ in range(3))
