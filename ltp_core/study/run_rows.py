"""The rows of a run: what it is taught, what it is asked, and a digest of both.

The digest stands in the run's results, one for each language. So a sweep sees later that the data
of a finished run is no longer what it was (`finished.py`).

Reading order: `rows_of`, `examples`, `evaluation_sets`, `digests`.

What it does not do: train or test (`sweep.py`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from ..data.digest import digest
from ..data.rows import class_names
from ..tasks import load as load_task
from .spec import Run

if TYPE_CHECKING:
    from datasets import Dataset

    from ..tasks import Task


class RunRows(NamedTuple):
    """The task of a run, its examples, and the rows that test it, language by language."""

    task: Task
    shots: Dataset
    tests: dict[str, Dataset]


def rows_of(run: Run, *, download: bool = False) -> RunRows:
    """All rows that a run needs, before anything is trained."""
    codes = tuple(dict.fromkeys([run.language, *run.languages]))
    words = run.words or None
    task = load_task(run.task, run.split, words=words, languages=codes, download=download)
    return RunRows(task, examples(task, run), evaluation_sets(task, run))


def evaluation_sets(task: Task, run: Run) -> dict[str, Dataset]:
    """The rows that test a run, language by language.

    Raises:
        ValueError: there are none, which is told before the training.

    >>> from ltp_core import tasks
    >>> run = Run("full", seed=0, languages=("en", "qu"), test="dev")
    >>> tests = evaluation_sets(tasks.emoji(), run)
    >>> [(code, len(rows)) for code, rows in tests.items()]
    [('en', 158), ('qu', 157)]
    """
    tests = {
        code: task.dev(code) if run.test == "dev" else task.test(code, every=run.every)
        for code in run.languages or task.languages
    }
    if not any(len(rows) for rows in tests.values()):
        raise ValueError(f"task {run.task!r} has no {run.test} rows in {', '.join(tests)}")
    return {code: rows for code, rows in tests.items() if len(rows)}


def examples(task: Task, run: Run) -> Dataset:
    """The rows a run trains on; a class with fewer than k gives all it has.

    >>> from ltp_core import tasks
    >>> len(examples(tasks.emoji(), Run("full", seed=0, k=64))), 7 * 64 + 51
    (499, 499)
    """
    if run.k == 0:
        return task.train(run.language)
    return task.few_shot(run.language, k=run.k, seed=run.seed, at_most=True)


def digests(rows: RunRows, text: Callable[[object], str] = ascii) -> dict[str, str]:
    """For each language a digest of what is taught and what is asked there, row by row.

    Args:
        text: what writes a value down, see `digest`.

    >>> from ltp_core import tasks
    >>> task, run = tasks.emoji(), Run("full", seed=0, languages=("qu", "sw"))
    >>> before = digests(RunRows(task, examples(task, run), evaluation_sets(task, run)))
    >>> fewer = evaluation_sets(task, run) | {"qu": task.dev("qu")}
    >>> after = digests(RunRows(task, examples(task, run), fewer))
    >>> [before[code] == after[code] for code in ("qu", "sw")]
    [False, True]
    """
    taught = _content(rows.shots, text)
    return {code: digest([taught, _content(asked, text)]) for code, asked in rows.tests.items()}


def _content(rows: Dataset, text: Callable[[object], str]) -> str:
    columns = [[name, list(rows[name])] for name in rows.column_names]
    return digest([class_names(rows), *columns], text)
