"""The tables of the reference that are no options: calls, methods, scores, the command's options.

    calls       what a reader wants, and the call for it
    methods     what each method of `ltp_core.rivals` trains, in the first words of its docstring
    scores      what a ticket can rank by, as the docstring of `ltp_core.stage1.scores` has it
    commands    the options of each verb of `ltp`, as its parser has them
    types       what the types in the signatures mean

`CALLS` and `TYPES` are written here; the tests hold their names to what the library has.

What it does not do: options in Python (`api_options.py`).
"""

import argparse
import re
from inspect import Parameter, signature

from ltp_book import looks
from ltp_core.cli_options import parser
from ltp_core.rivals.methods import METHODS, required_inputs
from ltp_core.stage1 import scores as stage1
from tools.site.api_options import table

CALLS = (  # what a reader wants, the call, and what is called
    ("load the book's model", "lm = ltp.load_backbone()", "load_backbone"),
    (
        "load a model of my own: a folder, or a name on the hub",
        'lm = ltp.load_backbone("FacebookAI/xlm-roberta-base", download=True)',
        "load_backbone",
    ),
    ("recognise a model by its weights", "ltp.fingerprint(lm.model)", "fingerprint"),
    ("take text of the book", 'text = ltp.text("en")', "text"),
    ("take a task of the book", "task = ltp.tasks.emoji()", "tasks.emoji_groups.emoji"),
    ("make a task of my own files", 'task = ltp.tasks.load("my/folder")', "tasks.load"),
    ("find a ticket", "ticket = ltp.find_ticket(lm, text, density=0.20)", "find_ticket"),
    (
        "find one between two checkpoints",
        'ticket = ltp.find_in_folders("base", "trained", density=0.20)',
        "find_in_folders",
    ),
    ("train stage 1 alone", "after = ltp.adapt(lm, text)", "adapt"),
    (
        "draw a random ticket of the same size",
        "control = ticket.random_like(seed=0)",
        "Ticket.random_like",
    ),
    ("save a ticket", 'ticket.save("en.ticket.safetensors")', "Ticket.save"),
    (
        "load a ticket",
        'ticket = ltp.Ticket.load("en.ticket.safetensors", lm.model)',
        "Ticket.load",
    ),
    ("compare two tickets", "ltp.overlap(ticket, control)", "overlap"),
    (
        "train a prompt and a ticket",
        'model = ltp.train(lm, task.few_shot("en", k=16), task=task, ticket=ticket)',
        "train",
    ),
    (
        "train in another way, by its name",
        'model = ltp.METHODS["full"](lm, task.few_shot("en", k=16), task=task)',
        "METHODS",
    ),
    ("name the class of some texts", 'ltp.predict(model, {"text": ["a dog"]})', "predict"),
    ("measure accuracy", 'table = ltp.evaluate(model, task.test("qu", "yo"))', "evaluate"),
    ("save a trained model", 'model.save("emoji-ltp")', "Trained.save"),
    ("load a trained model", 'model = ltp.load("emoji-ltp", lm)', "load"),
    (
        "write it as a plain checkpoint",
        'ltp_core.ticket.merge.merge(lm, "emoji-ltp", "merged")',
        "ticket.merge.merge",
    ),
    ("compare two methods: right and wrong", "ltp.macro_interval(ours, theirs)", "macro_interval"),
    (
        "do all runs of a spec",
        'ltp_core.study.sweep.sweep("spec.toml", "results")',
        "study.sweep.sweep",
    ),
    (
        "compare the methods of a spec",
        'ltp_core.measure.compare.compare(rows, items, "ltp")',
        "measure.compare.compare",
    ),
    (
        "train a ticket in a loop of my own",
        "sparse = ltp.SparseModel(lm.model, ticket)",
        "SparseModel",
    ),
)
TYPES = (  # a type that signatures name, where it is defined, and what it is
    (
        "Rows",
        "data.rows",
        "a `datasets.Dataset`, or a dict of lists. Columns: ``text``, for training also ``label`` "
        "(the number or the name of the class), for `evaluate` also ``language``; ``text_pair`` "
        "where a task has two texts",
    ),
    ("Model", "model.backbone", "a masked LM of transformers, `Backbone.model`"),
    ("Tokenizer", "model.backbone", "its tokenizer, `Backbone.tokenizer`"),
    (
        "Layers",
        "model.parameters",
        "a layer's number from 0, a word such as ``embeddings``, a list of these, or None for all",
    ),
    (
        "Modules",
        "model.parameters",
        "a module's name or dotted part of it (``output.dense``, ``query``), a list, or None",
    ),
    ("HasWords", "stage2.train", "a task: any object with ``words``, one label word per class"),
    (
        "Classifier",
        "measure.evaluate",
        "what `train` returns; a model of your own with the same methods does, too",
    ),
)


