"""Tuning: the best on dev, equal effort, and a file that can be made again."""

import json
from pathlib import Path

import pytest

from ltp_core.measure import results
from ltp_core.study import tuning
from ltp_core.study.spec import read_spec, read_toml
from ltp_core.study.tuning import choose, scores, warnings, written

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
    assert [round(a, 3) for a, *_ in table["full"]] == [0.35, 0.55]
    assert choose(table) == {"full": {"epochs": 36}, "ltp": {"epochs": 12}}


def test_of_several_draws_the_steadier_wins():
    """Mean and standard error by hand: 0.6 ± 0.1 against 0.55 ± 0."""
    steady, wild = ([0.55] * 3, [0.6 - 0.1 * 3**0.5, 0.6, 0.6 + 0.1 * 3**0.5])
    data = [
        row | {"accuracy": accuracy, "seed": seed}
        for epochs, draws in ((12, steady), (36, wild))
        for seed, accuracy in enumerate(draws)
        for row in rows(full={epochs: 0.0})[:2]
    ]
    twelve, long = scores(data)["full"]
    assert (twelve.error, long.mean, long.error) == (0, pytest.approx(0.6), pytest.approx(0.1))
    assert choose(scores(data)) == {"full": {"epochs": 12}}
    assert "#   .600 ± .100  epochs = 36" in written(scores(data))


def grid(method="ltp", **accuracy):
    """Rows of one method over two rates, told as rate_ratio=accuracy."""
    found = []
    for name, value in accuracy.items():
        rate, ratio = map(float, name.strip("_").split("_"))
        train = {"learning_rate": rate, "prompt_rate": rate * ratio}
        spec = json.dumps({"train": train})
        found += [dict(method=method, accuracy=value, seed=0, tested="dev", spec=spec)]
    return found


def test_a_best_value_at_the_edge_is_warned_of_and_zero_has_no_beyond():
    inside = dict(_1_1=0.1, _2_1=0.2, _3_1=0.1, _2_0=0.1, _2_3=0.1)
    assert warnings(scores(grid(**inside))) == {"ltp": []}
    said = warnings(scores(grid(**inside | {"_2_3": 0.3})))["ltp"]
    assert said == [
        "the best ratio of the prompt's rate lies at the edge of what was tried, 0 to 3: go further"
    ]
    assert warnings(scores(grid(**inside | {"_2_0": 0.3}))) == {"ltp": []}
    [said] = warnings(scores(grid(**inside | {"_3_1": 0.3})))["ltp"]
    assert said.startswith("the best learning_rate lies at the edge of what was tried, 1 to 3")
    assert f"# ! {said}" in written(scores(grid(**inside | {"_3_1": 0.3})))


def test_unequal_effort_is_warned_of():
    data = grid("full", _1_1=0.1) + grid("ltp", _1_1=0.2, _2_1=0.3, _3_1=0.2)
    found = warnings(scores(data))
    assert found["full"] == ["1 tried, and of another method 3: give each as many"]
    assert found["ltp"] == []


def formed(start, place, accuracy, ticket="en"):
    train = {"learning_rate": 1e-4, "prompt_start": start, "prompt_place": place}
    spec = json.dumps({"train": train, "ticket": {"name": ticket}})
    return dict(method="ltp", accuracy=accuracy, seed=0, tested="dev", spec=spec)


def test_the_making_of_a_prompt_is_chosen_or_kept_apart():
    data = [formed("labels", "start", 0.1), formed("query", "start", 0.3)]
    assert choose(scores(data))["ltp"] == {"learning_rate": 1e-4, "prompt_start": "query"}
    apart = choose(scores(data, apart=["prompt_start"]))
    assert list(apart) == ["ltp train.prompt_start=labels", "ltp train.prompt_start=query"]


def test_tickets_are_rows_of_their_own(tmp_path):
    data = [formed("labels", "start", 0.1), formed("labels", "start", 0.3, ticket="fisher")]
    table = choose(scores(data))
    assert list(table) == ["ltp ticket.name=en", "ltp ticket.name=fisher"]
    path = tmp_path / "rates.toml"
    path.write_text(written(scores(data)))
    assert read_toml(path)["ltp ticket.name=fisher"] == {"learning_rate": 1e-4}


def test_a_chosen_prompt_can_be_read_by_a_spec(tmp_path):
    start = [formed("words: is a kind of", "hole", 0.3), formed("pieces", "start", 0.1)]
    results.write(tmp_path / "grid.parquet", start)
    tuning.main([str(tmp_path / "grid.parquet"), "--save", str(tmp_path / "rates.toml")])
    (tmp_path / "spec.toml").write_text('methods = ["ltp"]\nrates = "rates.toml"')
    [run] = read_spec(tmp_path / "spec.toml")
    assert run.train == {
        "learning_rate": 1e-4,
        "prompt_start": "words: is a kind of",
        "prompt_place": "hole",
    }


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
    # These grids are of one draw, so what is chosen is as it was when a draw's mean decided.
    grids = [GRID.with_name(f"{name}.parquet") for name in ("grid", "grid_edge", "grid_long")]
    assert text == written(scores([row for path in grids for row in results.read(path)]))


def test_after_halving_the_choice_is_among_the_settings_with_most_draws():
    """The setting that was left behind did well on its one draw; that is luck."""
    data = [row for row in rows(full={12: 0.3, 36: 0.9}) if row["seed"] == 0 or "12" in row["spec"]]
    with pytest.raises(ValueError, match="finish the sweep"):
        scores(data)
    table = scores(data, halved=True)
    assert [score.draws for score in table["full"]] == [2, 1]
    assert choose(table) == {"full": {"epochs": 12}}
    assert "#   .900 (1 of 2 draws)  epochs = 36" in written(table)
    with pytest.raises(ValueError, match="some settings have 1 rows, some 2; finish the sweep"):
        scores(data[:-1], halved=True)
