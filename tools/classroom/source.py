"""A set of exercises as one file of text: `book/exercises/NAME.py`, in the percent format.

A line `# %% [kind] words` begins a cell. Text is written in comments, code as it is:

    # %% [title]              the heading, and what it is about
    # %% [goals]              one sentence, for the page that lists all sets
    # %% [slide]              an idea, for the slides only
    # %%                      code for all copies: imports
    # %% [exercise] jaccard   the task; the code cell after it defines a function of this name
    # %%
    # %% [hint]               then three folds: a hint,
    # %% [help] `ZeroDivisionError`    help with an error,
    # %% [expected]           and the expected result
    # %% [question]           an open question, or a project
    # %% [rubric]             how to mark it; for the lecturer only
    # %% [note]               anything else for the lecturer only

What stands between `### BEGIN SOLUTION` and `### END SOLUTION` is in no student copy. These are
nbgrader's marks. The file is plain Python: run it, and the solutions are there.

Reading order: `Cell`, `Sheet`, `read`, `solutions`. What it does not do: make notebooks
(`notebooks.py`), or know minutes and points, which stand in `ltp_book.checks`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ltp_book import checks

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "book" / "exercises"
KINDS = ("title", "goals", "slide", "code", "exercise", "hint", "help", "expected")
KINDS += ("question", "rubric", "note")
FOLDS = ("hint", "help", "expected")
HEAD = re.compile(r"^# %%(?: \[(\w+)\])?[ ]?(.*)$", re.M)
SOLUTION = re.compile(r"^( *)### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION\n", re.M | re.S)


@dataclass(frozen=True)
class Cell:
    """A kind, the words behind it, and the text: markdown, or code."""

    kind: str
    words: str
    text: str


@dataclass(frozen=True)
class Sheet:
    """A set of exercises: its name and its cells."""

    name: str
    cells: tuple[Cell, ...]

    def of(self, *kinds: str) -> list[Cell]:
        """The cells of these kinds, in order."""
        return [cell for cell in self.cells if cell.kind in kinds]

    @property
    def title(self) -> str:
        """Its heading, without the mark."""
        return self.of("title")[0].text.splitlines()[0].lstrip("# ")

    @property
    def exercises(self) -> list[checks.Exercise]:
        """What `ltp_book.checks` knows of its exercises."""
        return [checks.EXERCISES[cell.words] for cell in self.of("exercise")]


def sheets() -> list[Sheet]:
    """All sets, in the order of the book; those of no chapter come last."""
    chapters = list(dict.fromkeys(one.chapter for one in checks.EXERCISES.values()))
    found = [read(path) for path in sorted(FOLDER.glob("*.py"))]
    order = {name: number for number, name in enumerate(chapters)}
    return sorted(found, key=lambda sheet: order.get(sheet.name, len(order)))


def read(path: Path) -> Sheet:
    """The set in a file; ValueError in one sentence where it is not well formed."""
    text = path.read_text(encoding="utf-8")
    sheet = Sheet(path.stem, tuple(cells(text)))
    for fault in faults(sheet):
        raise ValueError(f"{path.name}: {fault}")
    return sheet


def cells(text: str) -> Iterator[Cell]:
    r"""The cells of a source.

    >>> for cell in cells("# %% [hint]\n# Look at\n# the signs.\n\n# %%\nx = 1\n"):
    ...     print(cell)
    Cell(kind='hint', words='', text='Look at\nthe signs.')
    Cell(kind='code', words='', text='x = 1')
    """
    heads = list(HEAD.finditer(text))
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : after.start() if after else None].strip("\n")
        kind = head[1] or "code"
        if kind != "code":
            body = "\n".join(re.sub(r"^# ?", "", line) for line in body.splitlines())
        yield Cell(kind, head[2].strip(), body.strip("\n"))


def faults(sheet: Sheet) -> Iterator[str]:
    """What is wrong with a set, a sentence each."""
    for cell in sheet.cells:
        if cell.kind not in KINDS:
            yield f"there is no kind [{cell.kind}]; take one of {', '.join(KINDS)}"
    for kind in ("title", "goals", "question", "rubric"):
        if len(sheet.of(kind)) != 1:
            yield f"it needs one cell [{kind}], and has {len(sheet.of(kind))}"
    for number, cell in enumerate(sheet.cells):
        if cell.kind != "exercise":
            continue
        if cell.words not in checks.EXERCISES:
            yield f"ltp_book.checks has no exercise {cell.words!r}"
        kinds = [after.kind for after in sheet.cells[number + 1 : number + 5]]
        if kinds != ["code", *FOLDS]:
            yield f"after [exercise] {cell.words} come code, {', '.join(FOLDS)}; got {kinds}"
        elif f"def {cell.words}(" not in (code := sheet.cells[number + 1].text + "\n"):
            yield f"the code of {cell.words} defines no function of this name"
        elif len(SOLUTION.findall(code)) != 1:
            yield f"the code of {cell.words} needs one pair of solution marks"


def without_solution(code: str) -> str:
    r"""The code with three dots in the place of each solution.

    >>> code = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n"
    >>> print(without_solution(code))
    def f(x):
        ...  # your lines
    """
    return SOLUTION.sub(r"\1...  # your lines\n", code + "\n").rstrip("\n")


def solution_lines(sheet: Sheet) -> list[str]:
    """Each line that stands in a solution, without its indent."""
    found = [body for cell in sheet.of("code") for _, body in SOLUTION.findall(cell.text + "\n")]
    return [line.strip() for body in found for line in body.splitlines() if line.strip()]


def solutions(sheet: Sheet) -> dict[str, Any]:
    """The functions that the source defines, by name."""
    return _ran(cell.text for cell in sheet.of("code"))


def stubs(sheet: Sheet) -> dict[str, Any]:
    """The functions as a student is given them, by name."""
    return _ran(without_solution(cell.text) for cell in sheet.of("code"))


def _ran(codes: Iterator[str]) -> dict[str, Any]:
    names: dict[str, Any] = {}
    for code in codes:
        exec(compile(code, "<exercise>", "exec"), names)
    return names
