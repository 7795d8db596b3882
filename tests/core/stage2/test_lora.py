"""LoRA: it starts as the plain model, adds B A x, and draws A by its seed."""

import builtins

import pytest
import torch

from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.lora import MARK, add_lora
from tests.support.models import tiny_xlm_roberta

pytest.importorskip("peft")
IDS = torch.tensor([[0, 4, 12, 8, 2]])


@pytest.mark.parametrize("make", [lambda: toy_backbone().model, tiny_xlm_roberta])
def test_it_starts_as_the_plain_model_and_adds_thin_matrices_everywhere(make):
    model = make()
    plain = model(IDS).logits
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    add_lora(model, rank=2)
    assert torch.equal(model(IDS).logits, plain)
    now = dict(model.named_parameters())
    added = {name: p for name, p in now.items() if MARK in name}
    assert len(added) == 2 * 2 * 6, "a pair for each matrix of two layers"
    assert all("encoder.layer" in name for name in added)
    kept = {name.replace(".base_layer", ""): p for name, p in now.items() if name not in added}
    assert kept.keys() == before.keys()
    assert all(torch.equal(kept[name], before[name]) for name in before)


def test_a_layer_gives_w_x_plus_twice_b_a_x():
    model = toy_backbone().model
    x = torch.randn(3, 16, generator=torch.Generator().manual_seed(0))
    dense = model.base_model.encoder.layer[1].intermediate.dense
    plain = dense(x)
    add_lora(model, rank=2)
    layer = model.base_model.encoder.layer[1].intermediate.dense
    a, b = (getattr(layer, name)["default"].weight for name in ("lora_A", "lora_B"))
    torch.nn.init.ones_(b)
    torch.testing.assert_close(layer(x), plain + 2 * x @ a.T @ b.T)


def test_a_seed_draws_the_start_and_nothing_else():
    def start(seed):
        model = toy_backbone().model
        add_lora(model, rank=2, seed=seed)
        return [p for name, p in model.named_parameters() if MARK in name]

    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    first = start(0)
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(a, b) for a, b in zip(first, start(0), strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(first, start(1), strict=True))


def test_what_cannot_be_done_is_said(monkeypatch):
    with pytest.raises(ValueError, match="rank of LoRA must be at least 1, got -1"):
        add_lora(toy_backbone().model, rank=-1)
    real = builtins.__import__

    def without_peft(name, *args):
        if name == "peft":
            raise ImportError
        return real(name, *args)

    monkeypatch.setattr(builtins, "__import__", without_peft)
    with pytest.raises(ImportError, match="LoRA needs PEFT; do pip install"):
        add_lora(toy_backbone().model, rank=2)
