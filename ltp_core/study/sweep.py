"""Many runs of a spec, each named by what it does, safe to kill at any time.

Each run trains one model and tests it language by language, so that what is measured in one does
not depend on which others are tested. It leaves one Parquet file with a row per language in
`<out>/runs/`. A run whose file is there is not done again. A ticket, and a language's ticket of
LT-SFT, is found once, in `<out>/tickets/`, and every run that needs it shares it; the seconds of
finding it are not in `train_seconds`.

Reading order: `sweep`, `run_one`, `handed`, `shared_ticket`.

What it does not do: read specs (`spec.py`), or draw conclusions (`results.py`).
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from inspect import signature
from pathlib import Path

from ..ticket import file as mask_file
from ..measure import results
from ..model.backbone import fingerprint, load_backbone
from ..measure.evaluate import evaluate
from ..stage1.find import find_ticket
from ..rivals.lt_sft import Adapted, language
from .provenance import machine, peak_mb, reset_peak, versions
from ..ticket.on_model import gather
from ..rivals.methods import METHODS, asks
from ..data.digest import digest
from .spec import WHERE, Run, listed, read_spec
from ..tasks import load as load_task
from ..ticket.ticket import Ticket, origin
from ..stage2.train import train


def sweep(
    path, out, *, backbone=None, only: Sequence[str] = (), download: bool = False,
    progress: bool = True,
) -> Path:  # fmt: skip
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
    bar = tqdm(total=len(wanted), initial=len(wanted) - len(todo), desc="sweep", unit="run",
               disable=not progress)  # fmt: skip
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
    task = load_task(run.task, run.split, words=run.words or None, languages=codes,
                     download=download)  # fmt: skip
    shots, asked = examples(task, run), questions(task, run)
    extra = handed(lm, run, out / "tickets", progress=progress)
    reset_peak()
    start = time.perf_counter()
    model = METHODS[run.method](
        lm, shots, task=task, seed=run.seed, progress=progress, **extra,
        **lasting(run.train, len(shots)),
    )  # fmt: skip
    seconds, peak = time.perf_counter() - start, peak_mb()
    share_all, share_encoder = densities(model, lm)
    about = dict(
        task=run.task, split=run.split, method=run.method, trains=model.trains,
        trained_parameters=model.trained_parameters, density_all=share_all,
        density_encoder=share_encoder, k=run.k, seed=run.seed, source=run.language,
        examples=len(shots), ticket=run.ticket.get("name", ""), tested=run.test,
    )  # fmt: skip
    tail = dict(
        train_seconds=round(seconds, 2), peak_mb=peak, base=model.base, run=run.name,
        spec=json.dumps(run.settings(), sort_keys=True), versions=versions(), machine=machine(),
    )  # fmt: skip
    rows, items = [], {}
    for code in _bar(asked, "test", progress):
        table = evaluate(model, asked[code], **run.evaluate)
        (_, n, accuracy, *_), bits = table.rows[0], results.pack(table.correct[code])
        here = dict(language=code, n=n, accuracy=accuracy, correct=bits)
        rows.append(about | here | tail)
        items[code] = list(asked[code]["id"])
    return rows, items


def questions(task, run: Run) -> dict:
    """What a run is asked, language by language; known before it trains, so that nothing is lost.

    >>> from ltp_core import tasks
    >>> asked = questions(tasks.emoji(), Run("full", seed=0, languages=("en", "qu"), test="dev"))
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


def lasting(options: dict, rows: int) -> dict:
    """The options of `train`, with so many epochs that `least_steps` and `most_steps` are kept.

    Whole epochs: the least is reached, the most is not passed, but one epoch there always is.

    >>> lasting({"least_steps": 96}, rows=8), lasting({"least_steps": 96}, rows=948)
    ({'epochs': 96}, {'epochs': 12})
    >>> lasting({"most_steps": 480}, rows=948)  # 60 steps an epoch
    {'epochs': 8}
    """
    options = dict(options)
    least, most = (options.pop(key, None) for key in ("least_steps", "most_steps"))
    if least or most:
        usual = signature(train).parameters
        size, epochs = (options.get(k, usual[k].default) for k in ("batch_size", "epochs"))
        steps = -(-rows // size)  # an epoch
        epochs = max(epochs, -(-least // steps)) if least else epochs
        options["epochs"] = max(1, min(epochs, most // steps)) if most else epochs
    return options


def handed(lm, run: Run, folder: Path, *, progress: bool = True) -> dict:
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
    return {name: way() for name, way in ways.items() if name in asks(run.method)}


def shared_ticket(lm, run: Run, folder: Path, *, progress: bool = True) -> Ticket:
    """The ticket of a run, found once; other densities and layers reuse its finished stage 1."""
    from ..data.corpora import text

    languages, which, settings = stage1(run)
    name, mark = "-".join(languages), _mark(run, run.ticket)
    path = folder / f"{name}-d{run.density:g}-{mark}.ticket.safetensors"
    if path.exists():
        return Ticket.load(path, lm.model)
    training = {key: value for key, value in settings.items() if key not in WHERE}
    if any(isinstance(layer, str) for layer in listed(settings.get("layers") or [])):
        training = settings  # more than the encoder moves in stage 1
    mark = _mark(run, [languages, which, training])
    ticket = find_ticket(
        lm, text(*languages, **which), run.density, checkpoint=folder / f"stage1-{name}-{mark}",
        progress=progress, **settings,
    )  # fmt: skip
    ticket.save(path)
    return ticket


def shared_language(lm, run: Run, folder: Path, code: str, *, progress: bool = True) -> Adapted:
    """LT-SFT's ticket of a language and its values, found once by the settings of stage 1."""
    from ..data.corpora import text

    _, which, settings = stage1(run)
    mark = _mark(run, [which, settings])
    path = folder / f"{code}-d{run.density:g}-{mark}.language.safetensors"
    if not path.exists():
        adapted = language(lm, text(code, **which), run.density, progress=progress, **settings)
        adapted[0].save(path, adapted[1])
    file = mask_file.read(path)
    ticket = Ticket.of_file(file)
    return ticket, file.weights(gather(lm.model, ticket))


def stage1(run: Run) -> tuple[list[str], dict, dict]:
    """A ticket's table, taken apart: languages of the text, which text, and how to train.

    >>> stage1(Run("ltp", seed=0, ticket={"text": ["qu"], "sources": ["udhr"], "steps": 9}))
    (['qu'], {'sources': ['udhr']}, {'steps': 9})
    """
    settings = {key: value for key, value in run.ticket.items() if key != "name"}
    languages = settings.pop("text", ["en"])
    which = {key: settings.pop(key) for key in ("running_only", "sources") if key in settings}
    return languages, which, settings


def _mark(run: Run, settings) -> str:
    """Part of a file's name that changes with what made it, and with the model it was found on."""
    made = [run.base, settings] if run.base else settings
    return digest([json.dumps(made, sort_keys=True)])[:6]


def densities(model, lm) -> tuple[float, float]:
    """The share of the base model, and of its encoder, that is trained; LoRA's is what it adds."""
    if model.ticket is not None:
        return model.ticket.density_all, model.ticket.density_encoder
    if model.full:
        return 1.0, 1.0
    added, whole = sum(p.numel() for p in model.dense().values()), origin(lm.model)
    return added / whole["base_total"], added / whole["encoder_total"]


def _bar(things, what: str, progress: bool):
    from tqdm import tqdm

    return tqdm(things, desc=what, unit="language", disable=not progress)
