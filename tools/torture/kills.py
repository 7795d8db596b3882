"""kill -9 at random moments: nothing is lost, nothing is half, and a resume ends in the same bits.

    python -m tools.torture.kills                  200 kills of each kind
    python -m tools.torture.kills --count 10 --only sweep

A kind is something that writes. It is forked from this warm process, so that a kill costs little
more than the time to it, and killed at a moment drawn uniformly from how long it takes. Then the
same work is done again, undisturbed: what it leaves must be what it leaves in an empty folder, byte
by byte, and no leftover may lie there. Before that, whatever the kill has left must load.

Reading order: `Kind`, the kinds, `attempt`, `kills`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file, save_file
from tqdm import tqdm

from ltp_core.data.atomic import remove_leftovers
from ltp_core.measure import results
from ltp_core.stage1.mlm import adapt
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.study.sweep import sweep
from ltp_core.ticket.ticket import Ticket
from tools.book.chapters import store

from .about import about, new_file
from .good import QUICK, SHOTS, Good

MEASURED = ("train_seconds", "peak_mb", "machine")  # differ from run to run


class Kind(NamedTuple):
    """What is done in a folder; what a kill left must pass; and what is there in the end."""

    work: Callable[[Good, Path], object]
    whole: Callable[[Good, Path], object]  # raises if something that is there is half
    end: Callable[[Path], object]  # equal for equal ends


def stage1(good: Good, folder: Path) -> None:
    """Masked-LM training with a checkpoint at every step."""
    how: dict[str, Any] = {"steps": 12, "checkpoint": folder / "c", "every": 1, "progress": False}
    found = adapt(good.lm, {"text": SHOTS["text"] * 4}, **how)
    keep(found, folder)


def stage2(good: Good, folder: Path) -> None:
    """Training on a task, with a checkpoint at every step."""
    how: dict[str, Any] = QUICK | {"epochs": 12, "checkpoint": folder / "c", "every": 1}
    model = train(good.lm, SHOTS, ticket=good.ticket, **how)
    keep(dict(model.state_dict()), folder)


def sweeping(good: Good, folder: Path) -> None:
    """Two runs, one with a ticket to be found."""
    sweep(good.home / "spec" / "mini.toml", folder, backbone=good.home / "backbone", progress=False)


def saving(good: Good, folder: Path) -> None:
    """A trained model over itself, again and again."""
    for _ in range(8):
        for name in ("prompt", "ticket"):
            Trained.load(good.home / "trained" / name, good.lm).save(folder / "m")


def ticket_saving(good: Good, folder: Path) -> None:
    """A ticket over itself, again and again."""
    for _ in range(20):
        good.ticket.save(folder / "t.safetensors")


def notebook(good: Good, folder: Path) -> None:
    """A chapter's outputs, stored again and again."""
    for i in range(200):
        store(folder / "a.ipynb", json.dumps({"cells": [{"source": ["x"] * 500, "outputs": [i]}]}))


def keep(found: dict[str, torch.Tensor], folder: Path) -> None:
    """Write what a training ended in."""
    save_file({name: tensor.clone() for name, tensor in found.items()}, folder / "end.safetensors")


def tensors(folder: Path) -> object:
    """What a training ended in, bit by bit."""
    found = load_file(folder / "end.safetensors")
    return {name: tensor.numpy().tobytes() for name, tensor in found.items()}


def rows(folder: Path) -> object:
    """The results of a sweep, without what is measured by the clock."""
    table = results.read(folder / "mini.parquet")
    return [{k: v for k, v in row.items() if k not in MEASURED} for row in table]


def loads(read: Callable[[Path], object], *patterns: str) -> Callable[[Good, Path], object]:
    """A check that each file of these patterns can be read."""
    return lambda good, folder: [read(p) for pattern in patterns for p in folder.glob(pattern)]


def checkpoints(good: Good, folder: Path) -> None:
    """A checkpoint that is there is whole: its digest says so."""
    from ltp_core.data import tensor_file
    from ltp_core.training.checkpoint import FILE, KIND, WAY_OUT

    if (folder / "c" / FILE).exists():
        tensor_file.read(folder / "c" / FILE, KIND, WAY_OUT)


