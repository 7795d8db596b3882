"""A task is a value: labels, their words, languages, and the rows of each language's splits.

It gives `datasets.Dataset` objects with the columns

    id         what is classified
    text       what the model reads
    text_pair  a second text, if the task has one
    label      a ClassLabel, an index into `labels`
    language   the code of the row's language

`words` are English words, one per label, which a masked language model may put after the text:
"dog; pet <mask>" should end in "animal".

An id may name a family (`items.py`); ids of one language are distinct.

Reading order: `Task`.

What it does not do: read files.  The function that makes a task brings `read`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..data.items import in_subsample, shuffle_key
from ..data.languages import check_language
from ..data.shown import brief, listed

if TYPE_CHECKING:
    from datasets import Dataset

Row = dict[str, Any]
SPLITS = ("train", "dev", "test")


@dataclass(frozen=True)
class Task:
    """A classification task in several languages.

    Attributes:
        name: what to call it in tables.
        labels: the classes; column `label` holds indices into it.
        words: one English word per label, the verbalizer.
        languages: the codes for which there are rows.
        read: language -> rows with the keys id, text, label (a name), language, split.
        published: (language, k) -> the one few-shot sample that a benchmark has published; without
            it, samples are drawn from the training rows.

    Raises:
        ValueError: labels are not distinct, or not each has its word; in every method, there is no
            such language.

    >>> from ltp_core.tasks import emoji
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
    published: Callable[[str, int], list[Row]] | None = field(
        default=None, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        if len(self.words) != len(self.labels) or len(set(self.labels)) != len(self.labels):
            raise ValueError(
                f"task {self.name!r} needs distinct labels and one word for each, "
                f"got labels {listed(self.labels)} and words {listed(self.words)}"
            )

        for word in self.words:
            if not isinstance(word, str) or not word.strip():
                raise ValueError(
                    f"a label word must be a string that is not empty, got {brief(word)}"
                )

    def train(self, language: str) -> Dataset:
        """Return all training rows of a language."""
        return self._dataset(self._rows(language, "train"))

    def dev(self, language: str) -> Dataset:
        """Return the rows of a language by which to choose settings."""
        return self._dataset(self._rows(language, "dev"))

    def test(self, *languages: str, every: int = 1) -> Dataset:
        """Return the test rows of these languages, one after another; of all if none is named.

        Args:
            every: 2 keeps about half of the items, 4 half of those: the same items in each
                language, whole families, and no choice to make.

        Raises:
            ValueError: `every` is below 1, or a language is named twice.

        >>> from ltp_core.tasks import emoji
        >>> [emoji().test("sw", every=n).num_rows for n in (1, 2, 4)]
        [474, 231, 111]
        """
        if every < 1:
            raise ValueError(f"every must be at least 1, got {every}; 1 keeps every item")
        codes = languages or self.languages
        if len(set(codes)) < len(codes):
            raise ValueError(f"a language stands twice among {listed(codes)}; name each once")
        rows = [row for code in codes for row in self._rows(code, "test")]
        return self._dataset([row for row in rows if every == 1 or in_subsample(row["id"], every)])

    def few_shot(
        self, language: str, k: int = 16, seed: int = 0, *, at_most: bool = False
    ) -> Dataset:
        """Return `k` training rows of every class, chosen by `seed`, in mixed order.

        The choice is nested and parallel: the rows for k=4 are among those for k=16, and a seed
        chooses the same items in every language that has them. With `at_most` a class that has
        fewer rows gives all of them. A published sample is what it is; a seed only mixes its order.

        Raises:
            ValueError: `k` is not between 1 and the size of the smallest class (with `at_most`,
                `k` is below 1), or no sample of this size was published.

        >>> from ltp_core.tasks import emoji
        >>> shots = emoji().few_shot("en", k=2)
        >>> sorted(shots["label"])
        [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7]
        """
        if self.published:
            rows = self.published(check_language(language, self.languages), k)
            return self._dataset(sorted(rows, key=lambda row: shuffle_key(seed, row["id"])))
        rows = self._rows(language, "train")
        sizes = Counter(row["label"] for row in rows)
        rarest = min(self.labels, key=lambda label: sizes[label])
        if not 1 <= k <= max(sizes[rarest], k * at_most):
            raise ValueError(
                f"k must be between 1 and {sizes[rarest]}, the number of training rows of the "
                f"smallest class {rarest!r} in language {language!r}, got {k}"
            )
        taken: Counter[str] = Counter()
        chosen = []
        for row in sorted(rows, key=lambda row: shuffle_key(seed, row["id"])):
            if taken[row["label"]] < k:
                taken[row["label"]] += 1
                chosen.append(row)
        return self._dataset(chosen)

    def _rows(self, language: str, split: str) -> list[Row]:
        rows = self.read(check_language(language, self.languages))
        return [row for row in rows if row["split"] == split]

    def _dataset(self, rows: list[Row]) -> Dataset:
        from datasets import ClassLabel, Dataset, Features, Value  # slow to import

        label = ClassLabel(names=list(self.labels))
        pair = ["text_pair"] if rows and "text_pair" in rows[0] else []
        features = Features(
            {name: Value("string") for name in ["id", "text", *pair]}
            | {"label": label, "language": Value("string")}
        )
        columns = {name: [row[name] for row in rows] for name in features}
        columns["label"] = label.str2int(columns["label"])
        return Dataset.from_dict(columns, features=features)
