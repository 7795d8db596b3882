"""One source a set: what is committed is up to date, stubs and solutions do as they should."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from ltp_book import checks
from tools.book import set_up
from tools.classroom import build, decks, notebooks, notes, page, source
from tools.site import set_repository

SETS = {sheet.name: sheet for sheet in source.sheets()}
OWNER = {one.name: sheet for sheet in SETS.values() for one in sheet.exercises}
each_set = pytest.mark.parametrize("sheet", SETS.values(), ids=SETS)
each_exercise = pytest.mark.parametrize("name", checks.EXERCISES)
SHORT = 15  # a solution's line below this length may stand elsewhere by chance


@pytest.fixture(scope="module")
def copies():
    """Each set's student copy, as text: code and markdown of all cells."""
    found = {name: notebooks.student(sheet) for name, sheet in SETS.items()}
    return {
        name: "\n".join("".join(cell["source"]) for cell in notebook["cells"])
        for name, notebook in found.items()
    }


# --- exercises ------------------------------------------------------------------------------


@each_exercise
def test_a_solution_passes_its_check(name):
    verdict = checks.check(name, source.solutions(OWNER[name])[name])
    assert verdict.passed and verdict.points == verdict.out_of, verdict


@each_exercise
def test_an_untouched_stub_fails_and_is_told_what_to_do(name):
    verdict = checks.check(name, source.stubs(OWNER[name])[name])
    assert not verdict.passed and "in the place of the three dots" in verdict.message


def test_each_chapter_has_its_set_and_there_is_one_project():
    chapters = list(dict.fromkeys(one.chapter for one in checks.EXERCISES.values()))
    assert list(SETS) == [*chapters, "project"]
    for name, sheet in SETS.items():
        assert {one.chapter for one in sheet.exercises} <= {name}
        assert (source.ROOT / "book" / f"{name}.ipynb").exists() or name == "project"


# --- products -------------------------------------------------------------------------------


def test_what_is_committed_is_as_its_source():
    assert build.stale(build.committed(list(SETS.values()))) == [], (
        "python -m tools.classroom build"
    )


def test_what_is_changed_by_hand_is_seen(monkeypatch, tmp_path):
    files = {tmp_path / "a.ipynb": "a", tmp_path / "b.ipynb": "b"}
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    (tmp_path / "a.ipynb").write_text("a, by hand")
    (tmp_path / "orphan.ipynb").write_text("")
    assert {path.stem for path in build.stale(files)} == {"a", "b", "orphan"}


@each_set
def test_nothing_of_a_solution_is_in_a_student_copy_or_on_a_slide(sheet, copies):
    slides = "\n".join(decks.slides(sheet))
    hidden = [line for line in source.solution_lines(sheet) if len(line) >= SHORT]
    for cell in sheet.of("rubric", "note"):
        hidden += [line for line in cell.text.splitlines() if len(line) >= SHORT]
    for text in (copies[sheet.name], slides):
        assert [line for line in hidden if line in text] == []
        assert "SOLUTION" not in text
    folds = [cell.text for cell in sheet.of(*source.FOLDS)]
    assert not [fold for fold in folds if fold in slides]


@each_set
def test_the_lecturer_gets_all_of_it(sheet):
    text = "\n".join("".join(c["source"]) for c in notebooks.solution(sheet)["cells"])
    told = notes.notes(sheet)
    for line in source.solution_lines(sheet):
        assert line in text and line in told
    for cell in sheet.of("rubric", "note"):
        assert cell.text in text and cell.text in told
    for one in sheet.exercises:
        assert all(sentence in told for sentence in checks.CHECKS[one.name].mistakes)


@each_set
def test_a_student_copy_works_anywhere(sheet, copies):
    """Valid, with the chapters' set-up cell, no metadata, and a check that needs no other cell."""
    notebook = nbformat.reads(notebooks.dumped(notebooks.student(sheet)), as_version=4)
    nbformat.validate(notebook)
    assert all(not cell.metadata for cell in notebook.cells)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0] + "\n" == set_up.lines(set_repository.current())
    for one in sheet.exercises:
        call = f"from ltp_book import checks\n\nchecks.{one.name}({one.name})"
        assert code[code.index(call) - 1].startswith(f"def {one.name}(")
        assert notebooks.marks(one) in copies[sheet.name]
    assert copies[sheet.name].count("<details>") == 3 * len(sheet.exercises)
    assert not re.search(r"\]\(\.\.?/", copies[sheet.name]), "a link that Colab cannot follow"


