"""Keywords: a signature shows them all, and one that nobody knows is told under the right name."""

import inspect
from dataclasses import fields

import pytest

import ltp_core as ltp
from ltp_core.rivals.methods import METHODS
from ltp_core.training.options import Stage1Options, Stage2Options


@pytest.mark.parametrize("name", ["adapt", "find_ticket", "train"])
def test_a_signature_shows_every_option(name):
    kind = Stage2Options if name == "train" else Stage1Options
    shown = inspect.signature(getattr(ltp, name)).parameters
    for field in fields(kind):
        assert shown[field.name].default == field.default
    assert all(p.kind is not p.VAR_KEYWORD for p in shown.values())


def test_every_method_shows_its_options():
    for method in METHODS.values():
        assert "epochs" in inspect.signature(method).parameters, method


def test_an_unknown_keyword_is_reported_under_the_name_that_was_called(lm):
    shots = {"text": ["dog"], "label": [0]}
    with pytest.raises(TypeError, match=r"^train\(\) has no keyword 'epoch'; did you mean 'epochs"):
        ltp.train(lm, shots, task=None, epoch=3)
    with pytest.raises(TypeError, match=r"^find_ticket\(\) has no keyword 'step'; .* 'steps'"):
        ltp.find_ticket(lm, shots, step=3)
    with pytest.raises(TypeError, match=r"^adapt\(\) has no keyword 'tickets'; .* 'ticket'"):
        ltp.adapt(lm, shots, tickets=None)
    with pytest.raises(TypeError, match=r"^train\(\) has no keyword 'zzz'; it has seed, warmup"):
        ltp.train(lm, shots, task=None, zzz=1)
    with pytest.raises(TypeError, match="task"):
        ltp.train(lm, shots)
