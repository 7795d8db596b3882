"""The options of the `ltp` command: what each is called, and what it says of itself.

An option is the Python keyword with dashes. Its default is read from the function that takes it.

    adapt(..., batch_size=16)   ->   --batch-size 16   ->   values(args)["batch_size"]

Reading order: `HELP`, `verb`, `keywords`, `values`.

What it does not do: run anything (`cli.py`).
"""

from __future__ import annotations

import argparse
import inspect

HELP = {
    "density": "share of the eligible weights that is in the ticket, in (0, 1]",
    "layers": "choose from these layers only (0-based)",
    "steps": "steps of masked-LM training",
    "max_length": "cut lines into rows of this many pieces",
    "batch_size": "rows a step",
    "learning_rate": "peak rate of the weights",
    "prompt_rate": "peak rate of the prompt",
    "weight_decay": "AdamW's pull on the weights",
    "warmup": "share of the steps during which the rate rises",
    "dropout": "train with the model's dropout",
    "seed": "decides order, masks, and starting prompt",
    "prompt_length": "number of prompt vectors",
    "epochs": "passes over the examples",
    "mlp_width": "width of the prompt's re-parametrisation, 0 for none",
    "learned_labels": "train one vector per class, starting from its word",
    "truncate": "cut texts that are longer than the positions",
    "full": "train every weight instead of a ticket",
    "autocast": "bfloat16: off, on, or auto (where this machine gains by it)",
    "checkpoint": "folder for the state; the same command then goes on after a kill",
    "every": "steps between two checkpoints",
}
AUTOCAST = {"off": False, "on": True, "auto": "auto"}


def verb(verbs, name: str, run, what: str, example: str) -> argparse.ArgumentParser:
    """Add a verb, with the options that every verb has."""
    p = verbs.add_parser(name, help=what, description=what, epilog=f"example: {example}")
    p.set_defaults(run=run, keywords=[])
    p.add_argument("--backbone", help="folder or name of a masked LM (default: the embedded one)")
    p.add_argument("--download", action="store_true", help="allow fetching --backbone from the hub")
    p.add_argument("--json", action="store_true", help="print one JSON object")
    p.add_argument("--quiet", action="store_true", help="no progress bars")
    return p


def task_options(p: argparse.ArgumentParser) -> None:
    """Offer what `tasks.load` takes."""
    from .tasks import NAMES

    p.add_argument("--task", default="emoji", help=f"{', '.join(NAMES)}, or a folder of your own; "
                   "sib200 needs --download and languages such as eng_Latn")  # fmt: skip
    p.add_argument("--split", default="random",
                   help="random; also subgroup (emoji tasks, kinds), published (xnli, americasnli)")
    p.add_argument("--words", nargs="+", type=_pair, metavar="LABEL=WORD",
                   help="a word for each label, to be read at the mask")  # fmt: skip


def _pair(text: str) -> tuple[str, str]:
    """`good=great` taken apart at its last `=`."""
    label, _, word = text.rpartition("=")
    if not label or not word:
        raise argparse.ArgumentTypeError(f"expected LABEL=WORD, got {text!r}")
    return label, word


def keywords(p: argparse.ArgumentParser, function, *names: str) -> None:
    """Offer keywords of `function` as options, with its own defaults."""
    for name in names:
        default = inspect.signature(function).parameters[name].default
        flag, about = "--" + name.replace("_", "-"), HELP[name]
        if name == "autocast":
            p.add_argument(flag, choices=AUTOCAST, default="off", help=about)
        elif isinstance(default, bool):
            p.add_argument(flag, action="store_true", help=about)
        else:
            kind = str if name == "checkpoint" else float if default is None else type(default)
            shown = "" if default is None else f" (default: {default})"
            p.add_argument(flag, type=kind, default=default, help=about + shown)
    p.set_defaults(keywords=[*p.get_default("keywords"), *names])


def values(args) -> dict:
    """The keywords the user's options stand for."""
    given = {name: getattr(args, name) for name in args.keywords}
    if hasattr(args, "autocast"):
        given["autocast"] = AUTOCAST[args.autocast]
    return given | {"progress": not args.quiet}
