"""Many runs of a spec, each named by what it does, safe to kill at any time.

Each run trains one model and tests it language by language, so that what is measured in one does
not depend on which others are tested. It leaves one Parquet file with a row per language in
`<out>/runs/`. A run whose file is there is not done again; where its data has changed since, the
sweep stops and says so (`finished.py`). A ticket, and a language's ticket of LT-SFT, is found once,
in `<out>/tickets/`, and every run that needs it shares it; the seconds of finding it are not in
`train_seconds`. Of a spec with [halving] only the runs that its rule asks for are done
(`halving.py`).

Reading order: `sweep`, `run_one`, `method_inputs`; then `run_rows.py`, `shared_tickets.py`.

What it does not do: read specs (`spec.py`), or draw conclusions (`results.py`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data.atomic import remove_leftovers
from ..measure import results
from ..measure.evaluate import evaluate
from ..model.backbone import fingerprint, load_backbone
from ..rivals.methods import METHODS, required_inputs
from ..ticket.ticket import origin
from ..training.options import Stage2Options
from .finished import check_items, check_rows, items_beside
from .halving import file_of, next_runs, planned, rule
from .provenance import machine, peak_mb, reset_peak, versions
from .run_rows import digests, rows_of
from .shared_tickets import shared_language, shared_ticket
from .spec import Run, read_spec

if TYPE_CHECKING:
    from ..model.backbone import Backbone
    from ..stage2.trained import Trained


def sweep(
    path: str | Path,
    out: str | Path,
    *,
    backbone: str | Path | None = None,
    only: Sequence[str] = (),
    download: bool = False,
    progress: bool = True,
) -> Path:
    """Do the runs of a spec that are not done yet; return the file with all rows.

    Args:
        backbone: a folder or name for `load_backbone`; a run's name and its tickets then depend on
            that model.
        only: do the runs whose name starts with one of these.
        download: allow the hub.

    Raises:
        ValueError: no run's name starts so; or the spec or a run that was done is wrong.
    """
    from tqdm import tqdm

    runs, out, name, halving = read_spec(path), Path(out), Path(path).stem, rule(path)
    lm = None if backbone is None else load_backbone(backbone, download=download)
    if lm is not None:
        base = fingerprint(lm.model)
        runs = [replace(run, base=base) for run in runs]
    wanted = {run.name for run in runs if not only or run.name.startswith(tuple(only))}
    if not wanted:
        names = ", ".join(run.name for run in runs)
        raise ValueError(f"no run starts with {' or '.join(only)}; there are {names}")
    part = {run.name: file_of(run, out) for run in runs}
    remove_leftovers(out)
    done = [(run, part[run.name]) for run in runs if part[run.name].exists()]
    check_rows(done, download=download)
    check_items(path for _, path in done)
    bar = tqdm(
        total=len(wanted) if only else planned(runs, halving),
        initial=sum(run.name in wanted for run, _ in done),
        desc="sweep",
        unit="run",
        disable=not progress,
    )
    while todo := [run for run in next_runs(runs, halving, out) if run.name in wanted]:
        for run in todo:
            bar.set_postfix_str(run.name)
            lm = lm or load_backbone()
            rows, items = run_one(lm, run, out, download=download, progress=progress)
            ids = [{"language": code, "ids": mine} for code, mine in items.items()]
            results.write(items_beside(part[run.name]), ids)
            results.write(part[run.name], rows)
            bar.update()
    bar.close()
    table = out / f"{name}.parquet"
    check_items(file for file in part.values() if file.exists())
    results.merge(part.values(), table)
    beside = items_beside(table)
    results.merge([beside, *map(items_beside, part.values())], beside, key="language")
    return table


def run_one(
    lm: Backbone, run: Run, out: Path, *, download: bool = False, progress: bool = True
) -> tuple[list[results.Row], dict[str, list[str]]]:
    """Train and test one run: its rows, and the ids of the test items of each language."""
    rows_here = rows_of(run, download=download)
    task, shots, tests = rows_here
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
    rows, items, data = [], {}, digests(rows_here)
    for code in _bar(tests, "test", progress):
        table = evaluate(model, tests[code], **run.evaluate)
        (_, n, accuracy, *_), bits = table.rows[0], results.pack(table.correct[code])
        here = dict(language=code, n=n, accuracy=accuracy, correct=bits, data=data[code])
        rows.append(about | here | tail)
        items[code] = list(tests[code]["id"])
    return rows, items


def resolve_epochs(options: dict[str, Any], rows: int) -> dict[str, Any]:
    """The options of `train`, with as many epochs as `least_steps` and `most_steps` ask for.

    Whole epochs: at least `least_steps`, at most `most_steps`, but always one epoch.

    >>> resolve_epochs({"least_steps": 96}, rows=8), resolve_epochs({"least_steps": 96}, rows=948)
    ({'epochs': 96}, {'epochs': 12})
    >>> resolve_epochs({"most_steps": 480}, rows=948)  # 60 steps per epoch
    {'epochs': 8}
    """
    options = dict(options)
    least, most = (options.pop(key, None) for key in ("least_steps", "most_steps"))
    if least or most:
        usual = Stage2Options()
        size, epochs = (options.get(k, getattr(usual, k)) for k in ("batch_size", "epochs"))
        steps = -(-rows // size)  # per epoch
        epochs = max(epochs, -(-least // steps)) if least else epochs
        options["epochs"] = max(1, min(epochs, most // steps)) if most else epochs
    return options


def method_inputs(lm: Backbone, run: Run, folder: Path, *, progress: bool = True) -> dict[str, Any]:
    """What a run's method needs besides the examples, by the names of its parameters."""
    ways: dict[str, Callable[[], object]] = {
        "ticket": lambda: shared_ticket(lm, run, folder, progress=progress),
        "adapted": lambda: partial(shared_language, lm, run, folder, progress=progress),
        "density": lambda: run.density,
        "layers": lambda: run.ticket.get("layers"),
        "modules": lambda: run.ticket.get("modules"),
        "split": lambda: run.split,
        "source": lambda: run.language,
    }
    return {name: way() for name, way in ways.items() if name in required_inputs(run.method)}


def densities(model: Trained, lm: Backbone) -> tuple[float, float]:
    """The share of the base model, and of its encoder, that is trained; LoRA's is what it adds."""
    if model.ticket is not None:
        return model.ticket.density_all, model.ticket.density_encoder
    if model.body.full:
        return 1.0, 1.0
    added, whole = model.body.numbers(model.lm), origin(lm.model)
    return added / whole["base_total"], added / whole["encoder_total"]


def _bar(things: Iterable[str], what: str, progress: bool) -> Iterable[str]:
    from tqdm import tqdm

    return tqdm(things, desc=what, unit="language", disable=not progress)
