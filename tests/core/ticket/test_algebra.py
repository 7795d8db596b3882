"""What holds for every ticket: its parts, its controls, and what two of them share."""

from math import prod

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ltp_core.measure.overlap import overlap
from ltp_core.model.parameters import place
from ltp_core.ticket.ticket import Ticket
from tests.support.movements import by_sorting, pairs

NAMES = [
    *(f"encoder.layer.{i}.{part}" for i in range(3) for part in ("output.dense.bias", "a.weight")),
    "embeddings.word_embeddings.weight",
]
shapes = st.dictionaries(
    st.sampled_from(NAMES), st.tuples(st.integers(1, 3), st.integers(1, 6)), min_size=1
)
seeds = st.integers(0, 2**31)


@st.composite
def tickets(draw, among=shapes, count=1):
    """Some tickets on the same tensors, each of at least one entry."""
    sizes = draw(among)
    places = [(name, i) for name, shape in sizes.items() for i in range(prod(shape))]
    found = []
    for _ in range(count):
        chosen = draw(st.sets(st.sampled_from(places), min_size=1))
        indices = {
            name: torch.tensor(sorted(i for n, i in chosen if n == name), dtype=torch.int64)
            for name in sizes
        }
        found.append(Ticket("toy", sizes, indices, base_total=1000, encoder_total=500))
    return found


@pytest.mark.second
@given(tickets())
def test_mask_counts_and_shares_say_the_same(found):
    [ticket] = found
    masks = {name: ticket.mask(name) for name in ticket.shapes}
    assert {name: tuple(mask.shape) for name, mask in masks.items()} == dict(ticket.shapes)
    assert pairs(ticket.indices) == [
        (name, i) for name, mask in masks.items() for i in mask.flatten().nonzero().flatten()
    ]
    counts = ticket.counts()
    both = [pair for row in counts.values() for pair in row.values()]
    assert [sum(column) for column in zip(*both, strict=True)] == [len(ticket), ticket.total]
    for layer, share in ticket.layer_shares().items():
        of = [masks[name].float().flatten() for name in masks if place(name)[0] == layer]
        assert share == pytest.approx(float(torch.cat(of).mean()))
    assert ticket.density == len(ticket) / ticket.total
    assert ticket.density_all == len(ticket) / 1000
    assert ticket.density_encoder * 500 == sum(
        len(index) for name, index in ticket.indices.items() if name.startswith("encoder.")
    )


@pytest.mark.second
@given(tickets(), st.data())
def test_a_part_of_a_ticket_is_what_a_filter_leaves(found, data):
    [ticket] = found
    assert ticket.restrict() == ticket and ticket.restrict().made == ticket.made
    layers = {place(name)[0] for name in ticket.shapes}
    wanted = data.draw(st.sets(st.sampled_from(sorted(layers, key=str)), min_size=1))
    left = [(name, i) for name, i in pairs(ticket.indices) if place(name)[0] in wanted]
    if not left:
        with pytest.raises(ValueError, match="at least one parameter"):
            ticket.restrict(layers=list(wanted))
        return
    part = ticket.restrict(layers=list(wanted))
    assert pairs(part.indices) == left and len(part) <= len(ticket)
    assert part.restrict(layers=list(wanted)) == part
    assert set(part.shapes) == {name for name in ticket.shapes if place(name)[0] in wanted}
    assert (part.base, part.base_total, part.encoder_total) == ("toy", 1000, 500)


@pytest.mark.second
@given(tickets(), seeds)
def test_the_controls_keep_what_they_promise(found, seed):
    [ticket] = found
    alike, shuffled = ticket.random_like(seed), ticket.shuffled(seed)
    for control in (alike, shuffled):
        assert control.shapes == ticket.shapes and len(control) == len(ticket)
        assert (control.base, control.density_all) == (ticket.base, ticket.density_all)
    assert alike == ticket.random_like(seed) and shuffled == ticket.shuffled(seed)
    assert {n: len(i) for n, i in shuffled.indices.items()} == {
        n: len(i) for n, i in ticket.indices.items()
    }


@pytest.mark.second
@given(tickets(count=2))
def test_overlap_is_that_of_two_sets_and_minds_no_order(found):
    a, b = found
    one, other = set(pairs(a.indices)), set(pairs(b.indices))
    for given_ in ("total", "layer", "tensor"):
        there, back = overlap(a, b, given_), overlap(b, a, given_)
        assert there.jaccard == back.jaccard == len(one & other) / len(one | other)
        assert there.expected == pytest.approx(back.expected)
        assert 0 < overlap(a, a, given_).expected <= 1 == overlap(a, a, given_).jaccard
    assert (a == b) == (one == other) == (a.id == b.id)


numbers = st.integers(-6, 6).map(lambda n: n / 4)  # exact in fp32, and many of them tie


@pytest.mark.second
@settings(max_examples=60)
@given(shapes, st.data(), st.floats(0.05, 1), st.floats(0.05, 1))
def test_a_choice_is_a_sort_and_of_two_densities_one_holds_the_other(sizes, data, first, second):
    deltas = {
        name: torch.tensor(
            data.draw(st.lists(numbers, min_size=prod(shape), max_size=prod(shape)))
        ).view(shape)
        for name, shape in sizes.items()
    }
    total = sum(map(prod, sizes.values()))
    low, high = sorted((first, second))
    if round(low * total) == 0:
        with pytest.raises(ValueError, match="is less than one; raise it"):
            Ticket.select(deltas, low, base="toy", allow_unmoved=True)
        return
    few, many = (Ticket.select(deltas, d, base="toy", allow_unmoved=True) for d in (low, high))
    assert pairs(few.indices) == by_sorting(deltas, round(low * total))
    assert set(pairs(few.indices)) <= set(pairs(many.indices))
    turned = {name: -2 * delta for name, delta in deltas.items()}  # neither sign nor scale decides
    assert Ticket.select(turned, low, base="toy", allow_unmoved=True) == few
    moved = sum(int(delta.count_nonzero()) for delta in deltas.values())
    if round(low * total) > moved:
        with pytest.raises(ValueError, match=f"but {moved} moved"):
            Ticket.select(deltas, low, base="toy")
