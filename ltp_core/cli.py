"""The `ltp` command: the five verbs of the library in the shell, under the same names.

    ltp ticket     find a winning ticket              ltp.find_ticket
    ltp train      train prompt + ticket              ltp.train
    ltp evaluate   accuracy per language              ltp.evaluate
    ltp merge      a plain Hugging Face checkpoint    merge.merge, merge.unmerge
    ltp sweep      many runs from one spec            study.sweep

An option is the Python keyword with dashes; both are made from `training.options`. What a program
should read goes to stdout (with `--json`, one JSON object), progress and complaints to stderr. A
wrong input gives one sentence and exit status 2.

    accelerate launch --num_processes 2 -m ltp_core.cli train --save emoji-ltp

Several processes train together (`training/distributed.py`), and the first one saves and prints.
The others print errors only.

Reading order: `main`, then the five `run_*`. The options are in `cli_options.py`.

What it does not do: decide anything.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from .cli_options import parser, refuse_empty, values
from .data.shown import listed

if TYPE_CHECKING:
    from datasets import Dataset

    from .data.rows import Rows
    from .model.backbone import Backbone
    from .tasks import Task


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 if it worked, 2 if the input was wrong, 130 if interrupted.

    >>> main(["evaluate", "nowhere", "--backbone", "nowhere-either"])  # says why on stderr
    2
    """
    args = parser().parse_args(argv)
    if args.quiet:  # transformers asks for this when it is imported, and shows its own bars if not
        os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"
    try:
        refuse_empty(args)
        RUN[args.command](args)
    except (ValueError, LookupError, OSError) as error:
        message = error.args[0] if isinstance(error, KeyError) else error
        print(f"ltp {args.command}: {' '.join(str(message).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"ltp {args.command}: stopped; rerun with --checkpoint to resume", file=sys.stderr)
        return 130
    return 0


def run_ticket(args: argparse.Namespace) -> None:
    """`ltp ticket`: stage 1 and the choice; prints the densities."""
    from .data.mask_file import check_free
    from .stage1.find import find_ticket

    options = values(args)
    check_free(args.save)  # said now, not after stage 1
    Path(args.save).parent.mkdir(parents=True, exist_ok=True)
    lm = _backbone(args)
    where = {name: getattr(args, name) for name in ("score", "quota", "layers")}
    ticket = find_ticket(lm, _text(args), args.density, **where, **options)
    if not _first():
        return
    ticket.save(args.save)
    shares = {name: getattr(ticket, name) for name in ("density", "density_encoder", "density_all")}
    found = {"ticket": args.save, "parameters": len(ticket), **shares, "base": ticket.base}
    _say(args, found, f"{ticket}\nsaved to {args.save}")


def run_train(args: argparse.Namespace) -> None:
    """`ltp train`: stage 2; prints what was trained and the last loss."""
    from .data.atomic import check_folder
    from .stage2.train import train
    from .stage2.trained import KIND, is_trained
    from .ticket.ticket import Ticket

    options = values(args)
    check_folder(args.save, KIND, is_trained)  # said now, not after the training
    task = _task(args, args.language)
    if args.k:
        shots = task.few_shot(args.language, k=args.k, seed=args.seed)
    else:
        shots = task.train(args.language)
    lm = _backbone(args)
    ticket = None if args.ticket is None else Ticket.load(args.ticket, lm.model)
    base = ticket.base if ticket else None  # Ticket.load has compared it with the model
    model = train(lm, shots, task=task, ticket=ticket, full=args.full, base=base, **options)
    if not _first():
        return
    model.save(args.save)
    facts = {"model": args.save, "trains": model.trains, "rows": len(shots)}
    facts |= {"trained_parameters": model.trained_parameters, "loss": model.history[-1]}
    text = f"trained {model.trains} ({model.trained_parameters:,} numbers) on {len(shots)} rows"
    _say(args, facts, f"{text}, last loss {model.history[-1]:.3f}\nsaved to {args.save}")


def run_evaluate(args: argparse.Namespace) -> None:
    """`ltp evaluate`: prints a table.

    Raises:
        ValueError: the model has other label words than the task.
    """
    from accelerate import Accelerator

    from .measure.evaluate import evaluate
    from .stage2.trained import Trained
    from .training.options import Stage2Options

    options = values(args)
    truncate = options.pop("truncate")
    Stage2Options(batch_size=args.batch_size)  # it has the bound
    if not _first():
        return
    test = _test(task := _task(args, *args.languages), args.languages)
    model = Trained.load(args.model, _backbone(args)).to(Accelerator().device)
    if tuple(model.words) != task.words:
        raise ValueError(
            f"{args.model} answers with {listed(model.words)}, but the words of task "
            f"{args.task!r} are {listed(task.words)}; give --words as in training"
        )
    model.truncate |= truncate
    table = evaluate(model, test, batch_size=args.batch_size, **options)
    means = {group: table.mean(group) for group in ("low", "high")}
    known = {group: mean for group, mean in means.items() if mean == mean}
    _say(args, {"rows": [row._asdict() for row in table.rows], "means": known}, str(table))


def run_merge(args: argparse.Namespace) -> None:
    """`ltp merge`: prints where the checkpoint is."""
    from .data.atomic import replacing_folder
    from .ticket.merge import merge, unmerge

    if not _first():
        return
    if args.undo:
        with replacing_folder(args.save, "room", lambda names: False) as folder:
            lm = unmerge(args.model)
            lm.model.save_pretrained(folder)
            lm.tokenizer.save_pretrained(folder)
    else:
        merge(_backbone(args), args.model, args.save)
    _say(args, {"saved": args.save, "undone": args.undo}, f"saved to {args.save}")


def run_sweep(args: argparse.Namespace) -> None:
    """`ltp sweep`: prints the means of each method.

    Raises:
        ValueError: there are several processes, or `--out` is empty.
    """
    from accelerate import Accelerator

    from .measure import results
    from .study.sweep import sweep

    if (number := Accelerator().num_processes) > 1:
        raise ValueError(
            f"a sweep needs one process, got {number}; start it without `accelerate launch`"
        )
    if not args.out:
        raise ValueError("--out is empty; name a folder, '.' for this one")
    out = Path(args.out)
    how = dict(backbone=args.backbone, download=args.download, progress=not args.quiet)
    path = sweep(args.spec, out, only=args.only, **how)
    stored = results.read(path.with_suffix(".items.parquet"))
    items = {row["language"]: row["ids"] for row in stored}
    table, shares = {}, {}
    for name, rows in results.arms(results.read(path)).items():
        [table[name]] = results.summary(rows, items).values()
        of = [f"{rows[0][key]:>9.1%}" for key in ("density_encoder", "density_all")]
        shares[name] = "".join(of)
    wide = max(15, *map(len, table))
    lines = [f"{'of the encoder, of all':>{wide + 22}}"]
    for name, groups in table.items():
        start = f"{name:<{wide}}{shares[name]}"
        lines += [f"{start}  {group:<6}{interval}" for group, interval in groups.items()]
    plain = {m: {g: i._asdict() for g, i in groups.items()} for m, groups in table.items()}
    _say(args, {"results": str(path), "means": plain}, "\n".join([*lines, f"all rows: {path}"]))


RUN = {
    "ticket": run_ticket,
    "train": run_train,
    "evaluate": run_evaluate,
    "merge": run_merge,
    "sweep": run_sweep,
}


def _task(args: argparse.Namespace, *languages: str) -> Task:
    from .tasks import load

    words = dict(args.words) if args.words else None
    if words and len(words) < len(args.words):
        twice = listed([label for label, _ in args.words])
        raise ValueError(f"--words names a label twice: {twice}; name each once")
    return load(args.task, args.split, words=words, languages=languages, download=args.download)


def _test(task: Task, languages: list[str]) -> Dataset:
    """The test rows of these languages, some of each; of all if none is named."""
    test = task.test(*languages)
    there = set(test["language"])
    if lacking := [code for code in languages if code not in there]:
        raise ValueError(f"no test rows in {', '.join(lacking)}: task {task.name!r} has none there")
    if not there:
        raise ValueError(
            f"no test rows: task {task.name!r} has none in {', '.join(task.languages)}"
        )
    return test


def _first() -> bool:
    """Is this the process that saves and prints? The only one, without `accelerate launch`."""
    from accelerate import Accelerator

    return bool(Accelerator().is_main_process)


def _backbone(args: argparse.Namespace) -> Backbone:
    from .model.backbone import load_backbone

    return load_backbone(args.backbone, download=args.download)


def _text(args: argparse.Namespace) -> Rows:
    if args.text_file is not None:
        from .data.utf8 import read_text

        # Line ends are those of files; a text may hold one of the other characters that end a line.
        lines = re.split(r"\r\n|\n|\r", read_text(args.text_file))
        if not (kept := [line for line in lines if line.strip()]):
            raise ValueError(f"{args.text_file} has no text; fill it, or give --text")
        return {"text": kept}
    from .data.corpora import text

    return text(*args.text)


def _say(args: argparse.Namespace, facts: dict[str, object], text: str) -> None:
    print(json.dumps(facts, ensure_ascii=False) if args.json else text)


if __name__ == "__main__":
    sys.exit(main())
