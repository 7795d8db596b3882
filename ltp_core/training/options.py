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
KINDS: dict[str, tuple[Callable[[Any], bool], str]] = {  # a field's type, as it is written
    "int": (lambda v: isinstance(v, Integral) and not isinstance(v, bool), "a whole number"),
    "float": (lambda v: _is_real(v) and math.isfinite(v), "a finite number"),
    "bool": (lambda v: isinstance(v, bool), "True or False"),
    "str": (lambda v: isinstance(v, str), "a string"),
    "str | Path": (lambda v: isinstance(v, str | Path), "a path"),
}
P = ParamSpec("P")
A = TypeVar("A")
B = TypeVar("B")
Given = TypeVar("Given")
R = TypeVar("R")


def option(default: Any, about: str, **bounds: Any) -> Any:
    """A field with a sentence for `--help` and bounds by the names in `HOLDS`."""
    return field(default=default, metadata={"about": about, "bounds": bounds})


def _is_real(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def check(options: Any) -> None:
    """Raise ValueError unless each field is of its kind and within its bounds.

    >>> LoopOptions(every=2.5)
    Traceback (most recent call last):
    ValueError: every must be a whole number, got 2.5
    """
    for f in fields(options):
        value, kind = getattr(options, f.name), str(f.type)
        if value is None and kind.endswith(" | None"):
            continue
        is_kind, said = KINDS.get(kind.removesuffix(" | None"), (lambda v: True, ""))
        if not is_kind(value):
            raise ValueError(f"{f.name} must be {said}, got {value!r}")
        for name, bound in f.metadata.get("bounds", {}).items():
            if not HOLDS[name](value, bound):
                of = ", ".join(map(str, bound)) if name == "one_of" else bound
                words = f"{f.name} must be {name.replace('_', ' ')} {of}"
                raise ValueError(f"{words}, got {value!r}")


@dataclass(frozen=True, kw_only=True)
class LoopOptions:
    """What both stages share. A value that exists is within its bounds.

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

    def __post_init__(self) -> None:
        check(self)

    def only(self, kind: type[LoopOptions | Form]) -> dict[str, Any]:
        """Those of the options that `kind` has, too, as keywords."""
        return {f.name: getattr(self, f.name) for f in fields(kind)}


@dataclass(frozen=True, kw_only=True)
class Stage1Options(LoopOptions):
    """Masked-LM training."""

    steps: int = option(400, "steps of masked-LM training", at_least=1)
    batch_size: int = option(32, "rows per step", at_least=1)
    learning_rate: float = option(1e-4, "peak rate of the weights", at_least=0)
    warmup: float = option(0.1, "share of the steps with a rising rate", at_least=0, at_most=1)
    max_length: int = option(128, "cut lines into rows of this many pieces", at_least=3)


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a prompt model is built."""

    mlp_width: int = option(0, "width of the prompt's re-parametrization", at_least=0)
    learned_labels: bool = option(False, "train one vector per class, starting from its word")
    truncate: bool = option(False, "cut texts that are longer than the positions")
    template: str | None = option(None, "words of a human around the text")
    deep: bool = option(False, "a prompt in every layer")
    head: bool = option(False, "a new linear layer answers, in the place of label words")

    def __post_init__(self) -> None:
        check(self)


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
