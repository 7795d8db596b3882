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
ONCE = ["base", "outer"]
FIRST = (b"embeddings.word_embeddings", b"cls.predictions.bias")  # the first tensor of each
SHORT = {"task": TASK, "epochs": 1, "prompt_length": 2, "progress": False}


@pytest.fixture
def hashed(monkeypatch):
    """One entry for each time that the base model, or what stands around it, is hashed."""
    calls = []

    class Hash:
        def __init__(self):
            self.hash = hashlib.sha256()
            self.hexdigest = self.hash.hexdigest

        def update(self, data):
            if bytes(data[:40]).startswith(FIRST):
                calls.append("base" if bytes(data[:40]).startswith(FIRST[0]) else "outer")
            self.hash.update(data)

    monkeypatch.setattr(backbone, "hashlib", SimpleNamespace(sha256=Hash))
    return calls


def test_find_ticket(lm, hashed):
    ltp.find_ticket(lm, {"text": ["the cat eats rice"]}, steps=1, progress=False)
    assert sorted(hashed) == ONCE


def test_train(lm, ticket, hashed):
    for number, what in enumerate(({}, {"full": True}, {"ticket": ticket}), start=1):
        ltp.train(lm, SHOTS, **SHORT, **what)
        assert sorted(hashed) == sorted(number * ONCE), what


def test_load(lm, ticket, hashed, tmp_path):
    for what in ({}, {"full": True}, {"ticket": ticket}):
        Trained(lm, TASK.words, 2, **what).save(tmp_path)
        hashed.clear()
        Trained.load(tmp_path, lm)
        assert sorted(hashed) == ONCE, what


def test_random_ticket(lm, hashed):
    METHODS["random_ticket"](lm, SHOTS, **SHORT)
    assert sorted(hashed) == ONCE
