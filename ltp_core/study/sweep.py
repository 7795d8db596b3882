"""Many runs of a spec, each named by what it does, safe to kill at any time.

Each run trains one model and tests it language by language, so that what is measured in one does
not depend on which others are tested. It leaves one Parquet file with a row per language in
`<out>/runs/`. A run whose file is there is not done again. A ticket, and a language's ticket of
LT-SFT, is found once, in `<out>/tickets/`, and every run that needs it shares it; the seconds of
finding it are not in `train_seconds`.

Reading order: `sweep`, `run_one`, `method_inputs`, `shared_ticket`.

What it does not do: read specs (`spec.py`), or draw conclusions (`results.py`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..measure import results
from ..measure.evaluate import evaluate
from ..model.backbone import fingerprint, load_backbone
from ..rivals.methods import METHODS, required_inputs
from ..tasks import load as load_task
from ..ticket.ticket import origin
from ..training.options import Stage2Options
from .provenance import machine, peak_mb, reset_peak, versions
from .shared_tickets import shared_language, shared_ticket
from .spec import Run, read_spec


def sweep(
    path,
    out,
    *,
    backbone=None,
    only: Sequence[str] = (),
    download: bool = False,
    progress: bool = True,
) -> Path:
    """Do the runs of a spec that are not done yet; return the file with all rows.

    `only` picks runs whose name starts so; `backbone` is a folder or name for `load_backbone`, and
    a run's name and its tickets then depend on that model. `download`: the hub may be asked.
    """
    from tqdm import tqdm

    runs, out, name = read_spec(path), Path(out), Path(path).stem
    lm = load_backbone(backbone, download=download) if backbone else None
    if lm is not None:
        base = fingerprint(lm.model)
        runs = [replace(run, base=base) for run in runs]
    wanted = [run for run in runs if not only or run.name.startswith(tuple(only))]
    if not wanted:
        names = ", ".join(run.name for run in runs)
        raise ValueError(f"no run starts with {' or '.join(only)}; there are {names}")
    part = {run.name: out / "runs" / f"{run.name}.parquet" for run in runs}
    todo = [run for run in wanted if not part[run.name].exists()]
    lm = lm or (load_backbone() if todo else None)
    bar = tqdm(
        total=len(wanted),
        initial=len(wanted) - len(todo),
        desc="sweep",
        unit="run",
        disable=not progress,
    )
    for run in todo:
        bar.set_postfix_str(run.name)
        rows, items = run_one(lm, run, out, download=download, progress=progress)
        ids = [{"language": code, "ids": mine} for code, mine in items.items()]
        results.write(_items(part[run.name]), ids)
        results.write(part[run.name], rows)
        bar.update()
    bar.close()
    table = out / f"{name}.parquet"
    results.merge(part.values(), table)
    results.merge([_items(table), *map(_items, part.values())], _items(table), key="language")
    return table


def _items(path: Path) -> Path:
    """Where the items of a table's bits are named."""
    return path.with_suffix(".items.parquet")


def run_one(
    lm, run: Run, out: Path, *, download: bool = False, progress: bool = True
) -> tuple[list[dict], dict]:
    """Train and test one run: its rows, and the ids of the test items of each language."""
    codes = tuple(dict.fromkeys([run.language, *run.languages]))
    task = load_task(
        run.task, run.split, words=run.words or None, languages=codes, download=download
    )
    shots, asked = examples(task, run), evaluation_sets(task, run)
    extra = method_inputs(lm, run, out / "tickets", progress=progress)
    reset_peak()
    start = time.perf_counter()
    model = METHODS[run.method](
        lm,
        shots,
        task=task,
        seed=run.seed,
        progress=progress,
        **extra,
        **resolve_epochs(run.train, len(shots)),
    )
    seconds, peak = time.perf_counter() - start, peak_mb()
    share_all, share_encoder = densities(model, lm)
    about = dict(
        task=run.task,
        split=run.split,
        method=run.method,
        trains=model.trains,
        trained_parameters=model.trained_parameters,
        density_all=share_all,
        density_encoder=share_encoder,
        k=run.k,
        seed=run.seed,
        source=run.language,
        examples=len(shots),
        ticket=run.ticket.get("name", ""),
        tested=run.test,
    )
    tail = dict(
        train_seconds=round(seconds, 2),
        peak_mb=peak,
        base=model.base,
        run=run.name,
        spec=json.dumps(run.settings(), sort_keys=True),
        versions=versions(),
        machine=machine(),
    )
    rows, items = [], {}
    for code in _bar(asked, "test", progress):
        table = evaluate(model, asked[code], **run.evaluate)
        (_, n, accuracy, *_), bits = table.rows[0], results.pack(table.correct[code])
        here = dict(language=code, n=n, accuracy=accuracy, correct=bits)
        rows.append(about | here | tail)
        items[code] = list(asked[code]["id"])
    return rows, items


