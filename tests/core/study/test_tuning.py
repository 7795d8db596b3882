"""Tuning: the best on dev, equal effort, and a file that can be made again."""

import json
from pathlib import Path

import pytest

from ltp_core.measure import results
from ltp_core.study import tuning
from ltp_core.study.spec import read_spec
from ltp_core.study.tuning import choose, scores, written

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"
GRID = BENCHMARKS.parent / "data" / "results" / "grid.parquet"


def rows(**accuracy):
    """Two seeds and two languages of each method; its accuracies by epochs."""
    return [
        dict(
            method=m,
            accuracy=a + 0.1 * seed,
            seed=seed,
            language=code,
            tested="dev",
            spec=json.dumps({"train": {"epochs": epochs, "prompt_length": 10}}),
        )
        for m, by_epochs in accuracy.items()
        for epochs, a in by_epochs.items()
        for seed in (0, 1)
        for code in ("en", "qu")
    ]


def test_the_best_mean_wins_and_the_first_of_equals():
    table = scores(rows(full={12: 0.3, 36: 0.5}, ltp={12: 0.4, 36: 0.4}))
    assert [round(a, 3) for a, _ in table["full"]] == [0.35, 0.55]
    assert choose(table) == {"full": {"epochs": 36}, "ltp": {"epochs": 12}}


def test_what_was_not_measured_on_dev_or_not_wholly_is_refused():
    data = rows(full={12: 0.3})
    with pytest.raises(ValueError, match="chosen on dev, but these rows are of 'test'"):
        scores([*data, data[0] | {"tested": "test"}])
    with pytest.raises(ValueError, match="some settings have 1 rows, some 4; finish the sweep"):
        scores([*data, *rows(full={36: 0.4})[:1]])


def test_what_is_written_is_what_a_spec_reads(tmp_path):
    results.write(tmp_path / "grid.parquet", rows(full={12: 0.3, 36: 0.5}, ltp={12: 0.4, 36: 0.4}))
    tuning.main([str(tmp_path / "grid.parquet"), "--save", str(tmp_path / "rates.toml")])
    spec = tmp_path / "spec.toml"
    spec.write_text('methods = ["full", "ltp"]\nrates = "rates.toml"')
    assert [run.train for run in read_spec(spec)] == [{"epochs": 36}, {"epochs": 12}]


def test_a_longer_grid_is_chosen_from_with_the_first(tmp_path):
    first, second = (tmp_path / f"{name}.parquet" for name in ("grid", "grid_long"))
    results.write(first, rows(full={12: 0.3}, ltp={12: 0.4}))
    results.write(second, rows(full={36: 0.5}, ltp={36: 0.3}))
    saved = tmp_path / "rates.toml"
    tuning.main([str(first), "--save", str(saved)])
    assert saved.read_text().count("epochs = 12\n[") == 2
    tuning.main([str(first), str(second), "--save", str(saved)])
    assert "[full]\nepochs = 36" in saved.read_text()
    assert "[ltp]\nepochs = 12" in saved.read_text()


def test_a_grid_without_scale_keeps_the_rates_that_were_chosen(tmp_path):
    (tmp_path / "rates.toml").write_text("[full]\nlearning_rate = 0.1\nepochs = 12\n")
    spec = tmp_path / "spec.toml"
    spec.write_text('methods = ["full"]\nrates = "rates.toml"\n[grid]\nepochs = [36, 72]')
    rates = {"learning_rate": 0.1}
    assert [r.train for r in read_spec(spec)] == [rates | {"epochs": 36}, rates | {"epochs": 72}]


@pytest.mark.skipif(not GRID.exists(), reason="the grid has not been run")
def test_the_committed_choices_are_those_of_the_grids():
    text = (BENCHMARKS / "rates.toml").read_text(encoding="utf-8")
    grids = [GRID.with_name(f"{name}.parquet") for name in ("grid", "grid_edge", "grid_long")]
    assert text == written(scores([row for path in grids for row in results.read(path)]))
