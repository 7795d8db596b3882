"""The command line of `ltp`: its verbs, and the name and the help of each option.

An option is a field of `training.options` with dashes in its name. Its default and its sentence
are the field's.

    Stage1Options.batch_size = 32   ->   --batch-size 32   ->   values(args)["batch_size"]

No torch is imported here, so `ltp --help` answers at once.

Reading order: `parser`, the five `add_*`, `keywords`, `refuse_empty`, `values`.

What it does not do: run anything (`cli.py`).
"""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeAlias

from . import __version__
from .tasks.names import NAMES
from .training.options import DENSITY, LoopOptions, Stage1Options, Stage2Options

if TYPE_CHECKING:
    Verbs: TypeAlias = argparse._SubParsersAction[argparse.ArgumentParser]

AUTOCAST = {"off": False, "on": True, "auto": "auto"}


def parser() -> argparse.ArgumentParser:
    """The command line; each verb with an example."""
    top = argparse.ArgumentParser(prog="ltp", description="Lottery Ticket Prompt-learning.")
    top.add_argument("--version", action="version", version=f"ltp_core {__version__}")
    verbs = top.add_subparsers(dest="command", required=True)
    add_ticket(verbs)
    add_train(verbs)
    add_evaluate(verbs)
    add_merge(verbs)
    add_sweep(verbs)
    return top


def add_ticket(verbs: Verbs) -> None:
    """`ltp ticket`: find a ticket."""
    example = "ltp ticket --text en --density 0.20 --save en.ticket.safetensors"
    p = verb(verbs, "ticket", "find a winning ticket by masked-LM training", example)
    p.add_argument("--text", nargs="+", default=["en"], help="languages of the embedded text")
    p.add_argument("--text-file", help="lines of your own, UTF-8, instead of --text")
    p.add_argument("--save", required=True, metavar="FILE", help="where to write the ticket")
    p.add_argument("--layers", nargs="+", type=int, help="choose from these layers only (0-based)")
    p.add_argument(
        "--density",
        type=float,
        default=DENSITY,
        help="share of the eligible weights that is in the ticket, in (0, 1] (default: 0.2)",
    )
    p.add_argument("--score", default="movement", help="what is ranked; also fisher, movement_root")
    p.add_argument("--quota", default="all", help="one ranking (all), or one a layer or tensor")
    keywords(p, Stage1Options, "steps", "batch_size", "learning_rate", "weight_decay", "warmup")
    keywords(p, Stage1Options, "max_length", "seed", "autocast", "checkpoint", "every")


def add_train(verbs: Verbs) -> None:
    """`ltp train`: train on a task."""
    example = "ltp train --k 16 --ticket en.ticket.safetensors --save emoji-ltp"
    p = verb(verbs, "train", "train a prompt, with a ticket or without", example)
    task_options(p)
    p.add_argument("--language", default="en", help="language of the examples")
    p.add_argument("--k", type=int, default=16, help="examples per class; 0 for all there are")
    p.add_argument("--ticket", metavar="FILE", help="train this ticket with the prompt")
    p.add_argument("--save", required=True, metavar="FOLDER", help="where to write the model")
    p.add_argument("--full", action="store_true", help="train every weight instead of a ticket")
    keywords(p, Stage2Options, "prompt_length", "epochs", "batch_size", "learning_rate")
    keywords(p, Stage2Options, "prompt_rate", "weight_decay", "mlp_width", "learned_labels")
    keywords(p, Stage2Options, "prompt_start", "prompt_place", "keep_positions", "silent")
    keywords(p, Stage2Options, "mlp_norm")
    keywords(p, Stage2Options, "truncate", "dropout", "seed", "warmup", "autocast", "checkpoint")
    keywords(p, Stage2Options, "every")


def add_evaluate(verbs: Verbs) -> None:
    """`ltp evaluate`: measure a trained model."""
    example = "ltp evaluate emoji-ltp --languages qu yo sw"
    p = verb(verbs, "evaluate", "accuracy per language on unseen items", example)
    p.add_argument("model", metavar="FOLDER", help="what `ltp train --save` wrote")
    task_options(p)
    p.add_argument("--languages", nargs="+", default=[], help="default: all of the task")
    p.add_argument("--batch-size", type=int, default=64, help="texts read together")
    keywords(p, Stage2Options, "truncate", "autocast")


