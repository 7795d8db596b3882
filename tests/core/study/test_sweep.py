"""Sweeps: runs that are killed, tickets that are shared, files that can be trusted."""

import json
import math
import re
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from ltp_core import tasks
from ltp_core.data import corpora
from ltp_core.measure import results
from ltp_core.model.backbone import fingerprint
from ltp_core.model.toy import toy_backbone
from ltp_core.rivals import methods, plain_methods, templates
from ltp_core.study import shared_tickets
from ltp_core.study import sweep as experiment
from ltp_core.study.spec import read_spec
from ltp_core.study.sweep import resolve_epochs
from tests.support.sweeps import SHORT, SPEC, write

pytestmark = pytest.mark.slow


@pytest.fixture
def text(monkeypatch):
    monkeypatch.setattr(corpora, "text", lambda *_, **__: {"text": ["the cat eats rice"] * 8})


def finished(out) -> list:
    """The runs whose rows are there."""
    return [p for p in (out / "runs").glob("*.parquet") if not p.name.endswith(".items.parquet")]


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
    assert len(finished(out)) == 3

    done.clear()
    again = lambda lm, run, *a, **k: (done.append(run), real(lm, run, *a, **k))[1]  # noqa: E731
    monkeypatch.setattr(experiment, "run_one", again)
    path = experiment.sweep(spec, out, backbone=backbone_folder, progress=False)
    assert len(done) == 5
    rows = results.read(path)
    assert len(rows) == 8 * 2 and {row["language"] for row in rows} == {"en", "qu"}
    columns = "task split method trains density_all density_encoder k seed language n accuracy"
    columns += " train_seconds peak_mb spec versions machine correct run base"
    columns += " source examples ticket tested data"
    assert set(columns.split()) <= set(rows[0])
    share = {row["method"]: row["density_encoder"] for row in rows}
    assert share["prompt_only"] == 0 and share["full"] == 1
    assert share["ltp"] == share["random_ticket"] == pytest.approx(0.2, abs=0.001)
    assert json.loads(rows[0]["spec"])["k"] == 2

    done.clear()  # nothing is left to do
    assert experiment.sweep(spec, out, backbone=backbone_folder, progress=False) == path
    assert not done
    items = {r["language"]: r["ids"] for r in results.read(path.with_suffix(".items.parquet"))}
    assert items["qu"] == ["3", "7"]
    table = results.summary(rows, items)
    assert set(table) == {"prompt_only", "full", "ltp", "random_ticket"}


