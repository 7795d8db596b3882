"""Checks of *A soft prompt meets a small model*: verbalizer, prompt, hole, deep prompt."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from .judge import Check, Compared
from .verdict import Exercise

# --- verbalizer ------------------------------------------------------------------------------


def _scores(logits: Tensor, pieces: Sequence[Sequence[int]], of: Callable) -> Tensor:
    return torch.stack([of(logits[:, list(ids)]) for ids in pieces], dim=1)


_LOGITS = torch.tensor([[0.0, 1, 2, 4, 8], [5, 1, -3, 0, 2]])
_WORDS = [[1], [2, 3], [4, 0, 1]]

verbalizer_scores = Check(
    Exercise("verbalizer_scores", "soft_prompt", minutes=10, difficulty=1, importance=3, points=2),
    Compared(
        lambda logits, pieces: _scores(logits, pieces, lambda x: x.mean(dim=1)),
        {"three words": (_LOGITS, _WORDS), "one text": (_LOGITS[:1], _WORDS)},
        {
            "the classes run along the wrong axis: a row of the answer is one text.": (
                lambda logits, pieces: _scores(logits, pieces, lambda x: x.mean(dim=1)).T
            ),
            "a word of many pieces has an advantage here: look at how its pieces are joined.": (
                lambda logits, pieces: _scores(logits, pieces, lambda x: x.sum(dim=1))
            ),
            "only one piece of each word is used; look at the words with two.": (
                lambda logits, pieces: _scores(logits, pieces, lambda x: x[:, 0])
            ),
            "the best piece of a word does not stand for the word: all its pieces count alike.": (
                lambda logits, pieces: _scores(logits, pieces, lambda x: x.max(dim=1).values)
            ),
            "these are probabilities; scores are asked, before any softmax.": (
                lambda logits, pieces: _scores(logits, pieces, lambda x: x.mean(dim=1)).softmax(
                    dim=1
                )
            ),
        },
    ),
)

# --- the prompt goes in ----------------------------------------------------------------------


def _joined(*parts: Tensor) -> Tensor:
    return torch.cat(parts, dim=1)


_TEXTS = torch.arange(60.0).view(3, 4, 5)  # (B, T, H), all different
_PROMPT = -torch.arange(1.0, 11).view(2, 5)  # (P, H)

insert_prompt = Check(
    Exercise("insert_prompt", "soft_prompt", minutes=10, difficulty=2, importance=3, points=2),
    Compared(
        lambda words, prompt: _joined(
            words[:, :1], prompt.expand(len(words), -1, -1), words[:, 1:]
        ),
        {"three texts": (_TEXTS, _PROMPT), "one text": (_TEXTS[2:], _PROMPT[:1])},
        {
            "the prompt stands before <s>; the model was trained with <s> in the first place.": (
                lambda words, prompt: _joined(prompt.expand(len(words), -1, -1), words)
            ),
            "the prompt stands at the end, behind the text; look at where the text is cut.": (
                lambda words, prompt: _joined(words, prompt.expand(len(words), -1, -1))
            ),
            "words are lost: the prompt goes in between them, it takes the place of none.": (
                lambda words, prompt: _joined(
                    words[:, :1],
                    prompt.expand(len(words), -1, -1),
                    words[:, 1 + len(prompt) :],
                )
            ),
            "the vectors of the prompt are in reverse order.": (
                lambda words, prompt: _joined(
                    words[:, :1], prompt.flip(0).expand(len(words), -1, -1), words[:, 1:]
                )
            ),
        },
        trained="prompt",
    ),
)

# --- the hole moves --------------------------------------------------------------------------

_SEEN = torch.tensor([[1, 1, 1, 1, 1, 1], [1, 1, 1, 1, 0, 0], [1, 1, 1, 0, 0, 0]])

hole_after_prompt = Check(
    Exercise("hole_after_prompt", "soft_prompt", minutes=10, difficulty=2, importance=3, points=2),
    Compared(
        lambda attention_mask, length: attention_mask.sum(dim=1) - 2 + length,
        {"ten vectors": (_SEEN, 10), "two vectors": (_SEEN[:2], 2), "no prompt": (_SEEN, 0)},
        {
            "the places are off by the prompt's length: they are those before it went in.": (
                lambda seen, length: seen.sum(dim=1) - 2
            ),
            "the places are off by one: count from 0, and look at what stands behind the hole.": (
                lambda seen, length: seen.sum(dim=1) - 1 + length
            ),
            "padding is counted as text: look at the shorter rows.": (
                lambda seen, length: torch.full((len(seen),), seen.shape[1] - 2 + length)
            ),
            "the sum runs along the wrong axis: one place for each row is asked.": (
                lambda seen, length: seen.sum(dim=0) - 2 + length
            ),
            "the hole moves the other way: look at the sign of the prompt's length.": (
                lambda seen, length: seen.sum(dim=1) - 2 - length
            ),
        },
    ),
)

# --- a deep prompt ---------------------------------------------------------------------------

Layers = Sequence[Callable[[Tensor], Tensor]]


def _run(
    layers: Layers,
    hidden: Tensor,
    vectors: Tensor,
    *,
    skip: int = 1,
    first: int = 1,
    late: bool = False,
    again: bool = True,
    longer: bool = False,
) -> Tensor:
    """A pass with the deep prompt put in; the keywords are ways to do it wrong."""
    for number, layer in enumerate(layers):
        if late:
            hidden = layer(hidden)
        if number == skip or (number > skip and again):
            own = vectors[min(number - skip, len(vectors) - 1)].expand(len(hidden), -1, -1)
            end = first if longer else first + own.shape[1]
            hidden = _joined(hidden[:, :first], own, hidden[:, end:])
        if not late:
            hidden = layer(hidden)
    return hidden


def _doubled(hidden: Tensor) -> Tensor:
    return 2 * hidden


def _mixed(hidden: Tensor) -> Tensor:
    return hidden + hidden.mean(dim=1, keepdim=True)


def _short(layers: Layers, hidden: Tensor, vectors: Tensor, late: bool = False) -> Tensor:
    """One layer fewer, as `zip(layers, vectors)` gives it; each reads vectors, or gives them."""
    return _run(layers[: len(vectors)], hidden, vectors, skip=0, late=late)


_DEEP = torch.tensor([[[5.0, 1]], [[-4, 3]], [[2, 0]]])  # (L-1, P, H), L = 4
_WIDE = torch.tensor([[[5.0, 1], [2, 0]], [[-4, 3], [1, 1]]])  # L = 3, P = 2
_STATES = torch.arange(24.0).view(2, 6, 2) / 10  # (B, T, H)

deep_prompt = Check(
    Exercise("deep_prompt", "soft_prompt", minutes=20, difficulty=3, importance=2, points=3),
    Compared(
        _run,
        {
            "four layers": ((_mixed, _doubled, _mixed, _mixed), _STATES, _DEEP),
            "one text": ((_doubled, _mixed, _mixed), _STATES[1:, :5], _WIDE),
            "two layers": ((_mixed, _doubled), _STATES, _WIDE[:1]),
        },
        {
            "the row grows from layer to layer: here the vectors take the places of others.": (
                lambda layers, hidden, vectors: _run(layers, hidden, vectors, longer=True)
            ),
            "<s> is overwritten: look at the first place that you fill.": (
                lambda layers, hidden, vectors: _run(layers, hidden, vectors, first=0)
            ),
            "the first layer reads your vectors; its own prompt is in the states it is given.": (
                lambda layers, hidden, vectors: _run(layers, hidden, vectors, skip=0)
            ),
            "the vectors go in behind the layer: look at what the layer itself has read.": (
                lambda layers, hidden, vectors: _run(layers, hidden, vectors, late=True)
            ),
            "the vectors go in once only: each later layer has some of its own.": (
                lambda layers, hidden, vectors: _run(layers, hidden, vectors, again=False)
            ),
            "nothing goes in: this is the plain pass through the layers.": (
                lambda layers, hidden, vectors: _run(layers, hidden, vectors, skip=len(layers))
            ),
            "one layer is left out: `zip` stops at the end of the shorter list.": (
                _short,
                lambda layers, hidden, vectors: _short(layers, hidden, vectors, late=True),
            ),
        },
        trained="vectors",
    ),
)

CHECKS = (verbalizer_scores, insert_prompt, hole_after_prompt, deep_prompt)
