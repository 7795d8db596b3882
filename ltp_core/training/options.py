"""How to train, as one value: every option with its default, its meaning, and its bounds.

    LoopOptions      what both stages share: seed, warm-up, checkpoint ...
    Stage1Options    masked-LM training
    Stage2Options    training on a task

`find_ticket`, `adapt` and `train` take these options as keywords, specs take them from a table, and
the shell takes them as flags.

Reading order: `LoopOptions`, `Stage1Options`, `Stage2Options`.

What it does not do: train, or check a value and hand it to a function (`keywords.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ..keywords import Options, option

DENSITY = 0.20  # of the eligible weights: the share that the paper trains
PLACES = ("start", "hole")  # where in its row a prompt may stand


@dataclass(frozen=True, kw_only=True)
class LoopOptions(Options):
    """What both stages share.

    >>> LoopOptions(warmup=0.1).every
    50
    >>> LoopOptions(warmup=10)
    Traceback (most recent call last):
    ValueError: warmup must be at most 1, got 10
    """

    seed: int = option(0, "decides order, masks, and starting prompt", at_least=0)
    warmup: float = option(0.0, "share of the steps with a rising rate", at_least=0, at_most=1)
    clip: float = option(1.0, "largest norm of the gradient", above=0)
    autocast: bool | Literal["auto"] = option(
        False, "bfloat16: off, on, or auto (where this machine gains)", one_of=(False, True, "auto")
    )
    weight_decay: float = option(0.0, "AdamW's pull on the weights", at_least=0)
    dropout: bool = option(False, "train with the model's dropout")
    optimizer: str = option("adamw", "which optimizer", one_of=("adamw", "sgd"))
    checkpoint: str | Path | None = option(None, "folder for the state; rerun to resume")
    every: int = option(50, "steps between two checkpoints", at_least=1)
    progress: bool = option(True, "show progress bars")
    callback: Callable[[int, dict[str, Any]], None] | None = option(None, "hears of each step")


@dataclass(frozen=True, kw_only=True)
class Stage1Options(LoopOptions):
    """Masked-LM training."""

    steps: int = option(400, "steps of masked-LM training", at_least=1)
    batch_size: int = option(32, "rows per step", at_least=1)
    learning_rate: float = option(1e-4, "peak rate of the weights", at_least=0)
    warmup: float = option(0.1, "share of the steps with a rising rate", at_least=0, at_most=1)
    max_length: int = option(128, "cut lines into rows of this many pieces", at_least=3)


@dataclass(frozen=True, kw_only=True)
class Form(Options):
    """How a prompt model is built."""

    prompt_start: str = option("pieces", "where the prompt starts: pieces, labels, words: ...")
    prompt_place: str = option(
        "start", "the prompt stands after the row's start, or beside its hole", one_of=PLACES
    )
    keep_positions: bool = option(False, "the text keeps its position ids beside a prompt")
    silent: bool = option(False, "the prompt gets next to no attention until it has learned to")
    mlp_width: int = option(0, "width of the prompt's re-parametrization", at_least=0)
    mlp_norm: bool = option(False, "re-parametrization with ReLU and LayerNorm")
    learned_labels: bool = option(False, "train one vector per class, starting from its word")
    truncate: bool = option(False, "cut texts that are longer than the positions")
    template: str | None = option(None, "words of a human around the text")
    deep: bool = option(False, "a prompt in every layer")
    head: bool = option(False, "a new linear layer answers, in the place of label words")


PLAIN = Form()  # the method's own: random vectors after <s>, answers by label words


@dataclass(frozen=True, kw_only=True)
class Stage2Options(Form, LoopOptions):
    """Training on a task. Rates that are None depend on what is trained: see `train.RATES`."""

    prompt_length: int = option(10, "number of prompt vectors", at_least=0)
    epochs: int = option(12, "passes over the examples", at_least=1)
    batch_size: int = option(16, "rows per step", at_least=1)
    learning_rate: float | None = option(None, "peak rate of the weights", at_least=0)
    prompt_rate: float | None = option(None, "peak rate of the prompt", at_least=0)
    copies: int = option(1, "how often the dataset holds every row", at_least=1)
