"""Stage 2: go back to θ₀ and train the prompt, and of the weights only the ticket.

With prompt v, ticket mask m and the cloze score s_c of `prompt.py`,

    minimise over v and δ   mean of −log softmax(s(text; θ₀ + m ⊙ δ, v))[label].

θ₀ itself never changes: `train` works on a twin of the model it is given. Entries outside the
ticket are no part of what the optimizer sees, so they stay the same bits with weight decay or
without. `ticket=None` trains the prompt alone, `full=True` every weight with it; the loop is one.

What moves decides how fast: ten vectors alone need a high rate, a whole model a low one. The rates
in `RATES` come from first trials on this book's task, not from the paper, which gives none.

Reading order: `RATES`, `train`; then `loop.fit` for the loop, `trained.py` for what comes back.

What it does not do: find the ticket (`ticket.find_ticket`), or name methods (`methods.py`).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from ..data.digest import digest
from ..training.distributed import share
from ..training.loop import at_least_one, batches, fit
from .trained import FORM, Trained

RATES = {  # peak learning rates (body, prompt)
    "prompt": (0.0, 3e-2),
    "ticket": (2e-4, 5e-3),
    "full": (5e-5, 5e-3),
}


def train(
    lm,
    dataset,
    *,
    task,
    ticket=None,
    full: bool = False,
    prompt_length: int = 10,
    epochs: int = 12,
    batch_size: int = 16,
    learning_rate: float | None = None,
    prompt_rate: float | None = None,
    weight_decay: float = 0.0,
    mlp_width: int = 0,
    learned_labels: bool = False,
    truncate: bool = False,
    dropout: bool = False,
    copies: int = 1,
    seed: int = 0,
    **options,
) -> Trained:
    """Train a prompt in front of `lm`, and with it a ticket, everything (`full`), or nothing else.

    `dataset` has the columns `text` and `label` (and perhaps `text_pair`); `task.words` are the
    label words. `learning_rate` is that of the ticket or the weights, `prompt_rate` that of the
    prompt; without them `RATES` decides. `weight_decay` pulls on the former only. With `copies` the
    dataset holds every row so often, one whole copy after the other, and each epoch reads the next.

    `options` go to `loop.fit`: warmup, clip, autocast, progress, callback, and `checkpoint`, a
    folder from which a killed run goes on and ends in the same bits. The callback finds the model
    in its `info`. The others, `template`, `deep`, `head` and `lora` (a rank), are the rivals': see
    `methods.py`.

    >>> from types import SimpleNamespace
    >>> from ltp_core.model.toy import toy_backbone
    >>> task = SimpleNamespace(words=("food", "animals"))
    >>> shots = {"text": ["bread", "soup", "a dog", "the cat"], "label": [0, 0, 1, 1]}
    >>> model = train(toy_backbone(), shots, task=task, prompt_length=4, epochs=9, progress=False)
    >>> model.trains, len(model.history), model.history[-1] < model.history[0]
    ('prompt', 9, True)
    """
    from accelerate import Accelerator

    at_least_one(epochs=epochs, batch_size=batch_size, copies=copies)
    accelerator = Accelerator()
    form = {name: options.pop(name) for name in FORM if name in options}
    kind = "full" if full else "ticket" if ticket is not None or form.get("lora") else "prompt"
    learning_rate = RATES[kind][0] if learning_rate is None else learning_rate
    prompt_rate = RATES[kind][1] if prompt_rate is None else prompt_rate
    model = Trained(
        lm, task.words, prompt_length, ticket=ticket, full=full, mlp_width=mlp_width,
        learned_labels=learned_labels, truncate=truncate, seed=seed, **form,
    ).to(accelerator.device).train(dropout)  # fmt: skip
    rows, labels = labelled_rows(model, dataset)
    size = len(rows) // copies
    steps = -(-size // batch_size)  # of an epoch
    batch_at = batches([len(row) for row in rows[:size]], batch_size, seed)
    rank, world_size = accelerator.process_index, accelerator.num_processes

    def loss_at(step: int) -> Tensor:
        copy = size * (step // steps % copies)
        chosen = [copy + i for i in batch_at(step)]
        mine, counts = share(chosen, rank, world_size)
        logits = model(model.batch([rows[i] for i in mine]))  # (B, C)
        target = torch.tensor([labels[i] for i in mine], device=logits.device)
        return counts * F.cross_entropy(logits, target, reduction="sum") / len(chosen)

    if hear := options.get("callback"):
        options["callback"] = lambda step, info: hear(step, info | {"model": model})
    body, write = model.open()
    groups = [
        {"params": body, "lr": learning_rate, "weight_decay": weight_decay},
        {"params": model.prompt_parameters(), "lr": prompt_rate},
    ]
    groups = [group for group in groups if group["params"]]
    if not groups:
        raise ValueError("nothing to train: give a ticket, full=True, or a prompt_length above 0")
    settings = dict(
        stage=2, base=model.base, data=digest([rows, labels]), words=model.words,
        trains=model.trains, ticket="" if ticket is None else ticket.id, prompt_length=prompt_length,
        mlp_width=mlp_width, learned_labels=learned_labels, epochs=epochs, batch_size=batch_size,
        rates=[learning_rate, prompt_rate], weight_decay=weight_decay, dropout=dropout,
        **form,
    )  # fmt: skip
    model.history = fit(
        loss_at, groups, steps=epochs * steps, accelerator=accelerator,
        seed=seed, after=write, settings=settings, label="stage 2: " + model.trains, **options,
    )  # fmt: skip
    return model.close()


def labelled_rows(model: Trained, dataset) -> tuple[list[list[int]], list[int]]:
    """The cloze rows of a dataset and their labels; ValueError if it does not fit the model.

    >>> from ltp_core.model.toy import toy_backbone
    >>> model = Trained(toy_backbone(), ["food", "animals"])
    >>> labelled_rows(model, {"text": ["the dog"], "label": [1]})
    ([[0, 4, 13, 40, 2]], [1])
    """
    columns = getattr(dataset, "column_names", dataset)
    for name in ("text", "label"):
        if name not in columns:
            raise ValueError(f"the dataset has no column {name!r}; it has {', '.join(columns)}")
    pairs = dataset["text_pair"] if "text_pair" in columns else None
    rows, labels = model.encode(dataset["text"], pairs), [int(i) for i in dataset["label"]]
    if not rows:
        raise ValueError("the dataset is empty; training needs at least one row")
    if not 0 <= min(labels) <= max(labels) < len(model.words):
        raise ValueError(
            f"labels must be in [0, {len(model.words) - 1}], one for each of the words "
            f"{', '.join(model.words)}; got {min(labels)} to {max(labels)}"
        )
    return rows, labels