KILLED = """
import os, signal, sys
from functools import partial
from pathlib import Path
from ltp_core.study import sweep as experiment
spec, out, backbone = sys.argv[1:]
def shoot(step, info):
    if step == 2 and any(Path(out, "runs").glob("*.parquet")):
        os.kill(os.getpid(), signal.SIGKILL)
for name, method in experiment.METHODS.items():
    experiment.METHODS[name] = partial(method, callback=shoot)
experiment.sweep(spec, out, backbone=backbone, progress=False)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.process
def test_a_sweep_killed_within_a_run_loses_that_run_only(tmp_path, task_folder, backbone_folder):
    """Another process is shot in the midst of its work; the same line goes on and is whole."""
    long = SHORT.replace("epochs = 1", "epochs = 3").format(task=task_folder.as_posix())
    spec, out = write(tmp_path, long), tmp_path / "out"
    command = [sys.executable, "-c", KILLED, *map(str, (spec, out, backbone_folder))]
    assert subprocess.run(command).returncode == -signal.SIGKILL
    assert len(finished(out)) == 1
    path = experiment.sweep(spec, out, backbone=backbone_folder, progress=False)
    rows = results.read(path)
    assert len({row["run"] for row in rows}) == 4 and len(rows) == 4 * 2
    stored = {r["language"]: r["ids"] for r in results.read(path.with_suffix(".items.parquet"))}
    assert set(stored) == {"en", "qu"}
    assert all(len(stored[row["language"]]) == row["n"] for row in rows)


def test_a_single_run_can_be_done_again(tmp_path, task_folder, backbone_folder):
    spec = write(tmp_path, SHORT.format(task=task_folder.as_posix()))
    both = experiment.sweep(spec, tmp_path / "a", backbone=backbone_folder, progress=False)
    one = experiment.sweep(
        spec,
        tmp_path / "b",
        backbone=backbone_folder,
        only=["random_ticket-k2-d0.2-seed1"],
        progress=False,
    )
    timing = ("train_seconds", "peak_mb")
    again = [{k: v for k, v in row.items() if k not in timing} for row in results.read(one)]
    first = [{k: v for k, v in row.items() if k not in timing} for row in results.read(both)]
    assert len(again) == 2 and all(row in first for row in again)
    with pytest.raises(ValueError, match="no run starts with nothing; there are prompt_only-k2"):
        experiment.sweep(spec, tmp_path, only=["nothing"])


def test_another_backbone_is_another_run_with_a_ticket_of_its_own(
    tmp_path, task_folder, backbone_folder, text
):
    spec = write(tmp_path, SHORT.format(task=task_folder.as_posix()).replace("prompt_only", "ltp"))
    other = tmp_path / "other"
    model, tokenizer = toy_backbone()
    model.base_model.encoder.layer[0].output.dense.bias.data += 1
    model.save_pretrained(other)
    tokenizer.save_pretrained(other)
    found = []
    for folder in (backbone_folder, other, backbone_folder):
        path = experiment.sweep(spec, tmp_path / "out", backbone=folder, progress=False)
        found.append({row["base"] for row in results.read(path)})
    assert found[0] != found[1] and found[0] == found[2] and max(map(len, found)) == 1
    tickets = list((tmp_path / "out" / "tickets").glob("*.ticket.safetensors"))
    assert len(tickets) == 2, "one for each model"


def test_what_cannot_be_measured_is_said_before_training(tmp_path, task_folder, monkeypatch):
    monkeypatch.setitem(experiment.METHODS, "prompt_only", None)  # it would be called too late
    run = experiment.Run("prompt_only", seed=0, k=1, task=task_folder.as_posix())
    lacking = tmp_path / "no-dev"
    lacking.mkdir()
    for file in task_folder.iterdir():
        (lacking / file.name).write_text(file.read_text().replace(",dev", ",train"))
    for change, words in (
        (dict(languages=("xx",)), "xx"),
        (dict(task=lacking.as_posix(), test="dev"), "has no dev rows in en, qu"),
    ):
        with pytest.raises((ValueError, LookupError), match=words):
            experiment.run_one(None, replace(run, **change), tmp_path, progress=False)


def test_label_words_of_a_spec(tmp_path, task_folder, backbone_folder):
    spec = write(
        tmp_path,
        SPEC.format(task=task_folder.as_posix())
        .replace('"full", "ltp", "random_ticket"', "")
        .replace("[ticket]", '[words]\nfood = "rice"\nanimals = "dog"\n[ticket]'),
    )
    path = experiment.sweep(spec, tmp_path / "out", backbone=backbone_folder, progress=False)
    assert json.loads(results.read(path)[0]["spec"])["words"] == {"food": "rice", "animals": "dog"}


def runs_of(spec, out, lm):
    """The rows of each run of a spec, done on a model that is there."""
    runs = read_spec(spec)
    return {run.name: experiment.run_one(lm, run, out, progress=False)[0] for run in runs}


def test_every_method_runs_from_a_spec(tmp_path, task_folder, text, monkeypatch):
    lm, book = toy_backbone(), {"rice": [("sw", "bread")]}
    monkeypatch.setattr(plain_methods, "dictionary", lambda *_, **__: book)
    for table in (templates.WORDS[c] for c in ("en", "de")):
        monkeypatch.setitem(table, "animals", "the cat")
    names = ", ".join(f'"{name}"' for name in methods.METHODS)
    plain = SPEC.format(task=task_folder.as_posix())
    spec = re.sub(r"methods = .*", f"methods = [{names}]", plain).replace("[0, 1]", "[0]")
    found = runs_of(write(tmp_path, spec), tmp_path, lm)
    rows = [row for rows in found.values() for row in rows]
    assert [row["method"] for row in rows] == [m for m in methods.METHODS for _ in range(2)]
    of = {row["method"]: row for row in rows}
    assert of["lora"]["density_all"] == pytest.approx(3584 / 5680)
    assert of["lora"]["density_encoder"] == pytest.approx(3584 / 4448)
    assert of["template_zero"]["trained_parameters"] == of["template_zero"]["density_all"] == 0
    assert of["deep_prompt"]["density_all"] == 0 and of["bitfit"]["density_all"] > 0.03
    assert {row["base"] for row in rows if row["method"] != "lt_sft_language"} == {
        fingerprint(lm.model)
    }
    kept = {path.name.split("-")[0] for path in (tmp_path / "tickets").glob("*.safetensors")}
    assert kept == {"en", "qu"}  # LTP's ticket, and a language ticket of each
    assert len(list((tmp_path / "tickets").glob("*.language.safetensors"))) == 2


def test_the_model_speaks_before_it_is_asked(tmp_path, task_folder, monkeypatch):
    heard, lm = [], toy_backbone()
    real = methods.template_zero

    def listening(*args, **options):
        model = real(*args, **options)
        model.set_language = heard.append
        return model

    monkeypatch.setitem(methods.METHODS, "template_zero", listening)
    spec = f'methods = ["template_zero"]\ntask = "{task_folder.as_posix()}"\nk = [1]'
    runs_of(write(tmp_path, spec), tmp_path, lm)
    assert heard == ["en", "qu"]


def test_dev_all_and_the_same_language(tmp_path, task_folder, monkeypatch):
    lm, seen = toy_backbone(), []
    real = experiment.evaluate
    monkeypatch.setattr(
        experiment,
        "evaluate",
        lambda m, data, **o: (seen.append(data["id"]), real(m, data, **o))[1],
    )
    spec = f'''methods = ["full"]
task = "{task_folder.as_posix()}"
language = ["en", "qu"]
languages = ["same"]
test = "dev"
k = [1, 3, 0]
[train]
epochs = 1
least_steps = 3
prompt_length = 2
'''
    found = runs_of(write(tmp_path, spec), tmp_path, lm)
    rows = [row for rows in found.values() for row in rows]
    assert seen == [["2", "6"]] * 6
    assert {(r["source"], r["language"]) for r in rows} == {("en", "en"), ("qu", "qu")}
    assert {(r["k"], r["examples"], r["tested"]) for r in rows} == {
        (1, 2, "dev"),
        (3, 4, "dev"),
        (0, 4, "dev"),
    }
    assert any("-kall-" in name for name in found)


def test_a_thinned_test_asks_the_same_items_in_every_language(tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for language, missing in (("en", None), ("qu", 7)):
        lines = ["id,text,label,split", "t0,rice,food,train", "t1,cat,animals,train"]
        lines += [f"{i},dog,animals,test" for i in range(60) if i != missing]
        (folder / f"{language}.csv").write_text("\n".join(lines) + "\n")
    asked = {}
    for every in (1, 4):
        spec = f'methods = ["template_zero"]\ntask = "{folder.as_posix()}"\nk = [1]\n'
        (run,) = read_spec(write(tmp_path, spec + f"every = {every}"))
        rows, ids = experiment.run_one(toy_backbone(), run, tmp_path, progress=False)
        assert [row["n"] for row in rows] == [len(ids["en"]), len(ids["qu"])]
        asked[every] = {code: set(of) for code, of in ids.items()}
    assert [len(of) for of in asked[1].values()] == [60, 59]
    assert 5 < len(asked[4]["en"]) < 25
    assert asked[4]["qu"] == asked[4]["en"] - {"7"}


def test_epochs_keep_to_the_least_and_the_most_steps():
    for rows in range(1, 200):
        steps = math.ceil(rows / 16)
        for least, most in ((None, 30), (20, None), (20, 30), (7, 9)):
            given = {"epochs": 4} | ({"least_steps": least} if least else {})
            epochs = resolve_epochs(given | ({"most_steps": most} if most else {}), rows)["epochs"]
            assert epochs == 1 or not most or epochs * steps <= most
            enough = not least or epochs * steps >= least
            assert enough or (epochs + 1) * steps > most or epochs == 1


def test_a_language_is_measured_alone(tmp_path, task_folder):
    lm = toy_backbone()
    spec = f'methods = ["full"]\ntask = "{task_folder.as_posix()}"\nk = [2]'
    (both,) = runs_of(write(tmp_path, spec), tmp_path, lm).values()
    (one,) = runs_of(write(tmp_path, spec + '\nlanguages = ["qu"]'), tmp_path, lm).values()
    assert [row["language"] for row in both] == ["en", "qu"]
    assert one[0]["correct"] == both[1]["correct"]


def test_tickets_share_what_they_can(tmp_path, task_folder, text, monkeypatch):
    lm, trained = toy_backbone(), []
    real = shared_tickets.find_ticket

    def find_ticket(*args, **options):
        trained.append(options["checkpoint"].name)
        return real(*args, **options)

    monkeypatch.setattr(shared_tickets, "find_ticket", find_ticket)
    spec = f'''methods = ["ltp", "random_ticket"]
task = "{task_folder.as_posix()}"
k = [1]
density = [0.1, 0.5]
[train]
epochs = 1
'''
    for name, more in (
        ("a", ""),
        ("b", "layers = [1]"),
        ("c", "seed = 1"),
        ("d", 'layers = ["embeddings", 0, 1]'),
        ("e", 'score = "movement_root"\nquota = "tensor"\ngradient_batches = 1'),
    ):
        spec += f'[[ticket]]\nname = "{name}"\nsteps = 2\n{more}\n'
    found = runs_of(write(tmp_path, spec), tmp_path, lm)
    rows = [rows[0] for rows in found.values()]
    count = {m: sum(row["method"] == m for row in rows) for m in ("ltp", "random_ticket")}
    assert count == {"ltp": 10, "random_ticket": 6}  # "c" asks chance for what "a" asked
    assert len(trained) == 10 and len(set(trained)) == 3  # "b" and "e" go on from "a"
    share = {(r["method"], r["ticket"], json.loads(r["spec"])["density"]): r for r in rows}
    assert share["ltp", "b", 0.5]["density_encoder"] == pytest.approx(0.25)
    before = len(list((tmp_path / "tickets").glob("*.ticket.safetensors")))
    runs_of(write(tmp_path, spec), tmp_path, lm)
    assert before == 10 and len(trained) == 10, "a ticket is found once"


def test_missing_and_damaged_results(tmp_path):
    with pytest.raises(FileNotFoundError, match="no results at .* make them with `ltp sweep`"):
        results.read(tmp_path / "none.parquet")
    (tmp_path / "bad.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="is damaged"):
        results.read(tmp_path / "bad.parquet")
    with pytest.raises(ValueError, match="unknown task 'emojis'; give emoji, .*, or a folder"):
        tasks.load("emojis")
