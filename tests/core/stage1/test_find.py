"""The two ways to a ticket lead to the same choice."""

import pytest
import torch

from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage1.find import find_in_folders, find_ticket
from ltp_core.ticket.chunks import Deltas
from ltp_core.ticket.ticket import Ticket, origin


def test_find_ticket_is_adapt_then_select(monkeypatch):
    lm = toy_backbone()
    before = {name: p.detach().clone() for name, p in lm.model.base_model.named_parameters()}
    asked = {}

    def adapt(lm, dataset, **settings):
        asked.update(settings)
        return {name: p + 0.1 * (i + 1) for i, (name, p) in enumerate(before.items())}

    monkeypatch.setattr("ltp_core.stage1.find.adapt", adapt)
    found = find_ticket(lm, [], 0.2, steps=7, seed=5, layers=1, batch_size=4)
    assert set(found.shapes) == set(eligible(lm.model, layers=1))
    assert (asked["steps"], asked["seed"], asked["batch_size"]) == (7, 5, 4)
    assert asked["names"] == list(eligible(lm.model))  # the whole encoder moves
    made = {"by": "masked-LM movement", "steps": 7, "seed": 5, "batch_size": 4}
    assert found.made == made | {"learning_rate": 1e-4}
    found.check(lm.model)
    monkeypatch.setattr("ltp_core.stage1.find.adapt", lambda *_, **__: pytest.fail("too late"))
    with pytest.raises(ValueError, match="did you mean 0.20"):
        find_ticket(lm, [], 20, steps=7)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("layers", [None, ["embeddings", 0, 1]])
def test_two_folders_are_two_models(tmp_path, dtype, layers):
    models = [toy_backbone(seed).model.to(dtype) for seed in (0, 1)]
    for model, name in zip(models, ("before", "after"), strict=True):
        model.save_pretrained(tmp_path / name)
    found = find_in_folders(tmp_path / "before", tmp_path / "after", 0.1, layers=layers)
    deltas = Deltas(*(eligible(model, layers) for model in models))
    assert found == Ticket.select(deltas, 0.1, **origin(models[0]))
    assert (found.base_total, found.encoder_total) == (5680, 4448)
    found.check(toy_backbone(0).model.to(dtype).float())  # the fingerprint is of fp32 values
    with pytest.raises(ValueError, match="but 0 moved"):
        find_in_folders(tmp_path / "before", tmp_path / "before", 0.1)


def test_two_folders_of_different_models(tmp_path):
    for name, width in (("before", 16), ("after", 32)):
        toy_backbone(width=width).model.save_pretrained(tmp_path / name)
    with pytest.raises(ValueError, match="compare two states of one model"):
        find_in_folders(tmp_path / "before", tmp_path / "after")
