"""How good is it, language by language, and how sure can we be?

Accuracy is a share of n test items, so each number comes with its 95 % Wilson interval. That
interval answers: *how much could other test items have moved it?* Means over languages and
differences between methods need more care: see `bootstrap.py`.

Reading order: `predict`, `evaluate`, `Table`.

What it does not do: train, or read result files (`results.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from ..data.languages import HIGH, LANGUAGES, LOW
from ..training.precision import one_cast, precision


class Row(NamedTuple):
    """One line of a `Table`: accuracy with its 95 % Wilson interval."""

    language: str
    n: int
    accuracy: float
    low: float
    high: float


@dataclass(frozen=True)
class Table:
    """Accuracy per language; prints itself, and keeps which items were right.

    >>> print(Table.of({"qu": np.array([1, 0, 0, 1]), "de": np.array([1, 1, 1, 1])}))
    language           n  accuracy  95 % interval
    qu  Quechua        4      .500  .150 – .850
    de  German         4     1.000  .510 – 1.000
    mean of 1 low-resource    .500
    mean of 1 high-resource  1.000
    """

    rows: list[Row]
    correct: dict[str, np.ndarray] = field(repr=False)  # language -> (n,) bool

    @classmethod
    def of(cls, correct: dict[str, np.ndarray]) -> Table:
        """The table of what was right: {language: (n,) True or False}."""
        correct = {language: np.asarray(c, dtype=bool) for language, c in correct.items()}
        rows = [
            Row(language, len(c), float(c.mean()), *wilson(int(c.sum()), len(c)))
            for language, c in correct.items()
        ]
        return cls(rows, correct)

    def mean(self, group: str | None = None) -> float:
        """Macro mean over the languages of a group ("low", "high"), or over all; nan if none."""
        among = {"low": LOW, "high": HIGH, None: [row.language for row in self.rows]}[group]
        values = [row.accuracy for row in self.rows if row.language in among]
        return float(np.mean(values)) if values else float("nan")

    def __str__(self) -> str:
        lines = ["language           n  accuracy  95 % interval"]
        for code, n, *numbers in self.rows:
            name = f"{code:<4}{LANGUAGES[code].name if code in LANGUAGES else ''}"
            accuracy, low, high = (f"{x:.3f}".removeprefix("0") for x in numbers)
            lines.append(f"{name:<16}{n:>4}{accuracy:>10}  {low} – {high}")
        for group, codes in (("low", LOW), ("high", HIGH)):
            if size := sum(row.language in codes for row in self.rows):
                mean = f"{self.mean(group):.3f}".removeprefix("0")
                lines.append(f"{f'mean of {size} {group}-resource':<23}{mean:>7}")
        return "\n".join(lines)

    __repr__ = __str__


def predict(
    model, dataset, *, batch_size: int = 64, autocast: bool | str = False, progress: bool = False
) -> np.ndarray:
    """The class (N,) of each row; computed in order of length, so that little padding is read.

    >>> from ltp_core.stage2.prompt import PromptModel
    >>> from ltp_core.model.toy import toy_backbone
    >>> model = PromptModel(toy_backbone(), ["food", "animals"])
    >>> predict(model, {"text": ["bread", "a big dog", "the cat"]}).shape
    (3,)
    """
    from tqdm import tqdm

    columns = getattr(dataset, "column_names", dataset)
    rows = model.encode(dataset["text"], dataset["text_pair"] if "text_pair" in columns else None)
    order = np.argsort([-len(row) for row in rows], kind="stable")
    answers = np.empty(len(rows), dtype=np.int64)
    bar = tqdm(total=len(rows), desc="predict", unit="text", disable=not progress)
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    try:
        with one_cast(model), precision(model.prompt.device, autocast):
            for start in range(0, len(rows), batch_size):
                chosen = order[start : start + batch_size]
                logits = model(model.batch([rows[i] for i in chosen]))  # (B, C)
                answers[chosen] = logits.argmax(dim=1).cpu().numpy()
                bar.update(len(chosen))
    finally:  # a look during training must not switch dropout off for what follows
        for part, training in modes:
            part.training = training
    bar.close()
    return answers


def evaluate(model, dataset, **options) -> Table:
    """Accuracy per language of a dataset with columns text, label and language.

    A model that can `set_language` is told each language before its texts. `options` go to `predict`.

    >>> from ltp_core.stage2.prompt import PromptModel
    >>> from ltp_core.model.toy import toy_backbone
    >>> model = PromptModel(toy_backbone(), ["food", "animals"])
    >>> data = {"text": ["bread", "a dog"], "label": [0, 1], "language": ["en", "en"]}
    >>> evaluate(model, data).rows[0].n
    2
    """
    columns = getattr(dataset, "column_names", dataset)
    for name in ("text", "label", "language"):
        if name not in columns:
            raise ValueError(f"the dataset has no column {name!r}; it has {', '.join(columns)}")
    language, labels = np.array(dataset["language"]), np.array(dataset["label"])
    if len(labels) and not 0 <= labels.min() <= labels.max() < len(model.words):
        raise ValueError(
            f"labels must be in [0, {len(model.words) - 1}], got {labels.min()} to {labels.max()}; "
            "are they hidden?"
        )
    codes = list(dict.fromkeys(language.tolist()))
    set_language = getattr(model, "speak", None)
    if set_language is None:
        right = predict(model, dataset, **options) == labels
        return Table.of({code: right[language == code] for code in codes})
    texts = {name: list(dataset[name]) for name in ("text", "text_pair") if name in columns}
    correct = {}
    for code in codes:
        here = np.flatnonzero(language == code)
        set_language(code)
        part = {name: [column[i] for i in here] for name, column in texts.items()}
        correct[code] = predict(model, part, **options) == labels[here]
    return Table.of(correct)


def wilson(correct: int, n: int) -> tuple[float, float]:
    """The 95 % Wilson interval of a share.

    >>> [round(x, 3) for x in wilson(8, 10)]
    [0.49, 0.943]
    """
    z2 = 1.959964**2
    share = correct / n
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
