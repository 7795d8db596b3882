"""Which methods there are, in words: what each trains, and what stands around the text.

Nothing is typed by hand. The names are those of `looks.METHODS`, what a method trains is the first
sentence of its docstring in `ltp_core.rivals`, and what stands around the text follows from what
the stored run says of itself (`trains`). So the table follows the code.

Reading order: `described`, `trains`, `around`. What it does not do: compare.
"""

from __future__ import annotations

import re

from ltp_core.rivals.methods import METHODS

from .findings import ALL_NAMES, Stored

AS = re.compile(r"As `(\w+)`")  # a method that is told by another one
END = re.compile(r"[.:;(]|, into `|, after ")  # where the first sentence says no more of weights


def described(found: Stored) -> list[tuple[str, str, str, int]]:
    """For each method of these results: name, what is trained, what is around the text, how many.

    >>> row = {"method": "lora", "trains": "LoRA of rank 8 + prompt", "trained_parameters": 9}
    >>> described(Stored([row], {}))
    [('LoRA', "LoRA's matrices and the prompt", 'vectors in front', 9)]
    """
    told = []
    for method in METHODS:
        if rows := found.of(method):
            row = rows[0]
            where = around(method, row["trains"])
            told.append((ALL_NAMES[method], trains(method), where, row["trained_parameters"]))
    return told


def trains(method: str) -> str:
    """What a method trains, in the words of its docstring.

    >>> trains("bitfit"), trains("template_full_own"), trains("template_zero")
    ("the encoder's biases and the prompt", 'as template + full', 'nothing')
    """
    first = (METHODS[method].__doc__ or "").splitlines()[0]
    words = AS.sub(lambda other: f"as {ALL_NAMES[other[1]]}", END.split(first)[0])
    return words.removeprefix("Train ").strip()


def around(method: str, said: str) -> str:
    """What stands around the text, from a method's code and what its run says that it trains.

    >>> around("ltp", "20.0% of the encoder + prompt"), around("head", "all weights + head")
    ('vectors in front', 'nothing, no hole')
    >>> around("template_zero_words", "nothing")
    'own sentence, own words'
    """
    if method.startswith("template_"):
        kinds = {"own": "own sentence", "words": "own sentence, own words"}
        return kinds.get(method.rpartition("_")[2], "English sentence")
    if said == "deep prompt":
        return "vectors in each layer"
    if said.endswith("prompt"):
        return "vectors in front"
    return "nothing, no hole" if said.endswith("head") else "only the hole"
