"""A set of exercises for nbgrader and for otter-grader, made of its two copies.

    python -m tools.classroom.exports STUDENT.ipynb SOLUTION.ipynb --out FOLDER

writes FOLDER/nbgrader/source/NAME/NAME.ipynb and FOLDER/otter/NAME/NAME.ipynb. Then, with the
tools' own commands, in the folder named first:

    nbgrader/      nbgrader generate_assignment NAME; students hand in; nbgrader autograde NAME
    otter/NAME/    otter assign NAME.ipynb dist; then otter run or otter grade

Both tools want one notebook with the solution in it, marked. The student's copy gives the order and
the texts, the solution gives the answers: where a function of the same name stands in both, its
lines after the docstring are marked; what stands in the solution only is marked whole.

Both tools run a student's code in the process that marks it. `ltp grade` does not.

Reading order: `marked`, `nbgrader`, `otter`. What it does not do: run the tools.
"""

from __future__ import annotations

import argparse
import ast
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ltp_book import checks

Notebook = dict[str, Any]
Marks = tuple[str, str]
NBGRADER: Marks = ("### BEGIN SOLUTION", "### END SOLUTION")
OTTER: Marks = ("# BEGIN SOLUTION", "# END SOLUTION")


def text_of(cell: dict[str, Any]) -> str:
    """The text of a cell, stored as one string or as lines."""
    return "".join(cell["source"])


def functions(cell: dict[str, Any]) -> dict[str, ast.FunctionDef]:
    """The functions that a code cell defines, by name."""
    if cell["cell_type"] != "code" or text_of(cell).lstrip().startswith(("%", "!", "#@title")):
        return {}
    body = ast.parse(text_of(cell)).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def marked(stub: str, answer: str, marks: Marks) -> str:
    r"""The answer, with marks around what the stub lacks.

    >>> print(marked("def f(x):\n    ...", "def f(x):\n    return 2 * x", OTTER))
    def f(x):
        # BEGIN SOLUTION
        return 2 * x
        # END SOLUTION
    """
    given = {ast.unparse(node) for node in ast.parse(stub).body}
    names = {node.name for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef)}
    lines = answer.splitlines()
    for node in reversed(ast.parse(answer).body):
        if ast.unparse(node) in given:
            continue
        inner = [node]
        if isinstance(node, ast.FunctionDef) and node.name in names:
            inner = node.body[1:] if ast.get_docstring(node) else node.body
        first, last = inner[0].lineno - 1, inner[-1].end_lineno
        room = " " * inner[0].col_offset
        lines[first:last] = [room + marks[0], *lines[first:last], room + marks[1]]
    return "\n".join(lines)


def answered(student: Notebook, solution: Notebook, marks: Marks) -> list[tuple[Any, str]]:
    """The student's cells, each with the exercise that it holds ("" for none), solved and marked.

    The cell that calls a check is left out: each tool has its own.
    """
    answers = {name: text_of(cell) for cell in solution["cells"] for name in functions(cell)}
    found: list[tuple[Any, str]] = []
    open_call = ""
    for cell in student["cells"]:
        name = next((name for name in functions(cell) if name in checks.EXERCISES), "")
        if open_call and cell["cell_type"] == "code" and f"checks.{open_call}" in text_of(cell):
            continue
        if name:
            open_call = name
            cell = cell | {"source": marked(text_of(cell), answers[name], marks)}
        found.append((cell, name))
    return found


def nbgrader(student: Notebook, solution: Notebook) -> Notebook:
    """The source notebook of an nbgrader assignment."""
    cells = []
    for cell, name in answered(student, solution, NBGRADER):
        if not name:
            cells.append(cell)
            continue
        about = {"grade_id": name, "solution": True, "grade": False, "locked": False}
        cells.append(cell | _nbgrader(about))
        about = {"grade_id": f"check-{name}", "solution": False, "grade": True, "locked": True}
        points = checks.EXERCISES[name].points
        cells.append(_code(f"{_verdict(name)}\nverdict.points", f"check-{name}")
                     | _nbgrader(about | {"points": points}))  # fmt: skip
    return solution | {"cells": cells}


def otter(student: Notebook, solution: Notebook, name: str) -> Notebook:
    """The master notebook of an otter assignment."""
    config = f"# ASSIGNMENT CONFIG\nname: {name}\nrun_tests: false\nexport_cell: false"
    cells = [_raw(config, "config")]
    for cell, exercise in answered(student, solution, OTTER):
        if not exercise:
            cells.append(cell)
            continue
        points = checks.EXERCISES[exercise].points
        begin = f"# BEGIN QUESTION\nname: {exercise}\npoints: {points}"
        test = f"{_verdict(exercise)}\nassert verdict.passed, verdict.message"
        parts = [_raw(begin, f"{exercise}-begin"), _raw("# BEGIN SOLUTION", f"{exercise}-answer")]
        parts += [cell, _raw("# END SOLUTION", f"{exercise}-answered")]
        parts += [_raw("# BEGIN TESTS", f"{exercise}-tests"), _code(test, f"{exercise}-test")]
        parts += [_raw("# END TESTS", f"{exercise}-tested")]
        cells += [*parts, _raw("# END QUESTION", f"{exercise}-end")]
    return solution | {"cells": cells}


def _verdict(name: str) -> str:
    call = f'verdict = checks.check("{name}", {name})'
    return f"from ltp_book import checks\n\n{call}\nprint(verdict.message)"


def _nbgrader(about: Mapping[str, object]) -> dict[str, Any]:
    return {"metadata": {"nbgrader": {"schema_version": 3, "task": False} | dict(about)}}


def _code(text: str, name: str) -> dict[str, Any]:
    return _raw(text, name) | {"cell_type": "code", "outputs": [], "execution_count": None}


def _raw(text: str, name: str) -> dict[str, Any]:
    return {"cell_type": "raw", "id": name.replace("_", "-"), "metadata": {}, "source": text}


def write(student: Path, solution: Path, out: Path) -> list[Path]:
    """Write both into the folder `out`, under the name of the student's file."""
    pair = [json.loads(path.read_text(encoding="utf-8")) for path in (student, solution)]
    name, written = student.stem, []
    for place, notebook in (
        (f"nbgrader/source/{name}", nbgrader(*pair)),
        (f"otter/{name}", otter(*pair, name=name)),
    ):
        path = out / place / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False), encoding="utf-8")
        written.append(path)
    return written


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description="Exercises for nbgrader and otter-grader.")
    parser.add_argument("student", type=Path)
    parser.add_argument("solution", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    print(*write(args.student, args.solution, args.out), sep="\n")


if __name__ == "__main__":
    main()
