"""What is written is read, at every density; what is damaged or foreign is refused."""

import json
import zlib
from math import prod

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from ltp_core.data import mask_file, tensor_file
from ltp_core.data.mask_file import MaskFile
from ltp_core.data.paths import data_dir
from ltp_core.ticket.ticket import Ticket

shapes = st.lists(st.integers(0, 12), min_size=1, max_size=3).map(tuple)
shares = st.sampled_from([0.0, 0.02, 0.2, 0.5, 0.9, 1.0])
kinds = st.sampled_from([None, torch.float32, torch.float16, torch.bfloat16])


@pytest.mark.second
@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.text(max_size=5), st.tuples(shapes, shares), min_size=1), kinds)
def test_round_trip_is_the_identity(tmp_path_factory, tensors, kind):
    generator = torch.Generator().manual_seed(0)
    sizes = {name: shape for name, (shape, _) in tensors.items()}
    drawn = {name: torch.rand(prod(shape), generator=generator) for name, shape in sizes.items()}
    indices = {n: (drawn[n] < share).nonzero().flatten() for n, (_, share) in tensors.items()}
    count = sum(map(len, indices.values()))
    values = None if kind is None else torch.randn(count, generator=generator).to(kind)
    path = tmp_path_factory.mktemp("files") / "x.safetensors"
    mask_file.write(path, MaskFile({"base": "toy"}, sizes, indices, values, 0.25))
    back = mask_file.read(path)
    assert (back.header, back.shapes, back.error) == ({"base": "toy"}, sizes, 0.25)
    assert list(back.indices) == list(indices)
    assert all(torch.equal(back.indices[name], index) for name, index in indices.items())
    assert back.values is None if kind is None else torch.equal(back.values, values)
    assert kind is None or back.values.dtype == kind


@pytest.mark.parametrize("density", [0.02, 0.2, 0.5])
def test_a_whole_file_is_near_the_entropy(tmp_path, density):
    """120 tensors with the names of a 12-layer encoder, of very different densities."""
    like = {}
    for layer in range(12):
        for part in ("query", "key", "value", "attention.output.dense", "output.dense"):
            like[f"encoder.layer.{layer}.attention.self.{part}.weight"] = (layer + 1.0, (192, 192))
            like[f"encoder.layer.{layer}.attention.self.{part}.bias"] = (layer + 1.0, (192,))
    draw = torch.Generator().manual_seed(0)
    deltas = {n: scale * torch.randn(s, generator=draw) for n, (scale, s) in like.items()}
    ticket = Ticket.select(deltas, density, base="toy")
    ticket.save(tmp_path / "x.safetensors")
    p = torch.tensor(ticket.density)
    floor = -ticket.total * (p * p.log2() + (1 - p) * (1 - p).log2()) / 8
    assert (tmp_path / "x.safetensors").stat().st_size < 1.05 * floor


@pytest.mark.second
def test_missing_damaged_and_foreign_files(tmp_path):
    path = tmp_path / "en.safetensors"
    with pytest.raises(FileNotFoundError, match="there is no ticket at .*find one with"):
        Ticket.load(path)
    Ticket("toy", {"w": (2, 50)}, {"w": torch.tensor([0, 80])}).save(path, torch.ones(2))
    good = path.read_bytes()
    for spot in range(0, len(good), 3):
        path.write_bytes(good[:spot] + bytes([good[spot] ^ 1]) + good[spot + 1 :])
        with pytest.raises(ValueError, match="is damaged|is not a ticket"):
            Ticket.load(path)
    for length in (0, 5, 100, len(good) - 1):
        path.write_bytes(good[:length])
        with pytest.raises(ValueError, match="is damaged"):
            Ticket.load(path)
    save_file({"w": torch.ones(2)}, path)
    with pytest.raises(ValueError, match="is not a ticket"):
        Ticket.load(path)
    for version in (1, 9):
        save_file({"w": torch.ones(2)}, path, metadata={"ltp": f'{{"format": {version}}}'})
        with pytest.raises(ValueError, match=f"has format {version}, .* update ltp_core"):
            Ticket.load(path)
    with pytest.raises(ValueError, match="saved as .safetensors, got 'en.md'"):
        Ticket("toy", {"w": (1,)}, {"w": torch.tensor([0])}).save("en.md")


@pytest.mark.parametrize("lost", ["table", "gaps"])
def test_a_file_whose_digest_fits_may_still_be_wrong(tmp_path, lost):
    path = tmp_path / "en.safetensors"
    tensors = {"table": torch.zeros(3, dtype=torch.uint8), "gaps": torch.zeros(3)}
    del tensors[lost]
    tensor_file.write(path, "ticket", tensors, format=mask_file.FORMAT)
    with pytest.raises(ValueError, match="is damaged"):
        mask_file.read(path)


