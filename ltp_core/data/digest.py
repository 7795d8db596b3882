"""A short hash of some values: when they change, it changes.

Names of runs, checkpoints and shared tickets carry one, so no two are confused. And whole files are
held to the list of their hashes that lies beside them.

What is hashed is text that is the same with every Python. `ascii` writes any letter as its number;
`repr` does so only for those that its Python does not know, and each Python knows more emoji.

Reading order: `digest`, `check_sums`.

What it does not do: hash a model. `model.backbone.fingerprint` does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path


def digest(items: Iterable[object], text: Callable[[object], str] = ascii) -> str:
    """Sixteen hex digits that change when anything in `items` does.

    Args:
        text: how the list is written; `repr` gives the digests of results before version 0.3, on
            the Python that made them.

    >>> digest([[1, 2], [3]]) == digest([[1], [2, 3]])
    False
    """
    return hashlib.sha256(text(list(items)).encode()).hexdigest()[:16]


def check_sums(folder: Path, names: Iterable[str], way_out: str, sums: str = "SHA256SUMS") -> None:
    """Hold files to the hashes in `sums`, a list as the program `sha256sum` writes it.

    Raises:
        FileNotFoundError: one of them is missing.
        ValueError: one of them is damaged.

    >>> check_sums(Path("nowhere"), ["a.txt"], "copy it again")
    Traceback (most recent call last):
    FileNotFoundError: nowhere/a.txt is missing; copy it again
    """
    for name in (*names, sums):
        if not (folder / name).is_file():
            raise FileNotFoundError(f"{folder / name} is missing; {way_out}")
    listed = set((folder / sums).read_text(encoding="utf-8").splitlines())
    for name in names:
        if f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}" not in listed:
            raise ValueError(f"{folder / name} is damaged; {way_out}")
