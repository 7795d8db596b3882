"""Slides of a set: a reveal.js page in one file, made by nbconvert, without a solution.

reveal.js and its style stand in the page, so it needs neither a network nor a folder beside it.
A slide is a text: the title, the ideas that are marked [slide], each task with the first lines of
its function, the open question. A line `---` in a task or a question begins another slide.

What it does not do: show formulas. They would need MathJax beside the page; tasks have none.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter

from .notebooks import on_the_site, task
from .source import ROOT, Sheet, without_solution

HERE = Path(__file__).resolve().parent
REVEAL = ROOT / "book" / "_vendor" / "vendor" / "reveal"


def slides(sheet: Sheet) -> list[str]:
    """The texts of the slides, in the order of the source."""
    own = {one.name: one for one in sheet.exercises}
    found = []
    for cell, after in zip(sheet.cells, [*sheet.cells[1:], None], strict=True):
        if cell.kind in ("title", "slide", "question"):
            found += cell.text.split("\n---\n")
        elif cell.kind == "exercise" and after is not None:
            parts = task(cell, own[cell.words]).split("\n---\n")
            stub = without_solution(after.text)
            found += [*parts[:-1], f"{parts[-1]}\n\n```python\n{stub}\n```"]
    return [on_the_site(text) for text in found]


def deck(sheet: Sheet) -> str:
    """The page."""
    cells = [nbformat.v4.new_markdown_cell(text) for text in slides(sheet)]
    parts = {
        "title": sheet.title,
        "reveal_css": (REVEAL / "reveal.css").read_text(encoding="utf-8"),
        "reveal_js": (REVEAL / "reveal.js").read_text(encoding="utf-8"),
    }
    notebook = nbformat.v4.new_notebook(cells=cells)
    page, _ = _exporter().from_notebook_node(notebook, resources={"deck": parts})
    return str(page)


@lru_cache(maxsize=1)
def _exporter() -> HTMLExporter:
    """nbconvert with the template that lies here; it asks for none of its own."""
    return HTMLExporter(
        extra_template_basedirs=[str(HERE)], template_name="slides", template_file="index.html.j2"
    )
