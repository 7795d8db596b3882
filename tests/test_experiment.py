"""Sweeps: specs that are wrong, runs that are killed, files that can be trusted."""

import json

import pytest

from ltp_core import corpora, experiment, results
from ltp_core.toy import toy_backbone

SPEC = """
task = "{task}"
methods = ["prompt_only", "full", "ltp", "random_ticket"]
k = [2]
seeds = [0, 1]
density = [0.2]
[ticket]
text = ["en"]
steps = 2
[train]
epochs = 1
prompt_length = 2
"""
SHORT = SPEC.replace('"full", "ltp", ', "")


@pytest.fixture(scope="session")
def task_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mini")
    rows = [
        ("rice", "food"), ("bread", "food"), ("soup", "food"), ("tea", "food"),
        ("cat", "animals"), ("dog", "animals"), ("a bird", "animals"), ("the child", "animals"),
    ]  # fmt: skip
    for language in ("en", "qu"):
        lines = ["id,text,label,split"]
        lines += [
            f"{i},{text},{label},{'test' if i % 4 == 3 else 'train'}"
            for i, (text, label) in enumerate(rows)
        ]
        (folder / f"{language}.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="session")
def backbone_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    model, tokenizer = toy_backbone()
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture
def text(monkeypatch):
    monkeypatch.setattr(corpora, "text", lambda *_, **__: {"text": ["the cat eats rice"] * 8})


def write(folder, text):
    path = folder / "mini.toml"
    path.write_text(text)
    return path


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_a_killed_sweep_goes_on(tmp_path, task_folder, backbone_folder, text, monkeypatch):
    spec, out = write(tmp_path, SPEC.format(task=task_folder.as_posix())), tmp_path / "out"
    done, real = [], experiment.run_one

    def run_one(lm, run, *args, **kwargs):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(run.name)
        return real(lm, run, *args, **kwargs)

    monkeypatch.setattr(experiment, "run_one", run_one)
    with pytest.raises(KeyboardInterrupt):
        experiment.sweep(spec, out, backbone=backbone_folder, progress=False)
    assert len(list((out / "runs").glob("*.parquet"))) == 3

    done.clear()
    again = lambda lm, run, *a, **k: (done.append(run), real(lm, run, *a, **k))[1]  # noqa: E731
    monkeypatch.setattr(experiment, "run_one", again)
    path = experiment.sweep(spec, out, backbone=backbone_folder, progress=False)
    assert len(done) == 5
    rows = results.read(path)
    assert len(rows) == 8 * 2 and {row["language"] for row in rows} == {"en", "qu"}
    columns = "task split method trains density_all density_encoder k seed language n accuracy"
    columns += " train_seconds peak_mb spec versions machine correct run base"
    assert set(columns.split()) <= set(rows[0])
    share = {row["method"]: row["density_encoder"] for row in rows}
    assert share["prompt_only"] == 0 and share["full"] == 1
    assert share["ltp"] == share["random_ticket"] == pytest.approx(0.2, abs=0.001)
    assert json.loads(rows[0]["spec"])["k"] == 2

    done.clear()  # nothing is left to do, and the backbone is not even looked for
    assert experiment.sweep(spec, out, backbone="nowhere", progress=False) == path and not done
    items = {r["language"]: r["ids"] for r in results.read(path.with_suffix(".items.parquet"))}
    assert items["qu"] == ["3", "7"]
    table = results.summary(rows, items)
    assert set(table) == {"prompt_only", "full", "ltp", "random_ticket"}


def test_a_single_run_can_be_done_again(tmp_path, task_folder, backbone_folder):
    spec = write(tmp_path, SHORT.format(task=task_folder.as_posix()))
    both = experiment.sweep(spec, tmp_path / "a", backbone=backbone_folder, progress=False)
    one = experiment.sweep(
        spec, tmp_path / "b", backbone=backbone_folder, only=["random_ticket-k2-d0.2-seed1"],
        progress=False,
    )  # fmt: skip
    timing = ("train_seconds", "peak_mb")
    again = [{k: v for k, v in row.items() if k not in timing} for row in results.read(one)]
    first = [{k: v for k, v in row.items() if k not in timing} for row in results.read(both)]
    assert len(again) == 2 and all(row in first for row in again)
    with pytest.raises(ValueError, match="no run starts with nothing; there are prompt_only-k2"):
        experiment.sweep(spec, tmp_path, only=["nothing"])


@pytest.mark.parametrize(
    "text, message",
    [
        ("methods = [", "is not TOML"),
        ("k = [1]", "names no methods; choose from prompt_only"),
        ('methods = ["lora"]', "unknown method 'lora'; known are prompt_only"),
        ('methods = ["ltp"]\nshots = [1]', "unknown key 'shots'; there are"),
        ('methods = ["ltp"]\nk = 16', "k must be a list of int, got 16"),
        ('methods = ["ltp"]\ndensity = ["20 %"]', "density must be a list of float"),
    ],
)
def test_a_wrong_spec_costs_one_sentence(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        experiment.read_spec(write(tmp_path, text))


def test_the_spec_of_first_light():
    runs = experiment.read_spec("benchmarks/first_light.toml")
    assert len(runs) == 20 and len({run.name for run in runs}) == 20
    assert {run.seed for run in runs} == set(range(5)) and {run.k for run in runs} == {16}


def test_missing_and_damaged_results(tmp_path):
    with pytest.raises(FileNotFoundError, match="no results at .* make them with `ltp sweep`"):
        results.read(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="is damaged"):
        results.read(tmp_path / "bad.parquet")
    with pytest.raises(ValueError, match="unknown task 'emojis'; give emoji, or a folder"):
        experiment.load_task("emojis")
