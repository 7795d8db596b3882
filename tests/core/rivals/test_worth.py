"""What a ticket holds of the squared gradient, worked out by hand on a toy."""

from types import SimpleNamespace

import pytest
import torch

from ltp_core.measure.squares import held
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.rivals.worth import shares, task_squares, text_squares
from ltp_core.stage1.find import find_ticket
from ltp_core.stage2.prompt import PromptModel
from ltp_core.ticket.ticket import Ticket, origin
from ltp_core.training.options import Form

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["rice", "the bread", "cat", "the big dog", "tea"], "label": [0, 0, 1, 1, 0]}
TEXT = {"text": ["the cat eats rice", "a big dog", "two stars", "one red boat"]}


def test_the_share_of_the_task_by_hand():
    lm = toy_backbone()
    form = dict(prompt_start="words: the cat", prompt_place="hole")
    squares = task_squares(lm, SHOTS, task=TASK, batch_size=2, seed=3, **form)
    tensors = eligible(lm.model)
    model = PromptModel(lm, TASK.words, 10, Form(**form), seed=3)
    expected = dict.fromkeys(tensors, 0)
    for start in (0, 2, 4):
        logits = model(model.batch(model.encode(SHOTS["text"][start : start + 2])))
        labels = torch.tensor(SHOTS["label"][start : start + 2])
        loss = torch.nn.functional.cross_entropy(logits, labels, reduction="sum") / 5
        for name, g in zip(tensors, torch.autograd.grad(loss, list(tensors.values())), strict=True):
            expected[name] = expected[name] + g * g
    for name, of in expected.items():
        torch.testing.assert_close(squares[name], of, rtol=1e-3, atol=1e-12)
    ticket = Ticket.random(tensors, 0.3, seed=0, **origin(lm.model))
    inside = sum(float((of * ticket.mask(name)).sum()) for name, of in expected.items())
    whole = sum(float(of.sum()) for of in expected.values())
    assert shares(squares, random=ticket)["random"] == pytest.approx(inside / whole, rel=1e-3)


@pytest.mark.second
def test_the_ticket_by_squared_gradient_holds_most_of_it_and_chance_its_density():
    lm = toy_backbone()
    squares = text_squares(lm, TEXT, gradient_batches=3, batch_size=4)
    how = dict(score="fisher", gradient_batches=3, batch_size=4)
    best = find_ticket(lm, TEXT, 0.2, **how)
    even = find_ticket(lm, TEXT, 0.2, quota="tensor", **how)
    found = shares(squares, best=best, even=even, layer=best.random_like(0))
    assert found["best"] > found["even"] > 2 * found["layer"]
    several = [held(best.random_like(seed), squares) for seed in range(40)]
    assert sum(several) / 40 == pytest.approx(0.2, abs=0.02)


def test_of_a_ticket_in_some_layers_the_share_is_of_these_layers():
    squares = {"a.layer.0.w": torch.tensor([1.0, 3.0]), "a.layer.1.w": torch.tensor([5.0, 5.0])}
    low = Ticket("toy", {"a.layer.0.w": (2,)}, {"a.layer.0.w": torch.tensor([1])})
    assert held(low, squares) == 0.75
    with pytest.raises(ValueError, match="no squares of 'a.layer.2.w'"):
        held(Ticket("toy", {"a.layer.2.w": (2,)}, {"a.layer.2.w": torch.tensor([1])}), squares)
    with pytest.raises(ValueError, match="no gradient in any eligible weight"):
        held(low, {"a.layer.0.w": torch.zeros(2)})
