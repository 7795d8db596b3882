"""One name, one colour, one place in the order, for all that a figure or an explorer tells apart.

    METHODS   how a model was trained: code -> name, colour on a light and on a dark ground, marker
    GROUPS    groups of languages, likewise; they share no colour with a method
    SERIES    six more colours, for what is neither: runs, settings, kinds of tensors
    MODULES   the parts of a layer: name in the model -> name in the book, in the model's order

Families have hues: greys a prompt alone, blues and violets the winning ticket, oranges and reds as
many weights chosen otherwise, greens all weights, magentas LT-SFT. The other constants are paper:
card, ink, grounds. A test reads the code of the book for colours that are set elsewhere.

Reading order: `METHODS`, `GROUPS`, `SERIES`, `look`, `series`, `module`, `in_order`.

What it does not do: draw (`figures`, `explorers`), or import what draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Look(NamedTuple):
    """A name and how it is drawn; the marker in matplotlib's letters."""

    name: str
    light: str
    dark: str
    marker: str


METHODS = {
    "prompt_only": Look("prompt only", "#5f5f66", "#b9b9c2", "o"),
    "random_ticket": Look("random ticket", "#b34700", "#ff9e5e", "^"),
    "ltp": Look("LTP", "#0063a6", "#74b9f2", "s"),
    "full": Look("full + prompt", "#00724f", "#57cba0", "D"),
    "deep_prompt": Look("deep prompt", "#393c4d", "#9497a7", "p"),
    "cloze": Look("full without prompt", "#637502", "#8fa347", "v"),
    "head": Look("full + linear head", "#034a2e", "#c4e4d1", "h"),
    "codeswitch": Look("full + code-switching", "#1c6005", "#adf09e", "x"),
    "lora": Look("LoRA", "#7048fd", "#9086f9", "<"),
    "bitfit": Look("BitFit", "#b020cc", "#d06ae7", ">"),
    "ticket_only": Look("ticket only", "#8a2a8a", "#e29ae2", "v"),
    "shuffled_ticket": Look("shuffled ticket", "#7e541b", "#ca8d3e", "<"),
    "layer_budget_ticket": Look("same layers, by chance", "#94600e", "#f0d08a", "h"),
    "magnitude_ticket": Look("largest weights", "#77010f", "#f56761", "v"),
    "gradient_ticket": Look("task gradient", "#673a2a", "#fbc2ae", ">"),
    "middle_layers": Look("middle layers", "#a3122c", "#d58f8f", "p"),
    "lt_sft": Look("LT-SFT", "#a65776", "#ed72a4", "h"),
    "lt_sft_language": Look("LT-SFT with languages", "#661f53", "#fcc4e8", "x"),
    "template_zero": Look("untrained template", "#747055", "#aca992", "^"),
    "template_zero_own": Look("untrained own template", "#40506c", "#c2d2ec", "h"),
    "template_zero_words": Look("untrained own words", "#7f6884", "#b3a0b8", "x"),
    "template_full": Look("template + full", "#365846", "#6eab8a", "<"),
    "template_full_own": Look("own template + full", "#11813c", "#a4d2ac", ">"),
    "template_ltp": Look("template + ticket", "#437592", "#47a3d3", "p"),
    "template_ltp_own": Look("own template + ticket", "#1101c0", "#7e9fed", "D"),
}
GROUPS = {
    "low": Look("low-resource", "#9c1f6e", "#f29ac8", "^"),
    "high": Look("high-resource", "#00686f", "#6fd0d6", "s"),
    "en": Look("English", "#4d4d00", "#cfcf70", "o"),
    "other": Look("other languages", "#5b3a8e", "#c3a6f0", "v"),
}
SERIES = (
    Look("", "#4b4b9c", "#b3b3f5", "v"),
    Look("", "#7a5c00", "#e0bd4f", "p"),
    Look("", "#a3123a", "#ff8fab", "x"),
    Look("", "#2f5d62", "#8fd0d6", "h"),
    Look("", "#6b3e26", "#d9a98c", "<"),
    Look("", "#55630a", "#c3d35a", ">"),
)
SAID = {"both": "ltp"}  # a chapter that sets prompt and ticket side by side calls LTP both
MODULES = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "out",
    "attention.output.LayerNorm": "norm",
    "intermediate.dense": "up",
    "output.dense": "down",
    "output.LayerNorm": "norm 2",
}

# What has no name of its own: a mark that is meant, its counterpart, a bound.
BLUE, ORANGE, GREEN = (METHODS[code].light for code in ("ltp", "random_ticket", "full"))
GREY, PURPLE = (METHODS[code].light for code in ("prompt_only", "ticket_only"))
BROWN = SERIES[1].light
# Paper: the ground of a figure, and what is written and ruled on it.
CARD, WHITE, STRIPE, LINE = "#f7f7f4", "#ffffff", "#ecece7", "#dcdcd6"
FAINT, EDGE, SOFT, TEXT, INK = "#a9a9ae", "#77777a", "#55555c", "#33333a", "#222228"
# Grounds on which dark words or marks stand, from light to dark.
PALE_BLUE, LIGHT_BLUE, SKY, NAVY = "#c6d7e6", "#b9c9d8", "#9fc3e6", "#003a63"
PALE_ORANGE, LIGHT_ORANGE, DEEP_ORANGE = "#f3cda9", "#e8b48c", "#e58a4a"
# The same on a dark page, for explorers.
DARK_CARD, DARK_FIELD, DARK_LINE = "#202126", "#2c2d34", "#44454d"
DARK_SOFT, DARK_INK, CARD_LINE = "#b6b6bf", "#ececf1", "#d4d4ce"
# The mark of the site, tools/site/card.py.
WEIGHT = "#cfd6da"

_NAMED = METHODS | GROUPS
_NAMED |= {look.name: look for look in _NAMED.values()}
_NAMED |= {said: METHODS[code] for said, code in SAID.items()}


def look(name: str) -> Look:
    """The look of a method or a group of languages, by its code or its name.

    >>> look("ltp").name, look("LTP").light, look("both").marker
    ('LTP', '#0063a6', 's')
    """
    if name not in _NAMED:
        raise ValueError(f"no look is set for {name!r}; give it one in ltp_book/looks.py")
    return _NAMED[name]


def series(names: Iterable[str]) -> dict[str, Look]:
    """A look for each name: its own where it has one, else the next of `SERIES`; no two alike.

    >>> [(name, one.light) for name, one in series(["LTP", "100 steps", "400 steps"]).items()]
    [('LTP', '#0063a6'), ('100 steps', '#4b4b9c'), ('400 steps', '#7a5c00')]
    """
    names, free = list(names), iter(SERIES)
    if (more := sum(name not in _NAMED for name in names)) > len(SERIES):
        raise ValueError(f"{more} lines without a look; at most {len(SERIES)} can be told apart")
    return {n: _NAMED[n] if n in _NAMED else next(free)._replace(name=n) for n in names}


def module(name: str) -> str:
    """The name of a module in the book; the last part of one that it does not know.

    >>> module("attention.output.dense"), module("embeddings.word_embeddings")
    ('out', 'word_embeddings')
    """
    return MODULES.get(name, name.split(".")[-1])


def in_order(modules: Iterable[str]) -> list[str]:
    """Each module once, in the order of `MODULES`; those it does not know come last.

    >>> in_order(["output.LayerNorm", "attention.self.query", "output.LayerNorm"])
    ['attention.self.query', 'output.LayerNorm']
    """
    known = list(MODULES)
    once = dict.fromkeys(modules)
    return sorted(once, key=lambda name: known.index(name) if name in known else len(known))
