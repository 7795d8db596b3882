"""Stage 2: only what should move moves, runs resume exactly, and models can be put away."""

import os
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest
import torch

from ltp_core.measure.evaluate import predict
from ltp_core.model.backbone import fingerprint
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.ticket import Ticket, origin

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {
    "text": ["rice", "the bread", "a soup", "tea", "cat", "the dog", "a bird", "big child"],
    "label": [0, 0, 0, 0, 1, 1, 1, 1],
}
QUICK = dict(task=TASK, prompt_length=4, epochs=3, batch_size=4, progress=False)


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


def same(a, b):
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.second
@pytest.mark.parametrize("decay", [0.0, 0.5])
def test_entries_outside_the_ticket_keep_their_bits(lm, ticket, decay):
    before = weights(lm.model)
    model = train(lm, SHOTS, ticket=ticket, weight_decay=decay, learning_rate=1e-2, **QUICK)
    assert same(before, weights(lm.model)), "the model given was changed"
    now, moved = weights(model.lm), 0
    for name, old in before.items():
        index = ticket.indices.get(name.removeprefix("bert."))
        outside = torch.ones(old.numel(), dtype=torch.bool)
        if index is not None:
            outside[index] = False
            moved += int((now[name].view(-1)[index] != old.view(-1)[index]).sum())
        assert torch.equal(now[name].view(-1)[outside], old.view(-1)[outside]), name
    assert moved > 0.9 * len(ticket)
    assert not any(p.requires_grad or p.grad is not None for p in model.parameters())


def test_prompt_alone_and_full(lm, ticket):
    before = weights(lm.model)
    alone = train(lm, SHOTS, **QUICK)
    assert same(before, weights(alone.lm)) and alone.trained_parameters == 4 * 16
    full = train(lm, SHOTS, full=True, **QUICK)
    moved = [name for name, p in full.lm.named_parameters() if not torch.equal(p, before[name])]
    assert len(moved) > 30 and same(before, weights(lm.model))
    assert all(p.requires_grad and p.grad is None for p in lm.model.parameters())
    with pytest.raises(ValueError, match="exclude each other"):
        train(lm, SHOTS, full=True, ticket=ticket, **QUICK)
    with pytest.raises(ValueError, match="nothing to train"):
        train(lm, SHOTS, **QUICK | {"prompt_length": 0})


@pytest.mark.second
@pytest.mark.parametrize("body", ["prompt", "ticket", "full"])
def test_a_killed_run_ends_in_the_same_bits(lm, ticket, tmp_path, body):
    extra = {"prompt": {}, "ticket": {"ticket": ticket}, "full": {"full": True}}[body]
    settings = QUICK | extra | dict(seed=5, dropout=True, mlp_width=8, learned_labels=True)
    whole = train(lm, SHOTS, **settings)

    def kill(step, info):
        if step == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(lm, SHOTS, **settings, checkpoint=tmp_path, every=2, callback=kill)
    steps = []
    resumed = train(
        lm, SHOTS, **settings, checkpoint=tmp_path, every=2, callback=lambda t, _: steps.append(t)
    )
    assert steps == [2, 3, 4, 5] and resumed.history == whole.history
    assert same(weights(whole), weights(resumed))
    with pytest.raises(ValueError, match="belongs to another run: epochs was 3, now 4"):
        train(lm, SHOTS, **settings | {"epochs": 4}, checkpoint=tmp_path)
    if body == "ticket":
        other = Ticket.random(eligible(lm.model), 0.2, seed=1, **origin(lm.model))
        with pytest.raises(ValueError, match="belongs to another run: ticket was"):
            train(lm, SHOTS, **settings | {"ticket": other}, checkpoint=tmp_path)


