"""Marks on paper: a table, a CSV, a feedback page for each student.

What a student wrote may stand in a message, so it is made harmless: no markup, no formula of a
spreadsheet.

Reading order: `write`, `table`, `feedback`.
"""

from __future__ import annotations

import csv
import html
from collections.abc import Sequence
from pathlib import Path

from .folder import Graded
from .judge import Mark

LONGEST = 500  # characters of a message


def write(graded: Sequence[Graded], out: Path) -> None:
    """Write marks.csv, marks.md and feedback/<student>.md into the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with (out / "marks.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows(graded))
    (out / "marks.md").write_text(table(graded), encoding="utf-8")
    for one in graded:
        page = out / "feedback" / f"{one.student}.md"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(feedback(one), encoding="utf-8")


def rows(graded: Sequence[Graded]) -> list[list[str]]:
    """The CSV: a line for each student, a column for each exercise."""
    marks = next((one.marks for one in graded if one.marks), ())
    head = ["student", *(mark.name for mark in marks), "points", "out of", "note"]
    total = f"{sum(mark.out_of for mark in marks):g}"
    lines = []
    for one in graded:
        points = [f"{mark.points:g}" for mark in one.marks] or ["0"] * len(marks)
        lines.append([_cell(one.student), *points, f"{one.points:g}", total, _cell(_note(one))])
    return [head, *lines]


def table(graded: Sequence[Graded]) -> str:
    """The same for people, as Markdown."""
    head, *lines = rows(graded)
    shown = [f"| {' | '.join(_plain(cell) for cell in line)} |" for line in (head, *lines)]
    rule = "|" + "---|" * len(head)
    return "\n".join([shown[0], rule, *shown[1:]]) + "\n"


def feedback(one: Graded) -> str:
    """The page for one student."""
    page = [f"# {_plain(one.student)}", ""]
    if one.error:
        return "\n".join([*page, f"Your notebook was not graded: {_plain(one.error)}", ""])
    total = sum(mark.out_of for mark in one.marks)
    page += [f"{one.points:g} of {total:g} points.", ""]
    for mark in one.marks:
        page += [f"- {_state(mark)} **{mark.name}**, {mark.points:g} of {mark.out_of:g}: "
                 f"{_plain(mark.message)}"]  # fmt: skip
    return "\n".join([*page, ""])


def _state(mark: Mark) -> str:
    return "✓" if mark.passed else "?" if mark.by_hand else "✗" if mark.found else "–"


def _note(one: Graded) -> str:
    by_hand = [mark.name for mark in one.marks if mark.by_hand]
    return one.error or (f"look at {', '.join(by_hand)}" if by_hand else "")


def _cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> _cell("=1+1")
    "'=1+1"
    """
    shown = "".join(char if char.isprintable() else " " for char in text)
    return f"'{shown}" if shown[:1] in tuple("=+-@") else shown


def _plain(text: str) -> str:
    """A line without markup.

    >>> _plain("<b>10</b> | *points*")
    '&lt;b&gt;10&lt;/b&gt; \\\\| \\\\*points\\\\*'
    """
    shown = "".join(char if char.isprintable() else " " for char in text)[:LONGEST]
    shown = html.escape(shown, quote=False)
    return "".join(f"\\{char}" if char in "\\|*`[]#" else char for char in shown)
