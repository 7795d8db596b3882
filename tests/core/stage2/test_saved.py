"""A saved model is believed only as far as it proves itself, and replaces nothing but its like."""

import json
import shutil
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import save_file

from ltp_core.data import sealed_json
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.merge import merge

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["rice", "the bread", "cat", "the dog"], "label": [0, 0, 1, 1]}
QUICK = dict(task=TASK, prompt_length=4, epochs=2, progress=False)
KINDS = {"prompt": {}, "ticket": {}, "full": {"full": True}, "head": {"full": True, "head": True}}


@pytest.fixture(params=KINDS)
def saved(request, lm, ticket, tmp_path):
    extra = {"ticket": ticket} if request.param == "ticket" else KINDS[request.param]
    model = train(lm, SHOTS, **QUICK, **extra)
    model.save(tmp_path / "m")
    return tmp_path / "m"


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --- what is read ----------------------------------------------------------------------------


@pytest.mark.second
def test_a_changed_file_is_refused(saved, lm):
    for path in sorted(saved.iterdir()):
        good = path.read_bytes()
        for spot in range(0, len(good), max(1, len(good) // 60)):
            path.write_bytes(good[:spot] + bytes([good[spot] ^ 1]) + good[spot + 1 :])
            if path.suffix == ".md" or (path.suffix == ".json" and same_json(path, good)):
                continue  # for people; white space
            with pytest.raises((ValueError, FileNotFoundError)) as error:
                Trained.load(saved, lm)
            assert "; " in str(error.value), "it says what to do"
        path.write_bytes(good)
    Trained.load(saved, lm)


def same_json(path, good):
    try:
        return json.loads(path.read_bytes()) == json.loads(good)
    except ValueError:
        return False


def test_a_missing_file_is_refused(saved, lm):
    for path in sorted(saved.iterdir()):
        good = path.read_bytes()
        path.unlink()
        if path.suffix != ".md":
            with pytest.raises((ValueError, FileNotFoundError), match="; "):
                Trained.load(saved, lm)
        path.write_bytes(good)


@pytest.mark.second
def test_files_of_two_models_are_not_mixed(lm, ticket, tmp_path):
    for number in (0, 1):
        train(lm, SHOTS, ticket=ticket, **QUICK, seed=number).save(tmp_path / f"{number}")
    for name in ("prompt.safetensors", "ticket.safetensors"):
        shutil.copytree(tmp_path / "0", tmp_path / name)
        shutil.copy(tmp_path / "1" / name, tmp_path / name / name)
        with pytest.raises(ValueError, match="are of two models; train and save it again"):
            Trained.load(tmp_path / name, lm)


@pytest.mark.parametrize(
    "change, says",
    [
        ({"prompt": torch.ones(1, 16)}, r"prompt is float32 \(1, 16\), expected float32 \(2, 16\)"),
        ({"prompt": torch.ones(2, 16).half()}, "prompt is float16"),
        ({"promt": torch.ones(2, 16)}, "is not there"),
        ({}, "prompt is not there, expected float32"),
    ],
)
def test_an_older_prompt_must_fit_too(lm, tmp_path, change, says):
    """Format 1 has no digest: names, shapes and types are what can be held to."""
    Trained(lm, ["food", "animals"], 2).save(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"format": 1}))
    save_file(change, tmp_path / "prompt.safetensors")
    with pytest.raises(ValueError, match=says):
        Trained.load(tmp_path, lm)


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 1}', '{"format": 1, "base": 3}', "7"])
def test_a_config_of_another_kind_costs_one_sentence(lm, tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    with pytest.raises(ValueError, match="; "):
        Trained.load(tmp_path, lm)


def test_head_and_tokenizer_must_be_those_it_was_trained_with(lm, tmp_path):
    train(lm, SHOTS, **QUICK).save(tmp_path)
    head, tokenizer = toy_backbone(), toy_backbone()
    head.model.cls.predictions.transform.dense.weight.data[0, 0] += 1
    tokenizer.tokenizer.add_tokens(["zebra"])
    for other in (head, tokenizer):
        with pytest.raises(ValueError, match="another head or tokenizer over the same base; load"):
            Trained.load(tmp_path, other)
    assert Trained.load(tmp_path, toy_backbone()).outer == Trained(lm, ["food"], 2).outer


def test_a_run_does_not_go_on_over_another_head(lm, tmp_path):
    class Stop(Exception):
        pass

    def stop(step, info):
        raise Stop

    with pytest.raises(Stop):
        train(lm, SHOTS, **QUICK, checkpoint=tmp_path, every=1, callback=stop)
    other = toy_backbone()
    other.model.cls.predictions.transform.dense.weight.data[0, 0] += 1
    with pytest.raises(ValueError, match="belongs to another run: outer was"):
        train(other, SHOTS, **QUICK, checkpoint=tmp_path, every=1)


def test_it_knows_task_labels_and_versions(lm, tmp_path):
    model = train(lm, SHOTS, **QUICK)
    model.task, model.labels = "a task", ("food", "animals")
    model.save(tmp_path)
    again = Trained.load(tmp_path, lm)
    assert (again.task, again.labels) == ("a task", ("food", "animals"))
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["versions"]["torch"] == torch.__version__


# --- what is written over --------------------------------------------------------------------


def test_a_model_takes_the_place_of_another_and_leaves_nothing_of_it(lm, ticket, tmp_path):
    train(lm, SHOTS, ticket=ticket, **QUICK).save(tmp_path / "m")
    train(lm, SHOTS, **QUICK).save(tmp_path / "m")
    assert sorted(files(tmp_path / "m")) == ["config.json", "prompt.safetensors"]
    with pytest.raises(ValueError, match="was trained without a ticket"):
        merge(lm, tmp_path / "m", tmp_path / "merged")
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


@pytest.mark.second
def test_a_folder_of_something_else_is_not_written_into(lm, ticket, tmp_path):
    lm.model.save_pretrained(tmp_path / "base")
    lm.tokenizer.save_pretrained(tmp_path / "base")
    train(lm, SHOTS, full=True, **QUICK).save(tmp_path / "full")
    before = {name: files(tmp_path / name) for name in ("base", "full")}
    model = train(lm, SHOTS, ticket=ticket, **QUICK)
    with pytest.raises(ValueError, match="and no trained model; give a folder of its own"):
        model.save(tmp_path / "base")
    model.save(tmp_path / "m")
    with pytest.raises(ValueError, match="and no merged model; give a folder of its own"):
        merge(lm, tmp_path / "m", tmp_path / "full")
    assert before == {name: files(tmp_path / name) for name in ("base", "full")}


def test_a_failure_while_saving_leaves_the_old_model(lm, tmp_path, monkeypatch):
    train(lm, SHOTS, **QUICK).save(tmp_path / "m")
    before = files(tmp_path / "m")

    def fail(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(sealed_json, "write", fail)
    with pytest.raises(OSError, match="No space left"):
        train(lm, SHOTS, **QUICK, seed=1).save(tmp_path / "m")
    assert files(tmp_path / "m") == before and len(list(tmp_path.iterdir())) == 1


def test_a_kill_between_the_two_renames_loses_nothing(lm, tmp_path, monkeypatch):
    model = train(lm, SHOTS, **QUICK)
    model.save(tmp_path / "m")
    gone = 4_194_304 + 1  # no process has this number
    (tmp_path / "m").rename(tmp_path / f"m.{gone}.old")
    assert same(weights(Trained.load(tmp_path / "m", lm)), weights(model))
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_kill_after_the_two_renames_leaves_nothing_behind(lm, tmp_path):
    model = train(lm, SHOTS, **QUICK)
    for name in ("m", f"m.{4_194_304 + 1}.old"):
        model.save(tmp_path / name)
    assert same(weights(Trained.load(tmp_path / "m", lm)), weights(model))
    assert [path.name for path in tmp_path.iterdir()] == ["m"]
