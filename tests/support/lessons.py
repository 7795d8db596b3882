"""A chapter as a reader meets it: its sections, exercises, quick check and run cards.

Read from the stored notebook. CONTRIBUTING.md, *Chapters*, has the forms that are looked for here.
"""

import re
from functools import cache
from typing import NamedTuple

import nbformat

from tools.book import chapters as book

# The chapters that have the second edition's forms; it grows until it names every chapter.
CONVERTED: list[str] = [
    *("method", "soft_prompt", "deltas", "choosing"),
    *("real", "prompt_plus_ticket", "crossing", "fair"),
    *("prompt_start", "few_examples", "cheap", "your_model", "what_to_use"),
]
# Pages to look things up: no quick check, no exercises, no one way through them.
LOOKED_UP = ("claims", "commands_and_limits")
# What a first reading passes over: what is folded, code, formulas, tags, addresses, alt texts.
UNSEEN = re.compile(
    r"<details.*?</details>|<div class=\"run-card\">.*?</div>|```.*?```|\$\$.*?\$\$|\$[^$]+\$"
    r"|!\[[^\]]*\]|\]\([^)]*\)|</?[a-z][^>]*>",
    re.S,
)
AFTER = ("Optional", "Quick check", "Exercises", "Further reading")  # not the main line


class Section(NamedTuple):
    """A section of a chapter: its title, and its cells, the first one from below the heading."""

    title: str
    cells: list


class Exercise(NamedTuple):
    """An exercise: the HTML and Markdown of its box, and the code cells up to the next one."""

    text: str
    code: list


class Answer(NamedTuple):
    """An answer of a quick check. Those of one question share the name `group`."""

    group: str
    right: bool
    letter: str
    reply: str


@cache
def read(path):
    """A stored chapter; reading one takes a while."""
    return book.nbrun.read(path)


def prose(path) -> str:
    """All the text of a chapter."""
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def sections(path) -> list[Section]:
    """The sections of a chapter; what stands before the first has an empty title."""
    found = [Section("", [])]
    for cell in read(path).cells:
        if cell.cell_type != "markdown":
            found[-1].cells.append(cell)
            continue
        first, *others = re.split(r"^## (.+)\n", "\n" + cell.source, flags=re.M)
        found[-1].cells.append(nbformat.from_dict({**cell, "source": first}))
        for title, text in zip(others[::2], others[1::2], strict=True):
            found.append(Section(title, [nbformat.from_dict({**cell, "source": text})]))
    return found


def named(path, title: str) -> Section:
    """The section of this title."""
    return next(it for it in sections(path) if it.title == title)


def text(section: Section) -> str:
    """The Markdown of a section."""
    return "\n\n".join(cell.source for cell in section.cells if cell.cell_type == "markdown")


def main_line(path) -> list[Section]:
    """What a first reading takes: nothing after the answer."""
    return [it for it in sections(path) if not it.title.startswith(AFTER)]


def main_words(path) -> int:
    """How many words a first reading takes: no code, nothing folded, nothing after the answer."""
    seen = re.sub(UNSEEN, " ", "\n".join(map(text, main_line(path))))
    return len(re.findall(r"[^\W\d_][\w'’.-]*", seen))


def main_figures(path) -> int:
    """How many pictures a first reading looks at: drawn ones, and what code has drawn."""
    cells = [cell for it in main_line(path) for cell in it.cells]
    shown = [output for cell in cells for output in cell.get("outputs", [])]
    drawn = sum("](figures/" in cell.source for cell in cells if cell.cell_type == "markdown")
    return drawn + sum("image/png" in output.get("data", {}) for output in shown)


def exercises(path) -> list[Exercise]:
    """The exercises of a chapter, each with the code cells that follow it."""
    found: list[Exercise] = []
    for cell in named(path, "Exercises").cells:
        if cell.cell_type == "code" and found:
            found[-1].code.append(cell)
        elif cell.cell_type == "markdown":
            boxes = re.split(r'^(?=<div class="admonition exercise">)', cell.source, flags=re.M)[1:]
            found += [Exercise(box, []) for box in boxes]
    return found


def questions(path) -> list[list[Answer]]:
    """The questions of the quick check, each with its answers."""
    asked = re.split(r"^### ", text(named(path, "Quick check")), flags=re.M)[1:]
    form = re.compile(
        r'<details name="(?P<group>[\w-]+)" class="(?P<kind>right|wrong)">'
        r"<summary>(?P<letter>[A-D])\. .*?</summary>\n(?P<reply>.*?)</details>",
        re.S,
    )
    return [
        [Answer(it["group"], it["kind"] == "right", it["letter"], it["reply"].strip())
         for it in form.finditer(question)]
        for question in asked
    ]  # fmt: skip


def run_cards(markdown: str) -> list[str]:
    """The run cards in a text."""
    return re.findall(r'<div class="run-card">.*?</div>', markdown, re.S)
