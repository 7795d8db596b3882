"""Lottery Ticket Prompt-learning: a prompt, a few winning weights, many languages.

    import ltp_core as ltp

    lm     = ltp.load_backbone()                            # the embedded model, offline
    ticket = ltp.find_ticket(lm, ltp.text("en"), density=0.20)
    task   = ltp.tasks.emoji()
    model  = ltp.train(lm, task.few_shot("en", k=16), task=task, ticket=ticket, prompt_length=10)
    ltp.evaluate(model, task.test("qu", "yo", "sw"))

Reading order of the files: backbone, tokens, mlm, ticket, find, sparse, cloze, prompt, loop, train,
trained, methods, evaluate, bootstrap, spec, experiment, results, compare. Each begins with its idea
and ends with what it does not do.
"""

from importlib import import_module

from .measure.bootstrap import macro_interval
from .measure.evaluate import evaluate, predict
from .model.backbone import Backbone, fingerprint, load_backbone
from .stage1.find import find_in_folders, find_ticket
from .stage1.mlm import adapt
from .stage2.train import train
from .stage2.trained import Trained
from .ticket.overlap import overlap
from .ticket.sparse import SparseModel
from .ticket.ticket import Ticket

__version__ = "0.1.0"

# Found on first use, because they bring pyarrow and datasets with them.
_LATER = {"text": "corpora", "METHODS": "methods"}
_MODULES = ("corpora", "experiment", "languages", "methods", "prompt", "results", "tasks")

__all__ = [
    "Backbone", "SparseModel", "Ticket", "Trained", "adapt", "evaluate", "find_in_folders",
    "find_ticket", "fingerprint", "load", "load_backbone", "macro_interval", "overlap", "predict",
    "train",
    *_LATER, *_MODULES,
]  # fmt: skip

load = Trained.load


def __getattr__(name: str):
    if name in _LATER:
        return getattr(import_module(f".{_LATER[name]}", __name__), name)
    if name in _MODULES:
        return import_module(f".{name}", __name__)
    raise AttributeError(f"ltp_core has no {name!r}; it has {', '.join(sorted(__all__))}")
