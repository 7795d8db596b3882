"""Stored results and what a chapter prints of them."""

from pathlib import Path

import nbformat

from ltp_core.data.paths import data_dir
from ltp_core.measure import results

BOOK = Path(__file__).resolve().parents[2] / "book"


def printed(name: str) -> list[str]:
    """What the code cells of a chapter print, one text a cell; tables as they print."""
    cells = nbformat.read(BOOK / f"{name}.ipynb", 4).cells
    return [
        "\n".join(
            out.text if out.output_type == "stream" else out.get("data", {}).get("text/plain", "")
            for out in cell.get("outputs", [])
        )
        for cell in cells
    ]


def rows_of(name: str) -> list[dict]:
    """The rows of a sweep; of one with LTP at another rate, its rivals' rows too."""
    rows = results.read(data_dir() / "results" / f"{name}.parquet")
    if name.endswith("_rate") and name != "same_rate":
        rivals = results.read(data_dir() / "results" / f"{name.removesuffix('_rate')}.parquet")
        rows += [row for row in rivals if row["method"] != "ltp"]
    return rows
