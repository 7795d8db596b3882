"""Stage 2: go back to θ₀ and train the prompt, and of the weights only the ticket.

With prompt v, ticket mask m and the cloze score s_c of `prompt.py`,

    minimise over v and δ   mean of −log softmax(s(text; θ₀ + m ⊙ δ, v))[label].

θ₀ itself never changes: `train` works on a clone of the model it is given. Entries outside the
ticket are no part of what the optimizer sees, so they stay the same bits with weight decay or
without. `ticket=None` trains the prompt alone, `full=True` every weight with it; the loop is one.

What moves decides how fast: ten vectors alone need a high rate, a whole model a low one. The rates
in `RATES` come from first trials on this book's task, not from the paper, which gives none.

Reading order: `RATES`, `train`; then `loop.fit` for the loop, `trained.py` for what comes back.

What it does not do: find the ticket (`ticket.find_ticket`), or name methods (`methods.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import torch
import torch.nn.functional as F
from accelerate import Accelerator
from torch import Tensor

from ..data.digest import digest
from ..data.rows import Rows, class_indices, class_names, texts
from ..keywords import option, takes
from ..model.backbone import Backbone
from ..ticket.ticket import Ticket
from ..training.distributed import share
from ..training.loop import batches, fit
from ..training.options import Form, Stage2Options
from .prompt import PromptModel
from .trained import Trained


class HasWords(Protocol):
    """A task: any object with `words`. If it has `labels`, the dataset's must be the same."""

    @property
    def words(self) -> Sequence[str]:
        """One label word per class."""


RATES = {  # peak learning rates (body, prompt)
    "prompt": (0.0, 3e-2),
    "ticket": (2e-4, 5e-3),
    "full": (5e-5, 5e-3),
}


@dataclass(frozen=True, kw_only=True)
class Training(Stage2Options):
    """The options of `train` as one value; its keywords make it."""

    task: HasWords
    ticket: Ticket | None = None
    full: bool = False
    lora: int = option(0, "rank of LoRA's matrices, 0 for none", at_least=0)
    base: str | None = None


@takes(Training)
def train(lm: Backbone, dataset: Rows, options: Training) -> Trained:
    """Train a prompt in front of `lm`, and with it a ticket, everything (`full`), or nothing else.

    `template`, `deep`, `head` and `lora` make the other methods: see `METHODS`. It runs on a GPU if
    there is one. `lm` stays as it was.

    Args:
        lm: the model to train on.
        dataset: the columns `"text"` and `"label"`, and perhaps `"text_pair"`.
        task: what gives the label words: any object with `words`, one word per class.
        ticket: the weights that are trained; None for none.
        full: every weight is trained; then there is no ticket.
        lora: rank of LoRA's matrices, which are trained in place of weights; 0 for none. It needs
            PEFT: `pip install "ltp-core[bench]"`.
        base: the fingerprint of `lm`, where the caller has it; None to have it taken.
        callback: is called after each step with its number and a dict of its loss, its rates, and
            the model.

    Returns:
        The trained model; `history` has the loss of each step, and `predict`, `evaluate` take it.

    Raises:
        ValueError: there is nothing to train, or the dataset or the ticket does not fit.

    >>> RATES  # peak rates (weights, prompt): of a prompt alone, with a ticket or LoRA, with all
    {'prompt': (0.0, 0.03), 'ticket': (0.0002, 0.005), 'full': (5e-05, 0.005)}
    >>> from types import SimpleNamespace
    >>> from ltp_core.model.toy import toy_backbone
    >>> task = SimpleNamespace(words=("food", "animals"))
    >>> shots = {"text": ["bread", "soup", "a dog", "the cat"], "label": [0, 0, 1, 1]}
    >>> model = train(toy_backbone(), shots, task=task, prompt_length=4, epochs=9, progress=False)
    >>> model.trains, len(model.history), model.history[-1] < model.history[0]
    ('prompt', 9, True)
    """
    accelerator, form = Accelerator(), options.only(Form)
    body = options.pick("ticket", "full", "lora", "base", "seed")
    model = Trained(lm, options.task.words, options.prompt_length, Form(**form), **body)
    model.labels = getattr(options.task, "labels", None) or class_names(dataset)
    model.task = getattr(options.task, "name", "")
    model.to(accelerator.device).train(options.dropout)
    rows, labels = labelled_rows(model, dataset)
    size = len(rows) // options.copies
    steps = -(-size // options.batch_size)  # of an epoch
    batch_at = batches([len(row) for row in rows[:size]], options.batch_size, options.seed)
    rank, world_size = accelerator.process_index, accelerator.num_processes

    def loss_at(step: int) -> Tensor:
        copy = size * (step // steps % options.copies)
        chosen = [copy + i for i in batch_at(step)]
        mine, counts = share(chosen, rank, world_size)
        logits = model(model.batch([rows[i] for i in mine]))  # (B, C)
        target = torch.tensor([labels[i] for i in mine], device=logits.device)
        return counts * F.cross_entropy(logits, target, reduction="sum") / len(chosen)

    if hear := options.callback:
        options = replace(options, callback=lambda step, info: hear(step, info | {"model": model}))
    some = options.ticket is not None or options.lora
    usual = RATES["full" if options.full else "ticket" if some else "prompt"]
    given = (options.learning_rate, options.prompt_rate)
    rates = [own if own is not None else other for own, other in zip(given, usual, strict=True)]
    leaves, write = model.open()
    groups: list[dict[str, Any]] = [
        {"params": leaves, "lr": rates[0], "weight_decay": options.weight_decay},
        {"params": model.prompt_parameters(), "lr": rates[1]},
    ]
    groups = [group for group in groups if group["params"]]
    if not groups:
        raise ValueError("nothing to train: give a ticket, full=True, or a prompt_length above 0")
    settings = form | options.pick("prompt_length", "epochs", "batch_size", "weight_decay")
    settings |= options.pick("dropout", "lora") | {"stage": 2, "rates": rates}
    settings |= {"base": model.base, "outer": model.outer, "data": digest([rows, labels])}
    settings |= {"words": model.words, "trains": model.trains}
    settings |= {"ticket": "" if options.ticket is None else options.ticket.id}
    how: dict[str, Any] = {"settings": settings, "label": f"stage 2: {model.trains}"}
    whole = options.epochs * steps
    model.history = fit(loss_at, groups, options, steps=whole, after=write, **how)
    return model.close()


def labelled_rows(model: PromptModel, dataset: Rows) -> tuple[list[list[int]], list[int]]:
    """The cloze rows of a dataset and their labels.

    Raises:
        ValueError: the dataset is empty, or does not fit the model.

    >>> from ltp_core.model.toy import toy_backbone
    >>> model = Trained(toy_backbone(), ["food", "animals"])
    >>> labelled_rows(model, {"text": ["the dog"], "label": [1]})
    ([[0, 4, 13, 40, 2]], [1])
    """
    labels = class_indices(dataset, model.words, model.labels)
    if not labels:
        raise ValueError("the dataset is empty; training needs at least one row")
    return model.encode(*texts(dataset)), labels
