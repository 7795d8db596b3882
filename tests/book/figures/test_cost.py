"""What the chapter on cost says is what was measured, and its floors are the benchmark's own."""

import json
from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch

from ltp_book.figures import cost_counted as counted
from ltp_book.figures import cost_measured as cf
from ltp_book.verdicts import costs
from ltp_core.measure import floors
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.body import Body
from ltp_core.ticket.sparse import SparseModel
from ltp_core.ticket.ticket import Ticket, origin
from tests.support.figures import CARD, contrast, draw_whole

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def train(step, state, entries, flops=3.0, peak=100.0):
    return {
        "step": step,
        "forward": step / 3,
        "backward": step / 3,
        "rest": step / 3,
        "state_bytes": state,
        "entries": entries,
        "eligible": 1000,
        "flops": flops,
        "peak_mb": peak,
        "file_bytes": 8 * entries,
    }


def an_engine(ticket_step=0.6):
    """Three repeats of which the later ones are slower for all, as on a machine that gets warm."""
    methods = {
        "full": (1.0, 16e6, 2000),
        "prompt": (0.4, 1e3, 0),
        "lora": (0.5, 1e6, 30),
        "mask@0.2": (0.7, 13e6, 200),
        "mask-fused@0.2": (0.6, 13e6, 200),
        "shira@0.2": (0.8, 5e6, 190),
        "ticket@0.2": (ticket_step, 4e6, 200),
        "ticket@0.01": (0.5, 1e6, 10),
    }
    rows = {}
    for r, heat in enumerate((1.0, 1.2, 1.5)):
        rows[f"machine/{r}"] = {"memory_gbs": 40.0}
        for name, (step, state, entries) in methods.items():
            flops = 2.0 if name == "prompt" else 3.0
            rows[f"train/{name}/{r}"] = train(heat * step, state, entries, flops)
            if r:
                del rows[f"train/{name}/{r}"]["state_bytes"]
        for size in cf.SIZES:
            rows[f"optimizer/{size}/{r}"] = {
                "eligible": 1000,
                "mask@0.2": 3e-6,
                "mask-fused@0.2": heat * 2e-6,
                "ticket@0.2": heat * 1e-6,
                "mask@0.01": 3e-6,
                "mask-fused@0.01": heat * 2e-6,
                "ticket@0.01": heat * 5e-7,
            }
    rows["train/super@0.2/0"] = {"failed": "no PEFT"}
    way = {"total": 10**6, "seconds": [0.2, 0.4], "reading": [0.1, 0.2]}
    for size in cf.SIZES:
        rows[f"selection/{size}/ours"] = way
        rows[f"selection/{size}/list"] = {"total": 10**6, "skipped": "would take 70 GB"}
    settings = {
        "densities": [0.2, 0.01],
        "repeats": 3,
        "steps": 2,
        "batch_size": 4,
        "precision": "fp32",
    }
    return {"rows": rows, "settings": settings, "about": {"machine": "m", "versions": "v"}}


def test_the_stored_measurements_are_whole_and_travel_with_the_package():
    engine = costs.stored()
    assert not engine["settings"]["smoke"] and engine["settings"]["model"] == "embedded"
    repeats = engine["settings"]["repeats"]
    for name in ("full", "prompt", "mask@0.2", "mask-fused@0.2", "ticket@0.2", "ticket@0.01"):
        assert len(costs.rows(engine, "train", name)) == repeats, name
    for size in cf.SIZES:
        assert len(costs.rows(engine, "optimizer", size)) == repeats, size
        assert "ours" in costs.rows(engine, "selection", size)
    assert '"data/results"' in (ROOT / "pyproject.toml").read_text(), "a chapter reads it in Colab"
    other = ROOT / "benchmarks" / "results" / "engine-cpu.json"
    if other.exists():
        assert json.loads(other.read_text()) == engine, "two copies; let the benchmark write one"


