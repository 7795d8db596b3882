"""Tasks: labels, the words that stand for them, and the rows of every language.

A `Task` is a value: it says which labels and languages there are and hands out ``datasets.Dataset``
objects with the columns

    id      what is classified (the emoji)              text      what the model reads
    label   a ClassLabel, an index into ``labels``      language  the code of the row's language

`emoji` is the task of this repository: from an emoji's name and keywords tell which of eight groups
it belongs to, in 51 languages.  `from_folder` makes a task of your own files.  A second text,
``text_pair``, is kept if the rows have one (for tasks on two texts, such as NLI).

``words`` are English words, one a label, which a masked language model may put after the text:
"dog; pet <mask>" should end in "animal".  In the emoji task each is one XLM-R piece.

Splits belong to items, not to rows: an emoji of the test split is a test emoji in every language.

What it does not do: tokenize, train, or know any model.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
from datasets import ClassLabel, Dataset, Features, Value

from ltp_core.languages import TASK_LANGUAGES, check_language
from ltp_core.paths import data_dir, read_parquet

Row = dict[str, Any]

EMOJI_WORDS = {
    "smileys": "emotion",
    "people": "people",
    "animals": "animal",
    "food": "food",
    "travel": "travel",
    "activities": "activity",
    "objects": "object",
    "symbols": "symbol",
}
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Task:
    """A classification task in several languages.

    Attributes:
        name: what to call it in tables.
        labels: the classes; column ``label`` holds indices into it.
        words: one English word a label, the verbalizer.
        languages: the codes for which there are rows.
        read: language -> rows with the keys id, text, label (a name), language, split.

    Every method raises ValueError for a language that is not among ``languages``.

    >>> task = emoji()
    >>> task.test("en", "sw").num_rows
    948
    >>> task.train("sw")[1]["text"]
    'uso uliokenua na macho yanayotabasamu; kenua, macho, tabasamu, uso'
    """

    name: str
    labels: tuple[str, ...]
    words: tuple[str, ...]
    languages: tuple[str, ...]
    read: Callable[[str], list[Row]] = field(repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.words) != len(self.labels) or len(set(self.labels)) != len(self.labels):
            raise ValueError(
                f"task {self.name!r} needs distinct labels and one word for each, "
                f"got labels {self.labels} and words {self.words}"
            )

    def train(self, language: str) -> Dataset:
        """Return all training rows of a language."""
        return self._dataset(self._rows(language, "train"))

    def dev(self, language: str) -> Dataset:
        """Return the rows of a language by which to choose settings."""
        return self._dataset(self._rows(language, "dev"))

    def test(self, *languages: str) -> Dataset:
        """Return the test rows of these languages, one after another; of all if none is named."""
        codes = languages or self.languages
        return self._dataset([row for code in codes for row in self._rows(code, "test")])

    def few_shot(self, language: str, k: int = 16, seed: int = 0) -> Dataset:
        """Return ``k`` training rows of every class, chosen by ``seed``, in mixed order.

        The choice is nested and parallel: the rows for k=4 are among those for k=16, and a seed
        chooses the same items in every language that has them.

        Raises:
            ValueError: ``k`` is not between 1 and the size of the smallest class.

        >>> shots = emoji().few_shot("en", k=2)
        >>> sorted(shots["label"])
        [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
        """
        rows = self._rows(language, "train")
        sizes = Counter(row["label"] for row in rows)
        rarest = min(self.labels, key=lambda label: sizes[label])
        if not 1 <= k <= sizes[rarest]:
            raise ValueError(
                f"k must be between 1 and {sizes[rarest]}, the number of training rows of the "
                f"smallest class {rarest!r} in language {language!r}, got {k}"
            )
        taken: Counter[str] = Counter()
        chosen = []
        for row in sorted(rows, key=lambda row: _rank(seed, row["id"])):
            if taken[row["label"]] < k:
                taken[row["label"]] += 1
                chosen.append(row)
        return self._dataset(chosen)

    def _rows(self, language: str, split: str) -> list[Row]:
        rows = self.read(check_language(language, self.languages))
        return [row for row in rows if row["split"] == split]

    def _dataset(self, rows: list[Row]) -> Dataset:
        label = ClassLabel(names=list(self.labels))
        pair = ["text_pair"] if rows and "text_pair" in rows[0] else []
        features = Features(
            {name: Value("string") for name in ["id", "text", *pair]}
            | {"label": label, "language": Value("string")}
        )
        columns = {name: [row[name] for row in rows] for name in features}
        columns["label"] = label.str2int(columns["label"])
        return Dataset.from_dict(columns, features=features)


def emoji(split: str = "random") -> Task:
    """Return the emoji task: eight groups, 51 languages, 948 / 158 / 474 emoji train / dev / test.

    Twelve languages name only about 1,250 of the 1,580 emoji and have fewer rows.

    Args:
        split: "random" (emoji drawn group by group) or "subgroup" (whole subgroups held out, which
            is harder: when zodiac signs are tested, none was trained on).

    >>> emoji("subgroup").labels
    ('smileys', 'people', 'animals', 'food', 'travel', 'activities', 'objects', 'symbols')
    """
    if split not in ("random", "subgroup"):
        raise ValueError(f"split must be 'random' or 'subgroup', got {split!r}")
    folder = data_dir() / "emoji"

    def read(language: str) -> list[Row]:
        return _emoji_rows(folder / f"{language}.parquet", f"split_{split}")

    name = "emoji" if split == "random" else f"emoji-{split}"
    return Task(name, tuple(EMOJI_WORDS), tuple(EMOJI_WORDS.values()), TASK_LANGUAGES, read)


@lru_cache(maxsize=128)
def _emoji_rows(path: Path, split: str) -> list[Row]:
    columns = ["id", "name", "keywords", "group", "language", split]
    return [
        {
            "id": row["id"],
            "text": emoji_text(row["name"], row["keywords"]),
            "label": row["group"],
            "language": row["language"],
            "split": row[split],
        }
        for row in read_parquet(path, columns).to_pylist()
    ]


def emoji_text(name: str, keywords: list[str]) -> str:
    """Return the text of a row of the emoji task.

    >>> emoji_text("dog", ["animal", "pet"])
    'dog; animal, pet'
    """
    return f"{name}; {', '.join(keywords)}" if keywords else name


def from_folder(path: str | Path, *, words: dict[str, str] | None = None) -> Task:
    """Make a task of the Parquet, CSV and JSONL files in a folder.

    Columns: ``text``, ``label`` and ``split`` (train, dev or test); ``language``, or else the name
    of the file is the language (``qu.csv``); ``id``, or else the row's number in its file;
    ``text_pair`` if the task is about two texts.

    Args:
        path: the folder; its name becomes the task's name.
        words: {label: English word}, in the order the labels shall have.  Without it, the labels in
            sorted order stand for themselves.

    Raises:
        ValueError: no such files, a missing column, or a split or label that is not known.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "qu.csv").write_text("text,label,split\\nallin,good,train\\nmana,bad,test\\n")
    >>> task = from_folder(folder)
    >>> task.labels, task.test("qu")[0]["text"]
    (('bad', 'good'), 'mana')
    """
    folder = Path(path)
    files = sorted(f for f in folder.glob("*") if f.suffix in READERS)
    if not files:
        raise ValueError(f"no .parquet, .csv or .jsonl file in {folder}; a task needs at least one")
    by_language: dict[str, list[Row]] = {}
    for file in files:
        for row in _own_rows(file, words):
            by_language.setdefault(row["language"], []).append(row)
    if words is None:
        words = {row["label"]: row["label"] for rows in by_language.values() for row in rows}
        words = dict(sorted(words.items()))
    name, read = folder.resolve().name, by_language.__getitem__
    return Task(name, tuple(words), tuple(words.values()), tuple(by_language), read)


def _own_rows(file: Path, words: dict[str, str] | None) -> list[Row]:
    """Read one file of a user's task, and say in one sentence what is wrong with it."""
    table = READERS[file.suffix](file)
    if missing := {"text", "label", "split"} - set(table.column_names):
        found = ", ".join(table.column_names)
        raise ValueError(f"{file} lacks the column {min(missing)!r}; it has {found}")
    rows = []
    for i, row in enumerate(table.to_pylist()):
        row = {"id": i, "language": file.stem, **row}
        row = {key: "" if value is None else str(value) for key, value in row.items()}
        if row["split"] not in SPLITS:
            raise ValueError(
                f"{file}, row {i + 1}: split must be train, dev or test, got {row['split']!r}"
            )
        if words and row["label"] not in words:
            raise ValueError(
                f"{file}, row {i + 1}: label {row['label']!r} is not among {', '.join(words)}"
            )
        rows.append(row)
    return rows


READERS: dict[str, Callable[[Path], pa.Table]] = {
    ".parquet": read_parquet,
    ".csv": pyarrow.csv.read_csv,
    ".jsonl": pyarrow.json.read_json,
}


def _rank(seed: int, item: str) -> str:
    """Return a sort key that shuffles items: the same for a seed on every machine."""
    return hashlib.sha256(f"{seed}:{item}".encode()).hexdigest()
