"""From cleaned lines of all sources to one file a language.

Idea: three promises hold for every file. No line twice in a language. No line that equals a name, a
keyword list or a text of a dev or test emoji in *any* language (many names are spelled alike in
several). Nothing held out is trained on: it is held out with its translations, and where the same
words stand elsewhere, there too.

Test strings of the line's own language go first, before held-out lines are drawn. Those of other
languages go last: the few lines they cost then change nothing else, neither what is held out nor
what a full language has room for.

Reading order: `task_rows` → `collect` (test strings, copies, doubles) → `hold_out` → `taint` →
`choose` (at most ``cap`` lines) → `assemble` (all of it). `corpus_stats` writes the report.

It does not judge style: much of this text speaks of menus and files.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from ltp_core.data.languages import HIGH, LANGUAGES
from ltp_core.tasks import emoji_text

from ..datasets.text import Held, held_rows, is_training
from .clean import LONGEST
from .keys import base_of, digest, plain
from .stats import statistics

log = logging.getLogger("build_corpus")

FEWEST = 4  # characters of a line
CAPPED = set(HIGH) - {"sw", "ur"}  # these two have little text
SCHEMA = pa.schema(
    [(name, pa.string()) for name in ("text", "kind", "source", "key")] + [("heldout", pa.bool_())]
)


class Row(NamedTuple):
    """A line of a language: what is in its file but for ``heldout``."""

    text: str
    kind: str  # "running" or "words"
    source: str
    key: str  # "" if none


Table = list[tuple[Row, bool]]  # rows, and whether each is held out
Mark = tuple[str, str]  # a language and a text in its `plain` form: what may stand only once


class TestStrings(Held):
    """Strings of the dev and test rows of a language, compared as `plain` compares.

    >>> held = TestStrings([("Dog", ["animal", "pet"])])
    >>> "dog." in held, "Animal,  pet" in held, "a dog" in held
    (True, True, False)
    """

    __test__ = False  # for pytest: not a class of tests
    key = staticmethod(plain)


class Corpus(NamedTuple):
    """What `collect` keeps."""

    rows: dict[str, dict[str, Row]]  # language -> plain text -> row
    places: dict[Mark, set[tuple[str, str]]]  # every (base, key) under which a text was met
    dropped: Counter  # (language, reason) -> lines


def task_rows(folder: Path | None) -> tuple[list[tuple[str, Row]], dict[str, set[str]]]:
    """Return the texts of training emoji (train in both splits) as rows, and the test strings.

    The first are (language, row), the second language -> strings in `plain` form.
    """
    paths = sorted(folder.glob("*.parquet")) if folder else []
    if not paths:
        log.warning("warning: no task data in %s: the text is NOT free of test strings", folder)
    rows, strings = [], {}
    for path in paths:
        table = pq.read_table(path)
        strings[path.stem] = TestStrings(held_rows(table)).strings
        for row in filter(is_training, table.to_pylist()):
            text = emoji_text(row["name"], row["keywords"])
            rows.append((path.stem, Row(text, "words", "cldr", "cldr:" + row["id"])))
    return rows, strings


def read_lines(folder: Path) -> Iterator[tuple[str, Row]]:
    """Yield (language, row) of the sources in ``folder``, one Parquet file each."""
    for path in sorted(folder.glob("*.parquet")):
        columns = pq.read_table(path).to_pydict()
        fields = (columns[name] for name in ("lang", "text", "kind", "key"))
        for lang, text, kind, key in zip(*fields, strict=True):
            yield lang, Row(text, kind, path.stem, key)


def collect(lines: Iterable[tuple[str, Row]], strings: dict[str, set[str]]) -> Corpus:
    """Keep each text once a language: the first row that has a key, else the first.

    Dropped and counted: test strings of the language, and English left in another one.
    """
    corpus = Corpus(defaultdict(dict), defaultdict(set), Counter())
    lines = list(lines)
    english = {plain(row.text) for lang, row in lines if lang == "en"}
    for lang, row in lines:
        if not FEWEST <= len(row.text) <= LONGEST:
            continue
        mark = plain(row.text)
        if mark in strings.get(lang, ()):
            corpus.dropped[lang, "test string"] += 1
        elif lang != "en" and mark in english and row.source != "cldr":
            corpus.dropped[lang, "English copy"] += 1
        else:
            known = corpus.rows[lang]
            corpus.places[lang, mark].add((base_of(row.key, row.text), row.key))
            if mark not in known or (row.key and not known[mark].key):
                known[mark] = row
    return corpus


def hold_out(
    rows: dict[str, list[Row]], want: int = 200, share: float = 0.01, most: float = 0.10
) -> set[str]:
    """Return the bases to hold out, drawn by hash; six articles of the declaration are among them.

    Of every language and kind 1 % of the lines is held out, and more until there are ``want``
    lines, but not more than ``most`` of them. Languages with little text choose first, since a
    translation of what they hold out is held out everywhere. Long pages are never drawn.
    """
    held = {f"udhr:{article}" for article in range(25, 31)}
    for lang in sorted(rows, key=lambda code: len(rows[code])):
        for kind in ("running", "words"):
            count = Counter(base_of(r.key, r.text) for r in rows[lang] if r.kind == kind)
            total = sum(count.values())
            need = max(share * total, min(want, most * total))
            need -= sum(count[base] for base in held if base in count)
            for base in sorted(count, key=lambda base: digest("heldout " + base)):
                if need <= 0:
                    break
                if base not in held and count[base] <= max(20, 0.2 * want):
                    held.add(base)
                    need -= count[base]
    return held


def taint(corpus: Corpus, held: set[str]) -> tuple[set[Mark], set[str]]:
    """Return the texts that are held out, and the keys that may not be trained on.

    A text met under several keys is held out if one of its bases is; its other keys name
    translations of held-out words.
    """
    hits = {mark for mark, met in corpus.places.items() if any(base in held for base, _ in met)}
    return hits, {key for mark in hits for _, key in corpus.places[mark] if key}


def choose(table: Table, spread: Counter, cap: int | None) -> Table:
    """Return at most ``cap`` of the (row, heldout) of a language, in an order drawn by hash.

    First come held-out rows and the task's own, then running text, then what most languages have.
    """

    def rank(pair: tuple[Row, bool]):
        row, heldout = pair
        wide = spread[row.key] if row.key else 0
        return row.source != "cldr" and not heldout, row.kind != "running", -wide, digest(row.text)

    return sorted(sorted(table, key=rank)[:cap], key=lambda pair: digest(pair[0].text))


def assemble(raw: Path, out: Path, emoji: Path | None, cap: int) -> None:
    """Read the sources in ``raw``; write ``<language>.parquet`` and STATS.md to ``out``.

    ``emoji`` is the folder of the task (None: no test strings), ``cap`` the most lines of a
    language with much text.
    """
    training, strings = task_rows(emoji)
    corpus = collect([*training, *read_lines(raw)], strings)
    held = hold_out({lang: list(known.values()) for lang, known in corpus.rows.items()})
    hits, tainted = taint(corpus, held)
    spread = Counter(
        key for known in corpus.rows.values() for key in {row.key for row in known.values()}
    )
    everywhere = set().union(*strings.values())
    report = []
    for lang in LANGUAGES:
        table = [(row, (lang, mark) in hits) for mark, row in corpus.rows[lang].items()]
        table = [(row, heldout) for row, heldout in table if heldout or row.key not in tainted]
        chosen = choose(table, spread, cap if lang in CAPPED else None)
        kept = [(row, heldout) for row, heldout in chosen if plain(row.text) not in everywhere]
        corpus.dropped[lang, "test string"] += len(chosen) - len(kept)
        write(out / f"{lang}.parquet", kept)
        report.append((lang, kept, len(table)))
    text = statistics(report, corpus.dropped, filtered=bool(training))
    (out / "STATS.md").write_text(text, "utf-8")


def write(path: Path, table: Table) -> None:
    """Write one language's file, whole or not at all."""
    records = [(*row, heldout) for row, heldout in table]
    arrays = [pa.array([r[i] for r in records], field.type) for i, field in enumerate(SCHEMA)]
    part = path.with_suffix(".part")
    pq.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA), part, compression="zstd")
    part.rename(path)
