"""Options: bounds, names for type checkers, and what is said of a keyword nobody knows."""

import inspect
from dataclasses import FrozenInstanceError, fields

import pytest

import ltp_core as ltp
from ltp_core.rivals.methods import METHODS
from ltp_core.training.options import Form, LoopOptions, Stage1Options, Stage2Options


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


def test_options_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        LoopOptions().seed = 3


@pytest.mark.parametrize(
    "kind, given, said",
    [
        (LoopOptions, {"warmup": 1.5}, "warmup must be at most 1, got 1.5"),
        (LoopOptions, {"warmup": float("nan")}, "warmup must be a finite number, got nan"),
        (LoopOptions, {"clip": 0}, "clip must be above 0, got 0"),
        (LoopOptions, {"clip": float("inf")}, "clip must be a finite number, got inf"),
        (LoopOptions, {"seed": "3"}, "seed must be a whole number, got '3'"),
        (LoopOptions, {"seed": True}, "seed must be a whole number, got True"),
        (LoopOptions, {"dropout": 1}, "dropout must be True or False, got 1"),
        (LoopOptions, {"autocast": None}, "autocast must be one of False, True, auto, got None"),
        (Stage1Options, {"steps": 2.5}, "steps must be a whole number, got 2.5"),
        (Stage2Options, {"template": 3}, "template must be a string or None, got 3"),
        (LoopOptions, {"checkpoint": 3}, "checkpoint must be a string or a path or None, got 3"),
        (Stage1Options, {"max_length": 2}, "max_length must be at least 3, got 2"),
        (Form, {"mlp_width": -1}, "mlp_width must be at least 0, got -1"),
        (LoopOptions, {"every": 0}, "every must be at least 1, got 0"),
        (LoopOptions, {"seed": -1}, "seed must be at least 0, got -1"),
        (LoopOptions, {"optimizer": "adam"}, "optimizer must be one of adamw, sgd, got 'adam'"),
        (LoopOptions, {"autocast": "on"}, "autocast must be one of False, True, auto, got 'on'"),
        (Stage1Options, {"steps": 0}, "steps must be at least 1, got 0"),
        (Stage1Options, {"weight_decay": -1}, "weight_decay must be at least 0, got -1"),
        (Stage2Options, {"epochs": 0}, "epochs must be at least 1, got 0"),
        (Stage2Options, {"prompt_rate": -0.1}, "prompt_rate must be at least 0, got -0.1"),
        (Stage2Options, {"prompt_length": -3}, "prompt_length must be at least 0, got -3"),
    ],
)
def test_what_is_out_of_bounds_is_refused_in_one_sentence(kind, given, said):
    with pytest.raises(ValueError) as error:
        kind(**given)
    assert str(error.value) == said


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
