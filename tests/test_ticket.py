"""The fast choice equals a plain sort, and a wrong ticket cannot exist, load or pass."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from ltp_core import mask_file, ticket, topk
from ltp_core.layers import eligible
from ltp_core.ticket import Ticket, find_ticket, origin, overlap
from ltp_core.toy import toy_backbone


@pytest.fixture
def model():
    return toy_backbone().model


def noise(seed=0, **shapes):
    generator = torch.Generator().manual_seed(seed)
    return {name: torch.randn(shape, generator=generator) for name, shape in shapes.items()}


def pairs(indices):
    return [(name, int(i)) for name, index in indices.items() for i in index]


def by_sorting(deltas, k):
    """The reference: sort all entries by falling |delta|, then name, then flat index; take k."""
    entries = [
        (-abs(value), name, i)
        for name in deltas
        for i, value in enumerate(deltas[name].flatten().tolist())
    ]
    return sorted((name, i) for _, name, i in sorted(entries)[:k])


# --- the choice ---

few = st.sampled_from([0.0, -0.0, 1e-42, -1.5, 1.5, 1.5000001, 3e38, 0.1])  # ties are likely
lists = st.lists(few | st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from("abcd"), lists, min_size=1), st.integers(1, 100))
def test_selection_is_a_sort(values, percent):
    deltas = {name: torch.tensor(row, dtype=torch.float32) for name, row in values.items()}
    total = sum(len(row) for row in values.values())
    k = round(percent / 100 * total)
    if k == 0:
        return
    chosen = Ticket.select(deltas, percent / 100, base="toy", allow_unmoved=True)
    assert len(chosen) == k
    assert pairs(chosen.indices) == by_sorting(deltas, k)
    turned = dict(reversed(deltas.items()))
    assert Ticket.select(turned, percent / 100, base="toy", allow_unmoved=True) == chosen


def test_selection_does_not_depend_on_chunks(monkeypatch):
    deltas = {"a": noise(a=(50, 41))["a"].bfloat16().float(), "b": noise(1, b=(777,))["b"]}
    whole = Ticket.select(deltas, 0.2, base="toy")
    monkeypatch.setattr(topk, "CHUNK", 100)
    assert Ticket.select(deltas, 0.2, base="toy") == whole
    assert pairs(whole.indices) == by_sorting(deltas, len(whole))


@pytest.mark.parametrize("density", [1e-3, 0.02, 0.2, 0.5, 1.0])
def test_k_is_exact_even_if_all_entries_tie(density):
    deltas = {"a": torch.ones(30, 40), "b": -torch.ones(800)}
    assert len(Ticket.select(deltas, density, base="toy")) == round(density * 2000)


@pytest.mark.parametrize("bad", [float("nan"), -float("nan"), float("inf"), -float("inf")])
def test_deltas_must_be_finite(bad):
    with pytest.raises(ValueError, match="delta of b holds NaN or infinity"):
        Ticket.select({"a": torch.ones(4), "b": torch.tensor([1.0, bad])}, 0.5, base="toy")


def test_deltas_must_be_fp32():
    with pytest.raises(ValueError, match="a is torch.bfloat16; take it in torch.float32"):
        Ticket.select({"a": torch.ones(4, dtype=torch.bfloat16)}, 0.5, base="toy")


def test_unmoved_entries_are_not_chosen_silently():
    deltas = {"a": torch.tensor([0.0, 1.0, -0.0, 2.0, 0.0])}
    assert pairs(Ticket.select(deltas, 0.4, base="toy").indices) == [("a", 1), ("a", 3)]
    with pytest.raises(ValueError, match="asks for 3 parameters, but only 2 moved"):
        Ticket.select(deltas, 0.6, base="toy")
    assert pairs(Ticket.select(deltas, 0.6, base="toy", allow_unmoved=True).indices)[0] == ("a", 0)


@pytest.mark.parametrize(
    "density, message",
    [
        (20, r"density must be in \(0, 1\], got 20; did you mean 0\.20\?"),
        (2.5, r"got 2\.5; did you mean 0\.025\?"),
        (0, r"got 0$"),
        (-0.2, r"got -0\.2$"),
        (float("nan"), r"got nan$"),
        (1e-9, "less than one"),
    ],
)
def test_density_out_of_bounds(density, message):
    with pytest.raises(ValueError, match=message):
        Ticket.select({"a": torch.ones(10)}, density, base="toy")


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


# --- overlap ---


def test_overlap_counts_and_chance_of_each_kind():
    deltas = noise(**{f"encoder.layer.{i}.output.dense.weight": (20, 10) for i in range(2)})
    first, second = deltas  # the second layer moves more, in both tickets
    a = Ticket.select({first: deltas[first], second: 3 * deltas[second]}, 0.2, base="toy")
    other = noise(1, **{name: (20, 10) for name in deltas})
    b = Ticket.select({first: other[first], second: 3 * other[second]}, 0.2, base="toy")
    shared = len(set(pairs(a.indices)) & set(pairs(b.indices)))
    assert overlap(a, b).jaccard == shared / (160 - shared)
    assert overlap(a, a).jaccard == 1
    assert overlap(a, b).expected == 16 / (160 - 16)  # E = 80 · 80 / 400
    assert overlap(a, b, given="layer").expected > overlap(a, b).expected
    with pytest.raises(ValueError, match="different tensors"):
        overlap(a, a.restrict(layers=0))
    with pytest.raises(ValueError, match="given must be one of total, layer, tensor, got 'x'"):
        overlap(a, b, given="x")


def test_expected_overlap_is_the_mean_of_a_simulation():
    like = noise(a=(40, 20), b=(1200,))
    draws = [Ticket.random(like, d, seed=s, base="toy") for s in range(40) for d in (0.1, 0.3)]
    seen = [overlap(a, b) for a, b in zip(draws[::2], draws[3::2], strict=False)]
    mean = np.mean([o.jaccard for o in seen])
    assert abs(mean - seen[0].expected) < 4 * np.std([o.jaccard for o in seen]) / len(seen) ** 0.5


# --- on disk ---


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 70), seed=st.integers(0, 99))
def test_packing_is_lossless(size, seed):
    index = torch.nonzero(torch.rand(size, generator=torch.Generator().manual_seed(seed)) < 0.4)
    index = index.flatten()
    assert torch.equal(mask_file.unpack(mask_file.pack(index, size), size), index)


def test_save_and_load_is_the_identity(model, tmp_path):
    path = tmp_path / "folder" / "en.ticket.safetensors"
    chosen = Ticket.random(eligible(model), 0.2, seed=0, **origin(model))
    chosen.save(path)
    back = Ticket.load(path, model)
    assert back == chosen and back.made == chosen.made == {"by": "chance", "seed": 0}
    assert (back.density_encoder, back.density_all) == (chosen.density_encoder, chosen.density_all)
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "en.ticket.md", "en.ticket.safetensors",
    ]  # fmt: skip
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


def test_missing_damaged_and_foreign_files(tmp_path):
    path = tmp_path / "en.safetensors"
    with pytest.raises(FileNotFoundError, match="there is no ticket at .*find one with"):
        Ticket.load(path)
    Ticket("toy", {"w": (2, 50)}, {"w": torch.tensor([0, 80])}).save(path)
    good = path.read_bytes()
    for spot in [3, good.index(b"toy"), good.index(b"encoder_total") + 18, len(good) - 1]:
        path.write_bytes(good[:spot] + bytes([good[spot] ^ 1]) + good[spot + 1 :])
        with pytest.raises(ValueError, match="is damaged"):
            Ticket.load(path)
    for length in (0, 5, 100, len(good) - 1):
        path.write_bytes(good[:length])
        with pytest.raises(ValueError, match="is damaged"):
            Ticket.load(path)
    save_file({"w": torch.ones(2)}, path)
    with pytest.raises(ValueError, match="is not a ticket"):
        Ticket.load(path)
    save_file({"w": torch.ones(2)}, path, metadata={"ltp": '{"format": 9}'})
    with pytest.raises(ValueError, match="has format 9, .* update ltp_core"):
        Ticket.load(path)
    with pytest.raises(ValueError, match="saved as .safetensors, got 'en.md'"):
        Ticket("toy", {"w": (1,)}, {"w": torch.tensor([0])}).save("en.md")


# --- stage 1 in one call ---


def test_find_ticket_is_adapt_then_select(monkeypatch):
    lm = toy_backbone()
    before = {name: p.detach().clone() for name, p in lm.model.base_model.named_parameters()}
    asked = {}

    def adapt(lm, dataset, **settings):
        asked.update(settings)
        return {name: p + 0.1 * (i + 1) for i, (name, p) in enumerate(before.items())}

    monkeypatch.setattr("ltp_core.mlm.adapt", adapt)
    found = find_ticket(lm, [], 0.2, steps=7, seed=5, layers=1, batch_size=4)
    assert set(found.shapes) == set(eligible(lm.model, layers=1))
    assert (asked["steps"], asked["seed"], asked["batch_size"]) == (7, 5, 4)
    assert asked["names"] == list(eligible(lm.model))  # the whole encoder moves
    assert found.made == {"by": "masked-LM movement", "steps": 7, "seed": 5, "batch_size": 4}
    found.check(lm.model)
    monkeypatch.setattr("ltp_core.mlm.adapt", lambda *_, **__: pytest.fail("too late"))
    with pytest.raises(ValueError, match="did you mean 0.20"):
        find_ticket(lm, [], 20, steps=7)


def test_a_tensor_that_stage_1_forgot():
    with pytest.raises(ValueError, match="stage 1 gave no weights for 'b'"):
        ticket.Deltas(noise(a=(2,), b=(2,)), noise(a=(2,)))
