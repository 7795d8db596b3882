"""The specs are run in their order, what is left is told, and a cut loses nothing."""

import os

import pytest

from ltp_core.measure import results
from ltp_core.study.spec import read_spec
from tools import run_specs

SPEC = 'methods = ["full"]\nk = [1]\nseeds = [0, 1, 2, 3]\n[train]\nepochs = {}\n'


@pytest.fixture
def specs(tmp_path):
    paths = [tmp_path / f"{name}.toml" for name in ("first", "second")]
    for epochs, path in enumerate(paths, 1):
        path.write_text(SPEC.format(epochs))
    return paths


def finish(spec, out, *ends):
    """Pretend that the first runs of a spec were done at these times."""
    for run, end in zip(read_spec(spec), ends, strict=False):
        file = run_specs.file_of(run, out)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()
        os.utime(file, (end, end))


def test_what_is_left_and_how_long_it_takes(specs, tmp_path, capsys):
    finish(specs[0], tmp_path, 1000, 1090, 1180)
    given = [*map(str, specs), "--out", str(tmp_path), "--list", "--seconds", "30"]
    assert run_specs.main(given) == 0
    first, second, whole = capsys.readouterr().out.splitlines()
    assert "1 of    4 runs left" in first and "90 seconds a run" in first
    assert "4 of    4 runs left" in second and "30 seconds a run" in second
    assert whole == "in all 5 runs, 0.1 hours"


def test_a_night_between_two_runs_is_no_pace():
    assert run_specs.pace([0.0, 50.0, 50.0 + 9 * 3600]) == 50


def test_specs_run_in_order_and_a_cut_says_what_is_left(specs, tmp_path, capsys, monkeypatch):
    done = []

    def sweep(spec, out):
        done.append(spec.stem)
        if len(done) == 2:
            finish(spec, out, 10, 20)
            raise KeyboardInterrupt
        finish(spec, out, 1, 2, 3, 4)
        return out / "first.parquet"

    monkeypatch.setattr(run_specs, "sweep", sweep)
    assert run_specs.main([*map(str, specs), "--out", str(tmp_path)]) == 130
    assert done == ["first", "second"]
    said = capsys.readouterr().out
    assert "cut in second; the same line goes on" in said
    assert said.rstrip().endswith("in all 2 runs, 0.0 hours")


def test_two_processes_share_the_runs_and_the_rounds(tmp_path, monkeypatch):
    rule = "[halving]\nkeep = 0.5\n[grid]\nepochs = [1, 2]\n"
    (spec := tmp_path / "a.toml").write_text(
        'test = "dev"\n' + SPEC.format(1).replace("2, 3", "") + rule
    )
    told = []

    def done(parts):
        told.append([len(part) for part in parts])
        for run in read_spec(spec):
            if run.name in sum(parts, []):
                accuracy = run.train["epochs"]
                results.write(run_specs.file_of(run, tmp_path), [{"accuracy": accuracy}])

    monkeypatch.setattr(run_specs, "side_by_side", lambda spec, out, parts: done(parts))
    monkeypatch.setattr(run_specs, "sweep", lambda spec, out: told.append("the table"))
    run_specs.do(spec, tmp_path, at_a_time=2)
    assert told == [[1, 1], [1], "the table"]


def test_no_process_is_too_few(capsys):
    with pytest.raises(SystemExit):
        run_specs.main(["--at-a-time", "0"])
    assert "must be 1 or more, got 0" in capsys.readouterr().err


@pytest.mark.process
def test_a_process_that_fails_is_told(tmp_path):
    (spec := tmp_path / "a.toml").write_text(SPEC.format(1))
    with pytest.raises(SystemExit, match="a: a process ended with"):
        run_specs.side_by_side(spec, tmp_path, [["no-such-run"]])


def test_every_spec_of_the_order_is_there_and_measures_on_dev():
    for name in run_specs.ORDER:
        runs = read_spec(run_specs.path_of(name))
        assert {run.test for run in runs} == {"dev"}
        assert {run.seed for run in runs} == {100, 101, 102}
