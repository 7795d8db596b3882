"""The shell: the five verbs end to end on a toy, and one sentence for each mistake."""

import inspect
import json
import subprocess
import sys

import pytest

from ltp_core import cli
from ltp_core.model.toy import WORDS
from ltp_core.stage2.train import train
from ltp_core.tasks import NAMES
from ltp_core.tasks.topics import SIB_WORDS
from ltp_core.training.loop import fit
from tests.support.processes import launch
from tests.support.sweeps import SHORT, backbone_folder, task_folder, write  # noqa: F401


@pytest.fixture
def ltp(capsys, backbone_folder):  # noqa: F811
    def call(*words, backbone=backbone_folder):
        where = ["--backbone", str(backbone)] if backbone else []
        status = cli.main([*map(str, words), *where, "--quiet"])
        return status, *capsys.readouterr()

    return call


@pytest.mark.filterwarnings("ignore:Mean of empty slice")
@pytest.mark.slow
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
    wider = write(tmp_path, spec.read_text().replace("k = [2]", "k = [1, 2]"))
    status, out, _ = ltp("sweep", wider, "--out", tmp_path / "out")
    assert status == 0 and "prompt_only k=1" in out and "prompt_only k=2" in out


@pytest.mark.second
@pytest.mark.parametrize(
    "words, sentence",
    [
        (("ticket", "--save", "{tmp}/t.safetensors", "--density", 20), "density must be in (0, 1]"),
        (("train", "--save", "{tmp}/m", "--language", "xx"), "unknown language 'xx'"),
        (("train", "--save", "{tmp}/m", "--k", 5000), "k must be between 1 and"),
        (("train", "--save", "{tmp}/m", "--split", "odd"), "'random' or 'subgroup', got 'odd'"),
        (("train", "--save", "{tmp}/m", "--task", "odd"), "unknown task 'odd'"),
        (("train", "--save", "{tmp}/m", "--words", "food=meal"), "a word for each of its labels"),
        (("train", "--save", "{tmp}/m", "--words", "food=a", "food=b"), "names a label twice: foo"),
        (("train", "--save", "{tmp}/m", "--task", "sib200"), "FLORES does, such as eng_Latn, got"),
        (("evaluate", "{tmp}", "--task", "sib200"), "name at least one language of SIB-200"),
        (("evaluate", "{tmp}", "--batch-size", 0), "batch_size must be at least 1, got 0"),
        (("evaluate", "{tmp}", "--batch-size", -1), "batch_size must be at least 1, got -1"),
        (("train", "--save", "{tmp}/m", "--ticket", "no"), "there is no ticket at"),
        (("evaluate", "{tmp}/nowhere"), "holds no trained model; make one with `ltp train`"),
        (("merge", "{tmp}/no", "--save", "{tmp}/m"), "there is no ticket at"),
        (("merge", "{tmp}/no", "--save", "{tmp}/m", "--undo"), "only what `merge` wrote can go"),
        (("sweep", "{tmp}/no.toml", "--out", "{tmp}"), "there is no spec at"),
        (("ticket", "--save", "{tmp}/t.safetensors", "--text-file", "no.txt"), "no.txt"),
        (("ticket", "--save", "{tmp}/en.ticket", "--text-file", "no.txt"), "add the ending"),
        (("ticket", "--save", "{tmp}/t.safetensors", "--text-file", ""), "--text-file is empty"),
        (("train", "--save", "{tmp}/m", "--ticket", ""), "--ticket is empty; give it a value"),
        (("train", "--save", "{tmp}/m", "--checkpoint", ""), "--checkpoint is empty"),
        (("evaluate", "{tmp}", "--languages", "qu", ""), "--languages is empty"),
        (("evaluate", "{tmp}", "--languages", "qu", "qu"), "a language stands twice among qu, qu"),
    ],
)
def test_a_mistake_costs_one_sentence(tmp_path, ltp, words, sentence):
    words = [str(word).replace("{tmp}", str(tmp_path)) for word in words]
    status, out, err = ltp(*words)
    assert status == 2 and not out
    assert sentence in err and "Traceback" not in err and err.count("\n") == 1


