"""The cards beside the data: what it is, where it comes from, what was counted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ltp_core.data.languages import LANGUAGES
from ltp_core.tasks import EMOJI_WORDS

from .emoji import GROUPS, SEED
from .fetch import SOURCES
from .sources import KJV_VERSES
from .text import LONGEST, SHORTEST

PARTS = ("train", "dev", "test")
EMOJI_CARD = """# The emoji task

From an emoji's name and keywords tell which of eight groups it belongs to.
{emoji:,} emoji, {languages} languages, {rows:,} rows. One Parquet file a language, built by
`tools/datasets/build.py`.

> *violin; instrument, music* → objects

`ltp_core.tasks.emoji()` reads it and joins name and keywords to that text.

## Columns

| column | meaning |
|---|---|
| `id` | the emoji itself |
| `name`, `keywords` | its short name and its search words in that language |
| `group`, `subgroup` | the label, and the finer heading it stands under |
| `language` | code of the language |
| `split_random` | train, dev or test: in each group 60, 10 and 30 % of the emoji |
| `split_subgroup` | the same shares, but whole subgroups on one side (harder) |
| `same_as_english` | the name is the English one, letter case aside |
| `same_as_major` | the name is that of the nearest large language (below) |

Splits are by emoji and the same in every language. They are drawn by a hash (`{seed}`), so
they never change. Labels, with the English words that stand for them in a cloze:

{groups}

## Sources and licences

{sources}

Names and keywords are © Unicode, Inc. (`LICENSE-cldr.txt`); group and subgroup come from emojibase
(`LICENSE-emojibase.txt`).

## What was dropped

- Flags (they are country names), skin tones, hair styles and other components.
- Emoji without an entry of their own in English CLDR (most sequences: professions, couples).
- Rows without a name in a language, and inherit marks (`↑↑↑`). Keywords equal to the name.
- Languages: of about 105 with 1,000 emoji or more, 51 were chosen, to have many families, scripts
  and low-resource languages, and never both of two near twins (zh/yue, id/ms, es/gl).

## Leaks to know of

Some names are the same string as in English or in the large language a low-resource one borrows
from. A model that has learned English gets those for nothing; the two flags let you leave them out.
"Major" is our choice of that language.

| language | | major | emoji | train | dev | test | % as English | % as major |
|---|---|---|---:|---:|---:|---:|---:|---:|
{table}

train, dev and test are of `split_random`. All emoji by group and split:

{splits}
"""

TEXT_CARD = """# Text for masked-LM training

{lines:,} lines, {characters:.1f} million characters, {languages} languages: the text of stage 1
that may be shipped. One Parquet file a source, so one a licence. Built by
`tools/datasets/build.py`, read by `ltp_core.data.corpora.text()`.

| file | what | licence | lines | million characters |
|---|---|---|---:|---:|
{files}

Columns: `text`; `language`; `source`, the file's name; `licence`; `kind`, "running" for six words
or more of prose, else "words". In scripts without spaces a word counts as two characters (Chinese)
or four (Thai, Lao, Khmer, Burmese). Emoji lines are always "words".

## Sources

{sources}

Licence texts lie beside the files (`LICENSE-*.txt`). `gnome.parquet` is under CC BY-SA 3.0: if you
pass it on, changed or not, do so under the same licence and name its authors (`CREDITS-gnome.txt`).
It was changed: pages were taken apart into paragraphs, cut, and partly left out.

## What was done

- Unicode NFC; one space between words; U+2010 to a plain hyphen; the Ethiopic word mark to a
  space, and two of them to a full stop.
- Lines of {shortest} to {longest} characters; longer paragraphs cut at sentence ends.
- No line twice in a language, letter case aside.
- English left in unfinished translations is dropped: lines found in the English source, and lines
  with fewer than a third of their letters in the script of a language that is not written in Latin.
- Django: tags removed, placeholders replaced by "…", messages with other code dropped.
- GNOME: titles, summaries and paragraphs; editors' notes, credits and code blocks left out.
- King James text: {kjv:,} verses, drawn by a hash. It is archaic English: leave the file out with
  `sources=`.
