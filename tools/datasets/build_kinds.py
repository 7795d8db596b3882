"""Build data/kinds from the names in the package Babel.

Run it from anywhere: ``python -m tools.datasets.build_kinds``.  It needs Babel in the version that
`VERSION` names (the book's site has it), fetches nothing, and writes a Parquet file, the licence
and the card; with the same pyarrow the same bytes.  A few seconds on one core.

Reading order: `data_kinds` (names, what is left out, splits) → `data_kinds_card` → here.
"""

from __future__ import annotations

import argparse
import filecmp
import sys
import tempfile
from pathlib import Path

import pyarrow as pa

ROOT = Path(__file__).resolve().parents[2]

from .build import write_table
from .cards import write
from .kinds import kinds_tables
from .kinds_card import kinds_card

VERSION = "2.18.0"
FILES = ("kinds.parquet", "LICENSE-cldr.txt", "README.md")


def build(out: Path) -> None:
    """Write the files of data/kinds into ``out``; RuntimeError if Babel is another."""
    import babel

    if babel.__version__ != VERSION:
        raise RuntimeError(
            f"Babel is {babel.__version__}, and the names are those of {VERSION}; "
            f"pip install babel=={VERSION}"
        )
    tables = kinds_tables()
    out.mkdir(parents=True, exist_ok=True)
    write_table(pa.concat_tables(tables.values()), out / "kinds.parquet")
    licence = Path(babel.__file__).parent / "locale-data" / "LICENSE.unicode"
    write(out / "LICENSE-cldr.txt", licence.read_text(encoding="utf-8"))
    write(out / "README.md", kinds_card(tables, VERSION, babel.core.get_cldr_version()))


def differences(out: Path) -> list[str]:
    """Return the files in ``out`` that would be others if they were built now."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder))
        same, _, _ = filecmp.cmpfiles(folder, out, FILES, shallow=False)
    return [name for name in FILES if name not in same]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "data" / "kinds", help="folder to write to"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; tell whether the bytes would differ"
    )
    args = parser.parse_args()
    try:
        if not args.check:
            build(args.out)
            print(f"wrote {args.out}")
            return
        changed = differences(args.out)
    except RuntimeError as error:
        sys.exit(f"build_kinds: {error}")
    print(f"not the same: {', '.join(changed)}" if changed else "the same bytes")
    sys.exit(bool(changed))


if __name__ == "__main__":
    main()
