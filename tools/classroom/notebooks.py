"""Notebooks made of a source: the student's copy and the solution.

A student's copy works in Colab, JupyterLab, Notebook 7 and VS Code: its first cell installs the
package where it is missing, and no cell needs any metadata. Checks are found by the name of the
function, so cells may be moved, doubled and deleted.

Reading order: `student`, `solution`, `dumped`. What it does not do: run them.
"""

from __future__ import annotations

import json
import re
from typing import Any

from ltp_book.checks import Exercise

from ..book import set_up
from ..site import set_repository
from .source import FOLDS, Cell, Sheet, without_solution

FOLD_NAMES = {"hint": "Hint", "help": "Help: I get", "expected": "Expected result"}
WORKING = """\
Run the cells above exercise 1 first. Write into the functions, in the place of the three dots, and
run the cell under each: it says whether the function is right, or which mistake it sees. Guess
before you run, and open a fold when you are stuck. Saving, starting again and handing in:
[the page on exercises]({site}/exercises.html)."""
PROJECT = """\
Nothing is checked here. Write your report into the last cell, or hand in a file. Saving and handing
in: [the page on exercises]({site}/exercises.html)."""
OPEN_MINUTES = 20  # for an open question
ANSWER = "*Write your answer here: a double click, or Enter, opens this cell.*"
CHAPTER = re.compile(r"\]\(\.\./(\w+)\.ipynb\)")  # a link from a source to a chapter
Notebook = dict[str, Any]


def student(sheet: Sheet) -> Notebook:
    """The copy that is handed out."""
    return _notebook(sheet, lecturer=False)


def solution(sheet: Sheet) -> Notebook:
    """The copy for the lecturer: solutions, rubrics and notes in it."""
    return _notebook(sheet, lecturer=True)


def marks(exercise: Exercise) -> str:
    """The line under a task.

    >>> marks(Exercise("jaccard", "real", minutes=5, difficulty=1, importance=3, points=2))
    '**5 minutes** · difficulty ●○○ · importance ●●● · 2 points'
    """
    dots = ("●" * n + "○" * (3 - n) for n in (exercise.difficulty, exercise.importance))
    points = f"{exercise.points} point" + "s" * (exercise.points > 1)
    return "**{} minutes** · difficulty {} · importance {} · {}".format(
        exercise.minutes, *dots, points
    )


def task(cell: Cell, exercise: Exercise) -> str:
    """The text of a task, its line of marks under the heading."""
    heading, _, text = cell.text.partition("\n")
    return f"{heading}\n\n{marks(exercise)}\n\n{text.strip()}"


def open_question(cell: Cell, sheet: Sheet) -> str:
    """The text of an open question, its minutes under the heading; a project has weeks."""
    heading, _, text = cell.text.partition("\n")
    told = f"**{OPEN_MINUTES} minutes**, no points from the check"
    return f"{heading}\n\n{told}\n\n{text.strip()}" if sheet.exercises else cell.text


def fold(cell: Cell) -> str:
    """A box that opens on a click.

    >>> print(fold(Cell("hint", "", "Look.")))
    <details><summary>Hint</summary>
    <BLANKLINE>
    Look.
    <BLANKLINE>
    </details>
    """
    name = f"{FOLD_NAMES[cell.kind]} {cell.words}".strip()
    summary = "".join(
        f"<code>{part}</code>" if i % 2 else part for i, part in enumerate(name.split("`"))
    )
    return f"<details><summary>{summary}</summary>\n\n{cell.text}\n\n</details>"


def on_the_site(text: str) -> str:
    """The text with its links to chapters as addresses, which lead there from anywhere.

    >>> on_the_site("[the chapter](../real.ipynb)").endswith("/real.html)")
    True
    """
    site = set_repository.site(set_repository.current())
    return CHAPTER.sub(rf"]({site}/\1.html)", text)


def _notebook(sheet: Sheet, *, lecturer: bool) -> Notebook:
    """All cells in the order of the source."""
    address = set_repository.current()
    texts: list[tuple[str, str]] = []
    folds: list[str] = []
    own: dict[str, Exercise] = {one.name: one for one in sheet.exercises}
    last = ""  # the exercise whose code comes next
    for cell in sheet.cells:
        if cell.kind == "title":
            working = WORKING if own else PROJECT
            working = working.format(site=set_repository.site(address))
            texts.append(("markdown", f"{cell.text}\n\n{working}"))
            texts.append(("code", set_up.lines(address).rstrip("\n")))
        elif cell.kind == "exercise":
            last = cell.words
            texts.append(("markdown", task(cell, own[last])))
        elif cell.kind == "code":
            texts.append(("code", cell.text if lecturer else without_solution(cell.text)))
            if last:
                call = f"from ltp_book import checks\n\nchecks.{last}({last})"
                texts.append(("code", call))
                last = ""
        elif cell.kind in FOLDS:
            folds.append(fold(cell))
            if cell.kind == FOLDS[-1]:
                texts.append(("markdown", "\n".join(folds)))
                folds = []
        elif cell.kind == "question":
            texts += [("markdown", open_question(cell, sheet)), ("markdown", ANSWER)]
        elif cell.kind in ("rubric", "note") and lecturer:
            texts.append(("markdown", f"**For the lecturer.** {cell.text}"))
    return _built(sheet.name, texts)


def _built(name: str, texts: list[tuple[str, str]]) -> Notebook:
    """A notebook of these cells; nothing in it differs from one building to the next."""
    made = []
    for number, (kind, text) in enumerate(texts):
        text = on_the_site(text) if kind == "markdown" else text
        cell: Notebook = {"cell_type": kind, "id": f"{name}-{number}", "metadata": {}}
        cell["source"] = text.splitlines(keepends=True)
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def dumped(notebook: Notebook) -> str:
    """The notebook's file, always in the same form."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
