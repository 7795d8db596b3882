"""A file of tensors: what was written comes back, and nothing else is taken for it."""

import json
import os

import pytest
import torch
from safetensors.torch import save_file

from ltp_core.data import atomic, sealed_json, tensor_file

TENSORS = {"a": torch.arange(3.0), "b": torch.ones(2, 2, dtype=torch.bfloat16), "c": torch.ones(0)}


def read(path, kind="prompt", **how):
    return tensor_file.read(path, kind, "train again", **how)


def test_what_was_written_comes_back(tmp_path):
    path = tmp_path / "new" / "a.safetensors"
    sha256 = tensor_file.write(path, "prompt", TENSORS, {"of": "toy"})
    header, tensors = read(path)
    assert header == {"of": "toy"} and tensor_file.sha256_of(path) == sha256
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in TENSORS.items():
        assert tensor.dtype == tensors[name].dtype and torch.equal(tensor, tensors[name])


@pytest.mark.second
def test_every_flipped_bit_and_every_lost_end_is_seen(tmp_path):
    path = tmp_path / "a.safetensors"
    tensor_file.write(path, "prompt", TENSORS, {"of": "toy"})
    good = path.read_bytes()
    for spot in range(len(good)):
        for bit in (1, 128):
            path.write_bytes(good[:spot] + bytes([good[spot] ^ bit]) + good[spot + 1 :])
            with pytest.raises(ValueError, match="damaged; copy it|is not a prompt|update ltp_c"):
                read(path)
    for length in range(0, len(good), 5):
        path.write_bytes(good[:length])
        with pytest.raises(ValueError, match="is damaged; copy it again, or train again"):
            read(path)


@pytest.mark.parametrize(
    "entry, says",
    [
        (None, "is not a prompt; train again"),
        ("null", "is not a prompt"),
        ("[" * 10**5, "is damaged"),
        ('{"kind": "prompt"}', "is not a prompt"),
        ('{"kind": ["prompt"], "format": 1}', "is not a prompt"),
        ('{"kind": "ticket", "format": 1}', "is not a prompt"),
        ('{"kind": "prompt", "format": 99}', "has format 99, .* reads 1; update ltp_core, or"),
        ('{"kind": "prompt", "format": 1}', "is damaged"),
        ('{"kind": "prompt", "format": 1, "sha256": 7}', "is damaged"),
    ],
)
def test_foreign_files_cost_one_sentence(tmp_path, entry, says):
    path = tmp_path / "a.safetensors"
    save_file(TENSORS, path, metadata=None if entry is None else {"ltp": entry})
    with pytest.raises(ValueError, match=says):
        read(path)


def test_nothing_else_is_written_over(tmp_path):
    path = tmp_path / "a.safetensors"
    save_file(TENSORS, path)  # somebody's model
    mine = path.read_bytes()
    for kind in ("prompt", "ticket"):
        with pytest.raises(ValueError, match=f"there already and is not a {kind}; give another"):
            tensor_file.write(path, kind, TENSORS)
    assert path.read_bytes() == mine
    path.unlink()
    tensor_file.write(path, "prompt", {})
    tensor_file.write(path, "prompt", TENSORS)  # one of ours takes the place of another
    with pytest.raises(ValueError, match="is not a ticket"):
        tensor_file.write(path, "ticket", TENSORS)
    with pytest.raises(ValueError, match="is not a prompt"):
        tensor_file.check_free(tmp_path, "prompt")


def test_through_a_link_the_other_file_stays_as_it_was(tmp_path):
    path, other = tmp_path / "a.safetensors", tmp_path / "other.safetensors"
    tensor_file.write(other, "prompt", {})
    before = other.read_bytes()
    path.symlink_to(other)
    tensor_file.write(path, "prompt", TENSORS)
    assert other.read_bytes() == before and not path.is_symlink()


@pytest.mark.parametrize(
    "tensors, says",
    [
        ({"a": torch.ones(3)}, "b is not there, expected bfloat16 .2, 2."),
        (TENSORS | {"d": torch.ones(1)}, "d is float32 .1,., expected not there"),
        (TENSORS | {"a": torch.ones(1)}, "a is float32 .1,., expected float32 .3,."),
        (TENSORS | {"a": torch.ones(3).double()}, "a is float64 .3,., expected float32 .3,."),
    ],
)
def test_names_shapes_and_types_must_fit(tensors, says):
    tensor_file.check_like("a.safetensors", TENSORS, TENSORS, "train again")
    with pytest.raises(ValueError, match=f"'a.safetensors' does not fit: {says}; train again"):
        tensor_file.check_like("a.safetensors", tensors, TENSORS, "train again")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write")
def test_a_read_only_folder_costs_one_sentence(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(OSError, match="Permission denied"):
        tensor_file.write(tmp_path / "a.safetensors", "prompt", TENSORS)


@pytest.fixture
def full_disk():
    """No file may grow beyond 4 kB, as on a disk that is full."""
    resource = pytest.importorskip("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_costs_one_sentence_and_not_the_old_file(tmp_path, full_disk):
    path = tmp_path / "a.safetensors"
    tensor_file.write(path, "prompt", {})
    before = path.read_bytes()
    with pytest.raises(OSError, match="could not be written|File too large"):
        tensor_file.write(path, "prompt", {"a": torch.ones(10**6)})
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["a.safetensors"]


def test_a_header_that_claims_to_be_huge_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes((1 << 62).to_bytes(8, "little") + b"{}")
    with pytest.raises(ValueError, match="is damaged"):
        read(path)


# --- the same for JSON -----------------------------------------------------------------------


def read_json(path, **how):
    return sealed_json.read(path, "model", [2], "train again", **how)


def test_json_comes_back_and_every_change_is_seen(tmp_path):
    path, values = tmp_path / "a.json", {"format": 2, "losses": [0.1, 2e-7], "words": ["ሰላም"]}
    sealed_json.write(path, values)
    assert read_json(path) == values
    good = path.read_bytes()
    seen = 0
    for spot in range(len(good)):
        path.write_bytes(good[:spot] + bytes([good[spot] ^ 1]) + good[spot + 1 :])
        try:
            assert read_json(path) == values, "only a change of white space passes"
        except ValueError as error:
            seen += 1
            assert "train again" in str(error)
    assert seen > 0.9 * len(good)


@pytest.mark.parametrize(
    "text, says",
    [
        ("", "is damaged .Expecting value"),
        ("[" * 10**5, "is damaged"),
        ("[2]", "is not the file of a model"),
        ('{"format": "2"}', "is not the file of a model"),
        ('{"format": 99}', "has format 99, .* reads 1, 2; update ltp_core, or train again"),
        ('{"format": 2}', "is damaged .its digest does not fit"),
    ],
)
def test_foreign_json_costs_one_sentence(tmp_path, text, says):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(ValueError, match=says):
        read_json(path, unsealed=[1])


def test_an_older_format_has_no_digest(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"format": 1, "words": []}))
    assert read_json(path, unsealed=[1]) == {"format": 1, "words": []}
    with pytest.raises(ValueError, match="has format 1"):
        read_json(path)


def test_what_a_writer_leaves_beside_its_file_goes_with_it(tmp_path):
    """safetensors writes `.tmp...` beside the file it is told, and a kill leaves that there."""
    with atomic.replacing(tmp_path / "a") as temporary:
        temporary.write_text("whole")
        temporary.with_name(".tmpMekxAz").write_text("half")
        assert [path.suffix for path in tmp_path.iterdir()] == [".part"]
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