def model_whole(good: Good, folder: Path) -> None:
    """The old model or the new one; none only before the first was saved."""
    if (folder / "m").exists() or list(folder.glob("m.*.old")):
        Trained.load(folder / "m", good.lm)


def all_files(folder: Path) -> object:
    """Every file, byte by byte."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


KINDS: dict[str, Kind] = {
    "stage 1": Kind(stage1, checkpoints, tensors),
    "stage 2": Kind(stage2, checkpoints, tensors),
    "sweep": Kind(
        sweeping,
        loads(results.read, "runs/*.parquet", "*.parquet"),
        rows,
    ),
    "Trained.save": Kind(saving, model_whole, all_files),
    "Ticket.save": Kind(ticket_saving, loads(Ticket.load, "*.safetensors"), all_files),
    "notebook": Kind(
        notebook, loads(lambda path: json.loads(path.read_text()), "*.ipynb"), all_files
    ),
}


def attempt(kind: Kind, good: Good, folder: Path, seconds: float) -> str:
    """Fork, work, kill after so many seconds, look, work again; what is wrong, or ""."""
    folder.mkdir()
    if not (child := os.fork()):
        try:
            kind.work(good, folder)
        finally:
            os._exit(0)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    try:
        kind.whole(good, folder)
        kind.work(good, folder)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    remove_leftovers(folder)
    left = [p.name for p in folder.rglob("*") if p.suffix in (".part", ".old")]
    return f"left over: {left[0]}" if left else ""


def differs(end: object, wanted: object) -> str:
    """Where two ends part, if they have names.

    >>> differs({"a": 1, "b": 2}, {"a": 1, "c": 3})
    'b, c'
    """
    if not isinstance(end, dict) or not isinstance(wanted, dict):
        return "rows"
    names = {*end, *wanted}
    return ", ".join(sorted(n for n in names if n not in end or end[n] != wanted.get(n)))


def kills(name: str, count: int, seed: int, good: Good, home: Path) -> Counter[str]:
    """How often it went well, and what else."""
    kind, rng = KINDS[name], Random(f"{seed} {name}")
    found: Counter[str] = Counter()
    for folder in ("undisturbed", "timed"):  # the first also brings in what is imported late
        (home / folder).mkdir()
        start = time.monotonic()
        kind.work(good, home / folder)
        whole = time.monotonic() - start
    wanted = kind.end(home / "undisturbed")
    for _ in range(count):
        wrong = attempt(kind, good, home / "killed", rng.uniform(0, whole))
        if not wrong and (end := kind.end(home / "killed")) != wanted:
            wrong = f"another end: {differs(end, wanted)}"
        found[wrong or "well"] += 1
        shutil.rmtree(home / "killed")
    for folder in ("undisturbed", "timed"):
        shutil.rmtree(home / folder)
    return found


def main() -> int:
    """Read the arguments, kill, print, perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m tools.torture.kills", description=__doc__)
    parser.add_argument("--only", action="append", default=[], choices=list(KINDS))
    parser.add_argument("--count", type=int, default=200, help="kills of each kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=new_file, help="where to write the counts")
    args = parser.parse_args()
    begin, table = time.monotonic(), {}
    # By default bars share a lock with forked processes: a child killed with it would stop us all.
    tqdm.set_lock(threading.RLock())
    with tempfile.TemporaryDirectory() as folder:
        good = Good.make(Path(folder, "good"))
        for name in args.only or KINDS:
            table[name] = dict(kills(name, args.count, args.seed, good, Path(folder)))
            print(f"{name:<14}{table[name]}", flush=True)
    if args.json:
        whole = about(args.seed, begin) | {"counts": table}
        args.json.write_text(json.dumps(whole, indent=1) + "\n")
    return any(set(found) != {"well"} for found in table.values())


if __name__ == "__main__":
    sys.exit(main())
