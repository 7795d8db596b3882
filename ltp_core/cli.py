"""The `ltp` command: the five verbs of the library in the shell, under the same names.

    ltp ticket     find a winning ticket              ltp.find_ticket
    ltp train      train prompt + ticket              ltp.train
    ltp evaluate   accuracy per language              ltp.evaluate
    ltp merge      a plain Hugging Face checkpoint    merge.merge, merge.unmerge
    ltp sweep      many runs from one spec            experiment.sweep

An option is the Python keyword with dashes; its default is read from the function itself, so the
two cannot drift apart. What a program should read goes to stdout (with `--json`, one JSON object),
progress and complaints to stderr. A wrong input costs one sentence and exit status 2.

    accelerate launch --num_processes 2 -m ltp_core.cli train --save emoji-ltp

Several processes train together (`distributed.py`), and the first one saves and prints. The others only
complain, where something is wrong with them.

Reading order: `main`, `parser`, then the five `run_*` functions; `cli_options.py` for the options.

What it does not do: decide anything.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from .cli_options import AUTOCAST, HELP, keywords, task_options, values, verb


def main(argv: list[str] | None = None) -> int:
    """Run one command; 0 if it worked, 2 if the input was wrong, 130 if interrupted.

    >>> main(["evaluate", "nowhere", "--backbone", "nowhere-either"])  # says why on stderr
    2
    """
    args = parser().parse_args(argv)
    try:
        args.run(args)
    except (ValueError, LookupError, OSError) as error:
        message = error.args[0] if isinstance(error, KeyError) else error
        print(f"ltp {args.command}: {' '.join(str(message).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"ltp {args.command}: stopped; with --checkpoint it can go on", file=sys.stderr)
        return 130
    return 0


def parser() -> argparse.ArgumentParser:
    """The command line; each verb with an example."""
    from . import __version__
    from .stage1.find import find_ticket
    from .stage1.mlm import adapt
    from .stage2.train import train
    from .training.loop import fit

    top = argparse.ArgumentParser(prog="ltp", description="Lottery Ticket Prompt-learning.")
    top.add_argument("--version", action="version", version=f"ltp_core {__version__}")
    verbs = top.add_subparsers(dest="command", required=True)

    p = verb(verbs, "ticket", run_ticket, "find a winning ticket by masked-LM training",
             "ltp ticket --text en --density 0.20 --save en.ticket.safetensors")  # fmt: skip
    p.add_argument("--text", nargs="+", default=["en"], help="languages of the embedded text")
    p.add_argument("--text-file", help="lines of your own, UTF-8, instead of --text")
    p.add_argument("--save", required=True, metavar="FILE", help="where to write the ticket")
    p.add_argument("--layers", nargs="+", type=int, help=HELP["layers"])
    keywords(p, find_ticket, "density", "steps", "seed")
    keywords(p, adapt, "batch_size", "learning_rate", "weight_decay", "warmup", "max_length")
    keywords(p, fit, "autocast", "checkpoint", "every")

    p = verb(verbs, "train", run_train, "train a prompt, with a ticket or without",
             "ltp train --k 16 --ticket en.ticket.safetensors --save emoji-ltp")  # fmt: skip
    task_options(p)
    p.add_argument("--language", default="en", help="language of the examples")
    p.add_argument("--k", type=int, default=16, help="examples per class; 0 for all there are")
    p.add_argument("--ticket", metavar="FILE", help="train this ticket with the prompt")
    p.add_argument("--save", required=True, metavar="FOLDER", help="where to write the model")
    keywords(p, train, "full", "prompt_length", "epochs", "batch_size", "learning_rate",
             "prompt_rate", "weight_decay", "mlp_width", "learned_labels", "truncate",
             "dropout", "seed")  # fmt: skip
    keywords(p, fit, "warmup", "autocast", "checkpoint", "every")

    p = verb(verbs, "evaluate", run_evaluate, "accuracy per language on unseen items",
             "ltp evaluate emoji-ltp --languages qu yo sw")  # fmt: skip
    p.add_argument("model", metavar="FOLDER", help="what `ltp train --save` wrote")
    task_options(p)
    p.add_argument("--languages", nargs="+", default=[], help="default: all of the task")
    p.add_argument("--batch-size", type=int, default=64, help="texts read together")
    p.add_argument("--truncate", action="store_true", help=HELP["truncate"])
    p.add_argument("--autocast", choices=AUTOCAST, default="off", help=HELP["autocast"])

    p = verb(verbs, "merge", run_merge, "write base model + ticket as a plain checkpoint",
             "ltp merge emoji-ltp --save merged")  # fmt: skip
    p.add_argument("model", metavar="FOLDER", help="what `ltp train --save` wrote, with a ticket")
    p.add_argument("--save", required=True, metavar="FOLDER", help="where to write the checkpoint")
    p.add_argument("--undo", action="store_true", help="FOLDER is merged; write its base model")

    p = verb(verbs, "sweep", run_sweep, "do all runs of a spec that are not done yet",
             "ltp sweep benchmarks/first_light.toml --out data/results")  # fmt: skip
    p.add_argument("spec", metavar="FILE", help="a TOML file")
    p.add_argument("--out", required=True, metavar="FOLDER", help="where results are and go")
    p.add_argument("--only", nargs="+", default=[], metavar="RUN", help="runs whose name starts so")
    return top


def run_ticket(args) -> None:
    """`ltp ticket`: stage 1 and the choice; prints the densities."""
    from .stage1.find import find_ticket

    if Path(args.save).suffix != ".safetensors":  # said now, not after stage 1
        raise ValueError(f"a ticket is saved as .safetensors, got {args.save!r}; add the ending")
    Path(args.save).parent.mkdir(parents=True, exist_ok=True)
    lm = _backbone(args)
    ticket = find_ticket(lm, _text(args), layers=args.layers, **values(args))
    if not _first():
        return
    ticket.save(args.save)
    shares = {name: getattr(ticket, name) for name in ("density", "density_encoder", "density_all")}
    found = {"ticket": args.save, "parameters": len(ticket), **shares, "base": ticket.base}
    _say(args, found, f"{ticket}\nsaved to {args.save}")


def run_train(args) -> None:
    """`ltp train`: stage 2; prints what was trained and the last loss."""
    from .stage2.train import train
    from .ticket.ticket import Ticket

    task = _task(args, args.language)
    if args.k:
        shots = task.few_shot(args.language, k=args.k, seed=args.seed)
    else:
        shots = task.train(args.language)
    lm = _backbone(args)
    ticket = Ticket.load(args.ticket, lm.model) if args.ticket else None
    model = train(lm, shots, task=task, ticket=ticket, **values(args))
    if not _first():
        return
    model.save(args.save)
    facts = {"model": args.save, "trains": model.trains, "rows": len(shots),
             "trained_parameters": model.trained_parameters, "loss": model.history[-1]}  # fmt: skip
    text = f"trained {model.trains} ({model.trained_parameters:,} numbers) on {len(shots)} rows"
    _say(args, facts, f"{text}, last loss {model.history[-1]:.3f}\nsaved to {args.save}")


def run_evaluate(args) -> None:
    """`ltp evaluate`: prints a table."""
    from accelerate import Accelerator

    from .measure.evaluate import evaluate
    from .stage2.trained import Trained

    if not _first():
        return
    model = Trained.load(args.model, _backbone(args)).to(Accelerator().device)
    task = _task(args, *args.languages)
    if tuple(model.words) != task.words:
        raise ValueError(
            f"{args.model} answers with {', '.join(model.words)}, but the words of task "
            f"{args.task!r} are {', '.join(task.words)}; give --words as in training"
        )
    model.truncate |= args.truncate
    table = evaluate(model, task.test(*args.languages), **values(args), batch_size=args.batch_size)
    means = {group: table.mean(group) for group in ("low", "high")}
    known = {group: mean for group, mean in means.items() if mean == mean}
    _say(args, {"rows": [row._asdict() for row in table.rows], "means": known}, str(table))


def run_merge(args) -> None:
    """`ltp merge`: prints where the checkpoint is."""
    from .ticket.merge import merge, unmerge

    if not _first():
        return
    if args.undo:
        lm = unmerge(args.model)
        lm.model.save_pretrained(args.save)
        lm.tokenizer.save_pretrained(args.save)
    else:
        merge(_backbone(args), args.model, args.save)
    _say(args, {"saved": args.save, "undone": args.undo}, f"saved to {args.save}")


def run_sweep(args) -> None:
    """`ltp sweep`: prints the means of each method."""
    from accelerate import Accelerator

    from .measure import results
    from .study.sweep import sweep

    if (number := Accelerator().num_processes) > 1:
        raise ValueError(
            f"a sweep needs one process, got {number}; start it without `accelerate launch`"
        )
    out = Path(args.out)
    path = sweep(args.spec, out, backbone=args.backbone, only=args.only, download=args.download,
                 progress=not args.quiet)  # fmt: skip
    stored = results.read(path.with_suffix(".items.parquet"))
    items = {row["language"]: row["ids"] for row in stored}
    arms = results.arms(results.read(path))
    table = {name: groups for name, rows in arms.items()
             for groups in results.summary(rows, items).values()}  # fmt: skip
    wide = max(15, *map(len, table))
    shares = {name: "".join(f"{rows[0][key]:>9.1%}" for key in ("density_encoder", "density_all"))
              for name, rows in arms.items()}  # fmt: skip
    lines = [f"{'of the encoder, of all':>{wide + 22}}"]
    lines += [f"{name:<{wide}}{shares[name]}  {group:<6}{interval}"
              for name, groups in table.items() for group, interval in groups.items()]  # fmt: skip
    plain = {m: {g: i._asdict() for g, i in groups.items()} for m, groups in table.items()}
    _say(args, {"results": str(path), "means": plain}, "\n".join([*lines, f"all rows: {path}"]))


def _task(args, *languages: str):
    from .tasks import load

    words = dict(args.words) if args.words else None
    return load(args.task, args.split, words=words, languages=languages, download=args.download)


def _first() -> bool:
    """Is this the process that saves and prints? The only one, without `accelerate launch`."""
    from accelerate import Accelerator

    return Accelerator().is_main_process


def _backbone(args):
    from .model.backbone import load_backbone

    return load_backbone(args.backbone, download=args.download)


def _text(args):
    if args.text_file:
        lines = Path(args.text_file).read_text(encoding="utf-8").splitlines()
        return {"text": [line for line in lines if line.strip()]}
    from .data.corpora import text

    return text(*args.text)


def _say(args, facts: dict, text: str) -> None:
    print(json.dumps(facts, ensure_ascii=False) if args.json else text)


if __name__ == "__main__":
    sys.exit(main())
