"""The table of all sets in book/exercises.md, between two marks, drawn from the sources.

What it does not do: write the rest of the page.
"""

from __future__ import annotations

import re

from ..site import set_repository
from .notebooks import OPEN_MINUTES
from .source import ROOT, Sheet

PAGE = ROOT / "book" / "exercises.md"
TABLE = re.compile(r"(<!-- the sets -->\n).*(<!-- end of the sets -->)", re.S)
HEAD = "| set | you will | exercises | minutes | difficulty | open it |\n|---|---|---|---|---|---|"


def page(sheets: list[Sheet]) -> str:
    """The page with its table renewed."""
    table = "\n".join([HEAD, *(line(sheet) for sheet in sheets)])
    text = PAGE.read_text(encoding="utf-8")
    if not TABLE.search(text):
        raise ValueError(f"{PAGE.name} has lost the marks around the table of the sets")
    return TABLE.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", text)


def line(sheet: Sheet) -> str:
    """A set's line of the table."""
    own = sheet.exercises
    goals = sheet.of("goals")[0].text.replace("\n", " ").rstrip(".")
    name = sheet.title.removeprefix("Exercises: ")
    notebook = f"exercises/{sheet.name}.ipynb"
    repository = set_repository.current().removeprefix("https://github.com/")
    colab = f"https://colab.research.google.com/github/{repository}/blob/main/book/{notebook}"
    counts = ["–", "four weeks", "●●●"]
    if own:
        levels = sorted({one.difficulty for one in own})
        dots = " to ".join(dict.fromkeys("●" * n + "○" * (3 - n) for n in (levels[0], levels[-1])))
        counts = [str(len(own)), f"{sum(one.minutes for one in own)} + {OPEN_MINUTES}", dots]
    linked = f"[{name}]({sheet.name}.ipynb)" if own else name
    told = " | ".join([linked, goals[0].lower() + goals[1:], *counts])
    return f"| {told} | [Colab]({colab}) · {{download}}`file <{notebook}>` |"
