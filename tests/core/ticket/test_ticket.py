"""The controls are drawn fairly, and a wrong ticket cannot exist, load or pass."""

import copy
from dataclasses import FrozenInstanceError

import pytest
import torch

from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.ticket.ticket import Ticket, origin
from tests.support.movements import by_sorting, noise, pairs


@pytest.fixture
def model():
    return toy_backbone().model


# --- controls ---


def test_random_is_exact_repeatable_and_nested():
    like = noise(a=(70, 30), b=(500,))
    half, fifth = (Ticket.random(like, d, seed=3, base="toy") for d in (0.5, 0.2))
    assert len(half) == 1300 and len(fifth) == 520
    assert fifth == Ticket.random(dict(reversed(like.items())), 0.2, seed=3, base="toy")
    assert set(pairs(fifth.indices)) < set(pairs(half.indices))
    assert fifth != Ticket.random(like, 0.2, seed=4, base="toy")


def test_random_is_uniform_over_entries():
    counts = torch.zeros(60)
    like = {"a": torch.zeros(4, 5), "b": torch.zeros(40)}
    for seed in range(200):
        drawn = Ticket.random(like, 0.25, seed=seed, base="toy")
        counts += torch.cat([drawn.mask("a").flatten(), drawn.mask("b")])
    spread = (200 * 0.25 * 0.75) ** 0.5
    assert ((counts - 50).abs() < 4.5 * spread).all()  # each entry is in one ticket of four


def test_random_like_keeps_all_but_the_entries(model):
    found = Ticket.by_magnitude(model, 0.1, layers=1)
    control = found.random_like(seed=0)
    assert control.shapes == found.shapes and len(control) == len(found)
    assert (control.base, control.density_all) == (found.base, found.density_all)
    assert control != found


def test_shuffled_keeps_the_number_in_each_tensor_and_draws_the_places_evenly():
    shapes = {"a": (4, 5), "b": (20,), "c": (7,)}
    found = Ticket("toy", shapes, {"a": torch.arange(5), "b": torch.arange(15)})
    drawn = [found.shuffled(seed) for seed in range(200)]
    assert {tuple(len(t.indices[n]) for n in "abc") for t in drawn} == {(5, 15, 0)}
    spread = (200 * 0.25 * 0.75) ** 0.5
    for name, share in (("a", 0.25), ("b", 0.75)):
        counts = sum(t.mask(name).flatten().float() for t in drawn)
        assert ((counts - 200 * share).abs() < 4.5 * spread).all()
    alike = sum((t.mask("a").flatten() == t.mask("b")).float().mean() for t in drawn) / 200
    assert abs(alike - 0.375) < 0.05  # .25 x .75 + .75 x .25: no tensor repeats another's draw
    assert drawn[3] == found.shuffled(3) and len(set(map(str, (t.indices for t in drawn)))) > 190


def test_by_magnitude_takes_the_largest_weights(model):
    weights = {name: p.detach() for name, p in eligible(model).items()}
    chosen = Ticket.by_magnitude(model, 0.1)
    assert pairs(chosen.indices) == by_sorting(weights, len(chosen))


# --- the value ---


@pytest.mark.parametrize(
    "index, message",
    [
        (torch.tensor([3, 1]), "sorted and unique"),
        (torch.tensor([1, 1]), "sorted and unique"),
        (torch.tensor([1, 10]), r"in \[0, 10\), got 1 to 10"),
        (torch.tensor([-1, 2]), "got -1 to 2"),
        (torch.tensor([1], dtype=torch.int32), "flat int64"),
        (torch.tensor([[1]]), "flat int64"),
        (torch.tensor([], dtype=torch.int64), "at least one parameter"),
    ],
)
def test_a_wrong_ticket_cannot_exist(index, message):
    with pytest.raises(ValueError, match=message):
        Ticket("toy", {"w": (2, 5)}, {"w": index})


def test_strange_names_and_totals_are_refused():
    one = torch.tensor([1])
    with pytest.raises(ValueError, match="indices for 'v', which is not eligible"):
        Ticket("toy", {"w": (2, 5)}, {"w": one, "v": one})
    with pytest.raises(ValueError, match="10 eligible parameters .* do not fit"):
        Ticket("toy", {"w": (2, 5)}, {"w": one}, base_total=9)


def test_a_ticket_cannot_be_changed_after_it_was_checked():
    given = {"w": torch.tensor([1, 7])}
    ticket = Ticket("toy", {"w": (2, 5)}, given, made={"by": "hand"})
    for name in ("base", "shapes", "indices", "base_total", "encoder_total", "made"):
        with pytest.raises(FrozenInstanceError):
            setattr(ticket, name, getattr(ticket, name))
    for mapping in (ticket.shapes, ticket.indices, ticket.made):
        with pytest.raises(TypeError, match="does not support item assignment"):
            mapping["w"] = torch.tensor([99])
    given["w"] = torch.tensor([99])  # the caller's own dictionary is no part of it
    assert pairs(ticket.indices) == [("w", 1), ("w", 7)]


