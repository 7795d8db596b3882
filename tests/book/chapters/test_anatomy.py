"""Every chapter has the parts a reader counts on: a question, what to look for, a check, a way on.

Only the stored files are read. What the parts say is for people to judge.
"""

import re
from functools import cache

import pytest

from tests.support.lessons import CONVERTED, LOOKED_UP
from tools.book import chapters as book

CHAPTERS = [path for path in book.chapters() if path.stem not in LOOKED_UP]
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
# test_lessons.py looks at the check and the exercises of the others.
first_edition = pytest.mark.parametrize(
    "path", [it for it in CHAPTERS if it.stem not in CONVERTED], ids=lambda path: path.stem
)
LOOK = re.compile(r"\*\*|\b(?:look|compare|read|find|guess)\b", re.I)

# Cells that run and whose words nobody compares (`nbval-ignore-output`), and why: on another
# processor a sum ends in other bits, and these cells print words that hang on them.
NOT_COMPARED = {
    "soft_prompt": [
        "the names of pieces nearest to a trained vector, of which two may be nearly as near",
        "twelve answers of a short training, some of them close calls",
    ],
    "few_examples": ["twelve answers each of two short trainings, some of them close calls"],
}


@cache
def read(path):
    """A stored chapter; reading one takes a while."""
    return book.nbrun.read(path)


def prose(path) -> str:
    """All the text of a chapter."""
    return "\n\n".join(cell.source for cell in read(path).cells if cell.cell_type == "markdown")


def section(path, title: str) -> str:
    """The text below one heading."""
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", prose(path), re.S | re.M)
    assert found, f"no section {title!r}"
    return found[1]


@each_chapter
def test_it_begins_with_what_one_learns_needs_and_asks(path):
    first = read(path).cells[0].source
    for part in ("# ", "<b>You will learn</b>", "<b>Time</b>", "<b>Needs</b>"):
        assert part in first
    question = re.search(r"\*\*[^*]*\?\*\*", first)
    assert question, "the chapter's question, in bold"


@each_chapter
def test_it_tells_what_it_does_not_show_or_what_failed(path):
    assert re.search(r"^## .*\b(?:does not show|did not work)", prose(path), re.M)


@each_chapter
def test_the_recap_has_five_lines(path):
    assert len(re.findall(r"^(?:\d\.|-) ", section(path, "In five lines"), re.M)) == 5


@first_edition
def test_every_answer_of_the_quick_check_is_answered(path):
    questions = re.split(r"^### ", section(path, "Quick check"), flags=re.M)[1:]
    assert len(questions) >= 3
    for question in questions:
        replies = re.findall(r"<summary>.*?</summary>\n(.*?)</details>", question, re.S)
        assert len(replies) == question.count("<summary>") >= 3
        assert sum(bool(re.match(r"\s*Yes\b", reply)) for reply in replies) == 1, question[:60]
        assert all(len(reply.split()) >= 5 for reply in replies), question[:60]


@first_edition
def test_every_exercise_has_a_solution_with_its_result(path):
    form = r'^(?:\*\*|<p class="admonition-title">Exercise )(\d)\. '
    asked = re.findall(form, section(path, "Exercises"), re.M)
    solved = {}
    for cell in read(path).cells:
        if title := re.match(r"#@title Exercise (\d): a solution", cell.source):
            solved[title[1]] = cell
    assert len(asked) >= 2 and sorted(solved) == asked
    for cell in solved.values():
        assert cell.outputs and {"hide-input", "hide-cell"} & set(cell.metadata.tags)


@each_chapter
def test_further_reading_says_what_to_read_it_for(path):
    items = re.split(r"^- ", section(path, "Further reading"), flags=re.M)[1:]
    assert len(items) >= 3
    for item in items:
        assert re.search(r"\bread\b", item, re.I) and "](http" in item, item[:60]


@each_chapter
def test_every_figure_has_words_and_a_sentence_on_what_to_look_for(path):
    cells = read(path).cells
    for place, cell in enumerate(cells):
        if not any("image/png" in output.get("data", {}) for output in cell.get("outputs", [])):
            continue
        assert cell.metadata.get("mystnb", {}).get("image", {}).get("alt"), f"cell {place}: no alt"
        sides = (reversed(cells[:place]), cells[place + 1 :])
        texts = [next((c.source for c in side if c.cell_type == "markdown"), "") for side in sides]
        assert any(LOOK.search(text) for text in texts), f"cell {place}: look for what?"


@each_chapter
def test_cells_that_are_not_compared_are_few_and_explained(path):
    tagged = [
        cell
        for cell in read(path).cells
        if any(tag.startswith("nbval") for tag in cell.metadata.get("tags", []))
    ]
    assert len(tagged) == len(NOT_COMPARED.get(path.stem, []))


def test_chapters_that_explain_such_cells_exist():
    assert set(NOT_COMPARED) <= {path.stem for path in CHAPTERS}


@each_chapter
def test_the_notebook_opens_with_the_usual_kernel(path):
    kernel = read(path).metadata.kernelspec
    assert (kernel.name, kernel.display_name) == ("python3", "Python 3")


@each_chapter
def test_the_way_leads_on_and_the_start_of_the_book_names_the_chapter(path):
    last = section(path, "Further reading")
    assert "](intro.md)" in last
    assert f"]({path.name})" in (book.BOOK / "intro.md").read_text(encoding="utf-8")
