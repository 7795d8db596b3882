"""What a ticket says of itself, and what makes two of them one."""

from math import prod

import pytest
import torch

from ltp_core.model.toy import toy_backbone
from ltp_core.ticket.ticket import Ticket, origin
from tests.support.movements import noise, pairs

SHAPES = {"encoder.layer.1.output.dense.weight": (2, 4), "encoder.layer.0.output.dense.bias": (4,)}
UPPER, LOWER = SHAPES
CHOSEN = {UPPER: torch.tensor([0, 3, 7]), LOWER: torch.tensor([2])}


def ticket(base="toy", shapes=SHAPES, indices=CHOSEN, **about):
    return Ticket(base, shapes, indices, **about)


def test_a_ticket_equals_what_has_its_base_shapes_and_places():
    mine = ticket()
    assert mine == ticket(made={"by": "hand"}), "how it was made does not count"
    assert mine != ticket(base="another")
    assert mine != ticket(shapes=SHAPES | {UPPER: (4, 2)})
    assert mine != ticket(shapes=SHAPES | {"b": (1,)})
    assert mine != ticket(indices={**CHOSEN, LOWER: torch.tensor([3])})
    assert mine != "toy" and mine != None  # noqa: E711


def test_the_share_of_a_layer_is_of_its_own_parameters():
    two = {"encoder.layer.0.attention.self.query.weight": (3, 4)} | SHAPES
    assert ticket(shapes=two).layer_shares() == {0: 1 / 16, 1: 3 / 8}
    assert ticket(shapes=two).counts()[0] == {
        "attention.self.query": (0, 12),
        "output.dense": (1, 4),
    }


def test_layers_stand_in_the_order_of_their_numbers_and_words_come_last():
    modules = {2: "output", 10: "attention", 0: "zeta"}
    shapes = {f"encoder.layer.{n}.{module}.weight": (3,) for n, module in modules.items()}
    shapes["embeddings.a.weight"] = (3,)
    chosen = {"embeddings.a.weight": torch.tensor([0])}
    assert list(Ticket("toy", shapes, chosen).counts()) == [0, 2, 10, "embeddings"]


def test_the_density_of_an_encoder_of_one_parameter_and_of_none():
    one = {"encoder.layer.0.output.dense.bias": (1,)}
    assert Ticket("toy", one, {LOWER: torch.tensor([0])}).density_encoder == 1.0
    outside = Ticket("toy", {"embeddings.w": (4,)}, {"embeddings.w": torch.tensor([0])})
    assert outside.density_encoder == 0.0 and outside.density == 0.25


def test_a_tensor_may_be_empty_and_a_size_may_not_be_negative_or_broken():
    assert ticket(shapes=SHAPES | {"b": (0, 5)}).total == 12
    for size in (-1, 2.0, "2"):
        with pytest.raises(ValueError, match="the shape of b must be whole numbers from 0 up"):
            ticket(shapes=SHAPES | {"b": (2, size)})


def test_the_encoder_has_at_least_its_eligible_parameters():
    assert ticket(base_total=12, encoder_total=12).density_encoder == 4 / 12
    with pytest.raises(
        ValueError, match=r"12 eligible parameters \(12 in the encoder\) do not fit"
    ):
        ticket(base_total=20, encoder_total=11)


def test_a_fingerprint_that_is_given_is_believed():
    model = toy_backbone().model
    mine = Ticket.by_magnitude(model, 0.1)
    mine.check(model, mine.base)
    with pytest.raises(ValueError, match="but the model is another"):
        mine.check(model, "another")


# --- the choice ---


@pytest.mark.parametrize("quota", ["layer", "tensor"])
def test_with_a_quota_each_group_has_its_own_largest(quota):
    names = [f"encoder.layer.{n}.{part}.bias" for n in (0, 1) for part in ("a", "b")]
    deltas = noise(**dict.fromkeys(names, (10,)))
    chosen = Ticket.select(deltas, 0.3, base="toy", quota=quota)
    groups = [[n] for n in names] if quota == "tensor" else [names[:2], names[2:]]
    for group in groups:
        share = {n: deltas[n] for n in group}
        alone = Ticket.select(share, 0.3, base="toy")
        assert pairs(alone.indices) == [p for p in pairs(chosen.indices) if p[0] in group]
    with pytest.raises(ValueError, match="quota must be one of all, layer, tensor, got 'module'"):
        Ticket.select(deltas, 0.3, base="toy", quota="module")


def test_a_density_is_refused_before_the_quotas_hide_it():
    deltas = noise(a=(3,), b=(3,))
    with pytest.raises(
        ValueError, match=r"density must be in \(0, 1\], got 1.5; did you mean 0.015"
    ):
        Ticket.select(deltas, 1.5, base="toy", quota="tensor")
    with pytest.raises(ValueError, match="density 0.05 of 6 parameters is less than one; raise it"):
        Ticket.select(deltas, 0.05, base="toy", quota="tensor")


def test_what_did_not_move_is_named_with_its_group():
    deltas = {UPPER: torch.eye(2, 4), LOWER: torch.ones(4)}
    with pytest.raises(ValueError, match="asks for 4 parameters, but 2 moved in layer 1; train st"):
        Ticket.select(deltas, 0.5, base="toy", quota="layer")
    with pytest.raises(
        ValueError, match="asks for 9 parameters, but 6 moved; train stage 1 longer"
    ):
        Ticket.select(deltas, 0.75, base="toy")
    assert len(Ticket.select(deltas, 0.5, base="toy", quota="layer", allow_unmoved=True)) == 6


def test_a_weight_of_zero_may_be_among_the_largest():
    model = toy_backbone().model
    every = Ticket.by_magnitude(model, 1.0)  # the biases of a new model are zeros
    assert len(every) == every.total == origin(model)["encoder_total"]


# --- controls ---


def test_a_seed_draws_the_same_control_in_every_version():
    """Written down once: a control that was reported can be drawn again."""
    shapes = {"a": (4,), "b": (9,), "c": (3, 3)}
    found = Ticket("toy", shapes, {"a": torch.tensor([0]), "b": torch.arange(5)})
    like = {name: torch.zeros(shape) for name, shape in shapes.items()}
    drawn = {name: index.tolist() for name, index in found.shuffled(3).indices.items()}
    assert drawn == {"a": [3], "b": [1, 3, 5, 7, 8], "c": []}
    drawn = pairs(Ticket.random(like, 0.25, seed=3, base="toy").indices)
    assert drawn == [("a", 3), ("b", 0), ("b", 4), ("b", 5), ("b", 6), ("c", 5)]


def test_each_tensor_and_each_seed_has_a_shuffle_of_its_own():
    shapes = dict.fromkeys("abc", (40,))
    found = Ticket("toy", shapes, dict.fromkeys("abc", torch.arange(20)))
    seen = {tuple(i.tolist()) for seed in range(4) for i in found.shuffled(seed).indices.values()}
    assert len(seen) == 12 and found.shuffled(2) == found.shuffled(2)
    assert found.shuffled(2).made == {"by": "chance in each tensor", "seed": 2}


def test_of_the_same_tensors_the_control_has_the_origin():
    mine = ticket(base_total=100, encoder_total=50)
    for control in (mine.shuffled(0), mine.random_like(0), mine.restrict(layers=1)):
        assert (control.base, control.base_total, control.encoder_total) == ("toy", 100, 50)
    assert sum(map(prod, mine.restrict(layers=1).shapes.values())) == 8
