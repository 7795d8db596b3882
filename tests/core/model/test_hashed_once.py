"""A model is hashed once in a call, not once in each part of it: at full size it takes a second."""

import hashlib
from types import SimpleNamespace

import pytest

import ltp_core as ltp
from ltp_core.model import backbone
from ltp_core.rivals.methods import METHODS
from ltp_core.stage2.trained import Trained

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["dog", "rice"], "label": [1, 0]}
SHORT = {"task": TASK, "epochs": 1, "prompt_length": 2, "progress": False}


@pytest.fixture
def hashed(monkeypatch):
    """One entry for each time that a model's weights are hashed; `fingerprint` is the one place."""
    calls = []

    def sha256():
        calls.append("a model")
        return hashlib.sha256()

    monkeypatch.setattr(backbone, "hashlib", SimpleNamespace(sha256=sha256))
    return calls


def test_find_ticket(lm, hashed):
    ltp.find_ticket(lm, {"text": ["the cat eats rice"]}, steps=1, progress=False)
    assert len(hashed) == 1


def test_train(lm, ticket, hashed):
    for number, what in enumerate(({}, {"full": True}, {"ticket": ticket}), start=1):
        ltp.train(lm, SHOTS, **SHORT, **what)
        assert len(hashed) == number, what


def test_load(lm, ticket, hashed, tmp_path):
    for what in ({}, {"full": True}, {"ticket": ticket}):
        Trained(lm, TASK.words, 2, **what).save(tmp_path)
        hashed.clear()
        Trained.load(tmp_path, lm)
        assert len(hashed) == 1, what


def test_random_ticket(lm, hashed):
    METHODS["random_ticket"](lm, SHOTS, **SHORT)
    assert len(hashed) == 1
