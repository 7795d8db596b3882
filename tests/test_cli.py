"""The shell: the five verbs end to end on a toy, and one sentence for each mistake."""

import inspect
import json

import pytest
from test_experiment import SHORT, backbone_folder, task_folder, write  # noqa: F401

from ltp_core import cli
from ltp_core.loop import fit
from ltp_core.train import train


@pytest.fixture
def ltp(capsys, backbone_folder):  # noqa: F811
    def call(*words, backbone=backbone_folder):
        where = ["--backbone", str(backbone)] if backbone else []
        status = cli.main([*map(str, words), *where, "--quiet"])
        return status, *capsys.readouterr()

    return call


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
def test_the_five_verbs(tmp_path, ltp, task_folder):  # noqa: F811
    lines = tmp_path / "lines.txt"
    lines.write_text("the cat eats rice\na big dog\n" * 4)
    ticket, model = tmp_path / "t.safetensors", tmp_path / "model"
    find = ("ticket", "--text-file", lines, "--steps", 2, "--density", 0.1, "--save", ticket)
    status, out, err = ltp(*find, "--checkpoint", tmp_path / "stage1", "--json")
    assert status == 0 and json.loads(out)["parameters"] == 445 and not err
    assert ltp(*find, "--checkpoint", tmp_path / "stage1", "--json")[1] == out

    fit = ("train", "--task", task_folder, "--k", 2, "--ticket", ticket, "--save", model)
    status, out, err = ltp(*fit, "--epochs", 1, "--prompt-length", 3, "--json")
    facts = json.loads(out)
    assert status == 0 and facts["trained_parameters"] == 445 + 3 * 16 and facts["rows"] == 4

    test = ("evaluate", model, "--task", task_folder)
    status, out, _ = ltp(*test, "--json")
    assert status == 0 and [row["n"] for row in json.loads(out)["rows"]] == [2, 2]
    status, out, _ = ltp(*test, "--languages", "qu")
    assert status == 0 and "Quechua" in out and "English" not in out

    merged, base = tmp_path / "merged", tmp_path / "base"
    status, out, _ = ltp("merge", model, "--save", merged, "--json")
    assert status == 0 and json.loads(out) == {"saved": str(merged), "undone": False}
    assert ltp("merge", merged, "--save", base, "--undo")[0] == 0
    assert ltp(*test, backbone=base)[0] == 0 and ltp(*test, backbone=merged)[0] == 2

    spec = write(tmp_path, SHORT.format(task=task_folder.as_posix()))
    status, out, _ = ltp("sweep", spec, "--out", tmp_path / "out")
    assert status == 0 and "random_ticket" in out and "mini.parquet" in out


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("ticket", "--save", "{tmp}/t.safetensors", "--density", 20), "density must be in (0, 1]"),
        (("train", "--save", "{tmp}/m", "--language", "xx"), "unknown language 'xx'"),
        (("train", "--save", "{tmp}/m", "--k", 5000), "k must be between 1 and"),
        (("train", "--save", "{tmp}/m", "--split", "odd"), "'random' or 'subgroup', got 'odd'"),
        (("train", "--save", "{tmp}/m", "--task", "odd"), "unknown task 'odd'"),
        (("train", "--save", "{tmp}/m", "--ticket", "no"), "there is no ticket at"),
        (("evaluate", "{tmp}/nowhere"), "holds no trained model; make one with `ltp train`"),
        (("merge", "{tmp}/no", "--save", "{tmp}/m"), "there is no ticket at"),
        (("merge", "{tmp}/no", "--save", "{tmp}/m", "--undo"), "only what `merge` wrote can go"),
        (("sweep", "{tmp}/no.toml", "--out", "{tmp}"), "there is no spec at"),
        (("ticket", "--save", "{tmp}/t.safetensors", "--text-file", "no.txt"), "no.txt"),
    ],
)
def test_a_mistake_costs_one_sentence(tmp_path, ltp, words, sentence):
    words = [str(word).replace("{tmp}", str(tmp_path)) for word in words]
    status, out, err = ltp(*words)
    assert status == 2 and not out
    assert sentence in err and "Traceback" not in err and err.count("\n") == 1


def test_an_unknown_backbone(ltp, tmp_path):
    status, _, err = ltp("evaluate", tmp_path, backbone="no/such-model")
    assert status == 2 and "no/such-model" in err and "download" in err


def test_help_has_examples_and_the_defaults_of_the_functions(capsys):
    for verb in ("ticket", "train", "evaluate", "merge", "sweep"):
        with pytest.raises(SystemExit) as stop:
            cli.main([verb, "--help"])
        assert stop.value.code == 0 and f"example: ltp {verb}" in capsys.readouterr().out
    args = cli.parser().parse_args(["train", "--save", "x"])
    defaults = inspect.signature(fit).parameters | inspect.signature(train).parameters
    for name in set(args.keywords) - {"autocast"}:
        assert getattr(args, name) == defaults[name].default, name
