"""The lecturer's notes of a set, as markdown: minutes, mistakes to expect, answers, rubric.

What it does not do: plan a day. The lecturer's guide of the book does.
"""

from __future__ import annotations

from ltp_book import checks

from .notebooks import OPEN_MINUTES, marks
from .source import SOLUTION, Sheet


def notes(sheet: Sheet) -> str:
    """What a lecturer wants beside the students' copies."""
    minutes = sum(one.minutes for one in sheet.exercises)
    parts = [f"# {sheet.title}: notes for the lecturer", sheet.of("goals")[0].text]
    if minutes:
        parts.append(f"{minutes} minutes for all tasks, and {OPEN_MINUTES} for the open question.")
    parts += [cell.text for cell in sheet.of("note")]
    for number, cell in enumerate(sheet.cells):
        if cell.kind == "exercise":
            code, hint, help_, expected = (
                part.text for part in sheet.cells[number + 1 : number + 5]
            )
            check = checks.CHECKS[cell.words]
            parts += [
                cell.text.partition("\n")[0],
                marks(check.exercise),
                f"**Answer**\n\n```python\n{without_marks(code)}\n```",
                f"**Hint.** {hint}\n\n**Expected.** {expected}",
                "**What the check says of the usual mistakes**",
                "\n".join(f"- {said}" for said in check.mistakes),
            ]
    parts += [cell.text for cell in sheet.of("question")]
    parts += [f"**Rubric.** {cell.text}" for cell in sheet.of("rubric")]
    return "\n\n".join(parts) + "\n"


def without_marks(code: str) -> str:
    r"""The code with its solution, without the marks around it.

    >>> code = "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    ### END SOLUTION\n"
    >>> print(without_marks(code))
    def f(x):
        return x
    """
    return SOLUTION.sub(r"\2", code + "\n").rstrip("\n")
