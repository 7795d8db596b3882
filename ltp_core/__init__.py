"""Lottery Ticket Prompt-learning: a prompt, a few winning weights, many languages.

    import ltp_core as ltp

    lm     = ltp.load_backbone()                            # the embedded model, offline
    ticket = ltp.find_ticket(lm, ltp.text("en"), density=0.20)
    task   = ltp.tasks.emoji()
    model  = ltp.train(lm, task.few_shot("en", k=16), task=task, ticket=ticket, prompt_length=10)
    ltp.evaluate(model, task.test("qu", "yo", "sw"))

The rooms, each a folder whose `__init__.py` says what it holds, from the ground up:

    arrays, data                    algorithms on plain arrays; files and rows
    tasks, model, training          tasks; the language model; the training loop
    ticket, measure                 which weights may move; accuracy and its intervals
    stage1, stage2                  finding a ticket; training it with a prompt on a task
    rivals, study                   other methods; many runs from one spec
    cli                             the `ltp` command

A room knows those above it in this list and none below. Every file begins with its idea and ends
with what it does not do.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.2.0"

if TYPE_CHECKING:  # what the names below are, for type checkers and editors
    from . import tasks
    from .data.corpora import text
    from .measure.bootstrap import macro_interval
    from .measure.evaluate import evaluate, predict
    from .measure.overlap import overlap
    from .model.backbone import Backbone, fingerprint, load_backbone
    from .rivals.methods import METHODS
    from .stage1.find import find_in_folders, find_ticket
    from .stage1.mlm import adapt
    from .stage2.train import train
    from .stage2.trained import Trained, load
    from .ticket.sparse import SparseModel
    from .ticket.ticket import Ticket

# Found on first use: `import ltp_core` and `ltp --help` answer at once, torch comes when needed.
_HOME = {
    "Backbone": "model.backbone",
    "METHODS": "rivals.methods",
    "SparseModel": "ticket.sparse",
    "Ticket": "ticket.ticket",
    "Trained": "stage2.trained",
    "adapt": "stage1.mlm",
    "evaluate": "measure.evaluate",
    "find_in_folders": "stage1.find",
    "find_ticket": "stage1.find",
    "fingerprint": "model.backbone",
    "load": "stage2.trained",
    "load_backbone": "model.backbone",
    "macro_interval": "measure.bootstrap",
    "overlap": "measure.overlap",
    "predict": "measure.evaluate",
    "text": "data.corpora",
    "train": "stage2.train",
}

__all__ = [
    "METHODS",
    "Backbone",
    "SparseModel",
    "Ticket",
    "Trained",
    "adapt",
    "evaluate",
    "find_in_folders",
    "find_ticket",
    "fingerprint",
    "load",
    "load_backbone",
    "macro_interval",
    "overlap",
    "predict",
    "tasks",
    "text",
    "train",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f".{_HOME[name]}", __name__), name)
    if name == "tasks":
        return import_module(".tasks", __name__)
    raise AttributeError(f"ltp_core has no {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
