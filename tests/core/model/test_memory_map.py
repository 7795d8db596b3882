"""A mapped model equals the loaded one."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from ltp_core.model.memory_map import mapped_model
from ltp_core.model.toy import toy_backbone


def test_a_mapped_model_is_the_loaded_one(tmp_path):
    model = toy_backbone().model
    model.save_pretrained(tmp_path / "one")
    model.save_pretrained(tmp_path / "parts", max_shard_size="8KB")
    assert len(list((tmp_path / "parts").glob("*.safetensors"))) > 1
    for folder in ("one", "parts"):
        lazy = dict(mapped_model(tmp_path / folder).named_parameters())
        assert all(torch.equal(p, lazy[name]) for name, p in model.named_parameters())


def test_folders_that_hold_no_model(tmp_path):
    with pytest.raises(FileNotFoundError, match="has no model.safetensors; write it with"):
        mapped_model(tmp_path)
    toy_backbone().model.save_pretrained(tmp_path)
    weights = load_file(tmp_path / "model.safetensors")
    del weights["bert.encoder.layer.1.output.dense.bias"]
    save_file(weights, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match="lacks encoder.layer.1.output.dense.bias; write it anew"):
        mapped_model(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(json.dumps({}).encode())
    with pytest.raises(ValueError, match="model.safetensors is damaged"):
        mapped_model(tmp_path)
