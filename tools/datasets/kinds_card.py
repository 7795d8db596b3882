"""The card of data/kinds: what it is, where it comes from, what was counted."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from ltp_core.data.languages import LANGUAGES, TASK_LANGUAGES
from ltp_core.tasks import KINDS

from .cards import PARTS, row
from .emoji import SEED
from .kinds import LEAST

CARD = """# Kinds of names

From a short name tell what kind of thing it names: a country, a language, money or a unit.
{concepts:,} concepts, {languages} languages, {rows:,} rows, in one Parquet file, built by
`tools/datasets/build_kinds.py`.

> *Shilingi ya Kenya* → money

`ltp_core.tasks.kinds()` reads it. Nothing but the name is shown.

## Columns

| column | meaning |
|---|---|
| `id` | the concept: `TZ` a country, `sw` a language, `KES` money, `length-kilometer` a unit |
| `name` | what it is called in that language |
| `kind` | the label, and the English word that stands for it in a cloze |
| `subgroup` | of a unit its dimension (*mass*), else the last word of the English name (*franc*) |
| `language` | code of the language |
| `split_random` | train, dev or test: of each kind 60, 10 and 30 % of the concepts |
| `split_subgroup` | the same shares, but whole subgroups on one side (harder) |
| `same_as_major` | the name is that of the nearest large language, other than English |

Splits are by concept and the same in every language. They are drawn by the hash that draws those of
the emoji (`{seed}`), so they never change. A few words make many names of money and of units:
where *US Dollar* is trained on, *Fijian Dollar* is easy. `split_subgroup` keeps siblings together.

## Source and licence

PyPI `babel` {babel}, which carries Unicode CLDR {cldr}. The names are © Unicode, Inc., under
Unicode-3.0 (`LICENSE-cldr.txt`).

## What is in it

- *country*: CLDR's territories with a code of two letters, so islands and dependencies too; not the
  European Union, the Eurozone, the United Nations, *unknown*, and test locales.
- *language*: those with a code of two letters.
- *money*: what is legal tender somewhere now, by its display name, which is the singular.
- *unit*: units of measurement by the name that stands alone, mostly a plural, written out: not if
  it has a digit, a full stop or a sign such as / or °, nor, outside Han and Hangul, if it has fewer
  than three letters.

## What was dropped

- Names inherited from another locale: only a language's own file is read.
- Names that English gives away: the English name is in them as whole words, letter case aside
  (*i-Germany*), or they are the bare code or an English symbol of the unit (*kWh*).
- Names that two concepts share in a language, whatever their kinds: *Nauru*, land and language, in
  English and so everywhere; nearly fifty countries in Thai, whose languages are called the same.
- Languages of the emoji task in which fewer than {least} names of some kind are left to train on:
  elsewhere {least} examples a class can be drawn. Left out are
  {absent}.

## Leaks to know of

- **The name tells its kind.** Vietnamese, Turkmen and Quechua call nearly every language *language
  so-and-so* (*Tiếng*, *dili*, *Simi*), Akan and Yoruba most. The last columns count such words: the
  share of the names of a kind that have the commonest (in Swahili money it is *ya*, "of"). What is
  glued on is not counted (*Kiswahili*, Chinese *语*). It is the language's own word and not the
  English one, so a model trained in English must still know it.
- **Loans.** *Kanada* and *Kongo* stay: only what is spelled as in English goes. So a language in
  Latin letters keeps fewer countries, and the mix of kinds is not the same in each language.
  Compare methods within a language, and languages with care.
- **The larger neighbour.** A name may be that of the large language a small one borrows from
  (`same_as_major`).
- **What the model has read.** No test concept is among the *labelled* examples. But the embedded
  model has read many of these names, without their kinds: among its training packages is Debian's
  `iso-codes`, lists of translated names of countries, languages and money, and a part may have
  been read beside the English. Some names of languages are lines of `data/text`, Django's. Emoji
  of dev and test were kept out of all text; these names were not.

Always saying *country* is right in {majority:.1f} % of the English test rows, a blind guess in 25.

## Counts

Of each kind: train / dev / test of `split_random`. "%": how many names have the commonest word.

{head}
{table}

All concepts:

| kind | random train | random dev | random test | subgroup train | subgroup dev | subgroup test |
|---|---:|---:|---:|---:|---:|---:|
{splits}
"""


HEAD = ("language", "group", "names", *KINDS, "% as major", *(f"{kind}, %" for kind in KINDS))


def kinds_card(tables: dict[str, pa.Table], babel: str, cldr: str) -> str:
    """Return the text of data/kinds/README.md."""
    rows = {code: table.to_pylist() for code, table in tables.items()}
    tested = [r["kind"] for r in rows["en"] if r["split_random"] == "test"]
    absent = [f"{LANGUAGES[c].name} ({c})" for c in TASK_LANGUAGES if c not in tables]
    return CARD.format(
        concepts=len(rows["en"]),
        languages=len(rows),
        rows=sum(map(len, rows.values())),
        seed=SEED,
        babel=babel,
        cldr=cldr,
        least=LEAST,
        absent=", ".join(absent),
        head="\n".join([row(*HEAD), "|---|---|" + "---:|" * (len(HEAD) - 2)]),
        majority=100 * tested.count("country") / len(tested),
        table="\n".join(language_line(code, names) for code, names in rows.items()),
        splits="\n".join(kind_line(kind, rows["en"]) for kind in KINDS),
    )


def language_line(code: str, names: list[dict]) -> str:
    """Return what was counted in one language."""
    sizes = Counter((r["kind"], r["split_random"]) for r in names)
    cells = [" / ".join(str(sizes[kind, part]) for part in PARTS) for kind in KINDS]
    major = f"{100 * sum(r['same_as_major'] for r in names) / len(names):.1f}"
    words = [commonest([r["name"] for r in names if r["kind"] == kind]) for kind in KINDS]
    about = LANGUAGES[code]
    return row(f"{about.name} ({code})", about.group, len(names), *cells, major, *words)


def kind_line(kind: str, names: list[dict]) -> str:
    """Return how many concepts of a kind are on each side of each split."""
    sides = [(split, part) for split in ("random", "subgroup") for part in PARTS]
    own = [r for r in names if r["kind"] == kind]
    return row(kind, *(sum(r[f"split_{split}"] == part for r in own) for split, part in sides))


def commonest(names: list[str]) -> str:
    """Return the share of the names, in per cent, that have the word which most of them have.

    >>> commonest(["Tiếng Anh", "Tiếng Pháp", "tiếng Đức", "Latinh"])
    '75'
    """
    words = Counter(word for name in names for word in set(name.casefold().split()))
    return f"{100 * max(words.values()) / len(names):.0f}"
