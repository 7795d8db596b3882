"""Models and data to measure on.

    embedded         the model of this repository and its English emoji, 16 of each class (default)
    toy              two layers and forty words: for trying the benchmark out
    xlm-r-base       the shape of XLM-R base with random weights, so that nothing need be fetched;
                     texts of 8 to 40 random pieces. It costs what the real one costs.
    FOLDER or NAME   any masked LM on this machine, with the emoji

What this file does not do: measure.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

import torch

from ltp_core.model.backbone import Backbone, load_backbone
from ltp_core.model.toy import WORDS, toy_backbone


class Workload(NamedTuple):
    """A masked LM with its tokenizer, label words, texts, and a label for each text."""

    lm: Backbone
    words: tuple[str, ...]
    texts: Sequence[str]
    labels: Sequence[int]


def load(name: str) -> Workload:
    """The workload of this name.

    >>> work = load("toy")
    >>> len(work.texts), work.words
    (32, ('food', 'animals'))
    """
    if name == "toy":
        return Workload(toy_backbone(width=32), ("food", "animals"), *_random_texts(32, 3, 8))
    if name == "xlm-r-base":
        return Workload(random_xlm_r(), ("food", "animals"), *_random_texts(128, 8, 40))
    from ltp_core import tasks

    task = tasks.emoji()
    shots = task.few_shot("en", k=16)
    lm = load_backbone(None if name == "embedded" else name)
    return Workload(lm, task.words, shots["text"], shots["label"])


def random_xlm_r() -> Backbone:
    """A model shaped like XLM-R base: 277 M random weights, behind the toy's tokenizer."""
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    config = XLMRobertaConfig(
        vocab_size=250_002, max_position_embeddings=514, type_vocab_size=1, pad_token_id=1
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = XLMRobertaForMaskedLM(config).eval()
    return Backbone(model, toy_backbone().tokenizer)


def _random_texts(count: int, least: int, most: int) -> tuple[list[str], list[int]]:
    chance = random.Random(0)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(least, most))) for _ in range(count)]
    return texts, [i % 2 for i in range(count)]
