"""The chapters: well formed and whole; and the tools that hold a chapter to what its code prints.

The first part looks at the stored files. nbval runs them, and book/conftest.py compares what they
give. The second part tests the tools that do it, on a notebook made here.
"""

import copy
import json
import re
import shutil
import subprocess

import nbformat
import pytest

from tools.book import chapters as book
from tools.book import diff as nbdiff
from tools.book import run as nbrun

CHAPTERS = book.chapters()
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)


def outputs(notebook):
    """All outputs of a notebook."""
    return [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]


def test_the_table_of_contents_names_what_is_there():
    toc = book.yaml.safe_load((book.BOOK / "_toc.yml").read_text())
    names = book.entries(toc)
    for name in names:
        assert any((book.BOOK / f"{name}{end}").exists() for end in (".md", ".rst", ".ipynb")), name
    there = {path.stem for path in book.BOOK.glob("*.ipynb")}
    assert there <= set(names), f"not in _toc.yml: {sorted(there - set(names))}"


@each_chapter
def test_a_chapter_is_stored_executed_and_whole(path):
    notebook = nbrun.read(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert "numerics" in notebook.metadata.get("ltp", {}), "run: python -m tools.book execute"
    wrong = [
        o.get("ename") or o.text
        for o in outputs(notebook)
        if o.output_type == "error" or o.get("name") == "stderr"
    ]
    assert not wrong, f"an error or a warning is stored: {wrong[0][:300]}"
    assert not [cell.source for cell in code if cell.source.endswith(";")], "nbval fails on it"
    assert path.stat().st_size <= 2_000_000


@each_chapter
def test_every_widget_shown_is_saved(path):
    """Colab drops the widget state when it saves; the page would lose the widget silently."""
    notebook = nbrun.read(path)
    state = notebook.metadata.get("widgets", {}).get(nbrun.WIDGETS, {}).get("state", {})
    for output in outputs(notebook):
        view = output.get("data", {}).get("application/vnd.jupyter.widget-view+json")
        assert view is None or view["model_id"] in state, "run: python -m tools.book execute"


@each_chapter
def test_a_chapter_names_no_folder_of_some_machine(path):
    for output in outputs(nbrun.read(path)):
        for kind, value in nbdiff.parts(output).items():
            if kind.startswith("image/") and kind != "image/svg+xml":
                continue
            found = re.search(r"(?<![\w.])/(?:home|root|Users|tmp|work)/\w\S*", value)
            assert not found, f"an output shows {found.group()}"


@each_chapter
def test_a_cell_that_makes_a_folder_can_run_twice(path):
    for cell in nbrun.read(path).cells:
        if cell.cell_type == "code":
            made = re.findall(r"\b(?:mkdir|makedirs|copytree)\(.*", cell.source)
            assert all("exist_ok=True" in line for line in made), made


# --- the tools themselves -------------------------------------------------------------------

CELLS = [
    "import ipywidgets as w\nprint('accuracy', 0.71)\nw.IntSlider(value=3)",
    "from matplotlib import pyplot as plt\nplt.plot([1, 2, 4])\nplt.show()",
    "from tqdm.auto import tqdm\nsum(tqdm([1, 2], disable=False))",
]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """A small notebook with text, a widget and a figure, run once and stored."""
    path = tmp_path_factory.mktemp("nb") / "small.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    path.write_text(nbrun.text(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    lines = []
    path.write_text(nbrun.text(nbrun.run(path, lines.append)), encoding="utf-8")
    assert len(lines) == len(CELLS) and "cell  1/3" in lines[0]
    return path


@pytest.mark.process
def test_two_runs_give_the_same_bytes(ran):
    again = nbrun.run(ran, say=lambda line: None)
    assert nbrun.text(again) == ran.read_text(encoding="utf-8")
    state = again.metadata.widgets[nbrun.WIDGETS]["state"]
    assert list(state) == [f"{i:032x}" for i in range(1, len(state) + 1)]
    assert state[f"{1:032x}"]["model_name"] == "IntSliderModel"
    assert [list(nbdiff.parts(o)) for o in again.cells[2].outputs] == [["text/plain"]]  # no bar


def tampered(path, change):
    """The stored notebook, and a copy with one thing changed."""
    stored = nbrun.read(path)
    other = copy.deepcopy(stored)
    change(other)
    return stored, other


@pytest.mark.process
def test_a_changed_number_is_found(ran):
    def change(notebook):
        notebook.cells[0].outputs[0].text = "accuracy 0.72\n"

    stored, other = tampered(ran, change)
    (message,) = nbdiff.compare(stored, other, exact=True)
    assert "cell 1" in message and "-accuracy 0.71" in message and "+accuracy 0.72" in message
    assert nbdiff.compare(stored, other, exact=False) == []  # another processor may say so


@pytest.mark.parametrize("here, passes", [(True, False), (False, True)])
@pytest.mark.process
def test_a_changed_number_fails_nbval_on_the_same_machine(ran, tmp_path, here, passes):
    notebook = nbrun.read(ran)
    notebook.cells[0].outputs[0].text = "accuracy 0.72\n"
    if not here:
        notebook.metadata["ltp"]["numerics"] = "another machine"
    (tmp_path / "small.ipynb").write_text(nbrun.text(notebook), encoding="utf-8")
    shutil.copy(book.BOOK / "conftest.py", tmp_path)
    command = [*book.NBVAL, "-c", "pyproject.toml", "-p", "no:cacheprovider", tmp_path]
    done = subprocess.run(command, cwd=book.ROOT, capture_output=True, text=True)
    assert (done.returncode == 0) == passes, done.stdout
    assert ("1 failed, 2 passed" in done.stdout and "+accuracy 0.71" in done.stdout) != passes


@pytest.mark.process
def test_changed_words_pictures_widgets_and_outputs_are_found(ran):
    def words(notebook):
        notebook.cells[0].outputs[0].text = "loss 0.71\n"

    def picture(notebook):
        notebook.cells[1].outputs[0].data["image/png"] = ""

    def widget(notebook):
        notebook.metadata.widgets[nbrun.WIDGETS]["state"].popitem()

    def missing(notebook):
        notebook.cells[2].outputs.clear()

    for change in (words, picture, widget, missing):
        for exact in (True, False):
            assert nbdiff.compare(*tampered(ran, change), exact=exact), change.__name__


@pytest.mark.process
def test_a_cell_tagged_so_is_not_compared(ran):
    def change(notebook):
        notebook.cells[0].outputs[0].text = "accuracy 0.72\n"

    stored, other = tampered(ran, change)
    stored.cells[0].metadata["tags"] = ["nbval-ignore-output"]
    assert nbdiff.compare(stored, other, exact=True) == []


def test_stamps_forget_when_a_notebook_changes(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("{}")
    stamps = book.Stamps([path], tmp_path / "stamps")
    assert not stamps.fresh(path, "verify")
    stamps.mark(path, "verify")
    assert stamps.fresh(path, "verify") and not stamps.fresh(path, "execute")
    path.write_text(json.dumps({"cells": []}))
    assert not stamps.fresh(path, "verify")


@pytest.fixture
def told(ran, tmp_path, monkeypatch):
    """Store the small notebook as another machine made it; a run of it gives what `ran` holds."""
    path, fresh = tmp_path / "small.ipynb", nbrun.read(ran)
    stored = copy.deepcopy(fresh)
    stored.metadata["ltp"]["numerics"] = "another machine"
    stamps, commands = book.Stamps, []

    def run(command, cwd):
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(book, "Stamps", lambda paths: stamps(paths, tmp_path / "stamps"))
    monkeypatch.setattr(book, "run_all", lambda todo, stamps: [(it, fresh) for it in todo])
    monkeypatch.setattr(book.subprocess, "run", run)
    path.write_text(nbrun.text(stored), encoding="utf-8")
    return path, fresh, commands


def test_outputs_as_stored_on_another_machine_leave_the_file_and_nbval_alone(told, capsys):
    path, _, commands = told
    before = path.read_bytes()
    book.execute([path])
    assert path.read_bytes() == before and "as stored" in capsys.readouterr().out
    assert book.verify([path]) == {} and "nothing to run" in capsys.readouterr().out
    book.test([path])
    assert str(path) not in commands[0]


def test_new_outputs_are_stored_and_nbval_must_see_them_once_more(told, capsys):
    path, fresh, commands = told
    fresh.cells[0].outputs[0].text = "accuracy 0.72\n"
    book.execute([path])
    assert path.read_text(encoding="utf-8") == nbrun.text(fresh)  # this machine's name with them
    book.execute([path])
    assert "nothing to run" in capsys.readouterr().out
    book.test([path])
    book.test([path])
    assert [str(path) in command for command in commands] == [True, False]


@pytest.mark.process
def test_a_failing_cell_stops_with_its_error_and_writes_nothing(tmp_path, capsys):
    path = tmp_path / "bad.ipynb"
    cells = [nbformat.v4.new_code_cell("1 / 0")]
    path.write_text(nbrun.text(nbformat.v4.new_notebook(cells=cells)), encoding="utf-8")
    before = path.read_text()
    with pytest.raises(SystemExit, match="ZeroDivisionError(.|\n)*bad.ipynb stopped"):
        book.run(path, book.Stamps([path], tmp_path / "stamps"))
    assert path.read_text() == before


MEET = """
import sys
from pathlib import Path
sys.path.append({tests!r})
from tests.support.wait import until
Path("{own}").touch()
until(Path("{other}").exists)
{then}
"""


def meet(**parts) -> str:
    """A cell that ends only if another runs at the same time."""
    return MEET.format(tests=str(book.ROOT / "tests"), **parts)


def store(folder, **sources):
    """Notebooks of one cell each, by name."""
    for name, source in sources.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        (folder / f"{name}.ipynb").write_text(nbrun.text(notebook), encoding="utf-8")
    return [folder / f"{name}.ipynb" for name in sources]


@pytest.mark.process
def test_two_chapters_run_at_a_time_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "AT_A_TIME", 2)
    alone = "from pathlib import Path\nprint(Path('a').exists(), Path('b').exists())"
    a, b = (meet(own=x, other=y, then=f"print('{x}')") for x, y in ("ab", "ba"))
    paths = store(tmp_path, one=a, two=b, three=alone)
    got = dict(book.run_all(paths, book.Stamps(paths, tmp_path / "stamps")))
    assert [got[path].cells[0].outputs[0].text for path in paths] == ["a\n", "b\n", "True True\n"]


@pytest.mark.process
def test_one_failing_chapter_of_two_stops_with_its_error(tmp_path, monkeypatch):
    monkeypatch.setattr(book, "AT_A_TIME", 2)
    good, bad = meet(own="a", other="b", then=""), meet(own="b", other="a", then="1 / 0")
    paths = store(tmp_path, good=good, bad=bad)
    with pytest.raises(SystemExit, match="ZeroDivisionError(.|\n)*bad.ipynb stopped"):
        dict(book.run_all(paths, book.Stamps(paths, tmp_path / "stamps")))


@pytest.mark.parametrize("cores", [1, 2])
def test_nbval_begins_with_the_longest_chapter(tmp_path, monkeypatch, cores):
    paths = store(tmp_path, short="1", long="2", new="3")
    stamps = book.Stamps(paths, tmp_path / "stamps")
    for path, seconds in zip(paths, (5, 90), strict=False):
        stamps.mark(path, "time", seconds=seconds)
    called = []

    def run(command, cwd):
        called.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(book, "Stamps", lambda paths: stamps)
    monkeypatch.setattr(book, "AT_A_TIME", cores)
    monkeypatch.setattr(book.subprocess, "run", run)
    assert book.test(paths) == 1 and not any(stamps.fresh(path, "nbval") for path in paths)
    (command,) = called
    names = ["new.ipynb", "long.ipynb", "short.ipynb", "tests", "ltp_core", "ltp_book", "tools"]
    assert [word.rpartition("/")[2] for word in command[-7:]] == names
    assert ("loadscope" in command) == (cores == 2)  # cells of one chapter stay together


def test_an_unknown_chapter_is_refused_in_one_sentence():
    with pytest.raises(SystemExit, match="no chapter named 'nowhere'; there are: "):
        book.chapters(["nowhere"])