def test_floors_by_hand():
    assert floors.mask_floor(250, 1000) == pytest.approx(1000 * (0.5 + 0.75 * np.log2(4 / 3)) / 8)
    assert floors.mask_floor(1000, 1000) == 0
    assert floors.state_floor(500, 1000) == pytest.approx(12 * 500 + 1000 / 8)
    assert floors.spread([3.0, 1.0, 4.0, 1.5]) == pytest.approx((2.25, 1.375, 3.25))


def test_lines_touched_are_those_of_a_drawn_mask():
    chance = np.random.default_rng(0)
    for d in (0.01, 0.05, 0.20, 0.50):
        mask = chance.random((50_000, 16)) < d
        assert mask.any(axis=1).mean() == pytest.approx(floors.touched(d), abs=0.01)
    assert floors.traffic(1.0) > floors.traffic() > floors.traffic(0.20) > 28 * 0.20


def test_ratios_are_made_within_a_repeat_and_failures_left_out():
    engine = an_engine()
    assert costs.ratios(engine, "ticket@0.2", "full", "step") == pytest.approx([0.6] * 3)
    assert costs.step_floor(engine) == pytest.approx(2 / 3)
    assert "super@0.2" not in costs.methods(engine)
    assert costs.methods(engine)[:2] == ["full", "mask@0.2"]
    assert costs.values(engine, "ticket@0.2", "state_bytes") == [4e6]
    cells = costs.cells(engine)
    assert len(cells) == len(costs.methods(engine))
    assert {len(row) for row in cells} == {len(costs.COLUMNS)}
    assert ("packed 20 %", "1.00 [1.00, 1.00]", "720", "200", "0.00") in cells
    assert costs.held_by_mask(engine) == pytest.approx(0.005)


@pytest.mark.parametrize("step, says", [(0.3, "less"), (0.6, "within the noise"), (0.9, "more")])
def test_a_verdict_follows_the_quartiles(step, says):
    engine = an_engine(step)
    ratios = costs.ratios(engine, "ticket@0.2", "mask-fused@0.2", "step")
    assert costs.verdict(ratios) == says
    assert costs.told(ratios) == f"{step / 0.6:.2f} [{step / 0.6:.2f}, {step / 0.6:.2f}]"


def test_what_rows_of_equal_work_differ_by_is_not_told_apart():
    engine = an_engine()
    assert costs.noise(engine) == 0, "one density only"
    for r in range(3):
        engine["rows"][f"train/mask@0.01/{r}"] = engine["rows"][f"train/mask@0.2/{r}"] | {
            "step": 1.1 * engine["rows"][f"train/mask@0.2/{r}"]["step"]
        }
    assert costs.noise(engine) == pytest.approx(0.1)
    ratio = [0.92, 0.92]
    assert costs.verdict(ratio) == "less"
    assert costs.verdict(ratio, costs.noise(engine)) == "within the noise"


def test_every_bar_is_as_long_as_its_bytes():
    bills = {
        "dense": {"weights": 80, "gradients": 80, "moments": 160},
        "packed": {"weights": 80, "values": 16, "gradients": 16, "moments": 32, "places": 32},
    }
    (axes,) = counted.held(bills).axes
    sizes = [size for bill in bills.values() for size in bill.values()]
    assert [bar.get_width() for bar in axes.patches] == sizes
    assert (
        axes.get_title("left")
        == "Packed needs 96 MB beside the weights,\n0.40 times as much as “dense”"
    )
    words = " ".join(text.get_text() for text in axes.texts)
    assert "places 32.0" in words and "moments\n160" in words


def test_the_panels_show_medians_quartiles_and_floors():
    engine = an_engine()
    step, state, peak = cf.measured(engine, 0.2).axes
    assert step.get_title("left").endswith("1.00 times\nas long as masked: within the noise")
    names = [tick.get_text() for tick in step.get_yticklabels()]
    assert names == [costs.label(n) for n in costs.methods(engine) if not n.endswith("0.01")]
    middles = [line.get_xdata()[0] for line in step.lines if len(line.get_xdata()) == 1]
    assert middles == pytest.approx([1 / 0.6, 0.7 / 0.6, 1, 0.8 / 0.6, 1, 0.5 / 0.6, 0.4 / 0.6])
    assert state.get_title("left").endswith("packed keeps 4 MB,\nmasked 13 MB")
    bars = [line.get_xdata()[0] for line in state.lines if line.get_linewidth() == 4]
    assert bars == pytest.approx([floors.state_floor(k, 1000) / 1e6 for k in (200, 200, 190, 200)])
    assert "100 %" in peak.get_title("left")
    first, _ = cf.after_backward(engine).axes
    assert "2.0 times at 20 %, 4.0 times at 1 %" in first.get_title("left")
    bars = [line.get_xdata()[0] for line in first.lines if line.get_linewidth() == 4]
    passing = (49, floors.traffic(0.2), 49, floors.traffic(0.01))
    assert bars == pytest.approx([b / 40 for b in passing])


