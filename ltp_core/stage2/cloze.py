"""A text becomes a row of ids with one hole in it.

Without a template nothing is added but what the model knows from its own training:

    <s> text <mask> </s>                              one text
    <s> text </s> </s> pair <mask> </s>               two

A template puts words of a human around it, "{text} is a kind of {mask}." for example:

    <s> text is a kind of <mask> . </s>

The hole may stand anywhere, between two texts too: "{text}? {mask}, {pair}". There is one in each
row, whatever a text contains: a text that spells "<mask>" itself loses these pieces. Without a hole
(`hole=False`) the row is for a classification head.

Reading order: `frame`, `cloze`.

What it does not do: know templates (`templates.py`) or models (`prompt.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from ..model import tokens
from ..model.backbone import Tokenizer

FIELDS = ("{text}", "{pair}")
Parts: TypeAlias = list[list[int] | str]


def frame(
    tokenizer: Tokenizer, template: str | None = None, *, paired: bool = False, hole: bool = True
) -> Parts:
    """The parts of a row: a list of ids where it is fixed, a field's name where a text goes in.

    Raises:
        ValueError: the template does not hold each field once, or stands where there is no hole.

    >>> from ltp_core.model.toy import toy_backbone
    >>> frame(toy_backbone().tokenizer, paired=True)
    [[0], '{text}', [2, 2], '{pair}', [40, 2]]
    >>> frame(toy_backbone().tokenizer, "{text} likes the {mask} car")
    [[0], '{text}', [10, 4, 40, 27, 2]]
    """
    ids = tokens.special_ids(tokenizer)
    if template is None:
        second: Parts = [[ids.end, ids.end], "{pair}"] if paired else []
        return [[ids.start], "{text}", *second, [ids.mask, ids.end] if hole else [ids.end]]
    names = re.findall(r"\{.*?\}", template)
    wanted = ["{text}", *(["{pair}"] if paired else []), "{mask}"]
    if not hole or sorted(names) != sorted(wanted):
        need = f"it needs {', '.join(wanted[:-1])} and {{mask}}, once each"
        raise ValueError(f"the template {template!r} does not fit: {need}; a head takes none")
    parts: Parts = []
    fixed = [ids.start]  # the ids since the last field
    for part in re.split(r"(\{.*?\})", template):
        if part in FIELDS:
            parts += [fixed, part]
            fixed = []
        else:
            fixed += [ids.mask] if part == "{mask}" else literal(tokenizer, part)
    return [part for part in [*parts, [*fixed, ids.end]] if part]


def literal(tokenizer: Tokenizer, words: str) -> list[int]:
    """The ids of a template's own words.

    SentencePiece opens every string with a space, "▁". Where the template has none ("{text}." or
    Chinese) and the mark is a piece of its own, it is dropped: "dog." and not "dog .".

    >>> from ltp_core.model.toy import toy_backbone
    >>> literal(toy_backbone().tokenizer, " likes the ")
    [10, 4]
    """
    bare = words.strip()
    space = tokens.opening(tokenizer) if bare and words[0].isspace() else ""
    ids = maskless(tokenizer, [space + bare])[0]
    opened = bool(ids) and tokenizer.convert_ids_to_tokens(ids)[0] == "▁"
    return ids[1:] if opened and not words[0].isspace() else ids


def maskless(tokenizer: Tokenizer, texts: Sequence[str]) -> list[list[int]]:
    """The pieces of each text, without those that spell the mask.

    >>> from ltp_core.model.toy import toy_backbone
    >>> maskless(toy_backbone().tokenizer, ["the <mask> cat"])
    [[4, 12]]
    """
    mask = tokens.special_ids(tokenizer).mask
    return [[i for i in ids if i != mask] for ids in tokens.pieces(tokenizer, texts)]


def cloze(
    tokenizer: Tokenizer,
    parts: Parts,
    texts: Sequence[str],
    pairs: Sequence[str] | None = None,
    *,
    room: int,
    truncate: bool = False,
) -> list[list[int]]:
    """Rows of at most `room` ids: `parts`, from `frame`, with the texts in their places.

    Args:
        truncate: where a row is too long, drop the end of its longer text.

    Raises:
        ValueError: a row is too long, and is not to be cut or has no room for any text.

    >>> from ltp_core.model.toy import toy_backbone
    >>> tokenizer = toy_backbone().tokenizer
    >>> cloze(tokenizer, frame(tokenizer), ["the cat eats"], room=8)
    [[0, 4, 12, 8, 40, 2]]
    >>> two = frame(tokenizer, paired=True)
    >>> cloze(tokenizer, two, ["the cat"], ["a dog eats"], room=8, truncate=True)
    [[0, 4, 12, 2, 2, 5, 40, 2]]
    """
    fixed = sum(len(part) for part in parts if not isinstance(part, str))
    firsts = maskless(tokenizer, texts)
    seconds = maskless(tokenizer, pairs) if pairs is not None else [[] for _ in firsts]
    rows = []
    for number, (first, second) in enumerate(zip(firsts, seconds, strict=True)):
        size = fixed + len(first) + len(second)
        if size > room and not (truncate and fixed <= room):
            needs = f"text {number} needs {size} positions but the prompt leaves {room}"
            way_out = "truncate=True in training, model.truncate = True after it"
            raise ValueError(f"{needs}; shorten it, or cut it: {way_out}")
        for _ in range(size - room):
            longer = second if second and len(second) >= len(first) else first
            longer.pop()
        given = {"{text}": first, "{pair}": second}
        filled = (given[part] if isinstance(part, str) else part for part in parts)
        rows.append([i for part in filled for i in part])
    return rows
