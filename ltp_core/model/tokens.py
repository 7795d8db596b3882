"""From text to rows of token ids, and from rows to a padded batch.

Both stages speak to the model in the same few ids: a start, an end, a mask and a padding. Every row
is built here from plain pieces, so no tokenizer template is trusted, and padding is always on the
right (positions then agree for BERT and for XLM-R).

Reading order: `special_ids`, `pieces`, `pad`.

What it does not do: choose a prompt or mask words. See `prompt.py` and `mlm.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .backbone import Tokenizer


class SpecialIds(NamedTuple):
    """The four ids that frame every row."""

    start: int
    end: int
    mask: int
    pad: int


def special_ids(tokenizer: Tokenizer) -> SpecialIds:
    """Find the framing ids, whatever the tokenizer calls them.

    Raises:
        ValueError: the tokenizer lacks one of the four.

    >>> from ltp_core.model.toy import toy_backbone
    >>> special_ids(toy_backbone().tokenizer)
    SpecialIds(start=0, end=2, mask=40, pad=1)
    """
    names = {"start": ("cls", "bos"), "end": ("sep", "eos"), "mask": ("mask",), "pad": ("pad",)}
    found = {}
    for role, candidates in names.items():
        ids = [getattr(tokenizer, f"{name}_token_id", None) for name in candidates]
        if not (known := [i for i in ids if i is not None]):
            raise ValueError(f"the tokenizer has no {role} token ({' or '.join(candidates)})")
        found[role] = known[0]
    return SpecialIds(**found)


def pieces(tokenizer: Tokenizer, texts: Iterable[str]) -> list[list[int]]:
    """The ids of each text, bare: no start, no end, nothing cut.

    >>> from ltp_core.model.toy import toy_backbone
    >>> pieces(toy_backbone().tokenizer, ["the cat eats", "rice"])
    [[4, 12, 8], [20]]
    """
    if not (texts := list(texts)):
        return []
    ids: list[list[int]] = tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]
    return ids


def opening(tokenizer: Tokenizer) -> str:
    """What a word after a text begins with: a space where pieces keep it (most BPE), or "".

    RoBERTa's "food" is a piece inside a word, and "Ġfood" is the word; in mmBERT "▁food" is.
    WordPiece needs no help, nor what puts "▁" before every text by itself.

    >>> from ltp_core.model.toy import toy_backbone
    >>> opening(toy_backbone().tokenizer)
    ''
    """
    bare, spaced = pieces(tokenizer, ["a", " a"])
    first = ["".join(tokenizer.convert_ids_to_tokens(ids)) for ids in (bare, spaced)]
    return " " if [text.startswith(("Ġ", "▁")) for text in first] == [False, True] else ""


def pad(rows: Sequence[Sequence[int]], pad_id: int) -> dict[str, Tensor]:
    """Stack rows of unequal length, padded on the right: two tensors of shape (B, T).

    >>> pad([[0, 7, 2], [0, 2]], pad_id=1)["input_ids"].tolist()
    [[0, 7, 2], [0, 2, 1]]
    >>> pad([[0, 7, 2], [0, 2]], pad_id=1)["attention_mask"].tolist()
    [[1, 1, 1], [1, 1, 0]]
    """
    width = max(map(len, rows))
    ids = torch.tensor([[*row, *[pad_id] * (width - len(row))] for row in rows])  # (B, T)
    sizes = torch.tensor([[len(row)] for row in rows])  # (B, 1)
    return {"input_ids": ids, "attention_mask": (torch.arange(width) < sizes).long()}
