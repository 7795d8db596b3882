"""Where the data lies, and what to say when a file of it is missing or damaged.

The repository ships its data (task, text, backbone, results) in `data/`; the wheel carries a copy
inside the package.  `data_dir` finds whichever is there, so no other file has to know about paths.

What it does not do: download or build anything.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

PACKAGE = Path(__file__).resolve().parents[1]


def data_dir() -> Path:
    """Return the data folder: `$LTP_DATA`, else `data/` beside the package, else the wheel's.

    Raises:
        FileNotFoundError: none of the three is a folder, or `$LTP_DATA` is set to something else.

    >>> data_dir().name in {"data", "_data"} or "LTP_DATA" in os.environ
    True
    """
    chosen = os.environ.get("LTP_DATA")
    if chosen:
        if Path(chosen).is_dir():
            return Path(chosen)
        raise FileNotFoundError(
            f"LTP_DATA is set to {chosen!r}, which is not a folder; correct it or unset it"
        )
    for folder in (PACKAGE.parent / "data", PACKAGE / "_data"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"no data folder at {PACKAGE.parent / 'data'}; work in a clone of the repository, "
        "or set LTP_DATA to a folder that holds emoji/, text/ and backbone/"
    )


def read_parquet(path: Path, columns: list[str] | None = None) -> pa.Table:
    """Read a Parquet file; if it is missing or damaged, say so and what to do, in one sentence.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is not a Parquet file, is cut short, or lacks a column.
    """
    import pyarrow as pa  # slow to import
    import pyarrow.parquet as pq

    cure = f"get it back with 'git checkout -- {path}' or build it: see README.md in its folder"
    if not path.is_file():
        raise FileNotFoundError(f"data file {path} is missing; {cure}")
    try:
        table = pq.ParquetFile(path).read(columns=columns)
    except (pa.ArrowException, OSError) as error:
        raise ValueError(f"data file {path} is damaged ({type(error).__name__}); {cure}") from error
    if lacking := [name for name in columns or [] if name not in table.column_names]:
        raise ValueError(f"data file {path} lacks the column {lacking[0]!r}; {cure}")
    return table
