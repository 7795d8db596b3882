"""XNLI and AmericasNLI: does the second sentence follow from the first?

    premise / hypothesis   ->   entailment (yes), neutral (maybe), contradiction (no)

XNLI (Conneau et al. 2018, arXiv 1809.05053) has 830 premises with three hypotheses each in 15
languages; AmericasNLI (Ebrahimi et al. 2022, arXiv 2104.08726) translates part of them into ten
languages of the Americas.  The label words are those of Zhao and Schütze (2021, arXiv 2109.03630),
whose English few-shot samples, k = 1, 2, 4 ... 256 per class from MNLI, are used here too.

The licences keep these files out of the repository: they are read from a folder, `bench_dir`.

**Splits.**  train is the few-shot training samples, dev the published few-shot dev sample of size
`dev_k`, and test all other rows of the sets' dev files.  dev and test never meet: a row of XNLI
is the same row in every language, and in AmericasNLI too, whose ids count the rows of XNLI's dev
set.  The sets' own test files are not read.

**Samples.**  With split "published", `few_shot` gives the published sample of k, as the literature
uses it, and a seed changes only its order.  With "random" a seed draws k from all published
training samples together (511 per class in English, 16 elsewhere).

Reading order: `xnli`, `americasnli`, `nli`, `bench_dir`.

What it does not do: copy, download or repair a benchmark.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ..data.items import family, shuffle_key
from ..data.languages import XNLI
from .task import Row, Task

NLI_WORDS = {"entailment": "yes", "neutral": "maybe", "contradiction": "no"}
SPANISH = 12_451  # AmericasNLI's id of the first row: five languages of 2,490 rows come before
SPLITS = ("random", "published")


def bench_dir() -> Path:
    """Return the folder of the benchmarks, which `$LTP_BENCH` names.

    Raises:
        FileNotFoundError: it is not set, or not there.
    """
    named = os.environ.get("LTP_BENCH")
    folder = Path(named or "")
    if not named or not folder.is_dir():
        where = f"at {folder}" if named else "here"
        raise FileNotFoundError(
            f"there are no benchmarks {where}; their licences keep them out of this "
            "repository, so set LTP_BENCH to a folder that holds xnli/ and americasnli/"
        )
    return folder


def xnli(split: str = "random", *, dev_k: int = 16, words: Sequence[str] = ()) -> Task:
    """Return XNLI from the benchmark folder.

    Args:
        split: where few-shot samples come from, "random" or "published" (above).
        dev_k: size per class of the published dev sample that is dev, and leaves the test.
        words: label words in place of yes, maybe, no.
    """
    folder = _checked(split) / "xnli"
    codes = [file.stem for file in (folder / "dev").glob("*.tsv")]
    languages = [code for code in XNLI if code in codes] + sorted(set(codes) - set(XNLI))
    return _task("xnli", split, languages, folder, words, lambda code: _xnli(folder, code, dev_k))


def americasnli(
    split: str = "random", *, dev_k: int = 16, pool: int = 0, words: Sequence[str] = ()
) -> Task:
    """Return AmericasNLI from the benchmark folder, with English to train and to choose by.

    English has XNLI's training and dev rows and no test rows. The other languages have no training
    set.

    Args:
        split, dev_k, words: those of `xnli`, whose dev rows leave one at a time: siblings of a dev
            row stay in the test.
        pool: so many rows per class, whole premises, each other language gives to training; the
            tests of all languages lose them, for they are translations.

    Raises:
        FileNotFoundError: the benchmark folder is not there.
        ValueError: there is no such split; or, in `few_shot`, no published sample of the language.
    """
    bench = _checked(split)
    codes = sorted(file.stem for file in (bench / "americasnli" / "dev").glob("*.tsv"))

    def read(code: str) -> list[Row]:
        if code == "en":
            return [row for row in _xnli(bench / "xnli", "en", dev_k) if row["split"] != "test"]
        rows = _american(bench, code, dev_k, pool)
        if not pool:
            return rows
        own = (row for other in codes for row in _american(bench, other, dev_k, pool))
        trained = {family(row["id"]) for row in own if row["split"] == "train"}
        return [r for r in rows if r["split"] != "test" or family(r["id"]) not in trained]

    name = "americasnli" + "-own" * bool(pool)
    task = _task(name, split, ["en", *codes], bench / "xnli", words, read)
    if not task.published:
        return task

    def published(code: str, k: int) -> list[Row]:
        if code != "en":
            raise ValueError(f"no samples of {code!r} were published; use split 'random' and pool")
        return _sample(bench / "xnli", "en", k)

    return Task(task.name, task.labels, task.words, task.languages, read, published)


def nli(split: str = "random", *, dev_k: int = 64, words: Sequence[str] = ()) -> Task:
    """Return both as one task: trained in English, and tested in all of their languages.

    Args:
        split, dev_k, words: those of `xnli`.
    """
    first, second = (of(split, dev_k=dev_k, words=words) for of in (xnli, americasnli))

    def read(code: str) -> list[Row]:
        return (first if code in first.languages else second).read(code)

    return replace(
        first,
        name="nli",
        read=read,
        languages=tuple(dict.fromkeys(first.languages + second.languages)),
    )


def _checked(split: str) -> Path:
    if split not in SPLITS:
        raise ValueError(f"split must be 'random' or 'published', got {split!r}")
    return bench_dir()


def _task(
    name: str,
    split: str,
    languages: Sequence[str],
    folder: Path,
    words: Sequence[str],
    read: Callable[[str], list[Row]],
) -> Task:
    published = (lambda code, k: _sample(folder, code, k)) if split == "published" else None
    words = tuple(words) or tuple(NLI_WORDS.values())
    return Task(name, tuple(NLI_WORDS), words, tuple(languages), read, published)


@lru_cache(maxsize=32)
def _xnli(folder: Path, language: str, dev_k: int) -> list[Row]:
    """All rows of a language: the training samples, and the dev file as dev and test."""
    samples = [row for k in _sizes(folder, language) for row in _sample(folder, language, k)]
    rows = list({row["id"]: row for row in samples}.values())
    chosen = _dev_rows(folder, dev_k)
    for number, line in enumerate(_table(folder / "dev" / f"{language}.tsv")):
        split = "dev" if number in chosen else "test"
        rows.append(_row(f"{number // 3}|{number % 3}", line, language, split))
    return rows


@lru_cache(maxsize=32)
def _american(bench: Path, language: str, dev_k: int, pool: int) -> list[Row]:
    english = _table(bench / "xnli" / "dev" / "en.tsv")
    chosen, rows = _dev_rows(bench / "xnli", dev_k), []
    for line in _table(bench / "americasnli" / "dev" / f"{language}.tsv"):
        number = int(line["id"]) - SPANISH
        if not 0 <= number < len(english) or english[number]["label"] != line["label"]:
            raise ValueError(
                f"AmericasNLI {language!r}: row {line['id']} is not the row {number + 1} of XNLI "
                "dev that its id says; get the original files of both"
            )
        split = "dev" if number in chosen else "test"
        rows.append(_row(f"{number // 3}|{number % 3}", line, language, split))
    given = _pool([row for row in rows if row["split"] == "test"], pool, language)
    return [row | {"split": "train"} if row["id"] in given else row for row in rows]


def _pool(rows: list[Row], pool: int, language: str) -> set[str]:
    """The ids of `pool` rows per class, or a few more: whole premises, in an order by hash."""
    premises: dict[str, list[Row]] = {}
    for row in sorted(rows, key=lambda row: shuffle_key("pool", family(row["id"]))):
        premises.setdefault(family(row["id"]), []).append(row)
    taken, ids = Counter(dict.fromkeys(NLI_WORDS, 0)), set[str]()
    for members in premises.values():
        if min(taken.values()) >= pool:
            return ids
        taken.update(row["label"] for row in members)
        ids.update(row["id"] for row in members)
    raise ValueError(
        f"pool must leave rows for the test; {language!r} has {min(taken.values())} rows of its "
        f"smallest class, got {pool}"
    )


def _sample(folder: Path, language: str, k: int) -> list[Row]:
    """The published training sample of k per class."""
    if k not in (sizes := _sizes(folder, language)):
        raise ValueError(
            f"no sample of k={k} was published for {language!r}; there are "
            f"{', '.join(map(str, sizes)) or 'none'}"
        )
    lines = _lines(folder / "fewshot" / "train" / _file("train", language, k))
    return [_row(f"mnli-{line['file_idx']}", line, language, "train") for line in lines]


def _sizes(folder: Path, language: str) -> list[int]:
    files = (folder / "fewshot" / "train").glob(_file("train", language, "*"))
    return sorted(int(file.stem.rpartition(",")[2]) for file in files)


def _dev_rows(folder: Path, k: int) -> frozenset[int]:
    """The numbers of the dev rows that are the published English dev sample."""
    path = folder / "fewshot" / "dev" / _file("dev", "en", k)
    english = _table(folder / "dev" / "en.tsv")
    number = {(line["premise"], line["hypothesis"]): i for i, line in enumerate(english)}
    pairs = [(line["sentence1"], line["sentence2"]) for line in _lines(path)]
    if lost := [pair for pair in pairs if pair not in number]:
        raise ValueError(
            f"{path} has the row {lost[0][1]!r}, which is not in XNLI's English dev set"
        )
    return frozenset(number[pair] for pair in pairs)


def _file(kind: str, language: str, k: int | str) -> str:
    if language == "en":
        return f"en/{kind}_split,{k}.jsonl"
    return f"rest/{kind}_split,{language},{k}.jsonl"


def _row(item: str, line: Row, language: str, split: str) -> Row:
    """A row from a line of either kind of file."""
    text, pair, label = (
        line[old if old in line else new]
        for old, new in (("premise", "sentence1"), ("hypothesis", "sentence2"), ("label", "gold"))
    )
    return {
        "id": item,
        "text": text,
        "text_pair": pair,
        "label": label,
        "language": language,
        "split": split,
    }


@lru_cache(maxsize=32)
def _table(path: Path) -> list[Row]:
    """The lines of a TSV file, which quotes nothing, as {column: field}."""
    head, *lines = (line.split("\t") for line in _text(path))
    return [dict(zip(head, line, strict=True)) for line in lines]


def _lines(path: Path) -> list[Row]:
    return [json.loads(line) for line in _text(path)]


def _text(path: Path) -> list[str]:
    if not path.is_file():
        raise FileNotFoundError(f"the benchmark file {path} is missing; get the original files")
    return [line for line in path.read_text(encoding="utf-8").split("\n") if line]
