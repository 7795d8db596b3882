"""What may stand in a spec: its keys, tables and values, checked before anything is run.

Reading order: the constants, `options`, `check`.

What it does not do: read a file, or make runs of it (`spec.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields
from difflib import get_close_matches
from inspect import signature
from pathlib import Path
from typing import Any, TypeAlias

from ..data.corpora import SOURCES
from ..data.languages import check_language
from ..keywords import is_of
from ..rivals.methods import INPUTS, METHODS
from ..training.options import LoopOptions, Stage1Options, Stage2Options

Settings: TypeAlias = dict[str, Any]  # a table of a spec
BOUNDS: dict[str, tuple[Callable[[Any], bool], str]] = {  # of a single value
    "k": (lambda k: k >= 0, "0 or more"),
    "seeds": (lambda seed: seed >= 0, "0 or more"),
    "density": (lambda density: 0 < density <= 1, "in (0, 1]"),
    "scale": (lambda scale: is_of(scale, "float") and scale > 0, "above 0"),
    "learning_rate": (lambda rate: is_of(rate, "float") and rate >= 0, "of 0 or more"),
    "prompt_ratio": (lambda ratio: is_of(ratio, "float") and ratio >= 0, "of 0 or more"),
    "prompt_rate": (lambda rate: is_of(rate, "float") and rate >= 0, "of 0 or more"),
    "epochs": (lambda epochs: is_of(epochs, "int") and epochs >= 1, "whole numbers from 1 up"),
}
LISTS = {"methods": str, "k": int, "seeds": int, "density": float, "languages": str}
WORDS = {"task", "split", "test", "every", "language"}
TABLES = {"ticket", "train", "evaluate", "rates", "grid", "words", "halving"}
WHERE = ("layers", "modules")  # the part of a ticket's table that other tickets share
CHOICE = (*WHERE, "score", "quota", "gradient_batches")  # what decides after the same training
FORM = (  # how a prompt is made
    "prompt_start",
    "prompt_place",
    "keep_positions",
    "silent",
    "prompt_length",
    "mlp_width",
    "mlp_norm",
    "template",
)
AXES = ("prompt", "scale", "learning_rate", "prompt_ratio", "prompt_rate", "epochs")  # of a grid


def listed(value: Any) -> list[Any]:
    """A list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def options(methods: Iterable[str]) -> dict[str, set[str]]:
    """What the tables of a spec may hold: the fields of the options, and what a method adds.

    >>> {"epochs", "warmup"} <= options(["ltp"])["train"], sorted(options([])["evaluate"])
    (True, ['autocast', 'batch_size'])
    """
    by_sweep = {"seed", "progress", "callback"}  # a sweep sets these itself
    by_method = {"deep", "head", *INPUTS}  # as a method does these
    training = {f.name for f in fields(Stage2Options)} | {"least_steps", "most_steps"}
    training |= {name for method in methods for name in signature(METHODS[method]).parameters}
    stage1 = {f.name for f in fields(Stage1Options)} - by_sweep - {"checkpoint"}
    return {
        "train": training - by_sweep - by_method,
        "ticket": stage1 | {"name", "text", "running_only", "sources", "seed", *CHOICE},
        "evaluate": {"batch_size", "autocast"},
    }


def check(path: Path, spec: Settings) -> None:
    """Check that all that a spec holds may stand there.

    Raises:
        ValueError: something may not; the sentence names the first, with file, table and key.

    >>> check(Path("a.toml"), {"methods": ["ltp"], "every": 0})
    Traceback (most recent call last):
    ValueError: a.toml: every must be a whole number from 1 up, got 0
    """
    known = {*LISTS, *WORDS, *TABLES}
    if unknown := sorted(set(spec) - known):
        names = ", ".join(sorted(known))
        raise ValueError(f"{path}: unknown key {unknown[0]!r}; there are {names}")
    if not spec.get("methods"):
        raise ValueError(f'{path} names no methods; give some, as methods = ["ltp"] does')
    for key, kind in LISTS.items():
        values = spec.get(key, [])
        fits = isinstance(values, list) and all(is_of(v, kind.__name__) for v in values)
        if not fits or (key in spec and key != "languages" and not values):
            raise ValueError(f"{path}: {key} must be a list of {kind.__name__}, got {values!r}")
        if wrong := [v for v in values if key in BOUNDS and not BOUNDS[key][0](v)]:
            raise ValueError(f"{path}: {key} must be {BOUNDS[key][1]}, got {wrong[0]}")
    _check_kinds(path, spec)
    rates = spec.get("rates", {})
    for used in (spec["methods"], [] if isinstance(rates, str) else rates):
        if unknown := sorted(set(used) - set(METHODS)):
            near = get_close_matches(unknown[0], METHODS, 3, cutoff=0.3)
            hint = f"did you mean {' or '.join(near)}?" if near else f"one is {next(iter(METHODS))}"
            raise ValueError(f"{path}: unknown method {unknown[0]!r}; {hint}")
    if spec.get("test", "test") not in ("test", "dev"):
        raise ValueError(f'{path}: test must be "test" or "dev", got {spec["test"]!r}')
    if not is_of(every := spec.get("every", 1), "int") or every < 1:
        raise ValueError(f"{path}: every must be a whole number from 1 up, got {every!r}")
    if every > 1 and spec.get("test") == "dev":
        raise ValueError(f"{path}: every thins the test, and this spec tests on dev; leave it out")
    _check_grid(path, spec.get("grid", {}), spec["methods"])
    _check_halving(path, spec)
    for table, allowed in options(spec["methods"]).items():
        for given in listed(spec.get(table, {})):
            if unknown := sorted(set(given) - allowed):
                there = ", ".join(sorted(allowed))
                raise ValueError(f"{path}: [{table}] has no {unknown[0]!r}; there are {there}")
    checked: list[tuple[str, type[LoopOptions], Settings]]
    checked = [("evaluate", Stage2Options, spec.get("evaluate", {}))]
    checked += [("train", Stage2Options, spec.get("train", {}))]
    checked += [("ticket", Stage1Options, table) for table in listed(spec.get("ticket", {}))]
    if isinstance(rates, dict):
        for name, own in rates.items():
            checked += [(f"rates.{name}", Stage2Options, own)]
            given = set(own) if isinstance(own, dict) else set()
            if unknown := sorted(given - options([name])["train"]):
                raise ValueError(f"{path}: [rates.{name}] has no option {unknown[0]!r}")
    for name, kind, values in checked:  # now, not after the first training
        try:
            _check_table(kind, values)
        except (ValueError, FileNotFoundError) as error:
            raise ValueError(f"{path}: [{name}] {error}") from None
    tickets = [table.get("name", "") for table in listed(spec.get("ticket", {}))]
    if len(set(tickets)) < len(tickets):
        raise ValueError(f"{path}: several tickets need a name each, and no name twice")


