"""The methods without a ticket: a prompt alone, every weight, or LoRA's added matrices.

Each calls `train` with its own options; the rates come from `method.py`.

Reading order: top to bottom.

What it does not do: train a part of the weights (`ticket_methods.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..stage2.train import train
from ..stage2.trained import Trained
from .codeswitch import dictionary, switch
from .method import method

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.backbone import Backbone
    from ..stage2.train import HasWords


@method
def prompt_only(lm: Backbone, shots: Rows, *, task: HasWords, **options: Any) -> Trained:
    """Train only the soft prompt (Lester et al. 2021, arXiv 2104.08691)."""
    return train(lm, shots, task=task, **options)


@method
def deep_prompt(lm: Backbone, shots: Rows, *, task: HasWords, **options: Any) -> Trained:
    """Train a prompt in every layer, after P-tuning v2 (arXiv 2110.07602)."""
    return train(lm, shots, task=task, **options | {"deep": True})


@method
def full(lm: Backbone, shots: Rows, *, task: HasWords, **options: Any) -> Trained:
    """Train every weight, with the same prompt and cloze."""
    return train(lm, shots, task=task, full=True, **options)


@method
def cloze(lm: Backbone, shots: Rows, *, task: HasWords, **options: Any) -> Trained:
    """Train every weight with the cloze, and no soft prompt."""
    return train(lm, shots, task=task, full=True, **options | {"prompt_length": 0})


@method
def head(lm: Backbone, shots: Rows, *, task: HasWords, **options: Any) -> Trained:
    """Train every weight and a new classification layer on the mean of the last states."""
    form = {"head": True, "prompt_length": 0}
    return train(lm, shots, task=task, full=True, **options | form)


@method
def codeswitch(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    split: str = "random",
    source: str = "en",
    languages: Sequence[str] = (),
    share: float = 0.5,
    epochs: int = 12,
    seed: int = 0,
    **options: Any,
) -> Trained:
    """As `full`, on texts in which words are exchanged for those of other languages.

    They are exchanged anew in each epoch, for words of `languages` (default: all of them).
    """
    book = dictionary(languages, split=split, source=source)
    switched = switch(shots, book, copies=epochs, share=share, seed=seed)
    options |= {"epochs": epochs, "copies": epochs, "seed": seed}
    return train(lm, switched, task=task, full=True, **options)


@method
def lora(lm: Backbone, shots: Rows, *, task: HasWords, rank: int = 8, **options: Any) -> Trained:
    """Train LoRA's matrices and the prompt."""
    return train(lm, shots, task=task, lora=rank, **options)
