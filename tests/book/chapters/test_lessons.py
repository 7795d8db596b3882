"""The second edition's forms, chapter by chapter: guess first, plain findings, fair exercises.

The chapters are those that tests/support/lessons.py names. What the parts say people must judge.
"""

import re
from collections import Counter

import pytest

from tests.support import lessons
from tests.support.lessons import CONVERTED
from tools.book import chapters as book

PATHS = {path.stem: path for path in book.chapters()}
each_chapter = pytest.mark.parametrize("name", CONVERTED)
MOST_WORDS = 2000
WORDS_A_MINUTE = 100  # technical text, read by someone whose first language is another
MINUTES_A_FIGURE = 40 / 60
END_OF_FOLD = re.compile(r"\s*</details>$")
GUESS = re.compile(r"\bguess\b", re.I)
FIELDS = ("Run card", "spec", "rates", "draws", "languages", "correction")


def code_cells(name: str) -> list:
    """The code cells of a chapter after the one that sets it up."""
    return [cell for cell in lessons.read(PATHS[name]).cells if cell.cell_type == "code"][1:]


def holds(cell, kind: str) -> bool:
    """Whether a cell's output has this kind."""
    return any(kind in output.get("data", {}) for output in cell.outputs)


@each_chapter
def test_every_numbered_section_ends_with_what_follows(name):
    numbered = [it for it in lessons.sections(PATHS[name]) if re.match(r"\d+\. ", it.title)]
    assert numbered
    for section in numbered:
        last = END_OF_FOLD.sub("", lessons.text(section).strip()).strip().split("\n\n")[-1].strip()
        assert last.startswith("**So:** "), section.title


@each_chapter
def test_what_follows_waits_as_long_as_the_result_that_is_guessed(name):
    """An open *So:* below a closed result would give the answer away."""
    for section in lessons.sections(PATHS[name]):
        waits = any("hide-output" in cell.metadata.get("tags", []) for cell in section.cells)
        text = lessons.text(section).strip()
        if waits and GUESS.search(text) and re.match(r"\d+\. ", section.title):
            assert END_OF_FOLD.search(text), f"fold the So: of section {section.title!r}"


@pytest.mark.parametrize("name", PATHS)
def test_a_closed_result_has_a_name_of_its_own(name):
    cells = [c for c in code_cells(name) if "hide-output" in c.metadata.get("tags", [])]
    names = [cell.metadata.get("mystnb", {}).get("code_prompt_show", "") for cell in cells]
    assert all(it.startswith("Result: ") and len(it) <= 60 for it in names), names
    assert len({*names}) == len(names)


@each_chapter
def test_a_picture_and_an_example_by_hand_come_before_any_table(name):
    """The question, something to do by hand, something to see; only then what code prints."""
    before = ""
    for cell in lessons.read(PATHS[name]).cells:
        if cell.cell_type == "code" and any(
            holds(cell, kind) for kind in ("image/png", "text/html")
        ):
            break
        before += cell.source if cell.cell_type == "markdown" else ""
    assert re.search(r"\bby hand\b", before, re.I), "no example by hand"
    assert re.search(r"!\[[^\]]+\]\(figures/[\w-]+\.svg\)", before), "no picture"


@each_chapter
def test_side_stories_stand_after_the_answer(name):
    titles = [section.title for section in lessons.sections(PATHS[name])]
    numbered = [place for place, title in enumerate(titles) if re.match(r"\d+\. ", title)]
    optional = [place for place, title in enumerate(titles) if title.startswith("Optional: ")]
    assert not optional or min(optional) > max(numbered)


@each_chapter
def test_a_first_reading_is_short_and_takes_the_time_it_says(name):
    words, figures = lessons.main_words(PATHS[name]), lessons.main_figures(PATHS[name])
    said = re.search(r"<b>Time</b> (\d+) minutes to read", lessons.prose(PATHS[name]))
    assert words <= MOST_WORDS
    assert said and int(said[1]) >= words / WORDS_A_MINUTE + figures * MINUTES_A_FIGURE


@each_chapter
def test_code_that_only_draws_is_folded(name):
    for cell in code_cells(name):
        if holds(cell, "image/png"):
            assert {"hide-input", "hide-cell"} & set(cell.metadata.get("tags", [])), cell.source


@each_chapter
def test_every_exercise_says_how_long_how_hard_and_helps(name):
    tasks = lessons.exercises(PATHS[name])
    assert len(tasks) >= 2
    for task in tasks:
        assert re.search(r"^\*Minutes: \d+ · Difficulty: [123] of 3\*$", task.text, re.M), task.text
        for part in ("hint", "result"):
            folded = rf'<details class="{part}"><summary>{part.title()}</summary>\n\n\S'
            assert re.search(folded, task.text), f"no {part}: {task.text}"
        assert "```python\n" in task.text or "in words" in task.text.lower(), task.text


@each_chapter
def test_an_exercise_asks_for_a_finding_in_words(name):
    assert any("in words" in task.text.lower() for task in lessons.exercises(PATHS[name]))


@each_chapter
def test_a_solution_and_its_result_stay_closed_until_asked(name):
    for task in lessons.exercises(PATHS[name]):
        for cell in task.code:
            assert "hide-cell" in cell.metadata.get("tags", []), cell.source


@each_chapter
def test_a_quick_check_takes_one_answer_and_explains_each(name):
    asked = lessons.questions(PATHS[name])
    assert len(asked) >= 3
    for answers in asked:
        assert len(answers) >= 3 and sum(answer.right for answer in answers) == 1
        assert [answer.letter for answer in answers] == list("ABCD"[: len(answers)])
        assert len({answer.group for answer in answers}) == 1
        for answer in answers:
            assert answer.reply.startswith("Yes." if answer.right else "No."), answer.reply
            assert len(answer.reply.split()) >= 6, answer.reply
    names = [answers[0].group for answers in asked]
    assert len(set(names)) == len(names), "answers of two questions share a name"


@each_chapter
def test_right_answers_are_spread(name):
    right = [it.letter for answers in lessons.questions(PATHS[name]) for it in answers if it.right]
    assert max(Counter(right).values()) <= (len(right) + 1) // 2, right


@pytest.mark.skipif(len(CONVERTED) < 4, reason="too few chapters to speak of a spread")
def test_right_answers_are_spread_over_the_book():
    right = [
        answer.letter
        for name in CONVERTED
        for answers in lessons.questions(PATHS[name])
        for answer in answers
        if answer.right
    ]
    shares = Counter(right)
    assert all(shares[letter] for letter in "ABCD"), shares
    assert max(shares.values()) <= 0.4 * len(right), shares


@each_chapter
def test_run_cards_name_all_that_a_number_hangs_on(name):
    cards = lessons.run_cards(lessons.prose(PATHS[name]))
    assert cards
    for card in cards:
        assert all(
            f" {field} " in card.replace("<b>", " ").replace("</b>", " ") for field in FIELDS
        )
        assert "`" not in card, "Markdown is not read inside a tag: write <code>"


def test_every_name_is_a_chapter():
    assert set(CONVERTED) <= set(PATHS)
