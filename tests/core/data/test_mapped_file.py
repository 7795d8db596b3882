"""A mapped file is read without taking memory."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from ltp_core.data.mapped_file import mapped


def anonymous():
    """Bytes of memory of this process that no file stands behind."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


@pytest.mark.second
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_reading_a_mapped_file_takes_no_memory(tmp_path):
    save_file({"w": torch.ones(16, 1 << 20)}, tmp_path / "model.safetensors")  # 64 MiB
    before = anonymous()
    tensors = mapped(tmp_path)
    assert tensors["w"].sum() == 16 << 20
    assert anonymous() - before < 8 << 20


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError, match="has no model.safetensors"):
        mapped(tmp_path / "nowhere.safetensors")
