"""Each score against a loop that keeps every number, and `torch.topk` over all of them."""

import pytest
import torch

from ltp_core.measure.squares import added_up
from ltp_core.model.parameters import eligible, place
from ltp_core.model.toy import toy_backbone
from ltp_core.stage1.find import find_ticket
from ltp_core.stage1.mlm import adapt, masked_batches, masked_lm_loss, text_rows
from ltp_core.stage1.scores import SCORES, gradients
from ltp_core.ticket.ticket import Ticket
from ltp_core.training.options import Stage1Options

TEXT = {"text": ["the cat eats rice", "a big dog sees the car", "two stars", "one red boat"] * 3}
STEPS = dict(steps=3, batch_size=4, seed=1, learning_rate=1e-2)
BATCHES = 4


def dense(lm, text, optimizer="adamw"):
    """θ₁ − θ₀, Σ g and Σ g², all of them at once."""
    tensors = eligible(lm.model)
    after = adapt(lm, text, progress=False, optimizer=optimizer, **STEPS)
    moved = {name: (after[name] - p).detach() for name, p in tensors.items()}
    options = Stage1Options(**STEPS)
    batch_at = masked_batches(lm, text_rows(lm.tokenizer, text, 128), options)
    first, second = ({n: torch.zeros_like(p) for n, p in tensors.items()} for _ in range(2))
    for step in range(BATCHES):
        loss = masked_lm_loss(lm.model, batch_at(step))
        for name, g in zip(tensors, torch.autograd.grad(loss, list(tensors.values())), strict=True):
            first[name] += g
            second[name] += g * g
    return moved, first, second


WAYS = {
    "movement": lambda moved, g, v: moved.abs(),
    "fisher": lambda moved, g, v: v,
    "movement_gradient": lambda moved, g, v: (moved * g).abs(),
    "movement_root": lambda moved, g, v: moved.abs() * v.sqrt(),
}
GROUP = {"all": lambda n: 0, "layer": lambda n: place(n)[0], "tensor": lambda n: n}


def best(scores, chosen, quota):
    """How much of what was chosen `torch.topk` chooses, too, group by group."""
    agree = 0
    for group in {GROUP[quota](name) for name in scores}:
        names = [name for name in sorted(scores) if GROUP[quota](name) == group]
        flat = torch.cat([scores[name].flatten() for name in names])
        mine = torch.cat([chosen.mask(name).flatten() for name in names])
        top = torch.zeros_like(mine)
        top[flat.topk(int(mine.sum())).indices] = True
        agree += int((top & mine).sum())
        assert abs(mine.sum() - 0.1 * len(mine)) <= 1 or quota == "all", "its share, and no more"
    return agree / len(chosen)


def test_every_score_has_a_reference():
    assert set(WAYS) == set(SCORES)


@pytest.mark.second
@pytest.mark.parametrize("quota", GROUP)
@pytest.mark.parametrize("score", WAYS)
def test_a_score_is_its_formula_and_the_choice_is_its_top(score, quota):
    lm = toy_backbone()
    numbers = dense(lm, TEXT)
    scores = {name: WAYS[score](*(of[name] for of in numbers)) for name in numbers[0]}
    how = dict(score=score, quota=quota, gradient_batches=BATCHES, progress=False)
    found = find_ticket(lm, TEXT, 0.1, **how, **STEPS)
    assert len(found) == round(0.1 * found.total)
    assert best(scores, found, quota) > 0.995  # sums are rounded in another order
    assert best({n: torch.rand_like(s) for n, s in scores.items()}, found, quota) < 0.5


@pytest.mark.second
def test_sgd_is_a_score_of_its_own():
    lm = toy_backbone()
    moved, *_ = dense(lm, TEXT, "sgd")
    found = find_ticket(lm, TEXT, 0.1, optimizer="sgd", progress=False, **STEPS)
    assert best({name: of.abs() for name, of in moved.items()}, found, "all") > 0.995
    assert found.made["optimizer"] == "sgd"
    assert found != find_ticket(lm, TEXT, 0.1, progress=False, **STEPS)