def test_the_curve_is_the_entropy_and_the_title_the_worst_point():
    figure = counted.bits({0.1: 0.5, 0.5: 1.0})
    grid, floor = figure.axes[0].lines[0].get_data()
    assert floor[-1] == 1.0 and floor[np.argmin(abs(grid - 20))] == pytest.approx(0.722, abs=0.005)
    assert f"up to {0.5 / floors.entropy(0.1):.2f} times" in figure.axes[1].get_title("left")


def test_the_answer_has_a_bar_for_each_cost_and_a_mark_where_one_was_counted():
    (axes,) = counted.answer({"file": (0.22, 0.22), "peak": (0.8, None), "time": (0.9, 0.7)}).axes
    assert [bar.get_width() for bar in axes.patches] == [0.22, 0.8, 0.9]
    assert [line.get_xdata()[0] for line in axes.lines] == [0.22, 0.7]
    assert axes.get_title("left") == "Only the file costs about a fifth;\nthe rest 0.80 to 0.90"


def test_every_figure_fits_a_telephone_and_can_be_read():
    engine = an_engine()
    counts = {"all weights": 6.0, "prompt only": 4.0}
    drawn = [
        counted.held({"a": {"weights": 4, "moments": 8}, "b": {"weights": 4, "values": 1}}),
        counted.operations(counts, 2.0),
        cf.measured(engine, 0.2),
        cf.after_backward(engine),
        counted.bits({0.1: 0.5}),
        counted.answer({"file": (0.22, 0.22), "time": (0.96, None)}),
    ]
    for figure in drawn:
        assert figure.get_figwidth() == 4.8 and not matplotlib.pyplot.get_fignums()
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == CARD
        draw_whole(figure)
        assert all(axes.get_title("left") and not axes.get_legend() for axes in figure.axes)
    assert all(contrast(colour, CARD) >= 4.5 for colour in counted.PARTS.values())


def nbytes(tensors):
    return sum(tensor.nbytes for tensor in tensors)


def held_by(optimizer):
    """Bytes of gradients and moments, right after a step."""
    leaves = optimizer.param_groups[0]["params"]
    states = [t for state in optimizer.state.values() for t in state.values() if t.dim()]
    return nbytes([leaf.grad for leaf in leaves]) + nbytes(states)


@pytest.mark.parametrize("packed", [False, True])
def test_bytes_held_are_those_of_the_tensors(packed):
    """The copy, gradients, moments, values and places of a real step, tensor by tensor."""
    lm = toy_backbone()
    ticket = Ticket.random(eligible(lm.model), 0.2, seed=0, **origin(lm.model))
    clone = Body(ticket=ticket).clone(lm.model)
    base = {p.data_ptr() for p in lm.model.parameters()}
    copied = [p for p in clone.parameters() if p.data_ptr() not in base]
    if packed:
        sparse = SparseModel(clone, ticket)
        leaves = [sparse.values]
    else:
        leaves = [p.requires_grad_() for p in copied]
    optimizer = torch.optim.AdamW(leaves)
    clone(torch.tensor([[0, 4, 12, 2]])).logits.square().mean().backward()
    optimizer.step()
    found = nbytes(copied) + held_by(optimizer)
    if packed:
        found += nbytes(leaves) + nbytes(ticket.indices.values())
        sparse.close()
    assert found == costs.held(ticket.total, len(ticket) if packed else None)
