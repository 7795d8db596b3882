"""Label words that a model does not know, and templates that do not fit."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

from ltp_core.stage2.prompt import PromptModel
from ltp_core.stage2.train import train
from ltp_core.training.options import Form

from ..good import QUICK, SHOTS, WORDS, Good
from ..judge import Case

BAD_WORDS: tuple[Any, ...] = (
    "",
    " ",
    "zebra",
    "food zebra",
    WORDS[0],  # the same twice
    None,
    3,
    float("nan"),
    b"food",
    ["food"],
    "\0",
    "🍞",
)
PIECES = ("{text}", "{mask}", "{pair}", "{}", "{label}", "the ", " likes ", "{Text}", "{text ")


def case(rng: Random, good: Good, home: Path) -> Case:
    """A bad word among good ones, or a template without the two fields it needs, each once."""
    if rng.random() < 0.4:
        words: Any = [WORDS[0], rng.choice(BAD_WORDS)]
        rng.shuffle(words)
        words = rng.choice([words, words, [], None, 7, "food"])
        task: Any = dict(QUICK, task=SimpleNamespace(words=words))
        calls = [lambda: PromptModel(good.lm, words, 2), lambda: train(good.lm, SHOTS, **task)]
        return Case(f"words {words!r}", rng.choice(calls))
    template: Any = rng.choice([3, b"{text} {mask}", [], "", "{mask}", "{text}"])
    if rng.random() < 0.9:
        template = "".join(rng.choices(PIECES, k=rng.randint(1, 5)))
        if fits(template):
            template += "{mask}"
    return Case(
        f"template {template!r}", lambda: PromptModel(good.lm, WORDS, 2, Form(template=template))
    )


def fits(template: str) -> bool:
    """The text, perhaps a pair, and the hole, in any order; no other field.

    >>> fits("the {text} {mask}"), fits("{mask} {text}"), fits("{mask} {text} {mask}")
    (True, True, False)
    """
    fields = sorted(re.findall(r"\{.*?\}", template))
    return fields in (["{mask}", "{text}"], ["{mask}", "{pair}", "{text}"])
