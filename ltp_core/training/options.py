"""How to train, as one value: every option with its default, its meaning, and its bounds.

    LoopOptions      what both stages share: seed, warm-up, checkpoint ...
    Stage1Options    masked-LM training
    Stage2Options    training on a task

`adapt`, `find_ticket` and `train` take these options as keywords, specs take them from a table, and
the shell takes them as flags. All three are made from the fields below, so they cannot differ. This
file imports no torch: `ltp --help` answers at once.

Reading order: `LoopOptions`, `Stage1Options`, `Stage2Options`, `made_from`, `takes`.

What it does not do: train.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from inspect import Parameter, signature
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar

DENSITY = 0.20  # of the eligible weights: the share that the paper trains
Callback = Callable[[int, dict[str, Any]], None]
Options = TypeVar("Options", bound="LoopOptions")
Function = TypeVar("Function", bound=Callable[..., Any])


def option(default: Any, about: str, **bounds: Any) -> Any:
    """A field with a sentence for `--help` and bounds: at_least, at_most, above, one_of."""
    return field(default=default, metadata={"about": about, **bounds})


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
    warmup: float = option(
        0.0, "share of the steps during which the rate rises", at_least=0, at_most=1
    )
    clip: float = option(1.0, "largest norm of the gradient", above=0)
    autocast: bool | Literal["auto"] = option(
        False, "bfloat16: off, on, or auto (where this machine gains by it)"
    )
    optimizer: str = option("adamw", "which optimizer", one_of=("adamw", "sgd"))
    checkpoint: str | Path | None = option(None, "folder for the state; rerun to resume")
    every: int = option(50, "steps between two checkpoints", at_least=1)
    progress: bool = option(True, "show progress bars")
    callback: Callback | None = option(None, "called after each step with (step, info)")

    def __post_init__(self) -> None:
        for f in fields(self):
            _check(f.name, getattr(self, f.name), f.metadata)


@dataclass(frozen=True, kw_only=True)
class Stage1Options(LoopOptions):
    """Masked-LM training."""

    steps: int = option(400, "steps of masked-LM training", at_least=1)
    batch_size: int = option(32, "rows per step", at_least=1)
    learning_rate: float = option(1e-4, "peak rate of the weights", at_least=0)
    weight_decay: float = option(0.0, "AdamW's pull on the weights", at_least=0)
    warmup: float = option(
        0.1, "share of the steps during which the rate rises", at_least=0, at_most=1
    )
    max_length: int = option(128, "cut lines into rows of this many pieces")
    dropout: bool = option(False, "train with the model's dropout")


@dataclass(frozen=True, kw_only=True)
class Stage2Options(LoopOptions):
    """Training on a task. Rates that are None depend on what is trained: see `train.RATES`."""

    prompt_length: int = option(10, "number of prompt vectors", at_least=0)
    epochs: int = option(12, "passes over the examples", at_least=1)
    batch_size: int = option(16, "rows per step", at_least=1)
    learning_rate: float | None = option(None, "peak rate of the weights", at_least=0)
    prompt_rate: float | None = option(None, "peak rate of the prompt", at_least=0)
    weight_decay: float = option(0.0, "AdamW's pull on the weights", at_least=0)
    mlp_width: int = option(
        0, "width of the prompt's re-parametrization, 0 for none", at_least=0
    )
    learned_labels: bool = option(False, "train one vector per class, starting from its word")
    truncate: bool = option(False, "cut texts that are longer than the positions")
    dropout: bool = option(False, "train with the model's dropout")
    copies: int = option(1, "how often the dataset holds every row", at_least=1)
    template: str | None = option(None, "words of a human around the text")
    deep: bool = option(False, "a prompt in every layer")
    head: bool = option(False, "a new linear layer answers, in the place of label words")


# The same names once more for type checkers, which cannot read them off the fields. A test holds
# names and types of both to each other.


class LoopKeywords(TypedDict, total=False):
    """Keywords of `LoopOptions`."""

    seed: int
    warmup: float
    clip: float
    autocast: bool | Literal["auto"]
    optimizer: str
    checkpoint: str | Path | None
    every: int
    progress: bool
    callback: Callback | None


class Stage1Keywords(LoopKeywords, total=False):
    """Keywords of `Stage1Options`."""

    steps: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    max_length: int
    dropout: bool


class FormKeywords(TypedDict, total=False):
    """How a prompt model is built; part of `Stage2Options`."""

    mlp_width: int
    learned_labels: bool
    truncate: bool
    template: str | None
    deep: bool
    head: bool


class Stage2Keywords(LoopKeywords, FormKeywords, total=False):
    """Keywords of `Stage2Options`."""

    prompt_length: int
    epochs: int
    batch_size: int
    learning_rate: float | None
    prompt_rate: float | None
    weight_decay: float
    dropout: bool
    copies: int


def made_from(
    kind: type[Options], keywords: Mapping[str, Any], function: Callable[..., Any]
) -> Options:
    """The options that a call of `function` gave; TypeError with the nearest name for an unknown one.

    >>> def train(lm, *, epochs=12, **keywords):
    ...     return made_from(LoopOptions, keywords, train)
    >>> train(None, warmup=0.5).warmup
    0.5
    >>> train(None, epoch=3)
    Traceback (most recent call last):
    TypeError: train() has no keyword 'epoch'; did you mean 'epochs'?
    """
    known = [f.name for f in fields(kind)]
    for name in keywords:
        if name not in known:
            own = [n for n, p in signature(function).parameters.items() if p.kind != p.VAR_KEYWORD]
            near = get_close_matches(name, [*own, *known], 1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f"; it has {', '.join(known)}"
            raise TypeError(f"{function.__name__}() has no keyword {name!r}{hint}")
    return kind(**keywords)


def takes(kind: type[LoopOptions]) -> Callable[[Function], Function]:
    """Show the fields of `kind` in a function's signature, in the place of its `**keywords`.

    >>> @takes(LoopOptions)
    ... def walk(lm, **keywords): ...
    >>> list(signature(walk).parameters)[:3]
    ['lm', 'seed', 'warmup']
    """

    def shown(function: Function) -> Function:
        plain = signature(function)
        own = {n: p for n, p in plain.parameters.items() if p.kind != p.VAR_KEYWORD}
        added = [
            Parameter(f.name, Parameter.KEYWORD_ONLY, default=f.default, annotation=f.type)
            for f in fields(kind)
            if f.name not in own
        ]
        whole = plain.replace(parameters=[*own.values(), *added])
        setattr(function, "__signature__", whole)  # noqa: B010 (mypy knows no such attribute)
        return function

    return shown


def _check(name: str, value: Any, bounds: Mapping[str, Any]) -> None:
    if name == "autocast" and value not in (True, False, "auto"):
        raise ValueError(f'autocast must be True, False or "auto", got {value!r}')
    if "one_of" in bounds and value not in bounds["one_of"]:
        raise ValueError(f"{name} must be one of {', '.join(bounds['one_of'])}, got {value!r}")
    if value is None or isinstance(value, str):
        return
    if "at_least" in bounds and not value >= bounds["at_least"]:
        raise ValueError(f"{name} must be at least {bounds['at_least']}, got {value}")
    if "at_most" in bounds and not value <= bounds["at_most"]:
        raise ValueError(f"{name} must be at most {bounds['at_most']}, got {value}")
    if "above" in bounds and not value > bounds["above"]:
        raise ValueError(f"{name} must be above {bounds['above']}, got {value}")