def test_without_test_rows_nothing_is_loaded(tmp_path, ltp, monkeypatch):
    monkeypatch.setattr(cli, "_backbone", None)
    (tmp_path / "en.csv").write_text("text,label,split\nrice,food,train\ndog,animals,train\n")
    test = ("evaluate", tmp_path / "model", "--task", tmp_path)
    (tmp_path / "model").mkdir()
    status, out, err = ltp(*test)
    assert status == 2 and not out and "move it out of the folder" in err  # it would not be read
    (tmp_path / "model").rmdir()
    status, out, err = ltp(*test)
    assert status == 2 and not out and "no test rows: task" in err and "none in en" in err
    (tmp_path / "qu.csv").write_text("text,label,split\nrice,food,test\n")
    status, out, err = ltp(*test, "--languages", "qu", "en")
    assert status == 2 and not out and "no test rows in en: task" in err


@pytest.mark.second
def test_lines_of_ones_own_are_utf8_or_refused_by_name(tmp_path, ltp):
    lines, find = tmp_path / "lines.txt", ("ticket", "--save", tmp_path / "t.safetensors")
    for data, says in (
        ("mañana".encode("latin-1"), "not UTF-8 (line 1, byte 0xf1)"),
        (b"\0", "NUL"),
    ):
        lines.write_bytes(data)
        status, out, err = ltp(*find, "--text-file", lines)
        assert status == 2 and not out and "lines.txt" in err and says in err
    lines.write_bytes("\ufeffthe cat eats rice\n".encode())
    assert ltp(*find, "--text-file", lines, "--steps", 1)[0] == 0
    lines.write_text("\n  \n")
    assert "lines.txt has no text; fill it" in ltp(*find, "--text-file", lines)[2]


def test_lines_end_where_those_of_files_do(tmp_path):
    """A text may hold one of the other characters that end a line, and no line is cut there."""
    odd = "\x0b\x0c\x1c\x85\u2028\u2029"
    file = tmp_path / "lines.txt"
    file.write_bytes(f"a{odd}b\r\nc\rd\n\n e \n".encode())
    args = cli.parser().parse_args(["ticket", "--save", "x", "--text-file", str(file)])
    assert cli._text(args) == {"text": [f"a{odd}b", "c", "d", " e "]}


@pytest.mark.second
def test_a_text_longer_than_those_trained_on_can_be_cut(tmp_path, ltp, task_folder):  # noqa: F811
    model, long = tmp_path / "model", tmp_path / "long"
    assert ltp("train", "--task", task_folder, "--k", 2, "--epochs", 1, "--save", model)[0] == 0
    long.mkdir()
    for file in task_folder.iterdir():
        (long / file.name).write_text(file.read_text().replace("tea", "tea " * 60))
    test = ("evaluate", model, "--task", long)
    status, out, err = ltp(*test)
    assert status == 2 and "truncate" in err and not out
    assert ltp(*test, "--truncate")[0] == 0


@pytest.mark.second
def test_words_of_ones_own(tmp_path, ltp, task_folder):  # noqa: F811
    """They are trained, kept, asked for again, and told apart from other words."""
    model = tmp_path / "model"
    fit = ("train", "--task", task_folder, "--k", 2, "--epochs", 1, "--save", model)
    assert ltp(*fit, "--words", "food=rice", "animals=dog")[0] == 0
    assert json.loads((model / "config.json").read_text())["words"] == ["rice", "dog"]

    test = ("evaluate", model, "--task", task_folder)
    status, out, err = ltp(*test)
    assert status == 2 and not out and "answers with rice, dog, but" in err
    assert "are animals, food; give --words as in training" in err
    assert ltp(*test, "--words", "food=rice", "animals=dog")[0] == 0
    # The order is that of the classes: the same words the other way round are another question.
    assert ltp(*test, "--words", "animals=dog", "food=rice")[0] == 2

    with pytest.raises(SystemExit) as stop:
        ltp(*fit, "--words", "food")
    assert stop.value.code == 2


