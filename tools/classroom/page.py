"""The sets in book/exercises.md, between two marks, drawn from the sources: a table, then projects.

What it does not do: write the rest of the page.
"""

from __future__ import annotations

import re

from ..site import set_repository
from .notebooks import OPEN_MINUTES
from .source import ROOT, Sheet

PAGE = ROOT / "book" / "exercises.md"
TABLE = re.compile(r"(<!-- the sets -->\n).*(<!-- end of the sets -->)", re.S)
HEAD = "| set | you will | minutes + open question | difficulty |\n|---|---|---|---|"


def page(sheets: list[Sheet]) -> str:
    """The page with its table renewed, and the projects below it."""
    sets = [sheet for sheet in sheets if sheet.exercises]
    table = "\n".join([HEAD, *map(line, sets)])
    told = [table, total(sets), *(project(sheet) for sheet in sheets if not sheet.exercises)]
    text = PAGE.read_text(encoding="utf-8")
    if not TABLE.search(text):
        raise ValueError(f"{PAGE.name} has lost the marks around the table of the sets")
    return TABLE.sub(lambda found: f"{found[1]}\n" + "\n\n".join(told) + f"\n\n{found[2]}", text)


def line(sheet: Sheet) -> str:
    """A set's line of the table. Where it lies stands below its name: a telephone shows that."""
    own = sheet.exercises
    levels = sorted({one.difficulty for one in own})
    dots = "–".join(dict.fromkeys("●" * n for n in (levels[0], levels[-1])))
    minutes = f"{sum(one.minutes for one in own)} + {OPEN_MINUTES}"
    links = f"[Colab]({_colab(sheet)}) · {_file(sheet)} · [chapter]({sheet.name}.ipynb)"
    return f"| **{_name(sheet)}** <br> {links} | {_goal(sheet)} | {minutes} | {dots} |"


def total(sheets: list[Sheet]) -> str:
    """How long all sets take."""
    hours = sum(one.minutes for sheet in sheets for one in sheet.exercises) / 60
    more = len(sheets) * OPEN_MINUTES / 60
    return f"All sets take about {hours:.0f} hours, their open questions about {more:.0f} more."


def project(sheet: Sheet) -> str:
    """A project: what one does, and where it is."""
    return (
        f"**{_name(sheet)}** (four weeks, in twos or threes): [Colab]({_colab(sheet)}) · "
        f"{_file(sheet)}. You {_goal(sheet)}."
    )


def _goal(sheet: Sheet) -> str:
    goal = sheet.of("goals")[0].text.replace("\n", " ").rstrip(".")
    return goal[0].lower() + goal[1:]


def _file(sheet: Sheet) -> str:
    return f"{{download}}`file <exercises/{sheet.name}.ipynb>`"


def _name(sheet: Sheet) -> str:
    return sheet.title.removeprefix("Exercises: ")


def _colab(sheet: Sheet) -> str:
    """The address that opens a set in Colab."""
    repository = set_repository.current().removeprefix("https://github.com/")
    notebook = f"{repository}/blob/main/book/exercises/{sheet.name}.ipynb"
    return f"https://colab.research.google.com/github/{notebook}"
