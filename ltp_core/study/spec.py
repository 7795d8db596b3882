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
    [ticket]             stage 1: text, steps, layers, name, score, quota, and `Stage1Options`;
                         [[ticket]] for several, each with a `name`
    words                words for the labels of a folder or of a task from the hub     {}
    [train], [evaluate]  `Stage2Options` (and least_steps, most_steps), options of `evaluate`
    [rates.METHOD]       options of one method, in place of those in [train]; or rates = "FILE",
                         a TOML file beside the spec with a table for each method that trains
    [grid]               what is tried, all with all:
                           scale          factors on the method's own two rates
                           learning_rate  or rates of the weights, the same for every method
                           prompt_ratio   the prompt's rate over the weights'
                           prompt_rate    or rates of the prompt
                           epochs         how long
                           [[grid.prompt]]  a table for each way to make the prompt: fields of
                                            `Form`, and prompt_length
                           [grid.METHOD]  lists of one method, in place of those above
                         A method that trains no weights takes no learning_rate and no
                         prompt_ratio. A rate that no list gives is that of [rates]
    [halving]            after each seed only the better settings go on: `halving.py`

Reading order: `Run`, `read_spec`.

What it does not do: say what may stand in a spec (`spec_rules.py`), or run anything (`sweep.py`).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import MISSING, asdict, dataclass, field, fields
from itertools import product
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from ..data.digest import digest
from ..rivals.method import RATES, rates_key
from ..rivals.methods import required_inputs
from .spec_rules import AXES, WHERE, Settings, check, listed


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
    """The runs of a TOML spec.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: something in it is wrong; the sentence names it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "spec.toml"
    ...     _ = path.write_text('methods = ["prompt_only", "ltp"]\\nseeds = [0, 1]')
    ...     [(run.method, run.seed, run.density) for run in read_spec(path)]
    [('prompt_only', 0, None), ('ltp', 0, 0.2), ('prompt_only', 1, None), ('ltp', 1, 0.2)]
    """
    path = Path(path)
    spec = read_toml(path)
    check(path, spec)
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
    """The settings of a method, one after another."""
    grid, tuned = spec.get("grid", {}), rates_key(method)
    if not grid or not tuned:
        yield {}
        return
    grid = grid | grid.get(method, {})
    body, prompt = RATES[tuned]
    for values in product(*(grid.get(axis, [None]) for axis in AXES)):
        form, scale, rate, ratio, prompt_rate, epochs = values
        rates: Settings = {}
        if scale is not None:
            rates = {"learning_rate": scale * body, "prompt_rate": scale * prompt}
        if rate is not None and body:
            rates["learning_rate"] = rate
        if ratio is not None and body:
            rates["prompt_rate"] = ratio * rates["learning_rate"]
        if prompt_rate is not None:
            rates["prompt_rate"] = prompt_rate
        rounded = {name: float(f"{value:.3g}") for name, value in rates.items()}
        yield (form or {}) | rounded | ({} if epochs is None else {"epochs": epochs})


def read_toml(path: Path) -> Settings:
    """What a TOML file holds.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not TOML.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no spec at {path}")
    try:
        table: Settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    return table
