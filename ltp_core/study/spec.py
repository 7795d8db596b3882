"""A spec in, runs out: what to train and test, as a list of values.

A spec is a small TOML file (see `benchmarks/`). Its lists are multiplied out,

    runs = seeds × language × k × density × methods × tickets × grid,

each where it matters: a density for methods with a ticket, the tickets of stage 1 for those that
use one, the grid for those that train. Two equal runs count once.

    key                  what it is                                             default
    task, split          a name `tasks.load` knows, or a folder; its split      "emoji", "random"
    methods              names from `methods.METHODS`                           –
    language             the language trained on, or a list of these            "en"
    languages            tested on; [] for all, ["same"] for the one trained on []
    test                 "test", or "dev" while settings are chosen             "test"
    every                one test item in so many; 1 for all                    1
    k                    examples per class; 0 for all there are                [16]
    seeds, density       of the run, its examples and prompt; of the ticket     [0], [0.20]
    [ticket]             stage 1: text, steps, layers, name, and `Stage1Options`; [[ticket]] for
                         several, each with a `name`
    words                words for the labels of a folder or of a task from the hub     {}
    [train], [evaluate]  `Stage2Options` (and least_steps, most_steps), options of `evaluate`
    [rates.METHOD]       options of one method, in place of those in [train]; or rates = "FILE",
                         a TOML file beside the spec with a table for each method that trains
    [grid]               scale: factors on the method's own rates (left out: the rates are those
                         of [rates]); epochs: how long. Multiplied

Reading order: `Run`, `read_spec`.

What it does not do: run anything (`sweep.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, asdict, dataclass, field, fields
from difflib import get_close_matches
from inspect import signature
from itertools import product
from math import inf
from pathlib import Path
from typing import Any, TypeAlias

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from ..data.corpora import SOURCES
from ..data.digest import digest
from ..data.languages import check_language
from ..rivals.method import RATES, rates_key
from ..rivals.methods import INPUTS, METHODS, required_inputs
from ..training.options import LoopOptions, Stage1Options, Stage2Options

Settings: TypeAlias = dict[str, Any]  # a table of a spec
BOUNDS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "k": (lambda k: k >= 0, "0 or more"),
    "seeds": (lambda seed: seed >= 0, "0 or more"),
    "density": (lambda density: 0 < density <= 1, "in (0, 1]"),
    "scale": (lambda scale: type(scale) in (int, float) and 0 < scale < inf, "above 0"),
    "epochs": (lambda epochs: type(epochs) is int and epochs >= 1, "whole numbers from 1 up"),
}
LISTS = {"methods": str, "k": int, "seeds": int, "density": float, "languages": str}
WORDS = {"task", "split", "test", "every", "language"}
TABLES = {"ticket", "train", "evaluate", "rates", "grid", "words"}
WHERE = ("layers", "modules")  # the part of a ticket's table that other tickets share


@dataclass(frozen=True)
class Run:
    """One run: everything that decides its numbers."""

    method: str
    seed: int
    k: int = 16
    density: float | None = None
    task: str = "emoji"
    split: str = "random"
    test: str = "test"
    every: int = 1
    language: str = "en"
    languages: tuple[str, ...] = ()
    ticket: Settings = field(default_factory=dict)
    train: Settings = field(default_factory=dict)
    evaluate: Settings = field(default_factory=dict)
    words: Settings = field(default_factory=dict)
    base: str = ""  # the fingerprint of the model; "" for the embedded one

    @property
    def name(self) -> str:
        """A file name that says what the run is, and changes with any setting.

        >>> Run("ltp", seed=3, density=0.2).name
        'ltp-k16-d0.2-seed3-e5c2f7'
        """
        parts = [self.method, f"k{self.k or 'all'}"]
        parts += [] if self.density is None else [f"d{self.density:g}"]
        parts += [self.ticket["name"]] if self.ticket.get("name") else []
        mark = digest([json.dumps(self.settings(), sort_keys=True)])[:6]
        return "-".join([*parts, f"seed{self.seed}", mark])

    def settings(self) -> Settings:
        """What differs from the defaults: enough to repeat the run, whatever is added to `Run`.

        >>> Run("ltp", seed=3, density=0.2).settings()
        {'method': 'ltp', 'seed': 3, 'density': 0.2}
        """
        usual = {
            f.name: f.default if f.default_factory is MISSING else f.default_factory()
            for f in fields(self)
        }
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


def read_spec(path: str | Path) -> list[Run]:
    """The runs of a TOML spec; ValueError names what is wrong in it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "spec.toml"
    ...     _ = path.write_text('methods = ["prompt_only", "ltp"]\\nseeds = [0, 1]')
    ...     [(run.method, run.seed, run.density) for run in read_spec(path)]
    [('prompt_only', 0, None), ('ltp', 0, 0.2), ('prompt_only', 1, None), ('ltp', 1, 0.2)]
    """
    path = Path(path)
    spec = read_toml(path)
    _check(path, spec)
    if isinstance(rates := spec.get("rates", {}), str):
        rates = read_toml(path.parent / rates)
        lacking = [m for m in spec["methods"] if rates_key(m) and rates_key(m) not in rates]
        if lacking:
            raise ValueError(
                f"{path.parent / spec['rates']} has no rates for {lacking[0]}; tune it in a grid"
            )
    lists: Settings = {"k": [16], "seeds": [0], "density": [0.20], "languages": []} | spec
    lists["language"] = listed(spec.get("language", "en"))
    kept = ("task", "split", "test", "every", "evaluate", "words")
    same = {key: spec[key] for key in kept if key in spec}
    runs = {}
    choices = (lists[key] for key in ("seeds", "language", "k", "density", "methods"))
    for seed, language, k, density, method in product(*choices):
        needs = required_inputs(method)
        tested = [language] if lists["languages"] == ["same"] else lists["languages"]
        own = spec.get("train", {}) | rates.get(method, rates.get(rates_key(method), {}))
        for ticket in _tickets(spec, needs):
            for tuned in _grid(spec, method):
                run = Run(
                    method,
                    seed,
                    k,
                    density if {"ticket", "density"} & needs else None,
                    language=language,
                    languages=tuple(tested),
                    ticket=ticket,
                    train=own | tuned,
                    **same,
                )
                runs[run.name] = run
    return list(runs.values())


def _tickets(spec: Settings, needs: set[str]) -> list[Settings]:
    """The tables of stage 1 that matter to a method: whole, in part, or none."""
    tables = listed(spec.get("ticket", {}))
    if needs & {"ticket", "adapted"}:
        return tables
    return [{key: t[key] for key in WHERE if key in t and key in needs} for t in tables]


def _grid(spec: Settings, method: str) -> Iterator[Settings]:
    """The settings of a method, one after another; as many for each method that trains."""
    grid, tuned = spec.get("grid", {}), rates_key(method)
    if not grid or not tuned:
        yield {}
        return
    names = ("learning_rate", "prompt_rate")
    for scale, epochs in product(grid.get("scale", [None]), grid.get("epochs", [None])):
        rates = [] if scale is None else [float(f"{scale * rate:.3g}") for rate in RATES[tuned]]
        yield dict(zip(names, rates, strict=False)) | ({} if epochs is None else {"epochs": epochs})


def listed(value: Any) -> list[Any]:
    """A list as it is, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


