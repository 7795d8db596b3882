"""Options: what is out of bounds is refused, and a value stays what it was."""

from dataclasses import FrozenInstanceError

import pytest

from ltp_core.training.options import Form, LoopOptions, Stage1Options, Stage2Options


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
