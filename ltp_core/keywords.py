"""The keywords of a function as one value: each with its kind, its default, its bounds, its words.

A kind of options is a frozen dataclass over `Options`. Its fields are made by `option`, and a value
of it that exists is sound. A function that `takes` it has the fields as keywords, a spec has them
from a table, and the shell has them as flags. All three are made from the fields, so they cannot
differ. This file imports no torch: `ltp --help` answers at once.

Reading order: `option`, `Options`, `takes`.

What it does not do: say which options there are (`training/options.py`).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import field, fields
from difflib import get_close_matches
from functools import wraps
from inspect import signature
from numbers import Integral, Real
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

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

    def pick(self, *names: str) -> dict[str, Any]:
        """Some of the options, as keywords."""
        return {name: getattr(self, name) for name in names}

    def only(self, kind: type[Options]) -> dict[str, Any]:
        """Those of the options that `kind` has, too, as keywords."""
        return self.pick(*(f.name for f in fields(kind)))  # type: ignore[arg-type]  # as above


def takes(
    kind: Callable[P, Given],
) -> Callable[[Callable[[A, B, Given], R]], Callable[Concatenate[A, B, P], R]]:
    """Let a function of (lm, dataset, options) be called with the options as keywords.

    Raises:
        TypeError: in the call, an unknown keyword; the sentence names the nearest right one.

    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Walking(Options):
    ...     steps: "int" = option(7, "how far", at_least=1)
    >>> @takes(Walking)
    ... def walk(lm, dataset, options):
    ...     return options.steps
    >>> walk(None, None, steps=3), list(signature(walk).parameters)
    (3, ['lm', 'dataset', 'steps'])
    >>> walk(None, None, step=3)
    Traceback (most recent call last):
    TypeError: walk() has no keyword 'step'; did you mean 'steps'?
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