def add_merge(verbs: Verbs) -> None:
    """`ltp merge`: a plain checkpoint, and back."""
    example = "ltp merge emoji-ltp --save merged"
    p = verb(verbs, "merge", "write base model + ticket as a plain checkpoint", example)
    p.add_argument("model", metavar="FOLDER", help="what `ltp train --save` wrote, with a ticket")
    p.add_argument("--save", required=True, metavar="FOLDER", help="where to write the checkpoint")
    p.add_argument("--undo", action="store_true", help="FOLDER is merged; write its base model")


def add_sweep(verbs: Verbs) -> None:
    """`ltp sweep`: many runs."""
    example = "ltp sweep benchmarks/first_light.toml --out data/results"
    p = verb(verbs, "sweep", "do all runs of a spec that are not done yet", example)
    p.add_argument("spec", metavar="FILE", help="a TOML file")
    p.add_argument("--out", required=True, metavar="FOLDER", help="where results are and go")
    p.add_argument("--only", nargs="+", default=[], metavar="RUN", help="start of the runs' names")


def verb(verbs: Verbs, name: str, what: str, example: str) -> argparse.ArgumentParser:
    """Add a verb, with the options that every verb has."""
    p = verbs.add_parser(name, help=what, description=what, epilog=f"example: {example}")
    p.set_defaults(keywords=[])
    p.add_argument("--backbone", help="folder or name of a masked LM (default: the embedded one)")
    p.add_argument("--download", action="store_true", help="allow fetching --backbone from the hub")
    p.add_argument("--json", action="store_true", help="print one JSON object")
    p.add_argument("--quiet", action="store_true", help="no progress bars")
    return p


def task_options(p: argparse.ArgumentParser) -> None:
    """Offer what `tasks.load` takes."""
    named = f"{', '.join(NAMES)}, or a folder of your own"
    p.add_argument(
        "--task",
        default="emoji",
        help=f"{named}; sib200 needs --download and languages such as eng_Latn",
    )
    p.add_argument(
        "--split",
        default="random",
        help="random; also subgroup (emoji tasks, kinds), published (xnli, americasnli)",
    )
    p.add_argument(
        "--words",
        nargs="+",
        type=_pair,
        metavar="LABEL=WORD",
        help="a word for each label, to be read at the mask",
    )


def _pair(text: str) -> tuple[str, str]:
    """`good=great` taken apart at its last `=`."""
    label, _, word = text.rpartition("=")
    if not label or not word:
        raise argparse.ArgumentTypeError(f"expected LABEL=WORD, got {text!r}")
    return label, word


def keywords(p: argparse.ArgumentParser, kind: type[LoopOptions], *names: str) -> None:
    """Offer fields of `kind` as options, with their own defaults."""
    known = {field.name: field for field in fields(kind)}
    for name in names:
        default, about = known[name].default, known[name].metadata["about"]
        flag = "--" + name.replace("_", "-")
        if name == "autocast":
            p.add_argument(flag, choices=AUTOCAST, default="off", help=about)
        elif isinstance(default, bool):
            p.add_argument(flag, action="store_true", help=about)
        else:
            of: Any = str if name == "checkpoint" else float if default is None else type(default)
            shown = "" if default is None else f" (default: {default})"
            p.add_argument(flag, type=of, default=default, help=about + shown)
    p.set_defaults(keywords=[*p.get_default("keywords"), *names], options=kind)


def refuse_empty(args: argparse.Namespace) -> None:
    """Refuse an option that is there and says nothing, as an unset shell variable does.

    Raises:
        ValueError: the value of an option is empty.

    >>> refuse_empty(parser().parse_args(["train", "--save", "m", "--ticket", ""]))
    Traceback (most recent call last):
    ValueError: --ticket is empty; give it a value, or leave it out
    """
    for name, value in vars(args).items():
        if value == "" or isinstance(value, list) and "" in value:
            flag = "--" + name.replace("_", "-")
            raise ValueError(f"{flag} is empty; give it a value, or leave it out")


def values(args: argparse.Namespace) -> dict[str, Any]:
    """The keywords the user's options stand for.

    Raises:
        ValueError: one of them is out of bounds.
    """
    given = {name: getattr(args, name) for name in args.keywords}
    if "autocast" in given:
        given["autocast"] = AUTOCAST[args.autocast]
    given["progress"] = not args.quiet
    args.options(**given)  # checked here, before anything is loaded
    return given
