"""How to train, as one value: every option with its default, its meaning, and its bounds.

    LoopOptions      what both stages share: seed, warm-up, checkpoint ...
    Stage1Options    masked-LM training
    Stage2Options    training on a task

`find_ticket`, `adapt` and `train` take these options as keywords, specs take them from a table, and
the shell takes them as flags. All three are made from the fields below, so they cannot differ. This
file imports no torch: `ltp --help` answers at once.

Reading order: `LoopOptions`, `Stage1Options`, `Stage2Options`, `takes`.

What it does not do: train.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

DENSITY = 0.20  # of the eligible weights: the share that the paper trains
HOLDS: dict[str, Callable[[Any, Any], bool]] = {  # the bounds that an option can have
    "at_least": operator.ge,
    "at_most": operator.le,
    "above": operator.gt,
    "one_of": lambda value, choices: value in choices,
}
KINDS = {  # what a field of such a type may be
    "int": "a whole number",
    "float": "a finite number",
    "bool": "True or False",
    "str": "a string",
    "Path": "a path",
    "None": "None",
}
PLACES = ("start", "hole")  # where in its row a prompt may stand
P = ParamSpec("P")
A = TypeVar("A")
B = TypeVar("B")
Given = TypeVar("Given")
R = TypeVar("R")


def option(default: Any, about: str, **bounds: Any) -> Any:
    """A field with a sentence for `--help` and bounds by the names in `HOLDS`."""
    return field(default=default, metadata={"about": about, "bounds": bounds})


def is_of(value: object, kinds: str) -> bool:
    """Is the value of a type as it is written, "float | None"? True counts as no number.

    >>> is_of(16, "int"), is_of(True, "int"), is_of(1, "float"), is_of(math.nan, "float")
    (True, False, True, False)
    """
    names = kinds.split(" | ")
    if value is None or isinstance(value, bool | str):
        return {type(None): "None", bool: "bool"}.get(type(value), "str") in names
    if isinstance(value, Path):
        return "Path" in names
    if isinstance(value, Integral):
        return "int" in names or "float" in names
    return isinstance(value, Real) and "float" in names and math.isfinite(value)


class Options:
    """Fields with kinds and bounds: a value that exists is of its kind and within its bounds."""

    def __post_init__(self) -> None:
        for f in fields(self):  # type: ignore[arg-type]  # each kind is a dataclass
            value, bounds = getattr(self, f.name), f.metadata.get("bounds", {})
            kinds = str(f.type).split(" | ")
            if KINDS.keys() >= set(kinds) and not is_of(value, str(f.type)):
                words = " or ".join(KINDS[kind] for kind in kinds)
                raise ValueError(f"{f.name} must be {words}, got {value!r}")
            for name, bound in bounds.items() if value is not None or "None" not in kinds else ():
                if not HOLDS[name](value, bound):
                    of = ", ".join(map(str, bound)) if name == "one_of" else bound
                    words = f"{f.name} must be {name.replace('_', ' ')} {of}"
                    raise ValueError(f"{words}, got {value!r}")

    def only(self, kind: type[LoopOptions | Form]) -> dict[str, Any]:
        """Those of the options that `kind` has, too, as keywords."""
        return {f.name: getattr(self, f.name) for f in fields(kind)}


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


def takes(
    kind: Callable[P, Given],
) -> Callable[[Callable[[A, B, Given], R]], Callable[Concatenate[A, B, P], R]]:
    """Let a function of (lm, dataset, options) be called with the options as keywords.

    An unknown keyword is a TypeError that names the function called and the nearest right name.

    >>> @takes(LoopOptions)
    ... def walk(lm, dataset, options):
    ...     return options.warmup
    >>> walk(None, None, warmup=0.5), list(signature(walk).parameters)[:4]
    (0.5, ['lm', 'dataset', 'seed', 'warmup'])
    >>> walk(None, None, warm=0.5)
    Traceback (most recent call last):
    TypeError: walk() has no keyword 'warm'; did you mean 'warmup'?
    """

    def decorate(function: Callable[[A, B, Given], R]) -> Callable[Concatenate[A, B, P], R]:
        plain, ours = signature(function), signature(kind).parameters

        @wraps(function)
        def call(lm: A, dataset: B, *args: P.args, **keywords: P.kwargs) -> R:
            for name in keywords:
                if name not in ours:
                    near = get_close_matches(name, ours, 1, cutoff=0.5)
                    hint = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(ours)}"
                    raise TypeError(f"{function.__name__}() has no keyword {name!r}; {hint}")
            return function(lm, dataset, kind(*args, **keywords))

        whole = [*list(plain.parameters.values())[:2], *ours.values()]
        vars(call)["__signature__"] = plain.replace(parameters=whole)
        return call  # type: ignore[return-value]  # it takes lm and dataset by name, too

    return decorate
