"""A language of your own in the figures of the book: of the task, or from a file that you fill in.

    write_blank(path, task)        30 emoji with their English text, and an empty column
    faults(path, task)             what is still wrong with the file, a sentence each
    read(path, task) / of_task     the rows, in either case
    shared(task, language)         the rows of *Crossing languages*: emoji that all languages have
    spelling(tokenizer, texts)     how many pieces are unknown, how many make a word
    vectors(lm, texts)             where the untrained model puts each text
    nearness(lm, rows)             how near the texts of languages lie to their English translations

A model "knows" a language in two steps. It must be able to spell it: an unknown piece stands for
characters that the vocabulary lacks, and the model reads nothing there. And it must have read it:
else its texts lie no nearer to their translations than to other texts.

Reading order: as above. What it does not do: train, or judge a translation.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ltp_core.data.languages import LANGUAGES, check_language
from ltp_core.data.utf8 import read_text
from ltp_core.model import tokens

if TYPE_CHECKING:
    from torch import Tensor

    from ltp_core.model.backbone import Backbone
    from ltp_core.tasks import Task

COLUMNS = ("id", "english", "label", "text")
ROWS = 30
LEAST = 10  # rows that tell anything at all
WORD_BEGINS = "▁"  # the mark of a word's beginning, if it is a piece of its own
BATCH = 64  # texts that go through the model together
UNKNOWN = 0.01  # more unknown pieces than this: the vocabulary lacks the language's characters


class Row(NamedTuple):
    """An emoji, its text in English and in the language, and its class."""

    id: str
    english: str
    label: str
    text: str


def of_task(task: Task, language: str, split: str = "test") -> list[Row]:
    """The rows of one of the task's languages that English has, too; of its test, or of a split.

    Raises:
        ValueError: the task has no such language; then a file is needed.
    """
    check_language(language, task.languages)
    english = {row["id"]: row["text"] for row in task.read("en") if row["split"] == split}
    return [
        Row(row["id"], english[row["id"]], row["label"], row["text"])
        for row in task.read(language)
        if row["split"] == split and row["id"] in english
    ]


def shared(task: Task, language: str) -> list[Row]:
    """The dev rows whose emoji every language of the task has, sorted by emoji.

    *Crossing languages* counts and measures on these, so here they give the same numbers.
    """
    dev = (
        {row["id"] for row in task.read(code) if row["split"] == "dev"} for code in task.languages
    )
    everywhere = set.intersection(*dev)
    return sorted(row for row in of_task(task, language, "dev") if row.id in everywhere)


def write_blank(path: Path, task: Task, rows: int = ROWS) -> None:
    """A CSV file to fill in: the classes take turns, the emoji are evenly spaced test items.

    An open file of this name is not overwritten: FileExistsError.
    """
    of_class = {
        label: [r for r in of_task(task, "en") if r.label == label] for label in task.labels
    }
    chosen = []
    for number in range(rows):
        mine = of_class[task.labels[number % len(task.labels)]]
        turn, turns = number // len(task.labels), -(-rows // len(task.labels))
        chosen.append(mine[turn * len(mine) // turns])
    with path.open("x", newline="", encoding="utf-8-sig") as file:  # a spreadsheet wants the mark
        csv.writer(file).writerows([COLUMNS, *((r.id, r.english, r.label, "") for r in chosen)])


def read(path: str | Path, task: Task) -> list[Row]:
    """The rows of a file that has been filled in.

    Raises:
        ValueError: it has faults; the first is told.
    """
    for fault in faults(path, task):
        raise ValueError(f"{path}: {fault}")
    return _rows(path)


def faults(path: str | Path, task: Task) -> list[str]:
    """What is wrong with a file, a sentence each; none if it can be used."""
    try:
        rows = _rows(path)
    except (ValueError, csv.Error) as error:
        return [str(error)]
    found = []
    known = {row.id: row for row in of_task(task, "en")}
    empty = [row.id for row in rows if not row.text.strip()]
    if len(rows) - len(empty) < LEAST:
        found.append(f"{len(rows) - len(empty)} rows are filled in; at least {LEAST} are needed")
    elif empty:
        found.append(f"{_some(empty)} still empty; fill in the column text, or delete the row")
    if strange := [row.id for row in rows if row.id not in known]:
        found.append(f"{_some(strange)} no test emoji of the task; take the file's own rows only")
    if moved := [r.id for r in rows if r.id in known and r.label != known[r.id].label]:
        found.append(f"{_some(moved)} in another class than in the task; leave the column label")
    if twice := sorted({row.id for row in rows if [r.id for r in rows].count(row.id) > 1}):
        found.append(f"{_some(twice)} there twice; keep one row of each")
    copied = [row.id for row in rows if row.text.strip() and row.text.strip() == row.english]
    if len(copied) > len(rows) // 4:
        found.append(f"{_some(copied)} word for word the English text; translate it")
    return found


def _rows(path: str | Path) -> list[Row]:
    """The rows of a CSV file with the columns of a blank one."""
    lines = read_text(path).removeprefix("\ufeff").splitlines()
    between = ";" if lines and lines[0].count(";") > lines[0].count(",") else ","
    table = csv.DictReader(lines, delimiter=between)
    if lacking := [name for name in COLUMNS if name not in (table.fieldnames or ())]:
        raise ValueError(f"the column {lacking[0]!r} is missing; keep the first line as it was")
    return [Row(*((line[name] or "").strip() for name in COLUMNS)) for line in table]


def _some(ids: Sequence[str]) -> str:
    """The first few of them, with the verb.

    >>> _some(["a"]), _some(["a", "b", "c", "d"])
    ('a is', 'a, b, c and 1 more are')
    """
    shown = ", ".join(ids[:3]) + (f" and {len(ids) - 3} more" if len(ids) > 3 else "")
    return f"{shown} {'is' if len(ids) == 1 else 'are'}"


class Spelling(NamedTuple):
    """How a vocabulary cuts some texts."""

    unknown: float  # share of the pieces
    pieces: float  # for a word, where words are parted by spaces

    @property
    def verdict(self) -> str:
        """In words.

        >>> Spelling(0.3, 2.0).verdict
        'The model does not know this language: 30.0 % of its pieces are unknown.'
        """
        if self.unknown > UNKNOWN:
            share = f"{self.unknown:.1%}".replace("%", " %")
            return f"The model does not know this language: {share} of its pieces are unknown."
        return "The vocabulary can spell this language. Whether the model understands it is open."


def words(text: str) -> list[str]:
    """The words of a text in small letters, without semicolons and commas.

    >>> words("Limun; citrico, ruru")
    ['limun', 'citrico', 'ruru']
    """
    return re.sub("[;,]", " ", text).casefold().split()


def spelling(tokenizer: tokens.Tokenizer, texts: Sequence[str]) -> Spelling:
    """The share of unknown pieces, and the pieces of a word.

    The mark that begins a word is often a piece of its own, ahead of an unknown one. It spells
    nothing and is no part of the share: a text that cannot be read at all has 100 %, not 50.
    The pieces of a word are those of its `words`, so that no semicolon counts.
    """
    cut = [piece for row in tokens.pieces(tokenizer, texts) for piece in row]
    spelt = [name for name in tokenizer.convert_ids_to_tokens(cut) if name != WORD_BEGINS]
    rows = [words(text) for text in texts]
    in_words = sum(map(len, tokens.pieces(tokenizer, [" ".join(row) for row in rows])))
    return Spelling(
        spelt.count(tokenizer.unk_token) / max(1, len(spelt)),
        in_words / max(1, sum(map(len, rows))),
    )


def vectors(lm: Backbone, texts: Sequence[str]) -> Tensor:
    """A vector for each text: the mean of its last states, scaled to length 1. (N, H)

    Texts of like length go through the model together, so that little of a batch is padding.
    """
    import torch
    from torch.nn.functional import normalize

    from ltp_core.stage2.prompt import mean_state

    ids = tokens.special_ids(lm.tokenizer)
    cut = [[ids.start, *row, ids.end] for row in tokens.pieces(lm.tokenizer, texts)]
    order = sorted(range(len(cut)), key=lambda n: len(cut[n]))
    found = []
    for start in range(0, len(order), BATCH):
        batch = tokens.pad([cut[n] for n in order[start : start + BATCH]], ids.pad)  # (B, T)
        with torch.inference_mode():
            hidden = lm.model.base_model(**batch).last_hidden_state  # (B, T, H)
        found.append(normalize(mean_state(hidden, batch["attention_mask"]), dim=1))
    return torch.cat(found)[torch.tensor(order).argsort()]


def nearness(lm: Backbone, rows: Mapping[str, Sequence[Row]]) -> dict[str, float]:
    """Language -> mean cosine of a text and its English translation, minus that of other pairs.

    *Crossing languages* explains it, and takes the first 32 `shared` rows. Nothing is trained.
    """
    texts = sorted({text for of in rows.values() for row in of for text in (row.english, row.text)})
    place, found = {text: n for n, text in enumerate(texts)}, vectors(lm, texts)  # each text once
    near = {}
    for language, of in rows.items():
        english = found[[place[row.english] for row in of]]  # (N, H)
        cosine = found[[place[row.text] for row in of]] @ english.T  # (N, N)
        right = cosine.diagonal()
        other = (cosine.sum() - right.sum()) / (cosine.numel() - len(right))
        near[language] = float(right.mean() - other)
    return near


def name_of(code: str) -> str:
    """The name of a language that the project knows, or the code."""
    return LANGUAGES[code].name if code in LANGUAGES else code