KILLED = """
import os, signal, sys
sys.path[:0] = [{here!r}, "."]
from test_train import QUICK, SHOTS, train, toy_backbone
def stop(step, info):
    if step == 3:
        os.kill(os.getpid(), signal.SIGKILL)
train(toy_backbone(), SHOTS, **QUICK, checkpoint={folder!r}, every=1, callback=stop)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
@pytest.mark.process
def test_a_process_killed_for_real_goes_on(lm, tmp_path):
    here = os.path.dirname(os.path.abspath(__file__))
    root = os.getcwd()
    code = KILLED.format(here=here, folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], cwd=root, timeout=120)
    assert done.returncode == -signal.SIGKILL
    resumed = train(lm, SHOTS, **QUICK, checkpoint=tmp_path, every=1)
    assert same(weights(resumed), weights(train(lm, SHOTS, **QUICK)))


@pytest.mark.second
@pytest.mark.parametrize("body", ["prompt", "ticket", "full"])
def test_save_and_load(lm, ticket, tmp_path, body):
    extra = {"prompt": {}, "ticket": {"ticket": ticket}, "full": {"full": True}}[body]
    model = train(lm, SHOTS, **QUICK, **extra, learned_labels=body == "ticket", mlp_width=8)
    model.save(tmp_path)
    before = weights(lm.model)
    loaded = Trained.load(tmp_path, lm)
    assert same(weights(model), weights(loaded)) and same(before, weights(lm.model))
    assert loaded.history == model.history and loaded.trains == model.trains
    batch = model.batch(model.encode(SHOTS["text"]))
    assert torch.equal(model(batch), loaded(batch))
    loaded.save(tmp_path / "again")  # a loaded model can be saved, too
    assert same(weights(model), weights(Trained.load(tmp_path / "again", lm)))
    sizes = {path.name: path.stat().st_size for path in tmp_path.iterdir() if path.is_file()}
    assert ("weights.safetensors" in sizes) == (body == "full")
    assert not any(name.endswith((".pt", ".bin", ".pkl")) for name in sizes)


def test_another_base_is_refused(lm, ticket, tmp_path):
    other = toy_backbone(seed=1)
    with pytest.raises(ValueError, match="found on base"):
        train(other, SHOTS, ticket=ticket, **QUICK)
    train(lm, SHOTS, **QUICK).save(tmp_path)
    with pytest.raises(ValueError, match=f"but the model given is {fingerprint(other.model)}"):
        Trained.load(tmp_path, other)


def test_missing_and_damaged_folders(lm, tmp_path):
    with pytest.raises(FileNotFoundError, match="holds no trained model; make one with"):
        Trained.load(tmp_path / "nowhere", lm)
    train(lm, SHOTS, **QUICK).save(tmp_path)
    (tmp_path / "prompt.safetensors").write_bytes(b"x")
    with pytest.raises(ValueError, match="is damaged; copy it again, or train and save it"):
        Trained.load(tmp_path, lm)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(ValueError, match="is damaged"):
        Trained.load(tmp_path, lm)


def test_bad_datasets_cost_one_sentence(lm):
    with pytest.raises(ValueError, match="no column 'label'; it has text"):
        train(lm, {"text": ["cat"]}, **QUICK)
    with pytest.raises(ValueError, match=r"labels must be in \[0, 1\].*got 0 to 2"):
        train(lm, {"text": ["cat", "dog"], "label": [0, 2]}, **QUICK)
    with pytest.raises(ValueError, match="the dataset is empty"):
        train(lm, {"text": [], "label": []}, **QUICK)
    with pytest.raises(ValueError, match="prompt leaves 28; shorten it, or cut it: truncate=True"):
        train(lm, {"text": ["cat " * 30], "label": [0]}, **QUICK)
    with pytest.raises(ValueError, match="autocast must be"):
        train(lm, SHOTS, autocast="fast", **QUICK)


@pytest.mark.parametrize("change", [dict(epochs=0), dict(batch_size=-4), dict(every=0)])
def test_what_would_train_nothing_is_refused(lm, change):
    with pytest.raises(ValueError, match=f"{next(iter(change))} must be at least 1, got"):
        train(lm, SHOTS, **QUICK | change)


def test_a_look_during_training_leaves_dropout_on(lm):
    asked = {"text": SHOTS["text"], "label": SHOTS["label"]}
    options = QUICK | dict(dropout=True, epochs=2)
    plain = train(lm, SHOTS, **options)
    looked = train(lm, SHOTS, callback=lambda _, info: predict(info["model"], asked), **options)
    assert looked.history == plain.history


def test_a_run_depends_on_its_seed_and_on_nothing_else(lm):
    torch.manual_seed(1)
    first = train(lm, SHOTS, **QUICK)
    torch.manual_seed(2)
    assert same(weights(first), weights(train(lm, SHOTS, **QUICK)))
    assert not same(weights(first), weights(train(lm, SHOTS, seed=1, **QUICK)))


@pytest.mark.second
def test_pairs_and_bf16(lm):
    pairs = SHOTS | {"text_pair": ["a house"] * 8}
    assert train(lm, pairs, **QUICK).history != train(lm, SHOTS, **QUICK).history
    half = train(lm, SHOTS, autocast=True, **QUICK)
    assert half.prompt.dtype == torch.float32
    assert half.history == pytest.approx(train(lm, SHOTS, **QUICK).history, abs=0.05)