def evaluation_sets(task, run: Run) -> dict:
    """What a run is asked, language by language; known before it trains, so that nothing is lost.

    >>> from ltp_core import tasks
    >>> asked = evaluation_sets(tasks.emoji(), Run("full", seed=0, languages=("en", "qu"), test="dev"))
    >>> [(code, len(rows)) for code, rows in asked.items()]
    [('en', 158), ('qu', 157)]
    """
    asked = {
        code: task.dev(code) if run.test == "dev" else task.test(code, every=run.every)
        for code in run.languages or task.languages
    }
    if not any(len(rows) for rows in asked.values()):
        raise ValueError(f"task {run.task!r} has no {run.test} rows in {', '.join(asked)}")
    return {code: rows for code, rows in asked.items() if len(rows)}


def examples(task, run: Run):
    """The rows a run trains on; a class with fewer than k gives all it has.

    >>> from ltp_core import tasks
    >>> len(examples(tasks.emoji(), Run("full", seed=0, k=64))), 7 * 64 + 51
    (499, 499)
    """
    if run.k == 0:
        return task.train(run.language)
    return task.few_shot(run.language, k=run.k, seed=run.seed, at_most=True)


def resolve_epochs(options: dict, rows: int) -> dict:
    """The options of `train`, with so many epochs that `least_steps` and `most_steps` are kept.

    Whole epochs: the least is reached, the most is not passed, but one epoch there always is.

    >>> resolve_epochs({"least_steps": 96}, rows=8), resolve_epochs({"least_steps": 96}, rows=948)
    ({'epochs': 96}, {'epochs': 12})
    >>> resolve_epochs({"most_steps": 480}, rows=948)  # 60 steps an epoch
    {'epochs': 8}
    """
    options = dict(options)
    least, most = (options.pop(key, None) for key in ("least_steps", "most_steps"))
    if least or most:
        usual = Stage2Options()
        size, epochs = (options.get(k, getattr(usual, k)) for k in ("batch_size", "epochs"))
        steps = -(-rows // size)  # an epoch
        epochs = max(epochs, -(-least // steps)) if least else epochs
        options["epochs"] = max(1, min(epochs, most // steps)) if most else epochs
    return options


def method_inputs(lm, run: Run, folder: Path, *, progress: bool = True) -> dict:
    """What a run's method asks for beside the examples, by the names of its parameters."""
    ways = {
        "ticket": lambda: shared_ticket(lm, run, folder, progress=progress),
        "adapted": lambda: partial(shared_language, lm, run, folder, progress=progress),
        "density": lambda: run.density,
        "layers": lambda: run.ticket.get("layers"),
        "modules": lambda: run.ticket.get("modules"),
        "split": lambda: run.split,
        "source": lambda: run.language,
    }
    return {name: way() for name, way in ways.items() if name in required_inputs(run.method)}


def densities(model, lm) -> tuple[float, float]:
    """The share of the base model, and of its encoder, that is trained; LoRA's is what it adds."""
    if model.ticket is not None:
        return model.ticket.density_all, model.ticket.density_encoder
    if model.body.full:
        return 1.0, 1.0
    added, whole = model.body.numbers(model.lm), origin(lm.model)
    return added / whole["base_total"], added / whole["encoder_total"]


def _bar(things, what: str, progress: bool):
    from tqdm import tqdm

    return tqdm(things, desc=what, unit="language", disable=not progress)