def test_a_student_who_runs_a_copy_sees_verdicts(capsys):
    """The cells of one copy, one after another, as a kernel runs them."""
    names = {}
    for cell in notebooks.student(SETS["real"])["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "code" and "%pip" not in text:
            *first, last = text.split("\n")
            exec("\n".join(first), names)
            if last.startswith("checks."):
                print(eval(last, names))
            else:
                exec(text, names)
    shown = capsys.readouterr().out.splitlines()
    assert len(shown) == 3 and all(line.startswith("✗") for line in shown)


# --- slides and the page --------------------------------------------------------------------


def test_slides_ask_no_server():
    text = decks.deck(SETS["fair"])
    deck = BeautifulSoup(text, "html.parser")
    assert deck.find_all(src=True) == [] and deck.find_all("link") == []
    assert "@import" not in text and "url(http" not in text
    assert len(deck.find_all("section")) == len(decks.slides(SETS["fair"])) == 9
    assert "Table 4." in deck.get_text() and "Reveal.initialize" in text


@each_set
def test_minutes_of_the_open_question_are_told(sheet, copies):
    told = "**20 minutes**, no points from the check"
    assert copies[sheet.name].count(told) == bool(sheet.exercises)
    minutes = sum(one.minutes for one in sheet.exercises)
    if minutes:
        assert f"| {minutes} + 20 |" in page.line(sheet)
        assert f"{minutes} minutes for all tasks, and 20 for the open" in notes.notes(sheet)


def test_a_project_says_that_nothing_is_checked(copies):
    for name, text in copies.items():
        assert ("Nothing is checked here." in text) == (name == "project")
        assert ("Run the cells above exercise 1 first." in text) == (name != "project")


def test_no_exercise_of_a_set_is_called_as_one_of_its_chapter():
    """Two exercises of one name would be taken for one another."""
    for name, sheet in SETS.items():
        if not sheet.exercises:
            continue
        text = (source.ROOT / "book" / f"{name}.ipynb").read_text(encoding="utf-8")
        titles = re.findall(r"Exercise \d+\. (.*?)</p>", text)
        own = [cell.text.splitlines()[0].split(". ", 1)[1] for cell in sheet.of("exercise")]
        assert titles and not {one.lower() for one in titles} & {one.lower() for one in own}
        assert not [
            cell.text
            for cell in sheet.of("exercise", *source.FOLDS, "question", "note")
            if re.search(r"exercise \d", cell.text, re.I)
        ]


def test_the_page_lists_every_set_and_exercise_time():
    text = page.PAGE.read_text(encoding="utf-8")
    for name, sheet in SETS.items():
        assert f"<exercises/{name}.ipynb>" in text
        assert f"/blob/main/book/exercises/{name}.ipynb" in text
        assert sheet.title.removeprefix("Exercises: ") in text
    assert sum(len(sheet.exercises) for sheet in SETS.values()) == len(checks.EXERCISES)


def test_the_sets_named_for_ninety_minutes_take_no_more():
    text = page.PAGE.read_text(encoding="utf-8")
    named = re.search(r"With 90 minutes take (.*?), without .*?: (\d+) minutes\.\n", text, re.S)
    titles = {sheet.title.removeprefix("Exercises: "): sheet for sheet in SETS.values()}
    chosen = [titles[" ".join(name.split())] for name in re.findall(r"\*(.+?)\*", named[1], re.S)]
    assert len(chosen) == 3
    minutes = sum(one.minutes for sheet in chosen for one in sheet.exercises)
    assert minutes == int(named[2]) <= 90


def test_the_check_says_of_the_example_what_the_page_says():
    text = page.PAGE.read_text(encoding="utf-8")
    wrong, said = re.search(r"```python\n(def .*?)```.*?```\n(.*?)\n```", text, re.S).groups()
    space = {}
    exec(wrong, space)
    assert repr(checks.check("jaccard", space["jaccard"])) == said


def test_the_page_that_lost_its_marks_is_refused(monkeypatch, tmp_path):
    (tmp_path / "exercises.md").write_text("nothing")
    monkeypatch.setattr(page, "PAGE", tmp_path / "exercises.md")
    with pytest.raises(ValueError, match="lost the marks"):
        page.page([])


# --- a source that is not well formed -------------------------------------------------------

GOOD = (source.FOLDER / "real.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("# %% [hint]", "# %% [tip]", "no kind [tip]"),
        ("[exercise] jaccard", "[exercise] jacard", "no exercise 'jacard'"),
        ("def jaccard(", "def overlap(", "no function of this name"),
        ("    ### BEGIN SOLUTION\n", "", "one pair of solution marks"),
        ("# %% [rubric]", "# %% [note]", "one cell [rubric], and has 0"),
        ("# %% [expected]", "# %% [hint]", "come code, hint, help, expected"),
    ],
)
def test_a_fault_of_a_source_is_told(tmp_path, old, new, words):
    path = tmp_path / "real.py"
    path.write_text(GOOD, encoding="utf-8")
    assert source.read(path).exercises
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ValueError, match=re.escape(words)):
        source.read(path)