def _check_kinds(path: Path, spec: Settings) -> None:
    """Strings are strings, and tables are tables."""
    for key in ("task", "split", "test"):
        if not isinstance(value := spec.get(key, "test"), str) or not value:
            raise ValueError(f"{path}: {key} must be a string, got {value!r}")
    spoken = listed(language := spec.get("language", "en"))
    if not spoken or not all(isinstance(code, str) for code in spoken):
        raise ValueError(f"{path}: language must be a code or a list of these, got {language!r}")
    for key in TABLES:
        value = spec.get(key, {})
        tables = value if key == "ticket" and isinstance(value, list) and value else [value]
        if not all(isinstance(table, dict) for table in tables):
            if key != "rates" or not isinstance(value, str):
                raise ValueError(f"{path}: {key} must be a table, got {value!r}")
    for label, word in spec.get("words", {}).items():
        if not isinstance(word, str) or not word.strip():
            raise ValueError(f"{path}: [words] {label} must be a word, got {word!r}")


def _check_halving(path: Path, spec: Settings) -> None:
    """Which share goes on, what is kept apart, and that nothing is chosen by the test."""
    table = spec.get("halving")
    if table is None:
        return
    if unknown := sorted(set(table) - {"keep", "apart"}):
        raise ValueError(f"{path}: [halving] has no {unknown[0]!r}; there are keep and apart")
    keep, apart = table.get("keep", 1.0), table.get("apart", [])
    if not is_of(keep, "float") or not 0 < keep < 1:
        raise ValueError(f"{path}: [halving] keep must be in (0, 1), got {keep!r}")
    names = ", ".join(FORM)
    if not isinstance(apart, list) or not all(name in FORM for name in apart):
        raise ValueError(f"{path}: [halving] apart must be a list of {names}; got {apart!r}")
    if spec.get("test") != "dev":
        raise ValueError(f'{path}: [halving] chooses, and never by the test: say test = "dev"')


def _check_table(kind: type[LoopOptions], table: Settings) -> None:
    """ValueError unless the values of a table may stand where they do."""
    if not isinstance(table, dict):
        raise ValueError(f"it must be a table, got {table!r}")
    own = {f.name for f in fields(kind)}
    kind(**{name: value for name, value in table.items() if name in own})
    for name in ("least_steps", "most_steps"):
        if not BOUNDS["epochs"][0](table.get(name, 1)):
            raise ValueError(f"{name} must be a whole number from 1 up, got {table[name]!r}")
    for name in ("text", "sources", *WHERE):
        one = int | str if name == "layers" else str
        values = listed(table.get(name, []))
        listed_only = name in ("text", "sources") and not isinstance(table.get(name, []), list)
        if listed_only or table.get(name) == [] or not all(isinstance(v, one) for v in values):
            raise ValueError(f"{name} must be a list of names, got {table[name]!r}")
    if not isinstance(table.get("name", ""), str):
        raise ValueError(f"name must be a string, got {table['name']!r}")
    if not isinstance(table.get("running_only", False), bool):
        raise ValueError(f"running_only must be true or false, got {table['running_only']!r}")
    for code in table.get("text", []):
        check_language(code)
    if unknown := sorted(set(table.get("sources", [])) - set(SOURCES)):
        raise ValueError(f"unknown source {unknown[0]!r}; there are: {', '.join(SOURCES)}")


def _check_grid(path: Path, grid: Settings, methods: list[str]) -> None:
    """ValueError for a grid that cannot be multiplied out, before anything is trained."""
    for table in (grid, *(grid[m] for m in methods if m in grid)):
        if unknown := sorted(set(table) - {*AXES, *methods}):
            known = ", ".join(AXES)
            raise ValueError(f"{path}: the grid has {known}, not {unknown[0]!r}")
        for one, other in (("scale", "learning_rate"), ("prompt_ratio", "prompt_rate")):
            if one in table and other in table:
                raise ValueError(f"{path}: {one} and {other} give one rate twice; leave one out")
        for key, values in table.items():
            good, said = BOUNDS.get(key, (lambda _: True, ""))
            if key in AXES and not (isinstance(values, list) and all(map(good, values))):
                raise ValueError(f"{path}: [grid] {key} must list values {said}, got {values}")
    if "prompt_ratio" in grid and not {"scale", "learning_rate"} & grid.keys():
        raise ValueError(f"{path}: prompt_ratio needs scale or learning_rate beside it in the grid")
    for form in grid.get("prompt", []):
        try:
            Stage2Options(**form)
        except (TypeError, ValueError) as error:
            raise ValueError(f"{path}: [[grid.prompt]] {error}") from None
