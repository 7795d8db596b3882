"""The figures of the chapter on Δ: titles say what a few slow lines find in the same numbers."""

import matplotlib
import pytest
import torch

from ltp_book.figures import deltas as draw
from ltp_book.figures.written import power
from tests.support.figures import CARD, draw_whole

NAMES = [
    f"encoder.layer.{n}.{m}"
    for n in range(3)
    for m in (
        "attention.self.key.weight",
        "attention.self.key.bias",
        "output.dense.bias",
        "output.LayerNorm.weight",
    )
]


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def some(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def title(figure) -> str:
    return figure.get_suptitle() or figure.axes[0].get_title("left")


def all_figures() -> dict:
    sizes = {name: 10.0**-n for n, name in enumerate(NAMES)}
    there = torch.arange(9) < torch.tensor([[5], [9]])
    return {
        "holes": draw.holes(there, some(2, 9) > 1, ["en", "qu"]),
        "patch": draw.patch(some(30, 30), some(30, 30) + 0.1),
        "tensors": draw.tensors(sizes, dict.fromkeys(NAMES, 1e-4), what="gradients"),
        "growth": draw.growth({n: [1e-5, 4e-5] for n in ("run", "control", "walked", "ruler")}),
        "spread": draw.spread({"w": 1e-4 * some(50, 50)}, 1.3e-4, 1e-4 * some(500)),
        "rows": draw.embedding_rows(some(40).abs(), some(40, seed=1).abs(), some(40, seed=2) > 0),
    }


def test_every_figure_fits_a_telephone_and_has_a_title_and_no_legend():
    for name, figure in all_figures().items():
        assert figure.get_figwidth() == 4.8, name
        assert not matplotlib.pyplot.get_fignums(), f"{name} is left open and would appear twice"
        draw_whole(figure)
        assert title(figure), name
        assert not any(axes.get_legend() for axes in figure.axes), name
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == CARD


def test_nothing_is_hidden_in_the_padding():
    there = torch.tensor([[True, True, False]])
    everywhere = torch.ones(1, 3, dtype=torch.bool)
    assert title(draw.holes(there, everywhere, ["en"])) == "2 of 2 pieces are hidden"


def test_before_and_after_share_their_colours_and_the_difference_has_its_own():
    before = some(8, 8)
    images = [a.images[0] for a in draw.patch(before, before + 0.01 * some(8, 8, seed=1)).axes]
    reach = [image.get_clim()[1] for image in images]
    assert reach[0] == reach[1] == before.abs().max().item()
    assert reach[2] == pytest.approx(0.01 * some(8, 8, seed=1).abs().max().item(), rel=1e-4)


def test_a_kind_set_aside_is_named_but_neither_drawn_nor_counted():
    movement = {name: 1e-9 if "key.bias" in name else 1e-4 for name in NAMES}
    sizes = dict.fromkeys(NAMES, 1.0)
    counted = draw.tensors(sizes, movement, what="sizes")
    left_out = draw.tensors(sizes, movement, what="sizes", aside="key biases")
    assert title(counted).endswith("mean movements 100,000-fold")
    assert title(left_out).endswith("mean movements 1.0-fold")
    marks = [sum(len(line.get_xdata()) for line in f.axes[0].lines) for f in (counted, left_out)]
    aside = sum("key.bias" in name for name in NAMES)
    whole = len(NAMES) + len(draw.KINDS)  # each tensor once, and one mark a name
    assert marks == [whole, whole - aside - 1]
    assert "key biases, at 1e0 across, 1e-9 up" in left_out.axes[0].texts[-1].get_text()


def test_both_axes_of_the_tensors_span_as_many_decades_and_hold_every_mark():
    across = {name: 10.0**-n for n, name in enumerate(NAMES)}
    axes = draw.tensors(across, dict.fromkeys(NAMES, 1e-4), what="sizes").axes[0]
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    assert right / left == pytest.approx(high / low)
    assert left < min(across.values()) and max(across.values()) < right and low < 1e-4 < high


def test_every_tensor_of_an_encoder_has_a_kind_with_a_look_of_its_own():
    from ltp_core.model.parameters import eligible
    from ltp_core.model.toy import toy_backbone

    kinds = {draw.kind(name) for name in eligible(toy_backbone().model)}
    assert kinds == set(draw.KINDS)
    assert len(set(draw.KINDS.values())) == len(draw.KINDS)


def test_every_mark_of_a_tensor_can_be_seen():
    """A cross is edge and nothing else: without an edge it is not there."""
    sizes = {name: 10.0**-n for n, name in enumerate(NAMES)}
    lines = draw.tensors(sizes, sizes, what="sizes").axes[0].lines
    crosses = [line for line in lines if line.get_marker() in "x+"]
    assert crosses and all(line.get_markeredgewidth() > 0 for line in crosses)


def test_growth_compares_the_ends_of_its_first_two_lines():
    lines = {"ours": [9.0, 6e-4], "signs": [1.0, 4e-4], "walked": [1e-4, 2e-3]}
    figure = draw.growth(lines)
    assert title(figure) == "After 2 steps ours is 1.50 times\nas far as signs"
    assert figure.axes[1].lines[0].get_ydata() == pytest.approx([9.0, 1.5])


def test_the_dark_bars_are_the_share_above_the_threshold():
    deltas = {"a": 1e-4 * some(40, 50), "b": 1e-3 * some(300, seed=1)}
    values = torch.cat([delta.abs().flatten() for delta in deltas.values()])
    threshold = values.quantile(0.8).item()
    figure = draw.spread(deltas, threshold, 1e-4 * some(1000, seed=2))
    assert title(figure) == f"20 % of the weights moved {power(threshold, 2)} or more"
    light, dark = figure.axes[0].containers
    heights = [sum(bar.get_height() for bar in bars) for bars in (light, dark)]
    assert sum(heights) == pytest.approx(100, abs=1e-3)
    assert heights[1] == pytest.approx(20, abs=0.1)  # the threshold is an edge
    assert dark[0].get_x() == pytest.approx(threshold, rel=1e-4)


def test_a_weight_that_did_not_move_is_counted_too():
    figure = draw.spread({"w": torch.tensor([0.0, 0.0, 1e-4, 1e-4])}, 1e-4, torch.tensor([1e-4]))
    assert title(figure) == "50 % of the weights moved 1.00e-4 or more"
    assert sum(bar.get_height() for bars in figure.axes[0].containers for bar in bars) == 100


def test_the_rows_in_the_title_are_all_rows_not_the_drawn_ones():
    movement = torch.cat([torch.full((4000,), 2.0), torch.full((4000,), 0.5)])
    read = torch.arange(8000) < 4000
    figure = draw.embedding_rows(torch.ones(8000), movement, read)
    assert title(figure) == "A row that was not read moved\n25 % as far as one that was"
    assert max(len(line.get_xdata()) for line in figure.axes[0].lines) == 1500
