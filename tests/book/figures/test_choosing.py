"""The figures of a choice show the choice that the library makes."""

import matplotlib
import pytest
import torch

from ltp_book.figures import choosing as cf
from ltp_book.figures.written import power
from ltp_core.arrays.topk import top_k
from ltp_core.ticket.chunks import delta_bits
from ltp_core.ticket.ticket import Ticket
from tests.support.figures import CARD, draw_whole
from tests.support.movements import noise

NAMES = [
    f"encoder.layer.{n}.{m}.weight" for n in range(12) for m in ("output.dense", "output.LayerNorm")
]


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def some():
    return noise(**dict.fromkeys(NAMES, (30, 40)))


def test_the_threshold_in_the_figure_is_the_threshold():
    deltas = some()
    total = sum(d.numel() for d in deltas.values())
    for k in (1, 7, total // 5, total // 2, total):
        bits = top_k(delta_bits(deltas), k, total).least
        threshold = torch.tensor(bits, dtype=torch.int32).view(torch.float32).item()
        first, second = (a.get_title("left") for a in cf.passes(deltas, k).axes)
        assert second.endswith(f" {power(threshold, 4)}"), k
        start = float(first.split()[5])
        assert start <= threshold * 1.001 and first.endswith(f" of {total:,}")


def test_ties_are_counted_at_the_threshold():
    deltas = {"w": torch.tensor([0.5, -2.0, 0.5, 1.0, -0.5, 0.25])}
    (axes,) = cf.ties({"a": deltas}, {"a": 0.5}).axes
    assert axes.get_title("left") == "a: 3 weights equal the threshold"
    rough = {name: d.bfloat16().float() for name, d in some().items()}
    cuts = {}
    for name, moved in (("fp32", some()), ("bf16", rough)):
        ticket = Ticket.select(moved, 0.2, base="toy")
        cuts[name] = min(d.abs()[ticket.mask(n)].min().item() for n, d in moved.items())
    figure = cf.ties({"fp32": some(), "bf16": rough}, cuts)
    tied = [int(a.get_title("left").split()[1].replace(",", "")) for a in figure.axes]
    assert tied[0] == 1 and tied[1] > 50


def test_shares_are_those_of_the_ticket():
    ticket = Ticket.select(some(), 0.2, base="toy")
    figure = cf.places(ticket.counts())
    shown = [text.get_text() for text in figure.axes[0].texts]
    order = ("output.dense", "output.LayerNorm")  # as a layer uses them, and as in every map
    cells = [row[module] for row in ticket.counts().values() for module in order]
    told = [f"{100 * k / n:.1f}" for k, n in cells]
    assert shown == told
    assert [tick.get_text() for tick in figure.axes[0].get_xticklabels()] == ["down", "norm 2"]
    least, most = sorted(
        (sum(row[module][0] for row in ticket.counts().values()) / (12 * 1200), name)
        for name, module in zip(("down", "norm 2"), order, strict=True)
    )
    said = f"{least[1]} has the smallest share, {100 * least[0]:.1f} %"
    assert figure.axes[0].get_title("left").startswith(said)
    assert (
        figure.axes[0].get_title("left").endswith(f"{most[1]} the largest, {100 * most[0]:.1f} %")
    )
    shares = {"LTP": ticket.layer_shares(), "random ticket": ticket.random_like(0).layer_shares()}
    figure = cf.rivals(shares | {"another": ticket.layer_shares()})
    least = 100 * min(shares["LTP"].values())
    assert figure.axes[0].get_title("left").startswith(f"“LTP” has only {least:.1f} % of layer ")
    heights = [line.get_ydata().tolist() for line in figure.axes[0].lines[:2]]
    assert heights == [[100 * share for share in one.values()] for one in shares.values()]


def test_every_figure_fits_a_telephone_and_can_be_read():
    shares = {name: {n: 0.1 + n / 50 for n in range(12)} for name in "abc"}
    ticket = Ticket.select(some(), 0.2, base="toy")
    figures = [
        cf.passes(some(), 5),
        cf.ties({"a": some()}, {"a": 1.0}),
        cf.places(ticket.counts()),
        cf.rivals(shares),
    ]
    for figure in figures:
        assert figure.get_figwidth() == 4.8 and not matplotlib.pyplot.get_fignums()
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == CARD
        draw_whole(figure)
        assert all(axes.get_title("left") and not axes.get_legend() for axes in figure.axes)
