"""The sets of exercises for nbgrader and for otter-grader, from the same source as all else.

    python -m tools.classroom.exports [NAME ...] [--out FOLDER]      all sets; into _build/classroom

writes FOLDER/nbgrader/source/NAME/NAME.ipynb and FOLDER/otter/NAME/NAME.ipynb. Then, with the
tools' own commands, in the folder named first:

    nbgrader/      nbgrader generate_assignment NAME; students hand in; nbgrader autograde NAME
    otter/NAME/    otter assign NAME.ipynb dist; then otter run, or otter grade

Both tools want one notebook with the solution in it, between marks, and take it out themselves. The
marks of the sources are nbgrader's; otter writes them otherwise. A cell with the check follows.

Both tools run a student's code in the process that marks it. `ltp grade` does not.

Reading order: `solved`, `nbgrader`, `otter`. What it does not do: run the tools.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ltp_book import checks

from .build import OUT
from .notebooks import Notebook, dumped, student
from .source import Sheet, sheets

CellOf = dict[str, Any]


def solved(sheet: Sheet) -> Iterator[tuple[CellOf, str]]:
    """The student's cells, each with the exercise that it holds ("" for none), solved and marked.

    The cell that calls a check is left out: each tool has its own.
    """
    codes = {
        cell.words: code.text
        for cell, code in zip(sheet.cells, sheet.cells[1:], strict=False)
        if cell.kind == "exercise"
    }
    for cell in student(sheet)["cells"]:
        text, is_code = "".join(cell["source"]), cell["cell_type"] == "code"
        if is_code and any(f"checks.{name}({name})" in text for name in codes):
            continue
        name = next((name for name in codes if is_code and f"def {name}(" in text), "")
        yield (cell | {"source": codes[name]} if name else cell), name


def nbgrader(sheet: Sheet) -> Notebook:
    """The source notebook of an nbgrader assignment; a check's points may be a part of all."""
    cells, said = [], "print(verdict.message)\nverdict.points"
    for cell, name in solved(sheet):
        if name:
            cells.append(_told(cell, grade_id=name, solution=True, grade=False, locked=False))
            check = _cell("code", f"{_verdict(name)}\n{said}", f"check-{name}")
            points = checks.EXERCISES[name].points
            about = {"solution": False, "grade": True, "locked": True, "points": points}
            cells.append(_told(check, grade_id=f"check-{name}", **about))
        else:
            cells.append(cell)
    return student(sheet) | {"cells": cells}


def otter(sheet: Sheet) -> Notebook:
    """The master notebook of an otter assignment; a check's points are all or none."""
    about = f"# ASSIGNMENT CONFIG\nname: {sheet.name}\nrun_tests: false\nexport_cell: false"
    cells = [_cell("raw", about, "config")]
    for cell, name in solved(sheet):
        if not name:
            cells.append(cell)
            continue
        points = checks.EXERCISES[name].points
        marked = cell["source"].replace("### BEGIN", "# BEGIN").replace("### END", "# END")
        # A line that is printed would be a wrong output to otter, which runs it as a doctest.
        test = f"{_verdict(name)}\nassert verdict.passed, verdict.message"
        for kind, text in (
            ("raw", f"# BEGIN QUESTION\nname: {name}\npoints: {points}"),
            ("raw", "# BEGIN SOLUTION"),
            ("code", marked),
            ("raw", "# END SOLUTION"),
            ("raw", "# BEGIN TESTS"),
            ("code", test),
            ("raw", "# END TESTS"),
            ("raw", "# END QUESTION"),
        ):
            cells.append(_cell(kind, text, f"otter-{len(cells)}"))
    return student(sheet) | {"cells": cells}


def _verdict(name: str) -> str:
    call = f'verdict = checks.check("{name}", {name})'
    return f"from ltp_book import checks\n\n{call}"


def _told(cell: CellOf, **about: object) -> CellOf:
    """The cell with what nbgrader wants to know of it."""
    return cell | {"metadata": {"nbgrader": {"schema_version": 3, "task": False} | about}}


def _cell(kind: str, text: str, name: str) -> CellOf:
    made: CellOf = {"cell_type": kind, "id": name.replace("_", "-"), "metadata": {}, "source": text}
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def write(sheet: Sheet, out: Path) -> list[Path]:
    """Write both notebooks of a set into the folder `out`."""
    written = []
    for tool, notebook in (("nbgrader/source", nbgrader(sheet)), ("otter", otter(sheet))):
        path = out / tool / sheet.name / f"{sheet.name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dumped(notebook), encoding="utf-8", newline="\n")
        written.append(path)
    return written


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description="Exercises for nbgrader and otter-grader.")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    there = {sheet.name: sheet for sheet in sheets() if sheet.exercises}
    if strange := [name for name in args.names if name not in there]:
        sys.exit(f"exports: no set {strange[0]!r}; there are {', '.join(there)}")
    for name in args.names or there:
        print(*write(there[name], args.out), sep="\n")


if __name__ == "__main__":
    main()
