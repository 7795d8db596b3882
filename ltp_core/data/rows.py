"""Columns of a dataset, whatever it is: a `datasets.Dataset` or a plain dictionary of lists.

Both stages and the measuring read their rows here, so a missing column is reported in one way, and
so is a value that would be misread in silence. A class is a number, and which class it is depends
on the order of the labels: where a dataset names its classes, they are compared with the model's.

Reading order: `columns`, `texts`, `class_names`, `class_indices`.

What it does not do: read files (`tasks`), or make pieces of a text (`model.tokens`).
"""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, TypeAlias

from .shown import brief, listed

if TYPE_CHECKING:
    from datasets import Dataset

Rows: TypeAlias = "Dataset | Mapping[str, Sequence[Any]]"
STRINGS = ("text", "text_pair", "language", "id")  # the columns that hold strings


def columns(dataset: Rows, *names: str) -> list[list[Any]]:
    """The named columns as lists.

    Raises:
        ValueError: a column is missing, columns differ in length, or a text is not a string.

    >>> columns({"text": ["a dog"], "label": [1]}, "label", "text")
    [[1], ['a dog']]
    >>> columns({"text": ["a dog"]}, "label")
    Traceback (most recent call last):
    ValueError: the dataset has no column 'label'; it has text
    """
    there = column_names(dataset)
    for name in names:
        if name not in there:
            raise ValueError(f"the dataset has no column {name!r}; it has {listed(there)}")
    if isinstance(dataset, Mapping) and len({len(dataset[name]) for name in there}) > 1:
        sizes = listed([f"{name} {len(dataset[name])}" for name in there])
        raise ValueError(f"the columns of the dataset differ in length: {sizes}")
    found = [list(dataset[name]) for name in names]
    for name, column in zip(names, found, strict=True):
        if name in STRINGS:
            for i, value in enumerate(column):
                if not isinstance(value, str):
                    raise ValueError(f"{name} must be a string, got {brief(value)} in row {i + 1}")
    return found


def column_names(dataset: Rows) -> list[str]:
    """The names of the columns, in order.

    >>> column_names({"text": ["a dog"], "label": [1]})
    ['text', 'label']
    """
    return list(getattr(dataset, "column_names", dataset))


def texts(dataset: Rows) -> tuple[list[str], list[str] | None]:
    """The column `text`, and `text_pair` where there is one.

    >>> texts({"text": ["a dog"]}), texts({"text": ["a dog"], "text_pair": ["an animal"]})
    ((['a dog'], None), (['a dog'], ['an animal']))
    """
    paired = "text_pair" in column_names(dataset)
    first, *second = columns(dataset, "text", *(["text_pair"] if paired else []))
    return first, second[0] if second else None


def class_names(dataset: Rows) -> tuple[str, ...] | None:
    """The names of the classes, in order, where the column `label` has them (a ClassLabel).

    >>> from ltp_core.tasks import emoji_pairs
    >>> class_names(emoji_pairs().dev("en")), class_names({"label": [0]})
    (('fits', 'other'), None)
    """
    label = (getattr(dataset, "features", None) or {}).get("label")
    names = getattr(label, "names", None)
    return None if names is None else tuple(names)


def class_indices(
    dataset: Rows, words: Sequence[str], labels: Sequence[str] | None = None
) -> list[int]:
    """The column `label`, as indices into the label words.

    Args:
        labels: the model's, where it knows them.

    Raises:
        ValueError: the dataset names its classes, and they are not `labels` in the same order; or a
            label is no index into `words`.

    >>> class_indices({"label": [1, 0]}, ["food", "animal"])
    [1, 0]
    >>> class_indices({"label": [1, 2]}, ["food", "animal"])
    Traceback (most recent call last):
    ValueError: labels must be in [0, 1], one for each of food, animal; got 1 to 2
    """
    [found] = columns(dataset, "label")
    names = class_names(dataset)
    if names is not None and labels is not None and names != tuple(labels):
        _refuse_other_classes(names, labels)
    indices = [_index(i, label) for i, label in enumerate(found)]
    if indices and not 0 <= min(indices) <= max(indices) < len(words):
        raise ValueError(
            f"labels must be in [0, {len(words) - 1}], one for each of {listed(words)}; "
            f"got {min(indices)} to {max(indices)}"
        )
    return indices


def _refuse_other_classes(names: Sequence[str], labels: Sequence[str]) -> None:
    """Say where two lists of classes part."""
    for i, (there, here) in enumerate(zip_longest(names, labels)):
        if there != here:
            shown = [brief(name) if name is not None else "missing" for name in (there, here)]
            raise ValueError(
                f"class {i} is {shown[0]} in the dataset and {shown[1]} to the model; give both "
                "the same labels in the same order (a folder's take the order of its words)"
            )


def _index(row: int, label: object) -> int:
    try:
        if isinstance(label, bool):
            raise TypeError
        return operator.index(label)  # type: ignore[arg-type]  # what has no index is the case below
    except TypeError:
        raise ValueError(
            "a label must be the number of its class, a whole number from 0 up, got "
            f"{brief(label)} ({type(label).__name__}) in row {row + 1}"
        ) from None
