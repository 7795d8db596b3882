"""The tool that finds the ticket several times: it resumes, and its pairs are the tickets' own."""

import json
import sys
from pathlib import Path

import pytest

from ltp_core.measure import results
from ltp_core.measure.overlap import overlap
from ltp_core.study.spec import read_toml
from ltp_core.ticket.ticket import Ticket

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
SPEC = """
densities = [0.05, 0.2]
[settings]
text = ["en"]
steps = 2
seeds = [0, 1]
batch_size = 4
max_length = 24
progress = false
[runs]
a = {}
b = {optimizer = "sgd", learning_rate = 0.1, seeds = [0]}
"""


@pytest.fixture(scope="module")
def tool():
    sys.path.insert(0, str(FOLDER))
    import overlap as tool

    yield tool
    sys.path.remove(str(FOLDER))
    del sys.modules["overlap"]


@pytest.fixture
def options(lm, tmp_path):
    lm.model.save_pretrained(tmp_path / "lm")
    lm.tokenizer.save_pretrained(tmp_path / "lm")
    (tmp_path / "spec.toml").write_text(SPEC)
    return [
        *("--spec", str(tmp_path / "spec.toml"), "--backbone", str(tmp_path / "lm")),
        *("--out", str(tmp_path / "out"), "--tickets", str(tmp_path / "tickets")),
    ]


def test_runs_pairs_and_resuming(tool, options, tmp_path, capsys):
    tool.main([*options, "--only", "a-0"])
    assert not (tmp_path / "out").exists()
    first = (tmp_path / "tickets" / "a-0.json").stat().st_mtime_ns
    tool.main(options)
    assert (tmp_path / "tickets" / "a-0.json").stat().st_mtime_ns == first
    assert not list((tmp_path / "tickets").glob("stage1-*"))

    about = results.read(tmp_path / "out" / "overlap_runs.parquet")
    assert [(row["run"], row["density"]) for row in about] == [
        (name, density) for name in ("a-0", "a-1", "b-0") for density in (0.05, 0.2)
    ]
    assert all(0 < row["last_losses"] < 10 for row in about)
    (drawn,) = json.loads((tmp_path / "out" / "sketches.json").read_text())
    assert drawn["languages"] == ["en"] and drawn["steps"] == 2
    rows = results.read(tmp_path / "out" / "overlap.parquet")
    assert len(rows) == 2 * 3
    for row in rows:
        a, b = (
            Ticket.load(tmp_path / "tickets" / f"{row[key]}-d{row['density']:g}.ticket.safetensors")
            for key in "ab"
        )
        assert row["jaccard"] == overlap(a, b).jaccard and row["jaccard"] < 1
        assert row["chance_tensor"] == overlap(a, b, "tensor").expected


def test_a_name_there_is_not(tool, options, capsys):
    with pytest.raises(SystemExit):
        tool.main([*options, "--only", "c"])
    assert "no run 'c'; there are a-0, a-1, b-0" in capsys.readouterr().err


def test_the_spec_of_the_book(tool):
    path = FOLDER / "overlap.toml"
    runs = tool.runs_of(read_toml(path))
    steps = sum(settings["steps"] for _, settings in runs)
    assert f"{len(runs)} runs of stage 1, {steps:,} steps" in path.read_text(encoding="utf-8")
