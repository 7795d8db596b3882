"""Columns of a dataset, whatever it is: a `datasets.Dataset` or a plain dictionary of lists.

Both stages and the measuring read their rows here, so a missing column is reported in one way.

Reading order: `columns`, `texts`, `class_indices`.

What it does not do: read files (`tasks`), or make pieces of a text (`model.tokens`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from datasets import Dataset

Rows: TypeAlias = "Dataset | Mapping[str, Sequence[Any]]"


def columns(dataset: Rows, *names: str) -> list[list[Any]]:
    """The named columns as lists; ValueError names the first that is not there.

    >>> columns({"text": ["a dog"], "label": [1]}, "label", "text")
    [[1], ['a dog']]
    >>> columns({"text": ["a dog"]}, "label")
    Traceback (most recent call last):
    ValueError: the dataset has no column 'label'; it has text
    """
    there = column_names(dataset)
    for name in names:
        if name not in there:
            raise ValueError(f"the dataset has no column {name!r}; it has {', '.join(there)}")
    return [list(dataset[name]) for name in names]


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


def class_indices(dataset: Rows, classes: Sequence[str]) -> list[int]:
    """The column `label`; ValueError unless each is an index into `classes`.

    >>> class_indices({"label": [1, 0]}, ["food", "animal"])
    [1, 0]
    >>> class_indices({"label": [1, 2]}, ["food", "animal"])
    Traceback (most recent call last):
    ValueError: labels must be in [0, 1], one for each of food, animal; got 1 to 2
    """
    [labels] = columns(dataset, "label")
    if labels and not 0 <= min(labels) <= max(labels) < len(classes):
        raise ValueError(
            f"labels must be in [0, {len(classes) - 1}], one for each of {', '.join(classes)}; "
            f"got {min(labels)} to {max(labels)}"
        )
    return [int(label) for label in labels]