- UDHR: two declarations for Akan (Asante, Akuapem), Quechua (Cusco, Ayacucho) and Portuguese; the
  Oromo one is Borana-Arsi-Guji. There is none for Sindhi, which has emoji lines only.

## Kept apart from the task

Let a row be *held out* if its emoji is dev or test in either split. No line, letter case and
spaces aside, equals the name, the joined keywords or the full text of a held-out row of any
language, and no emoji line comes from a held-out emoji. A test proves it. Single words of held-out
rows ("dog") do occur inside lines, as they must in any text.

## Lines by language

{table}
"""


def percent(column: pa.ChunkedArray) -> str:
    """Return the share of true values in per cent."""
    return f"{100 * pc.mean(column).as_py():.1f}"


def row(*cells: object) -> str:
    """Return one line of a Markdown table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def source_list(*names: str) -> str:
    """Return the sources as a Markdown list, with versions, licences and checksums."""
    found = [SOURCES[name] for name in names]
    return "\n".join(
        f"- {s.kind} `{s.name}` {s.version}, {s.licence}, SHA-256 `{s.sha256}`" for s in found
    )


def emoji_card(tables: dict[str, pa.Table]) -> str:
    """Return the text of data/emoji/README.md."""
    lines = []
    for code, table in tables.items():
        parts = Counter(table["split_random"].to_pylist())
        language = LANGUAGES[code]
        counts = [parts[part] for part in PARTS]
        leaks = percent(table["same_as_english"]), percent(table["same_as_major"])
        lines.append(row(code, language.name, language.major, table.num_rows, *counts, *leaks))
    return EMOJI_CARD.format(
        emoji=tables["en"].num_rows,
        languages=len(tables),
        rows=sum(t.num_rows for t in tables.values()),
        seed=SEED,
        groups=", ".join(f"{label} (*{word}*)" for label, word in EMOJI_WORDS.items()) + ".",
        sources=source_list("cldr-annotations-full", "emojibase-data"),
        table="\n".join(lines),
        splits=split_table(tables["en"].to_pylist()),
    )


def split_table(rows: list[dict]) -> str:
    """Return a Markdown table of the emoji by group, split and side."""
    columns = [(split, part) for split in ("random", "subgroup") for part in PARTS]
    lines = [row("group", *(f"{split} {part}" for split, part in columns)), "|---|" + "---:|" * 6]
    for group in GROUPS.values():
        members = [r for r in rows if r["group"] == group]
        counts = [sum(r[f"split_{split}"] == part for r in members) for split, part in columns]
        lines.append(row(group, *counts))
    return "\n".join(lines)


def text_card(tables: dict[str, pa.Table], about: dict[str, str]) -> str:
    """Return the text of data/text/README.md; ``about`` says what each file is."""
    files, counts, running = [], Counter(), Counter()
    for name, table in tables.items():
        millions = f"{sum(map(len, table['text'].to_pylist())) / 1e6:.2f}"
        licence = table["licence"][0].as_py()
        size = f"{table.num_rows:,}"
        files.append(row(f"`{name}.parquet`", about[name], licence, size, millions))
        for line in table.select(["language", "kind"]).to_pylist():
            counts[line["language"], name] += 1
            running[line["language"]] += line["kind"] == "running"
    head = ["language", "", *tables, "all", "of them running"]
    lines = [row(*head), "|---|---|" + "---:|" * (len(head) - 2)]
    for code, language in LANGUAGES.items():
        cells = [counts[code, name] for name in tables]
        lines.append(row(code, language.name, *cells, sum(cells), running[code]))
    return TEXT_CARD.format(
        lines=sum(t.num_rows for t in tables.values()),
        characters=sum(len(x) for t in tables.values() for x in t["text"].to_pylist()) / 1e6,
        languages=len({language for language, _ in counts}),
        files="\n".join(files),
        sources=source_list(*(name for name in SOURCES if name != "emojibase-data")),
        shortest=SHORTEST,
        longest=LONGEST,
        kjv=KJV_VERSES,
        table="\n".join(lines),
    )


def write(path: Path, text: str) -> None:
    """Write a text file with Unix line ends."""
    path.write_text(text, encoding="utf-8", newline="\n")
