"""An adapter: a tensor, an array, a list and a tuple with the same numbers are one answer.

Reading order: `plain`, `difference`. What it does not do: know any exercise.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Set, ValuesView
from itertools import islice
from typing import Any

import torch

CLOSE = 1e-4  # relative and absolute: fp32 sums in another order agree far better
MOST = 10_000  # so many entries are taken of an iterator, which may have no end


def plain(value: Any) -> Any:
    """The same answer as nested lists, dictionaries, numbers and strings; a set is sorted.

    >>> plain((torch.ones(2), {"a": map(abs, [1, -2])}, {3, 1}))
    [[1.0, 1.0], {'a': [1, 2]}, [1, 3]]
    """
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().tolist()
    if isinstance(value, Mapping):
        return {_key(key): plain(inner) for key, inner in value.items()}
    if hasattr(value, "tolist"):  # numpy's, and what is made like it
        return value.tolist()
    if isinstance(value, (Iterator, ValuesView)):
        return [plain(inner) for inner in islice(value, MOST)]
    if isinstance(value, Set):
        return sorted((plain(inner) for inner in value), key=repr)
    if isinstance(value, (list, tuple, range)):
        return [plain(inner) for inner in value]
    return value


def _key(key: Any) -> Any:
    """A key that is one number of an array or a tensor, as that number."""
    return key.item() if hasattr(key, "item") else key


def difference(answer: Any, wanted: Any, at: str = "") -> str | None:
    """Where two plain answers part, in words that do not tell the wanted one; None if they agree.

    >>> difference([1.0, 2.0], [1, 2]), difference([1, 2], [1, 3])
    (None, 'entry [1] is not right: you return 2')
    >>> difference({"a": [1]}, {"b": []})
    "the key 'b' is missing"
    """
    here = f"entry {at}" if at else "the answer"
    if isinstance(wanted, dict):
        if not isinstance(answer, dict):
            return f"{here} should be a dictionary"
        for key in (*wanted, *answer):
            if key not in answer:
                return f"the key {key!r} is missing"
            if key not in wanted:
                return f"the key {key!r} is one too many"
        parts = ((answer[key], wanted[key], f"{at}[{key!r}]") for key in wanted)
    elif isinstance(wanted, list):
        if not isinstance(answer, list):
            return f"{here} should be a list, an array or a tensor"
        shape, asked = _shape(answer), _shape(wanted)
        if shape and asked and len(shape) != len(asked):
            axes = "one axis" if len(asked) == 1 else f"{len(asked)} axes"
            return f"{here} has the shape {shape}; a shape with {axes} is asked"
        if len(answer) != len(wanted):
            more = "many" if len(answer) > len(wanted) else "few"
            return f"{here} has too {more} entries ({len(answer)})"
        pairs = enumerate(zip(answer, wanted, strict=True))
        parts = ((one, other, f"{at}[{i}]") for i, (one, other) in pairs)
    else:
        return None if _same(answer, wanted) else f"{here} is not right: you return {_told(answer)}"
    found = (difference(*part) for part in parts)
    return next((words for words in found if words), None)


def _shape(value: Any) -> tuple[int, ...] | None:
    """The shape of nested lists; None where inner ones differ in length."""
    if not isinstance(value, list):
        return ()
    inner = {_shape(one) for one in value} or {()}
    first = inner.pop()
    return None if inner or first is None else (len(value), *first)


def _told(value: Any, most: int = 60) -> str:
    """A student's value in a sentence: a number with four digits, anything else cut where long."""
    if isinstance(value, float):
        return f"{value:.4g}"
    try:
        words = repr(rounded(value, 4))
    except Exception:  # whatever a strange object does when it is asked
        words = f"a {type(value).__name__}"
    return words if len(words) <= most else words[: most - 1] + "…"


def rounded(value: Any, digits: int) -> Any:
    """A plain value with so many digits in its numbers.

    >>> rounded({"a": [0.20000000298023224, 3.000001]}, 7)
    {'a': [0.2, 3.000001]}
    """
    if isinstance(value, dict):
        return {key: rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, list):
        return [rounded(inner, digits) for inner in value]
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def _same(answer: Any, wanted: Any) -> bool:
    """Are two single values the same, numbers up to CLOSE?"""
    if isinstance(answer, list) and len(answer) == 1:  # a tensor of one entry for its number
        return _same(answer[0], wanted)
    if isinstance(wanted, (int, float)):
        return isinstance(answer, (int, float)) and math.isclose(
            answer, wanted, rel_tol=CLOSE, abs_tol=CLOSE
        )
    return isinstance(answer, str) and answer == wanted
