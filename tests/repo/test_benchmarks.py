"""The engine's benchmark runs, resumes, and counts right. Whether it is fast, no test can say."""

import gc
import importlib
import json
import sys
from pathlib import Path

import pytest
import torch

from ltp_core.ticket.chunks import Deltas
from ltp_core.ticket.ticket import Ticket

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
pytest.importorskip("peft")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine():
    sys.path.insert(0, str(FOLDER))
    import engine

    importlib.import_module("bench.rows")  # what is large, before `out` counts what is held
    yield engine
    sys.path.remove(str(FOLDER))


@pytest.fixture(scope="module")
def out(engine, tmp_path_factory):
    folder = tmp_path_factory.mktemp("results")
    gc.collect()
    gc.freeze()  # the engine counts what is held: what others hold need not be gone through
    engine.main(["--smoke", "--out", str(folder)])
    yield folder
    gc.unfreeze()


def results(out):
    return json.loads((out / "engine-cpu.json").read_text())


def test_every_row_is_measured(engine, out):
    from bench.rows import methods, plan

    options = engine.options_of(["--smoke", "--out", str(out)])
    rows = results(out)["rows"]
    assert sorted(rows) == sorted(plan(options)) and len(methods(options)) == 13
    assert not {key: row["failed"] for key, row in rows.items() if "failed" in row}


def test_what_does_not_depend_on_the_clock(out):
    rows = results(out)["rows"]
    train = {key.split("/")[1]: row for key, row in rows.items() if key.endswith("/0")}
    for density in (0.2, 0.01):
        ticket, mask = train[f"ticket@{density}"], train[f"mask@{density}"]
        k, n = ticket["entries"], ticket["eligible"]
        assert k == mask["entries"] == round(density * n)
        assert 20 * k <= ticket["state_bytes"] <= 20 * k + 1000
        assert 13 * n <= mask["state_bytes"] <= 13 * n + 1000  # moments, bool mask, copy
        assert ticket["flops"] == mask["flops"] <= train["full"]["flops"]
    assert 0.5 < train["prompt"]["flops"] / train["full"]["flops"] < 0.8
    for name, bytes_an_entry in (("lora", 4), ("mask@0.2", 8), ("shira@0.2", 12), ("super@0.2", 8)):
        header = train[name]["file_bytes"] - bytes_an_entry * train[name]["entries"]
        assert 0 < header < 20_000, name
    for name in ("shira@0.2", "super@0.2"):
        assert 0.17 < train[name]["entries"] / ticket["eligible"] < 0.22


def test_a_second_run_measures_nothing_and_another_run_is_refused(engine, out, capsys):
    before = (out / "engine-cpu.json").read_text()
    engine.main(["--smoke", "--out", str(out)])
    assert (out / "engine-cpu.json").read_text() == before
    assert " of " not in capsys.readouterr().out
    with pytest.raises(SystemExit, match="measured with batch_size 16, now 8; give another --out"):
        engine.main(["--smoke", "--out", str(out), "--batch-size", "8"])


def test_what_failed_is_told_and_tried_again(engine, out):
    path = out / "engine-cpu.json"
    broken = results(out)
    broken["rows"]["train/super@0.2/0"] = {"failed": "no memory"}
    engine.report(path, broken)
    page = path.with_suffix(".md").read_text()
    assert "| train/super@0.2/0 | no memory |" in page and "Super-Tuning 20 %" in page
    path.write_text(json.dumps(broken))
    engine.main(["--smoke", "--out", str(out)])
    assert "failed" not in results(out)["rows"]["train/super@0.2/0"]


def test_the_page_and_the_figure(out):
    page = (out / "engine-cpu.md").read_text()
    for title in ("What was promised", "Training on the same texts", "Choosing the ticket"):
        assert f"## {title}" in page
    assert page.count("reached") + page.count("missed by") == 16
    assert (out / "engine-cpu.png").stat().st_size > 10_000


def test_ratios_are_made_within_a_repeat(engine):
    from bench.table import ranged, ratios

    ticket = {"0": {"step": 1.0}, "1": {"step": 6.0}, "2": {"step": 1.0}}
    full = {"0": {"step": 2.0}, "1": {"step": 8.0}}
    assert ratios(ticket, full, "step") == [0.5, 0.75]
    assert ranged([0.5, 0.75, 1.0]) == "0.75 [0.62, 0.88]"


def test_ways_to_select_agree(engine, tmp_path):
    from bench.selections import WAYS, movements, ready

    chance = torch.Generator().manual_seed(0)
    before = {f"w{i}": torch.randn(30, 20, generator=chance) for i in range(3)}
    after = {name: t + torch.randn(30, 20, generator=chance) for name, t in before.items()}
    ours = Ticket.select(Deltas(before, after), 0.1, base="x")
    flat = torch.cat([ours.mask(name).view(-1) for name in before]).nonzero().view(-1)
    moved = movements(before, after)
    assert torch.equal(flat, moved.sort(descending=True).indices[:180].sort().values)
    assert torch.equal(flat, torch.topk(moved, 180).indices.sort().values)
    for way in WAYS:
        assert ready(way, before, after, 180, tmp_path)[0]() > 0