@pytest.mark.parametrize("dtype, bits", [(torch.float16, 11), (torch.bfloat16, 8)])
def test_half_precision_keeps_movements_and_tells_its_error(tmp_path, dtype, bits):
    generator, path = torch.Generator().manual_seed(0), tmp_path / "en.safetensors"
    original = torch.randn(50, generator=generator)
    moved = 1e-2 * torch.randn(50, generator=generator)
    values = original + moved
    ticket = Ticket("toy", {"w": (100,)}, {"w": torch.arange(0, 100, 2)})
    ticket.save(path, *mask_file.stored(values, original, dtype))
    file = mask_file.read(path)
    error = (file.weights(original) - values).abs().max().item()
    assert load_file(path)["values"].dtype == dtype
    assert file.error == error and 0 < error < moved.abs().max() * 2.0**-bits + 1e-7
    report = path.with_suffix(".md").read_text(encoding="utf-8")
    name = str(dtype).removeprefix("torch.")
    assert f"in {name}. The largest error of a weight is {error:.1e}" in report
    again = file.weights(original)  # what was read is kept without a further error
    ticket.save(path, *mask_file.stored(again, original, torch.float32))
    assert torch.equal(mask_file.read(path).weights(original), again)
    assert "in float32, exact" in path.with_suffix(".md").read_text(encoding="utf-8")


def test_values_that_cannot_be_kept():
    large = torch.tensor([1e6])
    with pytest.raises(ValueError, match="do not fit into torch.float16; keep torch.float32"):
        mask_file.stored(large, torch.zeros(1), torch.float16)
    with pytest.raises(ValueError, match="keeps movements from the base model, so pass that"):
        mask_file.stored(large, None, torch.bfloat16)
    with pytest.raises(ValueError, match="float32, float16 or bfloat16, got torch.int8"):
        mask_file.stored(large, large, torch.int8)


@pytest.mark.parametrize("share, left", [(-1, True), (0, True), (1, False)])
def test_a_tensor_may_have_as_many_entries_as_an_int32_counts(tmp_path, share, left):
    size, path = 2**31 + share, tmp_path / "x.safetensors"
    indices = {"w": torch.tensor([5, size - 1])}
    mask_file.write(path, MaskFile({}, {"w": (size,)}, indices))
    if left:
        assert torch.equal(mask_file.read(path).indices["w"], indices["w"])
    else:
        with pytest.raises(ValueError, match="is damaged"):
            mask_file.read(path)


@pytest.mark.parametrize("k", [-1, 1, 4, 6])
def test_a_table_that_counts_wrong_is_no_ticket(tmp_path, k):
    """Of five places two are chosen, and the table says another number; its digest fits."""
    b, code = mask_file.rice.encode(torch.tensor([0, 3]).numpy(), 5)
    text = bytearray(zlib.compress(json.dumps([["w", [5], k, b, len(code)]]).encode()))
    table = torch.frombuffer(text, dtype=torch.uint8)
    tensors, path = {"table": table, "gaps": torch.from_numpy(code)}, tmp_path / "x.safetensors"
    tensor_file.write(path, "ticket", tensors, {"values_error": 0.0}, format=mask_file.FORMAT)
    with pytest.raises(ValueError, match="is damaged"):
        mask_file.read(path)


def test_the_tickets_of_the_repository_are_read():
    """They were written by an older version: a format that is read stays readable."""
    stored = sorted((data_dir() / "results" / "tickets").glob("*.safetensors"))
    assert stored
    for path in stored:
        said = path.with_suffix(".md").read_text(encoding="utf-8")
        assert f"| {Ticket.load(path).density:.2%} |" in said


def test_what_stands_in_the_way_is_said_before_the_work(tmp_path):
    path, report = tmp_path / "en.safetensors", tmp_path / "en.md"
    assert mask_file.check_free(path) == report
    report.write_text("notes of mine")
    with pytest.raises(ValueError, match="en.md' is there already; give the ticket another name"):
        mask_file.check_free(path)
    report.unlink()
    save_file({"w": torch.ones(2)}, path)
    with pytest.raises(ValueError, match="en.safetensors' is there already and is not a ticket"):
        mask_file.check_free(path)
    path.unlink()
    Ticket("toy", {"w": (2,)}, {"w": torch.tensor([0])}).save(path)
    assert report.exists() and mask_file.check_free(path) == report, "a ticket is written over"
    with pytest.raises(ValueError, match="is saved as .safetensors, got '.*en.md'; add the ending"):
        mask_file.check_free(report)
