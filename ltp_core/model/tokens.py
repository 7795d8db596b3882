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


class SpecialIds(NamedTuple):
    """The four ids that frame every row."""

    start: int
    end: int
    mask: int
    pad: int


def special_ids(tokenizer) -> SpecialIds:
    """Find the framing ids, whatever the tokenizer calls them.

    >>> from ltp_core.model.toy import toy_backbone
    >>> special_ids(toy_backbone().tokenizer)
    SpecialIds(start=0, end=2, mask=40, pad=1)
    """
    names = {
        "start": ("cls_token_id", "bos_token_id"),
        "end": ("sep_token_id", "eos_token_id"),
        "mask": ("mask_token_id",),
        "pad": ("pad_token_id",),
    }
    found = {}
    for role, candidates in names.items():
        ids = [getattr(tokenizer, name, None) for name in candidates]
        found[role] = next((i for i in ids if i is not None), None)
        if found[role] is None:
            raise ValueError(f"the tokenizer has no {role} token ({' or '.join(candidates)})")
    return SpecialIds(**found)


def pieces(tokenizer, texts: Iterable[str]) -> list[list[int]]:
    """The ids of each text, bare: no start, no end, nothing cut.

    >>> from ltp_core.model.toy import toy_backbone
    >>> pieces(toy_backbone().tokenizer, ["the cat eats", "rice"])
    [[4, 12, 8], [20]]
    """
    texts = list(texts)
    if not texts:
        return []
    return tokenizer(texts, add_special_tokens=False, verbose=False)["input_ids"]


def opening(tokenizer) -> str:
    """What a word after a text begins with: a space where pieces keep it (byte-level BPE), or "".

    RoBERTa's "food" is a piece inside a word, and "Ġfood" is the word. WordPiece and SentencePiece
    need no help.

    >>> from ltp_core.model.toy import toy_backbone
    >>> opening(toy_backbone().tokenizer)
    ''
    """
    bare, spaced = pieces(tokenizer, ["a", " a"])
    keeps = spaced and tokenizer.convert_ids_to_tokens(spaced[0]).startswith("Ġ")
    return " " if keeps and bare != spaced else ""


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
