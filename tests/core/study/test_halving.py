"""After each draw the better settings go on, by a rule that the spec declares."""

from types import SimpleNamespace

import pytest

from ltp_core.measure import results
from ltp_core.study import halving
from ltp_core.study import sweep as sweeps
from ltp_core.study.halving import file_of
from ltp_core.study.spec import read_spec

SPEC = """
methods = ["full", "ltp"]
test = "dev"
k = [1]
seeds = [7, 8, 9]
[grid]
learning_rate = [0.1, 0.2, 0.3, 0.4]
prompt_ratio = [1]
[[grid.prompt]]
prompt_start = "query"
[[grid.prompt]]
prompt_start = "labels"
[halving]
keep = 0.5
"""
APART = 'apart = ["prompt_start"]\n'


@pytest.fixture
def spec(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text(SPEC)
    return path


def finish(runs, out, accuracy):
    """Pretend that these runs were done; `accuracy` tells what a run reached, in two languages."""
    for run in runs:
        rows = [{"accuracy": accuracy(run) + shift} for shift in (-0.01, 0.01)]
        results.write(file_of(run, out), rows)


def next_runs(spec, out):
    return halving.next_runs(read_spec(spec), halving.rule(spec), out)


def planned(spec):
    return halving.planned(read_spec(spec), halving.rule(spec))


def rate(run):
    return run.train["learning_rate"]


def told(runs):
    return {(r.method, r.seed, r.train["prompt_start"], rate(r)) for r in runs}


def test_of_eight_settings_four_and_two_go_on(spec, tmp_path):
    first = next_runs(spec, tmp_path)
    assert {run.seed for run in first} == {7} and len(first) == 16
    finish(first, tmp_path, lambda run: rate(run) + (run.train["prompt_start"] == "labels"))
    second = next_runs(spec, tmp_path)
    assert told(second) == {
        (m, 8, "labels", r) for m in ("full", "ltp") for r in (0.1, 0.2, 0.3, 0.4)
    }
    finish(second, tmp_path, lambda run: 5 - 3 * rate(run))  # the mean of both draws turns
    third = next_runs(spec, tmp_path)
    assert told(third) == {(m, 9, "labels", r) for m in ("full", "ltp") for r in (0.1, 0.2)}
    finish(third, tmp_path, rate)
    assert next_runs(spec, tmp_path) == []
    assert planned(spec) == len(first) + len(second) + len(third) == 28


@pytest.mark.second
def test_what_is_apart_is_never_left_behind(spec, tmp_path):
    spec.write_text(SPEC + APART)
    seen = []
    while runs := next_runs(spec, tmp_path):
        seen += told(runs)
        finish(runs, tmp_path, rate)
    assert {(method, start) for method, seed, start, _ in seen if seed == 9} == {
        (method, start) for method in ("full", "ltp") for start in ("query", "labels")
    }
    assert planned(spec) == len(seen) == 4 * (4 + 2 + 1)


def test_a_round_that_was_cut_is_ended_before_anything_is_left_behind(spec, tmp_path):
    first = next_runs(spec, tmp_path)
    finish(first[:-1], tmp_path, rate)
    assert next_runs(spec, tmp_path) == first[-1:]


def test_without_halving_all_runs_are_next(spec, tmp_path):
    spec.write_text(SPEC[: SPEC.index("[halving]")])
    runs = read_spec(spec)
    assert next_runs(spec, tmp_path) == runs and planned(spec) == len(runs)
    finish(runs[:3], tmp_path, rate)
    assert next_runs(spec, tmp_path) == runs[3:]


@pytest.mark.parametrize(
    "table, words",
    [
        ("keep = 1.0", r"\[halving\] keep must be in \(0, 1\), got 1.0"),
        ('keep = "half"', "keep must be in"),
        ("", "keep must be in .* got 1.0"),
        ("keep = 0.5\nstep = 1", "has no 'step'; there are keep and apart"),
        ('keep = 0.5\napart = ["epochs"]', r"apart must be a list of prompt_start, .*\['epochs'\]"),
        ('keep = 0.5\napart = "silent"', "apart must be a list of prompt_start, .* got 'silent'"),
    ],
)
def test_a_wrong_rule_is_refused(spec, table, words):
    spec.write_text(SPEC.replace("keep = 0.5", table))
    with pytest.raises(ValueError, match=words):
        read_spec(spec)


def test_nothing_is_chosen_by_the_test(spec):
    spec.write_text(SPEC.replace('test = "dev"', ""))
    with pytest.raises(ValueError, match='never by the test: say test = "dev"'):
        read_spec(spec)


@pytest.mark.second
@pytest.mark.parametrize("base", ["", "another"])
def test_the_sweep_follows_the_rule_on_any_model(spec, tmp_path, monkeypatch, base):
    monkeypatch.setattr(sweeps, "load_backbone", lambda *_, **__: SimpleNamespace(model=None))
    monkeypatch.setattr(sweeps, "fingerprint", lambda model: base)
    monkeypatch.setattr(sweeps, "check_rows", lambda *_, **__: None)
    done = []

    def run_one(lm, run, out, **_):
        done.append(run)
        row = {"accuracy": rate(run), "language": "en", "correct": b"", "n": 0}
        return [row | {"run": run.name}], {"en": []}

    monkeypatch.setattr(sweeps, "run_one", run_one)
    table = sweeps.sweep(spec, tmp_path, backbone=base or None, progress=False)
    assert [run.seed for run in done] == 16 * [7] + 8 * [8] + 4 * [9]
    assert {run.base for run in done} == {base}
    assert len(results.read(table)) == planned(spec) == 28
    sweeps.sweep(spec, tmp_path, backbone=base or None, progress=False)
    assert len(done) == 28