def test_a_copy_of_a_ticket_is_the_ticket():
    ticket = Ticket("toy", {"w": (2, 5)}, {"w": torch.tensor([1, 7])})
    assert copy.deepcopy({"mine": ticket})["mine"] == ticket


def test_three_densities_and_counts(model):
    every = eligible(model, layers=["embeddings", 0, 1])
    chosen = Ticket.random(every, 0.2, seed=0, **origin(model))
    encoder = sum(len(i) for n, i in chosen.indices.items() if n.startswith("encoder."))
    assert chosen.density == len(chosen) / sum(p.numel() for p in every.values())
    assert chosen.density_encoder == encoder / 4448
    assert chosen.density_all == len(chosen) / sum(p.numel() for p in model.base_model.parameters())
    counts = chosen.counts()
    assert list(counts) == [0, 1, "embeddings"]
    assert sum(k for row in counts.values() for k, _ in row.values()) == len(chosen)
    assert sum(n for row in counts.values() for _, n in row.values()) == chosen.total
    inner = chosen.restrict(layers=[0, 1])
    assert len(inner) == encoder and inner.density_all == encoder / chosen.base_total
    assert inner.layer_shares() == {n: chosen.layer_shares()[n] for n in (0, 1)}


def test_eligible_names_the_choice_it_has(model):
    assert all(name.startswith("encoder.layer.") for name in eligible(model))
    assert len(eligible(model, layers=0, modules="output.dense")) == 2
    assert len(eligible(model, layers=0, modules=["attention"])) == 10
    with pytest.raises(ValueError, match="no layer 2 here, only embeddings, 0, 1"):
        eligible(model, layers=2)
    with pytest.raises(ValueError, match="no layer 'embeddings' here, only 0, 1"):
        Ticket.by_magnitude(model, 0.1).restrict(layers="embeddings")
    with pytest.raises(ValueError, match="no module 'querry' here, only attention.self.query"):
        eligible(model, modules="querry")


# --- on disk ---


def test_save_and_load_is_the_identity(model, tmp_path):
    path = tmp_path / "folder" / "en.ticket.safetensors"
    chosen = Ticket.random(eligible(model), 0.2, seed=0, **origin(model))
    chosen.save(path)
    back = Ticket.load(path, model)
    assert back == chosen and back.made == chosen.made == {"by": "chance", "seed": 0}
    assert (back.density_encoder, back.density_all) == (chosen.density_encoder, chosen.density_all)
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "en.ticket.md",
        "en.ticket.safetensors",
    ]
    report = path.with_suffix(".md").read_text(encoding="utf-8")
    assert chosen.base in report and "| encoder | 20.01% | 4,448 |" in report
    first = path.read_bytes()
    chosen.save(path)
    assert path.read_bytes() == first


def test_another_base_is_refused_in_one_sentence(model, tmp_path):
    path = tmp_path / "en.safetensors"
    Ticket.random(eligible(model), 0.2, seed=0, **origin(model)).save(path)
    with torch.no_grad():
        model.base_model.embeddings.LayerNorm.bias[0] += 1
    message = r"found on base \w{16}, but the model is \w{16}; find a ticket on this model with"
    with pytest.raises(ValueError, match=message):
        Ticket.load(path, model)


@pytest.mark.parametrize(
    "shape, index, totals, said",
    [
        ((2, -5), torch.tensor([0]), {}, "the shape of w must be whole numbers from 0 up"),
        ("25", torch.tensor([0]), {}, "the shape of w must be whole numbers"),
        ((2, 5), [0], {}, "the indices of w must be a flat int64 tensor"),
        ((2, 5), torch.tensor([0]), {"base_total": None}, "a total must be a whole number"),
        ((2, 5), torch.tensor([0]), {"base_total": -1}, "a total must be a whole number"),
    ],
)
def test_a_ticket_of_other_things_is_refused(shape, index, totals, said):
    with pytest.raises(ValueError, match=said):
        Ticket("toy", {"w": shape}, {"w": index}, **totals)


@pytest.mark.parametrize("density", [None, "0.2", [], 1j])
def test_a_density_is_a_number(density):
    with pytest.raises(ValueError, match="density must be a number in"):
        Ticket.select({"w": torch.ones(9)}, density, base="toy")


@pytest.mark.parametrize(
    "values, found",
    [
        (torch.ones(3), r"float32 \(3,\)"),
        (torch.ones(2, dtype=torch.int64), r"int64 \(2,\)"),
        (torch.tensor([1.0, float("nan")]), "NaN or infinity"),
        ([1.0, 2.0], "a list"),
    ],
)
def test_values_must_fit_before_a_file_is_written(values, found, tmp_path):
    ticket = Ticket("toy", {"w": (2, 5)}, {"w": torch.tensor([0, 8])})
    with pytest.raises(ValueError, match=rf"needs values \(2,\) in .* got {found}"):
        ticket.save(tmp_path / "t.safetensors", values)
    assert not list(tmp_path.iterdir())
