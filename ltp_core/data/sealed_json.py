"""A JSON object in a file that notices when it is damaged: one of its members is its own digest.

Reading order: `write`, `read`.

What it does not do: know what the values mean.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from .atomic import replacing


def write(path: str | Path, values: Mapping[str, Any]) -> None:
    """Write the values, with a `format` among them, and their digest; whole or not at all.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(f"{folder}/a.json", {"format": 2, "words": ("food", "people")})
    ...     read(f"{folder}/a.json", "model", [2], "train it again")
    {'format': 2, 'words': ['food', 'people']}
    """
    text = json.dumps(dict(values, sha256=_sha256(values)), indent=1, ensure_ascii=False)
    with replacing(path) as temporary:
        temporary.write_text(text + "\n", encoding="utf-8")


def read(
    path: str | Path,
    kind: str,
    formats: Collection[int],
    way_out: str,
    unsealed: Collection[int] = (),
) -> dict[str, Any]:
    """Read what `write` wrote.

    Args:
        kind: what the object is, for the sentence.
        unsealed: formats whose files have no digest.

    Raises:
        ValueError: the file is foreign, damaged or of another format.
    """
    name = repr(str(path))
    try:
        values = json.loads(Path(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{name} is damaged ({error}); {way_out}") from None
    if not isinstance(values, dict) or not isinstance(values.get("format"), int):
        raise ValueError(f"{name} is not the file of a {kind}; {way_out}")
    if values["format"] not in (*formats, *unsealed):
        known = ", ".join(map(str, sorted({*formats, *unsealed})))
        told = f"format {values['format']}, and this version of ltp_core reads {known}"
        raise ValueError(f"{name} has {told}; update ltp_core, or {way_out}")
    sha256 = values.pop("sha256", None)
    if values["format"] in formats and sha256 != _sha256(values):
        raise ValueError(f"{name} is damaged (its digest does not fit); {way_out}")
    return values


def _sha256(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