def calls() -> list[str]:
    """What a reader wants, and the call for it; the want is a link."""
    rows = [(f":py:obj:`{want} <ltp_core.{name}>`", f"``{call}``") for want, call, name in CALLS]
    return table(("I want to …", "call"), rows, "calls")


def methods() -> list[str]:
    """A row for each method: its code, its name in the book, what it trains, what it needs."""
    rows = []
    for code, method in METHODS.items():
        first = " ".join((method.__doc__ or "").split("\n\n")[0].split())
        link = f":py:obj:`{code} <{method.__module__}.{code}>`"
        rows.append((link, looks.METHODS[code].name, first, " ".join(needed(code)) or "nothing"))
    return table(
        ("code", "name in the book", "what it does", "needs besides lm, shots, task"), rows
    )


def types() -> list[str]:
    """What the types in the signatures mean, beside those that have a place of their own."""
    return table(("type", "what it is"), [(f"``{name}``", meaning) for name, _, meaning in TYPES])


def needed(code: str) -> list[str]:
    """What a method cannot be called without, beside the model, the examples and the task.

    >>> needed("ltp"), needed("random_ticket")
    (['``ticket``'], [])
    """
    takes = signature(METHODS[code]).parameters
    names = sorted(required_inputs(code) - {"lm", "shots", "task"})
    return [f"``{name}``" for name in names if takes[name].default is Parameter.empty]


def scores() -> list[str]:
    """A row for each score: its name, its formula, what it asks, and what it needs.

    >>> scores()[8:12]
    ['   * - ``movement``', '     - \\\\|θ₁ − θ₀\\\\|', \
'     - how far did it go? our reading of the paper', '     - θ₁ of stage 1']
    """
    lines = [re.split(r"\s{2,}", line.strip()) for line in (stage1.__doc__ or "").splitlines()]
    words = {line[0]: line[1:] for line in lines if line[0] in stage1.SCORES}
    rows = []
    for name, score in stage1.SCORES.items():
        formula, asks = words[name]
        needs = ["θ₁ of stage 1"] if score.moved else []
        needs += ["gradients at θ₀"] if score.power else []
        rows.append((f"``{name}``", formula.replace("|", r"\|"), asks, " and ".join(needs)))
    return table(("score", "of a weight", "what it asks", "needs"), rows)


def commands() -> list[str]:
    """The verbs of `ltp`, each with a table of its options; what all verbs have comes last."""
    verbs = {
        name: verb
        for action in parser()._actions  # argparse has no other way to them
        if isinstance(action, argparse._SubParsersAction)
        for name, verb in action.choices.items()
    }
    told = {
        name: {
            written(a): re.sub(r"--[\w-]+", r"``\g<0>``", str(a.help)) for a in verb._actions[1:]
        }
        for name, verb in verbs.items()
    }  # without --help
    every = {key for key in told["train"] if all(key in options for options in told.values())}
    lines = []
    for name, verb in verbs.items():
        own = [[key, text] for key, text in told[name].items() if key not in every]
        example = (verb.epilog or "").removeprefix("example: ")
        lines += [f"``ltp {name}``: {verb.description}. Example: ``{example}``", ""]
        lines += table(("option", "what it does"), own)
    common = [[key, text] for key, text in told["train"].items() if key in every]
    return [*lines, "All verbs:", "", *table(("option", "what it does"), common)]


def written(action: argparse.Action) -> str:
    """An option as one writes it in the shell, with its choices.

    >>> written(argparse.ArgumentParser().add_argument("--split", choices=["a", "b"]))
    '``--split {a,b}``'
    """
    name = ", ".join(action.option_strings) or str(action.metavar)
    choices = f" {{{','.join(map(str, action.choices))}}}" if action.choices else ""
    return f"``{name}{choices}``"
