"""The figures of agreement: the formula is that of the definition, titles say what is drawn."""

import numpy as np
import pytest
import torch

from ltp_book.figures import overlap as of
from ltp_core.measure.overlap import overlap
from ltp_core.model.parameters import eligible
from ltp_core.ticket.ticket import Ticket, origin
from tests.support.figures import draw_whole


def two_tickets(lm):
    tensors, about = eligible(lm.model), origin(lm.model)
    return [Ticket.random(tensors, 0.2, seed=seed, **about) for seed in (0, 1)]


def test_beyond_is_its_definition(lm):
    a, b = two_tickets(lm)
    shared = sum(int((a.mask(name) & b.mask(name)).sum()) for name in a.shapes)
    lucky = len(a) * len(b) / a.total
    found = overlap(a, b)
    by_definition = (shared - lucky) / (len(a) - lucky)
    assert of.beyond(found.jaccard, found.expected) == pytest.approx(by_definition)
    assert abs(by_definition) < 0.1  # these two were drawn by chance


def row(a, b, gain, density=0.2):
    chance = 0.2 / 1.8
    shared = 0.2 + gain * 0.8
    return {
        "a": a,
        "b": b,
        "density": density,
        "jaccard": shared / (2 - shared),
        "chance_total": chance,
        "chance_tensor": chance,
    }


def test_the_table_takes_pairs_of_two_seeds():
    rows = [
        row("en-0", "en-1", 0.4),
        row("en-0", "sw-0", 0.1),
        row("en-1", "sw-0", 0.2),
        row("en-0", "sw-0", 0.9, density=0.02),
    ]
    found = of.table(rows, 0.2)
    expected = {("en", "en"): 0.4, ("en", "sw"): 0.2, ("sw", "en"): 0.2}  # en-0, sw-0: one seed
    assert found == pytest.approx(expected)
    assert of.table(rows, 0.2, "tensor") == pytest.approx(expected)


def test_runs_of_one_seed_count_only_where_there_are_no_others():
    rows = [row("en-0", "en-100-0", 0.9), row("en-0", "en-100-1", 0.1), row("sw-0", "qu-0", 0.2)]
    found = of.table(rows, 0.2)
    assert found["en", "en-100"] == pytest.approx(0.1) and found["sw", "qu"] == pytest.approx(0.2)


def test_two_counts_what_it_draws(lm):
    a, b = two_tickets(lm)
    name = "encoder.layer.0.attention.self.query.weight"
    figure = of.two(a.mask(name), b.mask(name))
    drawn = np.asarray(figure.axes[0].images[0].get_array())
    assert (drawn == 3).sum() == (a.mask(name) & b.mask(name)).sum()
    both, first, second = (drawn == 3).sum(), (drawn % 2).sum(), (drawn >= 2).sum()
    told = f"they share {100 * both / first:.1f}; luck gives {100 * second / 256:.1f} here"
    assert figure.axes[0].get_title("left").endswith(told)


def test_lines_and_squares():
    lines = {"100 steps": {0.02: 0.1, 0.2: 0.2}, "400 steps": {0.02: 0.2, 0.2: 0.31}}
    axes = of.patience(lines).axes[0]
    assert axes.get_title("left") == "Two runs of 400 steps share 45 of 100 places; luck gives 20"
    assert [list(line.get_ydata()) for line in axes.lines[:2]] == [[10, 20], [20, 31]]
    square = of.matrix(of.table([row("en-0", "sw-0", 0.25)], 0.2), {"en": "E", "sw": "S"}, "T")
    assert [t.get_text() for t in square.axes[0].texts] == ["–", "25", "25", "–"]


def test_a_bar_is_a_hundred_places_in_three_parts():
    parts = {"again": 0.25, "less than luck": -0.05}
    figure = of.hundred(parts, 0.2, "T")
    (axes,) = figure.axes
    wide = [[bar.get_width() for bar in axes.patches if round(bar.get_y()) == y] for y in (0, 1)]
    assert wide[0] == pytest.approx([100, 40, 20]) and wide[1] == pytest.approx([100, 16, 16])
    assert [text.get_text() for text in axes.texts] == ["40, so 25 %", "16, so −5 %"]
    assert [of.of_hundred(part, 0.2) for part in parts.values()] == pytest.approx([40, 16])
    draw_whole(figure)


def test_chance_is_chance():
    """Of 100 places of a ticket luck gives as many as the density says."""
    shapes = {"w": (10, 100)}
    like = {name: torch.empty(shape) for name, shape in shapes.items()}
    a, b = (Ticket.random(like, 0.2, seed=s, base="x") for s in (0, 1))
    luck = of.shared(overlap(a, b).expected)
    assert luck == pytest.approx(0.2) == pytest.approx(of.of_hundred(0.0, 0.2) / 100)
