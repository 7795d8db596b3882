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

    Args:
        seed: decides the order of the rows, the masks of stage 1, and the start of a prompt.
        warmup: share of the steps in which the rate rises; then it falls in a straight line to 0.
        clip: a gradient with a larger norm than this is shortened to it.
        autocast: computes in bfloat16: True, False, or "auto", which does so where this machine
            gains. The weights stay in fp32.
        weight_decay: how strongly the optimizer pulls weights towards zero.
        dropout: the model's own dropout is on while it is trained; else it is off.
        optimizer: "adamw", or "sgd" (with momentum 0.9).
        checkpoint: a folder for the state of the training; the same call resumes from there after
            a kill, and ends in the same bits. None for no checkpoint.
        every: steps between two checkpoints.
        callback: is called after each step with its number and a dict of its loss and rates.

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
    """Masked-LM training.

    Args:
        steps: how many steps of masked-LM training there are.
        batch_size: rows in a step; with several processes, of all of them together.
        learning_rate: peak rate of the weights.
        max_length: a longer line is cut into rows of this many pieces; nothing is lost.
    """

    steps: int = option(400, "steps of masked-LM training", at_least=1)
    batch_size: int = option(32, "rows per step", at_least=1)
    learning_rate: float = option(1e-4, "peak rate of the weights", at_least=0)
    warmup: float = option(0.1, "share of the steps with a rising rate", at_least=0, at_most=1)
    max_length: int = option(128, "cut lines into rows of this many pieces", at_least=3)


@dataclass(frozen=True, kw_only=True)
class Form(Options):
    """How a prompt model is built.

    Args:
        prompt_start: the first vectors of the prompt. "pieces": pieces of the vocabulary, drawn
            with the seed. "labels": for each class the mean of its label word's pieces. "query":
            the pieces of "query:". "words: SENTENCE": those of a sentence, for example
            "words: is a kind of". "file: PATH": a prompt that was trained before. All but "pieces"
            say themselves how many vectors there are, and `prompt_length` is the most.
        prompt_place: "start": the prompt stands between the start sign and the text. "hole": it
            stands right before the hole, which is where the answer is read.
        keep_positions: the text keeps the position ids that it has without a prompt; else it moves
            aside.
        silent: at first the prompt gets a thousandth of its usual attention; how much it gets is
            trained, too.
        mlp_width: width of a small network that the prompt is trained through, and that is gone
            after training (`PromptReparametrization`); 0 for none.
        mlp_norm: that network with ReLU and LayerNorm, in place of tanh; it needs a `mlp_width`.
        learned_labels: one vector per class is trained, too; it starts from its label word.
        truncate: a text that is too long for the model's positions loses its end; else it is
            refused.
        template: a sentence around the text, "{text} is a kind of {mask}."; for two texts it has
            {pair}, too. None for no sentence.
        deep: every layer gets prompt vectors of its own (`deep_prompt`).
        head: a new linear layer on the mean of the last states answers, in place of label words.
    """

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
    """Training on a task. Rates that are None depend on what is trained: see `train.RATES`.

    Args:
        prompt_length: number of prompt vectors; 0 for no prompt.
        epochs: how often the examples are passed over.
        batch_size: rows in a step; with several processes, of all of them together.
        learning_rate: peak rate of the ticket or of the weights; None for the one in `RATES`.
        prompt_rate: peak rate of the prompt; None for the one in `RATES`.
        weight_decay: pulls on the ticket or on the weights, never on the prompt.
        copies: how often the dataset holds every row, one whole copy after the other; each epoch
            reads the next copy.
    """

    prompt_length: int = option(10, "number of prompt vectors", at_least=0)
    epochs: int = option(12, "passes over the examples", at_least=1)
    batch_size: int = option(16, "rows per step", at_least=1)
    learning_rate: float | None = option(None, "peak rate of the weights", at_least=0)
    prompt_rate: float | None = option(None, "peak rate of the prompt", at_least=0)
    copies: int = option(1, "how often the dataset holds every row", at_least=1)
