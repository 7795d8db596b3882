"""How good is it, language by language, and how sure can we be?

Accuracy is a share of n test items, so each number comes with its 95 % Wilson interval. That
interval answers: *how much could other test items have moved it?*

Two questions need more care. Our runs share their test emoji over all languages, and differ in the
seed that draws the training examples. `macro_interval` therefore resamples seeds and items
together, and one draw of items serves every language and both of two methods:

    mean over languages of  Σ_s Σ_i a_s b_i c_sli / Σ_s Σ_i a_s b_i

with c_sli = 1 where seed s answers item i of language l correctly, and a, b the bootstrap counts.
The interval covers *other training examples and other test items*. It does not cover other
languages (the mean is over these very languages), another ticket, or another backbone. With five
seeds it is still a little narrow, as any bootstrap of five is.

Reading order: `predict`, `evaluate`, `Table`; then `macro_interval`.

What it does not do: train, or read result files (`experiment.py`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from .languages import HIGH, LANGUAGES, LOW
from .loop import one_cast, precision


class Row(NamedTuple):
    """One line of a `Table`: accuracy with its 95 % Wilson interval."""

    language: str
    n: int
    accuracy: float
    low: float
    high: float


class Interval(NamedTuple):
    """An estimate and its interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} [{self.low:.3f}, {self.high:.3f}]"


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

    >>> from ltp_core.prompt import PromptModel
    >>> from ltp_core.toy import toy_backbone
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
    model.eval()
    with one_cast(model), precision(model.prompt.device, autocast):
        for start in range(0, len(rows), batch_size):
            chosen = order[start : start + batch_size]
            logits = model(model.batch([rows[i] for i in chosen]))  # (B, C)
            answers[chosen] = logits.argmax(dim=1).cpu().numpy()
            bar.update(len(chosen))
    bar.close()
    return answers


def evaluate(model, dataset, **options) -> Table:
    """Accuracy per language of a dataset with columns text, label and language.

    `options` go to `predict`.

    >>> from ltp_core.prompt import PromptModel
    >>> from ltp_core.toy import toy_backbone
    >>> model = PromptModel(toy_backbone(), ["food", "animals"])
    >>> data = {"text": ["bread", "a dog"], "label": [0, 1], "language": ["en", "en"]}
    >>> evaluate(model, data).rows[0].n
    2
    """
    columns = getattr(dataset, "column_names", dataset)
    for name in ("text", "label", "language"):
        if name not in columns:
            raise ValueError(f"the dataset has no column {name!r}; it has {', '.join(columns)}")
    right = predict(model, dataset, **options) == np.array(dataset["label"])
    language = np.array(dataset["language"])
    return Table.of({code: right[language == code] for code in dict.fromkeys(language.tolist())})


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


def macro_interval(
    correct: np.ndarray, against: np.ndarray | None = None, *, draws: int = 5000, seed: int = 0
) -> Interval:
    """Mean accuracy over languages with its 95 % bootstrap interval over seeds and items.

    correct: (S, L, I), 1 right, 0 wrong, nan where a language lacks an item.
    against: a second method on the same seeds, languages and items; then the difference is given,
    paired by seed and by item.

    >>> rng = np.random.default_rng(0)
    >>> worse = (rng.random((5, 3, 200)) < 0.60).astype(float)
    >>> better = np.maximum(worse, rng.random((5, 3, 200)) < 0.20)
    >>> print(macro_interval(better))
    0.680 [0.650, 0.709]
    >>> print(macro_interval(better, worse))
    0.073 [0.059, 0.088]
    """
    if against is not None and against.shape != correct.shape:
        raise ValueError(f"both methods need one shape, got {correct.shape} and {against.shape}")
    seeds, _, items = correct.shape
    chance = np.random.default_rng(seed)
    a = chance.multinomial(seeds, np.full(seeds, 1 / seeds), size=draws)  # (D, S)
    b = chance.multinomial(items, np.full(items, 1 / items), size=draws)  # (D, I)
    a, b = (np.vstack([np.ones(x.shape[1]), x]) for x in (a, b))  # draw 0 is the data itself

    def means(c: np.ndarray) -> np.ndarray:  # (D+1,)
        there = ~np.isnan(c)
        right, all_ = (
            np.einsum("dsl,ds->dl", np.einsum("di,sli->dsl", b, x, optimize=True), a)
            for x in (np.where(there, c, 0.0), there.astype(float))
        )  # (D+1, L)
        with np.errstate(invalid="ignore"):  # a draw may miss all items of a language
            return np.nanmean(right / all_, axis=1)

    drawn = means(correct) - (0.0 if against is None else means(against))
    return Interval(float(drawn[0]), *map(float, np.nanquantile(drawn[1:], (0.025, 0.975))))