def options(methods: Iterable[str]) -> dict[str, set[str]]:
    """What the tables of a spec may hold: the fields of the options, and what a method adds.

    >>> {"epochs", "warmup"} <= options(["ltp"])["train"], sorted(options([])["evaluate"])
    (True, ['autocast', 'batch_size'])
    """
    by_sweep = {"seed", "progress", "callback"}  # a sweep sets these itself
    by_method = {"template", "deep", "head", *INPUTS}  # as a method does these
    training = {f.name for f in fields(Stage2Options)} | {"least_steps", "most_steps"}
    training |= {name for method in methods for name in signature(METHODS[method]).parameters}
    stage1 = {f.name for f in fields(Stage1Options)} - by_sweep - {"checkpoint"}
    return {
        "train": training - by_sweep - by_method,
        "ticket": stage1 | {"name", "text", "running_only", "sources", "seed", *WHERE},
        "evaluate": {"batch_size", "autocast"},
    }


def read_toml(path: Path) -> Settings:
    """What a TOML file holds; one sentence if it is missing or wrong."""
    if not path.is_file():
        raise FileNotFoundError(f"there is no spec at {path}")
    try:
        table: Settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    return table


def _check(path: Path, spec: Settings) -> None:
    known = {*LISTS, *WORDS, *TABLES}
    if unknown := sorted(set(spec) - known):
        names = ", ".join(sorted(known))
        raise ValueError(f"{path}: unknown key {unknown[0]!r}; there are {names}")
    if not spec.get("methods"):
        raise ValueError(f'{path} names no methods; give some, as methods = ["ltp"] does')
    for key, kind in LISTS.items():
        values = spec.get(key, [])
        if not isinstance(values, list) or not all(type(v) is kind for v in values):
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
    if type(every := spec.get("every", 1)) is not int or every < 1:
        raise ValueError(f"{path}: every must be a whole number from 1 up, got {every!r}")
    if every > 1 and spec.get("test") == "dev":
        raise ValueError(f"{path}: every thins the test, and this spec tests on dev; leave it out")
    grid = spec.get("grid", {})
    if unknown := sorted(set(grid) - {"scale", "epochs"}):
        raise ValueError(f"{path}: the grid has scale and epochs, not {unknown[0]!r}")
    for key, values in grid.items():
        if not isinstance(values, list) or not all(map(BOUNDS[key][0], values)):
            raise ValueError(
                f"{path}: [grid] {key} must list values {BOUNDS[key][1]}, got {values}"
            )
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
    for code in listed(spec.get("language", "en")):
        if not isinstance(code, str):
            raise ValueError(f"{path}: language must be a code or a list of codes, got {code!r}")
    for key in TABLES:
        value = spec.get(key, {})
        tables = value if key == "ticket" and isinstance(value, list) and value else [value]
        if not all(isinstance(table, dict) for table in tables):
            if key != "rates" or not isinstance(value, str):
                raise ValueError(f"{path}: {key} must be a table, got {value!r}")
    for label, word in spec.get("words", {}).items():
        if not isinstance(word, str) or not word.strip():
            raise ValueError(f"{path}: [words] {label} must be a word, got {word!r}")


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
        if listed_only or not all(isinstance(value, one) for value in values):
            raise ValueError(f"{name} must be a list of names, got {table[name]!r}")
    if not isinstance(table.get("name", ""), str):
        raise ValueError(f"name must be a string, got {table['name']!r}")
    if not isinstance(table.get("running_only", False), bool):
        raise ValueError(f"running_only must be true or false, got {table['running_only']!r}")
    for code in table.get("text", []):
        check_language(code)
    if unknown := sorted(set(table.get("sources", [])) - set(SOURCES)):
        raise ValueError(f"unknown source {unknown[0]!r}; there are: {', '.join(SOURCES)}")