@pytest.mark.second
def test_sib200_in_the_shell(tmp_path, ltp, monkeypatch):
    asked = []

    def rows(language):
        asked.append(language)
        return [
            {
                "id": f"{split}{i}",
                "text": word,
                "label": label,
                "language": language,
                "split": split,
            }
            for split in ("train", "test")
            for i, label in enumerate(SIB_WORDS)
            for word in ["rice"]
        ]

    monkeypatch.setattr(sys.modules["ltp_core.tasks.topics"], "_rows", rows)
    words = [f"{label}={word}" for label, word in zip(SIB_WORDS, WORDS[3:], strict=False)]
    task = ("--task", "sib200", "--words", *words)
    fit = ("train", *task, "--k", 1, "--epochs", 1, "--save", tmp_path / "model")
    status, _, err = ltp(*fit, "--language", "eng_Latn")
    assert status == 2 and "pass download=True to fetch it from the hub" in err and not asked
    assert ltp(*fit, "--language", "eng_Latn", "--download")[0] == 0
    test = ("evaluate", tmp_path / "model", *task, "--download", "--languages", "quy_Latn")
    status, out, _ = ltp(*test, "--json")
    assert status == 0 and [row["language"] for row in json.loads(out)["rows"]] == ["quy_Latn"]
    assert set(asked) == {"eng_Latn", "quy_Latn"}


@pytest.mark.process
@pytest.mark.slow
def test_of_two_processes_one_saves_and_prints(tmp_path, task_folder, backbone_folder):  # noqa: F811
    words = ("--task", task_folder, "--backbone", backbone_folder, "--json")
    train = ("train", "--k", 2, "--epochs", 1, "--prompt-length", 2, "--save", tmp_path / "m")
    (line,) = launch("-m", "ltp_core.cli", *train, *words).splitlines()
    assert json.loads(line)["rows"] == 4 and (tmp_path / "m" / "config.json").is_file()
    (line,) = launch("-m", "ltp_core.cli", "evaluate", tmp_path / "m", *words).splitlines()
    assert [row["n"] for row in json.loads(line)["rows"]] == [2, 2]


def test_a_sweep_is_for_one_process(tmp_path, ltp, monkeypatch):
    monkeypatch.setattr("accelerate.Accelerator.num_processes", 2)
    status, out, err = ltp("sweep", tmp_path / "spec.toml", "--out", tmp_path)
    assert status == 2 and not out and "a sweep needs one process, got 2" in err


def test_other_processes_neither_save_nor_print(tmp_path, ltp, task_folder, monkeypatch):  # noqa: F811
    monkeypatch.setattr("accelerate.Accelerator.is_main_process", False)
    lines = tmp_path / "lines.txt"
    lines.write_text("the cat eats rice\n" * 4)
    find = ("ticket", "--text-file", lines, "--steps", 1, "--save", tmp_path / "t.safetensors")
    fit = ("train", "--task", task_folder, "--k", 1, "--epochs", 1, "--save", tmp_path / "model")
    for words in (find, fit, ("evaluate", "no"), ("merge", "no", "--save", tmp_path / "merged")):
        assert ltp(*words) == (0, "", "")
    assert [path.name for path in tmp_path.iterdir()] == ["lines.txt"]


@pytest.mark.second
def test_an_unknown_backbone(ltp, tmp_path):
    status, _, err = ltp("evaluate", tmp_path, backbone="no/such-model")
    assert status == 2 and "no/such-model" in err and "download" in err


def test_help_has_examples_and_the_defaults_of_the_functions(capsys):
    for verb in ("ticket", "train", "evaluate", "merge", "sweep"):
        with pytest.raises(SystemExit) as stop:
            cli.main([verb, "--help"])
        said = " ".join(capsys.readouterr().out.split())
        assert stop.value.code == 0 and f"example: ltp {verb}" in said
        if verb in ("train", "evaluate"):
            assert "--words LABEL=WORD" in said and all(name in said for name in NAMES)
    args = cli.parser().parse_args(["train", "--save", "x"])
    defaults = inspect.signature(fit).parameters | inspect.signature(train).parameters
    for name in set(args.keywords) - {"autocast"}:
        assert getattr(args, name) == defaults[name].default, name


@pytest.mark.process
def test_quiet_is_quiet(tmp_path, backbone_folder):  # noqa: F811
    lines = tmp_path / "lines.txt"
    lines.write_text("the cat eats rice\n")
    words = ["ticket", "--text-file", lines, "--steps", 1, "--save", tmp_path / "t.safetensors"]
    command = [sys.executable, "-m", "ltp_core.cli", *words, "--backbone", backbone_folder]
    loud, still = (
        subprocess.run([*map(str, command), *more], capture_output=True, text=True, check=True)
        for more in ([], ["--quiet"])
    )
    assert "stage 1" in loud.stderr and still.stderr == ""
