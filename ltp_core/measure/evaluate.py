"""How good is it, language by language, and how sure can we be?

Accuracy is a share of n test items, so each number comes with its 95 % Wilson interval. That
interval answers: *how much could other test items have moved it?* Means over languages and
differences between methods need more care: see `bootstrap.py`.

Reading order: `predict`, `evaluate`, `Table`.

What it does not do: train, or read result files (`results.py`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol, cast

import numpy as np
import torch
from torch import Tensor, nn

from ..data.languages import HIGH, LANGUAGES, LOW
from ..data.rows import class_indices, columns, texts
from ..training.options import Stage2Options
from ..training.precision import precision

if TYPE_CHECKING:
    from ..data.rows import Rows


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


class Classifier(Protocol):
    """What can be evaluated. `PromptModel` and `Trained` can; so can a model of your own.

    It is a torch module, too: `predict` switches it to evaluation mode and back.
    """

    @property
    def words(self) -> Sequence[str]:
        """One label word per class."""

    @property
    def prompt(self) -> Tensor:
        """A tensor on the model's device."""

    @property
    def set_language(self) -> Callable[[str], None] | None:
        """Called with a language's code before its texts are read; None where nothing changes."""

    def encode(self, texts: Sequence[str], pairs: Sequence[str] | None) -> list[list[int]]:
        """The ids of each text, or of each pair."""

    def batch(self, rows: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        """Those rows, padded, on the model's device."""

    def __call__(self, batch: dict[str, Tensor]) -> Tensor:
        """The scores of the classes, (B, C)."""


def predict(
    model: Classifier,
    dataset: Rows,
    *,
    batch_size: int = 64,
    autocast: bool | Literal["auto"] = False,
    progress: bool = False,
) -> np.ndarray:
    """The class of each row; computed in order of length, so that little padding is read.

    It runs where the model is.

    Args:
        model: what `train` returned, or a model of your own.
        dataset: the column `"text"`, and perhaps `"text_pair"`.
        batch_size: texts that are read together.
        autocast: computes in bfloat16: True, False, or "auto", which does so where this machine
            gains.
        progress: show a progress bar.

    Returns:
        The class of each row as a number, (N,) int64. It is the place of the class in `model.words`
        and in the `labels` of the task.

    >>> from ltp_core.stage2.prompt import PromptModel
    >>> from ltp_core.model.toy import toy_backbone
    >>> model = PromptModel(toy_backbone(), ["food", "animals"])
    >>> predict(model, {"text": ["bread", "a big dog", "the cat"]}).shape
    (3,)
    """
    from tqdm import tqdm

    Stage2Options(batch_size=batch_size, autocast=autocast)  # it has their bounds
    rows = model.encode(*texts(dataset))
    order = np.argsort([-len(row) for row in rows], kind="stable")
    answers = np.empty(len(rows), dtype=np.int64)
    bar = tqdm(total=len(rows), desc="predict", unit="text", disable=not progress)
    module = cast(nn.Module, model)
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        with one_cast(module), precision(model.prompt.device, autocast):
            for start in range(0, len(rows), batch_size):
                chosen = order[start : start + batch_size]
                logits = model(model.batch([rows[i] for i in chosen]))  # (B, C)
                answers[chosen] = logits.argmax(dim=1).cpu().numpy()
                bar.update(len(chosen))
    finally:  # measured during training, a model goes on with its dropout
        for part, training in modes:
            part.training = training
    bar.close()
    return answers


def evaluate(
    model: Classifier,
    dataset: Rows,
    *,
    batch_size: int = 64,
    autocast: bool | Literal["auto"] = False,
    progress: bool = False,
) -> Table:
    """Accuracy per language of a dataset with columns text, label and language.

    `set_language`, where the model has it, is called before the texts of each language. See
    `predict` for the options.

    Args:
        model: what `train` returned, or a model of your own.
        dataset: the columns `"text"`, `"label"`, `"language"`, and perhaps `"text_pair"`.

    Returns:
        A `Table`, which prints itself. `table.rows` has for each language its code, the number of
        items, accuracy, and the two ends of a 95 % interval; `table.correct[language]` says which
        items were right; `table.mean("low")` is the mean over the low-resource languages.

    Raises:
        ValueError: the dataset is empty, or does not fit the model.

    >>> from ltp_core.stage2.prompt import PromptModel
    >>> from ltp_core.model.toy import toy_backbone
    >>> model = PromptModel(toy_backbone(), ["food", "animals"])
    >>> data = {"text": ["bread", "a dog"], "label": [0, 1], "language": ["en", "en"]}
    >>> evaluate(model, data).rows[0].n
    2
    """
    [languages] = columns(dataset, "language")
    known = getattr(model, "labels", None)  # a model of your own need not know them
    language, labels = np.array(languages), np.array(class_indices(dataset, model.words, known))
    first, second = texts(dataset)
    if not first:
        raise ValueError("no test rows: the dataset is empty, so there is nothing to measure")

    def right(rows: np.ndarray) -> np.ndarray:
        part: dict[str, list[str]] = {"text": [first[i] for i in rows]}
        if second is not None:
            part["text_pair"] = [second[i] for i in rows]
        how: Any = dict(batch_size=batch_size, autocast=autocast, progress=progress)
        correct: np.ndarray = predict(model, part, **how) == labels[rows]
        return correct

    codes = list(dict.fromkeys(languages))
    where = {code: np.flatnonzero(language == code) for code in codes}
    if model.set_language is None:
        every = right(np.arange(len(labels)))
        return Table.of({code: every[rows] for code, rows in where.items()})
    by_language = {}
    for code, rows in where.items():
        model.set_language(code)
        by_language[code] = right(rows)
    return Table.of(by_language)


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


@contextmanager
def one_cast(model: nn.Module) -> Iterator[None]:
    """Under autocast without gradients: cast each weight once, not once a batch.

    Autocast keeps the bf16 copy of a leaf that asks for gradients, and of no other, and it keeps
    none in inference mode. So let all weights ask, and compute no gradients all the same.

    >>> layer = nn.Linear(2, 2).requires_grad_(False)
    >>> with one_cast(layer):
    ...     layer.weight.requires_grad, layer(torch.ones(1, 2)).requires_grad
    (True, False)
    >>> layer.weight.requires_grad
    False
    """
    asked = [(p, p.requires_grad) for p in model.parameters()]
    try:
        with torch.no_grad():
            model.requires_grad_(True)
            yield
    finally:
        for p, before in asked:
            p.requires_grad_(before)
