"""A spec in, rows out: many runs, each named by what it does, safe to kill at any time.

A spec is a small TOML file (see `benchmarks/first_light.toml`). Its lists are multiplied out:

    runs = methods × k × density (for methods with a ticket) × seeds

Each run trains one model on `language`, tests it on `languages`, and leaves one Parquet file with a
row per language in `<out>/runs/`. A run whose file is there is not done again. The ticket is found
once, in `<out>/tickets/`, and every run that needs it shares it.

Reading order: `Run`, `read_spec`, `sweep`, `run_one`.

What it does not do: draw conclusions (`results.summary`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import product
from pathlib import Path

from . import results
from .backbone import load_backbone
from .evaluate import evaluate
from .machine import machine, peak_mb, reset_peak, versions
from .methods import METHODS
from .mlm import digest
from .ticket import Ticket, find_ticket

WITH_TICKET = ("ltp", "random_ticket")
LISTS = {"methods": str, "k": int, "seeds": int, "density": float, "languages": str}
WORDS = {"task", "split", "language"}
TABLES = {"ticket", "train", "evaluate"}


@dataclass(frozen=True)
class Run:
    """One run: everything that decides its numbers."""

    method: str
    seed: int
    k: int = 16
    density: float | None = None
    task: str = "emoji"
    split: str = "random"
    language: str = "en"
    languages: tuple[str, ...] = ()
    ticket: dict = field(default_factory=dict)
    train: dict = field(default_factory=dict)
    evaluate: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        """A file name that says what the run is, and changes with any setting.

        >>> Run("ltp", seed=3, density=0.2).name
        'ltp-k16-d0.2-seed3-3c1014'
        """
        share = "" if self.density is None else f"-d{self.density:g}"
        mark = digest([json.dumps(asdict(self), sort_keys=True)])[:6]
        return f"{self.method}-k{self.k}{share}-seed{self.seed}-{mark}"


def read_spec(path: str | Path) -> list[Run]:
    """The runs of a TOML spec; ValueError names what is wrong in it.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "spec.toml"
    ...     _ = path.write_text('methods = ["prompt_only", "ltp"]\\nseeds = [0, 1]')
    ...     [(run.method, run.seed, run.density) for run in read_spec(path)]
    [('prompt_only', 0, None), ('ltp', 0, 0.2), ('prompt_only', 1, None), ('ltp', 1, 0.2)]
    """
    try:
        import tomllib
    except ModuleNotFoundError:  # Python 3.10
        import tomli as tomllib
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no spec at {path}")
    try:
        spec = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path} is not TOML: {error}") from None
    _check(path, spec)
    lists = {"k": [16], "seeds": [0], "density": [0.20], "languages": []} | spec
    same = {key: value for key, value in spec.items() if key in WORDS | TABLES - {"ticket"}}
    runs = {}
    choices = (lists[key] for key in ("seeds", "k", "density", "methods"))
    for seed, k, density, method in product(*choices):
        run = Run(
            method, seed, k, density if method in WITH_TICKET else None,
            languages=tuple(lists["languages"]),
            ticket=spec.get("ticket", {}) if method == "ltp" else {}, **same,
        )  # fmt: skip
        runs[run.name] = run
    return list(runs.values())


def sweep(path, out, *, backbone=None, only: Sequence[str] = (), progress: bool = True) -> Path:
    """Do the runs of a spec that are not done yet; return the file with all rows.

    `only` picks runs whose name starts so; `backbone` is a folder or name for `load_backbone`.
    """
    from tqdm import tqdm

    runs, out, name = read_spec(path), Path(out), Path(path).stem
    wanted = [run for run in runs if not only or run.name.startswith(tuple(only))]
    if not wanted:
        names = ", ".join(run.name for run in runs)
        raise ValueError(f"no run starts with {' or '.join(only)}; there are {names}")
    part = {run.name: out / "runs" / f"{run.name}.parquet" for run in runs}
    todo = [run for run in wanted if not part[run.name].exists()]
    lm = load_backbone(backbone) if todo else None
    bar = tqdm(total=len(wanted), initial=len(wanted) - len(todo), desc="sweep", unit="run",
               disable=not progress)  # fmt: skip
    for run in todo:
        bar.set_postfix_str(run.name)
        rows, items = run_one(lm, run, out, progress=progress)
        known = out / f"{name}.items.parquet"
        ids = {row["language"]: row["ids"] for row in results.read(known)} if known.exists() else {}
        results.write(known, [{"language": c, "ids": i} for c, i in (ids | items).items()])
        results.write(part[run.name], rows)
        bar.update()
    bar.close()
    results.merge(part.values(), out / f"{name}.parquet")
    return out / f"{name}.parquet"


def run_one(lm, run: Run, out: Path, *, progress: bool = True) -> tuple[list[dict], dict]:
    """Train and test one run: its rows, and the ids of the test items of each language."""
    task = load_task(run.task, run.split)
    shots = task.few_shot(run.language, k=run.k, seed=run.seed)
    extra = {}
    if run.method == "ltp":
        extra["ticket"] = shared_ticket(lm, run, out / "tickets", progress=progress)
    elif run.method == "random_ticket":
        extra["density"] = run.density
    reset_peak()
    start = time.perf_counter()
    model = METHODS[run.method](
        lm, shots, task=task, seed=run.seed, progress=progress, **extra, **run.train
    )
    seconds, peak = time.perf_counter() - start, peak_mb()
    test = task.test(*run.languages)
    table = evaluate(model, test, progress=progress, **run.evaluate)
    share_all, share_encoder = densities(model)
    about = dict(
        task=run.task, split=run.split, method=run.method, trains=model.trains,
        trained_parameters=model.trained_parameters, density_all=share_all,
        density_encoder=share_encoder, k=run.k, seed=run.seed,
    )  # fmt: skip
    tail = dict(
        train_seconds=round(seconds, 2), peak_mb=peak, base=model.base, run=run.name,
        spec=json.dumps(asdict(run), sort_keys=True), versions=versions(), machine=machine(),
    )  # fmt: skip
    rows = []
    for language, n, accuracy, _, _ in table.rows:
        bits = results.pack(table.correct[language])
        rows.append(about | dict(language=language, n=n, accuracy=accuracy, correct=bits) | tail)
    items: dict[str, list[str]] = {}
    for language, item in zip(test["language"], test["id"], strict=True):
        items.setdefault(language, []).append(item)
    return rows, items


def load_task(name: str, split: str = "random"):
    """A task by name ("emoji") or by the folder that holds it."""
    from . import tasks

    if name == "emoji":
        return tasks.emoji(split)
    if Path(name).is_dir():
        return tasks.from_folder(name)
    raise ValueError(f"unknown task {name!r}; give emoji, or a folder with files of your own")


def shared_ticket(lm, run: Run, folder: Path, *, progress: bool = True) -> Ticket:
    """The ticket of a run, found once; other densities reuse its finished stage 1."""
    from .corpora import text

    settings = dict(run.ticket)
    languages = settings.pop("text", ["en"])
    which = {key: settings.pop(key) for key in ("running_only", "sources") if key in settings}
    mark = digest([json.dumps(run.ticket, sort_keys=True)])[:6]
    path = folder / f"{'-'.join(languages)}-d{run.density:g}-{mark}.ticket.safetensors"
    if path.exists():
        return Ticket.load(path, lm.model)
    stage1 = folder / f"stage1-{'-'.join(languages)}-{mark}"
    ticket = find_ticket(
        lm, text(*languages, **which), run.density, checkpoint=stage1, progress=progress, **settings
    )
    ticket.save(path)
    return ticket


def densities(model) -> tuple[float, float]:
    """The share of the base model, and of its encoder, that is trained."""
    if model.ticket is not None:
        return model.ticket.density_all, model.ticket.density_encoder
    return (1.0, 1.0) if model.full else (0.0, 0.0)


def _check(path, spec: dict) -> None:
    known = {*LISTS, *WORDS, *TABLES}
    if unknown := sorted(set(spec) - known):
        names = ", ".join(sorted(known))
        raise ValueError(f"{path}: unknown key {unknown[0]!r}; there are {names}")
    if not spec.get("methods"):
        raise ValueError(f"{path} names no methods; choose from {', '.join(METHODS)}")
    for key, kind in LISTS.items():
        values = spec.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, kind) for v in values):
            raise ValueError(f"{path}: {key} must be a list of {kind.__name__}, got {values!r}")
    if unknown := sorted(set(spec["methods"]) - set(METHODS)):
        raise ValueError(f"{path}: unknown method {unknown[0]!r}; known are {', '.join(METHODS)}")
