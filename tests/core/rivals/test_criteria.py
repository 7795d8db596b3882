"""Other choices of a ticket, each against a few lines that sort everything."""

from types import SimpleNamespace

import pytest
import torch
from accelerate import Accelerator

from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.rivals import criteria as choices
from ltp_core.stage2.trained import Trained
from tests.support.models import tiny_xlm_roberta

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["rice", "the bread", "cat", "the big dog", "tea"], "label": [0, 0, 1, 1, 0]}


@pytest.mark.parametrize("make", [lambda: toy_backbone().model, tiny_xlm_roberta])
def test_biases_are_all_vectors_but_the_norms_scales(make):
    model = make()
    ticket = choices.biases(model)
    for name, p in eligible(model).items():
        whole = p.dim() == 1 and not name.endswith("LayerNorm.weight")
        assert len(ticket.indices[name]) == (p.numel() if whole else 0), name


@pytest.mark.parametrize("density", [0.01, 0.2, 0.5, 1.0])
def test_the_middle_is_filled_from_the_middle(density):
    model = toy_backbone(layers=6).model
    ticket = choices.middle(model, density)
    total = sum(p.numel() for p in eligible(model).values())
    assert len(ticket) == round(density * total)
    order = [2, 3, 1, 4, 0, 5]
    shares = [ticket.layer_shares()[layer] for layer in order]
    assert shares == sorted(shares, reverse=True)
    assert sum(0 < share < 1 for share in shares) <= 1
    parts = [
        len(index) / p.numel()
        for index, p in zip(
            ticket.indices.values(), (eligible(model)[name] for name in ticket.indices), strict=True
        )
    ]
    assert sum(0 < part < 1 for part in parts) <= 1, "at most one tensor is taken in part"


def test_the_gradient_is_that_of_the_whole_set_at_the_start():
    lm = toy_backbone()
    ticket = choices.by_gradient(lm, SHOTS, 0.1, task=TASK, prompt_length=4, batch_size=2)
    model = Trained(lm, TASK.words, 4, full=True)
    tensors = eligible(model.lm)
    for p in tensors.values():
        p.requires_grad_()
    logits = model(model.batch(model.encode(SHOTS["text"])))
    torch.nn.functional.cross_entropy(logits, torch.tensor(SHOTS["label"])).backward()
    flat = torch.cat([tensors[name].grad.abs().flatten() for name in sorted(tensors)])
    best = torch.zeros(len(flat), dtype=torch.bool)
    best[flat.topk(len(ticket)).indices] = True
    chosen = torch.cat([ticket.mask(name).flatten() for name in sorted(tensors)])
    assert (best & chosen).sum() >= len(ticket) - 2  # batches round sums in another order
    assert all(p.grad is None for p in lm.model.parameters())
    other = choices.by_gradient(lm, SHOTS, 0.1, task=TASK, prompt_length=4, seed=1)
    assert other != ticket, "another prompt has another gradient"
    where = choices.by_gradient(lm, SHOTS, 0.1, task=TASK, layers=1)
    assert set(where.counts()) == {1}


def test_the_gradient_is_taken_where_training_will_be(monkeypatch):
    sent = []

    class Sent(Trained):
        def to(self, device):
            sent.append(device)
            return super().to(device)

    monkeypatch.setattr(choices, "Trained", Sent)
    choices.by_gradient(toy_backbone(), SHOTS, 0.1, task=TASK, prompt_length=4)
    assert sent == [Accelerator().device]


def test_a_layer_budget_keeps_each_layers_number_and_no_tensors(lm, ticket):
    drawn = choices.layer_budget(ticket, seed=3)
    assert len(drawn) == len(ticket) and drawn.base == ticket.base
    assert drawn.layer_shares() == ticket.layer_shares()
    assert {n: len(i) for n, i in drawn.indices.items()} != {
        n: len(i) for n, i in ticket.indices.items()
    }
    assert drawn == choices.layer_budget(ticket, seed=3) != choices.layer_budget(ticket, seed=4)
    assert drawn.made == {"by": "chance in each layer", "seed": 3}


def test_a_layer_budget_leaves_a_layer_without_entries_alone(lm):
    ticket = choices.middle(lm.model, 0.1)
    empty = [layer for layer, share in ticket.layer_shares().items() if not share]
    drawn = choices.layer_budget(ticket, seed=0)
    assert empty and all(drawn.layer_shares()[layer] == 0 for layer in empty)