@pytest.mark.second
def test_a_ticket_says_what_decided_it_and_nothing_else():
    lm = toy_backbone()
    how = dict(gradient_batches=2, progress=False, **STEPS)
    found = find_ticket(lm, TEXT, 0.1, score="fisher", quota="tensor", **how)
    assert found.made == {
        "by": "masked-LM squared gradient",
        "seed": 1,
        "batch_size": 4,
        "gradient_batches": 2,
        "quota": "tensor",
    }
    found = find_ticket(lm, TEXT, 0.1, score="movement_root", **how)
    assert found.made["by"].endswith("root of squared gradient")
    assert {"steps", "learning_rate", "gradient_batches"} < set(found.made)


def test_without_movement_nothing_is_trained(monkeypatch):
    monkeypatch.setattr("ltp_core.stage1.find.adapt", lambda *_, **__: pytest.fail("trained"))
    found = find_ticket(toy_backbone(), TEXT, 0.1, score="fisher", gradient_batches=1)
    assert len(found) == round(0.1 * found.total)


def test_gradients_are_let_go_one_tensor_after_the_other():
    lm = toy_backbone(layers=4)
    before = {name: p.detach().clone() for name, p in lm.model.named_parameters()}
    seen = []

    tensors = eligible(lm.model)
    handles = [
        p.register_post_accumulate_grad_hook(
            lambda _: seen.append(sum(q.grad is not None for q in tensors.values()))
        )
        for p in tensors.values()
    ]
    batch_at = masked_batches(lm, text_rows(lm.tokenizer, TEXT, 128), Stage1Options())
    for p in lm.model.parameters():
        p.requires_grad_(False)
    added_up((masked_lm_loss(lm.model, batch_at(i)) for i in range(2)), tensors)
    for handle in handles:
        handle.remove()
    assert len(seen) == 2 * len(tensors) and max(seen) == 1
    assert all(p.grad is None and not p.requires_grad for p in lm.model.parameters())
    assert all(torch.equal(p, before[name]) for name, p in lm.model.named_parameters())


def test_the_model_given_keeps_its_state():
    lm = toy_backbone()
    gradients(lm, TEXT, eligible(lm.model), Stage1Options(batch_size=4), 2)
    assert all(p.requires_grad and p.grad is None for p in lm.model.parameters())


def test_ties_go_to_the_first_and_nan_is_refused_with_a_quota_too():
    deltas = {"layer.0.a": torch.ones(4), "layer.1.a": torch.tensor([0.0, 3.0, 3.0, 3.0])}
    for quota, first, second in (("all", [0], [1, 2, 3]), ("tensor", [0, 1], [1, 2])):
        chosen = Ticket.select(deltas, 0.5, base="toy", quota=quota)
        assert [index.tolist() for index in chosen.indices.values()] == [first, second]
    deltas["layer.1.a"][0] = torch.nan
    with pytest.raises(ValueError, match="layer.1.a holds NaN"):
        Ticket.select(deltas, 0.5, base="toy", quota="layer")
    deltas["layer.1.a"] = torch.tensor([3.0, 0.0, 0.0, 0.0])
    with pytest.raises(ValueError, match="but 1 moved in layer 1; train stage 1 longer"):
        Ticket.select(deltas, 0.5, base="toy", quota="layer")


def test_what_is_no_score_costs_one_sentence():
    with pytest.raises(ValueError, match="score must be one of movement, fisher, .*, got 'snip'"):
        find_ticket(toy_backbone(), TEXT, 0.1, score="snip")
    with pytest.raises(ValueError, match="quota must be one of all, layer, tensor, got 'row'"):
        find_ticket(toy_backbone(), TEXT, 0.1, quota="row")
    with pytest.raises(ValueError, match="quota must be one of all, layer, tensor, got 'row'"):
        Ticket.select({"w": torch.ones(3)}, 0.5, base="toy", quota="row")
