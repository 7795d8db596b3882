"""A text becomes a row of ids with one hole in it.

Without a template nothing is added but what the model knows from its own training:

    <s> text <mask> </s>                              one text
    <s> text </s> </s> pair <mask> </s>               two

A template puts words of a human around it, "{text} is a kind of {mask}." for example:

    <s> text is a kind of <mask> . </s>

Fields come first and the hole after them, so the hole lies a fixed number of places before the end
(`after_hole`), whatever a text contains: one that spells "<mask>" itself changes nothing. Without a
hole (`hole=False`) the row is for a classification head.

Reading order: `frame`, `cloze`.

What it does not do: know templates (`templates.py`) or models (`prompt.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..model import tokens

FIELDS = ("{text}", "{pair}")


def frame(
    tokenizer, template: str | None = None, *, paired: bool = False, hole: bool = True
) -> list:
    """The parts of a row: a list of ids where it is fixed, a field's name where a text goes in.

    >>> from ltp_core.model.toy import toy_backbone
    >>> frame(toy_backbone().tokenizer, paired=True)
    [[0], '{text}', [2, 2], '{pair}', [40, 2]]
    >>> frame(toy_backbone().tokenizer, "{text} likes the {mask} car")
    [[0], '{text}', [10, 4, 40, 27, 2]]
    """
    ids = tokens.special_ids(tokenizer)
    if template is None:
        second = [[ids.end, ids.end], "{pair}"] if paired else []
        return [[ids.start], "{text}", *second, [ids.mask, ids.end] if hole else [ids.end]]
    names = re.findall(r"\{.*?\}", template)
    wanted = ["{text}", *(["{pair}"] if paired else []), "{mask}"]
    if not hole or sorted(names) != sorted(wanted) or names[-1] != "{mask}":
        raise ValueError(
            f"the template {template!r} does not fit: it needs {', '.join(wanted[:-1])} once each, "
            "then {mask}, as in '{text} is a kind of {mask}.', and a head takes no template"
        )
    parts: list = [[ids.start]]
    for part in re.split(r"(\{.*?\})", template):
        if part in FIELDS:
            parts += [part, []]
        else:
            parts[-1] += [ids.mask] if part == "{mask}" else literal(tokenizer, part)
    parts[-1].append(ids.end)
    return [part for part in parts if part]


def literal(tokenizer, words: str) -> list[int]:
    """The ids of a template's own words.

    SentencePiece opens every string with a space, "▁". Where the template has none ("{text}." or
    Chinese) and the mark is a piece of its own, it is dropped: "dog." and not "dog .".

    >>> from ltp_core.model.toy import toy_backbone
    >>> literal(toy_backbone().tokenizer, " likes the ")
    [10, 4]
    """
    bare = words.strip()
    space = tokens.opening(tokenizer) if bare and words[0].isspace() else ""
    ids = tokens.pieces(tokenizer, [space + bare])[0]
    opened = bool(ids) and tokenizer.convert_ids_to_tokens(ids[0]) == "▁"
    return ids[1:] if opened and not words[0].isspace() else ids


def after_hole(parts: list, mask: int) -> int:
    """How many ids follow the hole.

    >>> after_hole([[0], "{text}", [40, 7, 2]], mask=40)
    2
    """
    return len(parts[-1]) - 1 - parts[-1].index(mask)


def cloze(
    tokenizer,
    texts: Sequence[str],
    pairs: Sequence[str] | None = None,
    *,
    room: int,
    template: str | None = None,
    hole: bool = True,
    truncate: bool = False,
) -> list[list[int]]:
    """Rows of at most `room` ids.

    A longer text raises ValueError; with `truncate` the end of the longer text is dropped.

    >>> from ltp_core.model.toy import toy_backbone
    >>> cloze(toy_backbone().tokenizer, ["the cat eats"], room=8)
    [[0, 4, 12, 8, 40, 2]]
    >>> cloze(toy_backbone().tokenizer, ["the cat"], ["a dog eats"], room=8, truncate=True)
    [[0, 4, 12, 2, 2, 5, 40, 2]]
    """
    parts = frame(tokenizer, template, paired=pairs is not None, hole=hole)
    fixed = sum(len(part) for part in parts if part not in FIELDS)
    firsts = tokens.pieces(tokenizer, texts)
    seconds = tokens.pieces(tokenizer, pairs) if pairs is not None else [[] for _ in firsts]
    rows = []
    for number, (first, second) in enumerate(zip(firsts, seconds, strict=True)):
        size = fixed + len(first) + len(second)
        if size > room and not (truncate and fixed <= room):
            raise ValueError(
                f"text {number} needs {size} positions but the prompt leaves {room}; "
                "shorten it, or cut it: truncate=True in training, model.truncate = True after it"
            )
        for _ in range(size - room):
            longer = second if second and len(second) >= len(first) else first
            longer.pop()
        texts_here = {"{text}": first, "{pair}": second}
        filled = (texts_here[part] if part in FIELDS else part for part in parts)
        rows.append([i for part in filled for i in part])
    return rows
