"""`ltp grade`: thirty and more notebooks, each with the marks it should have; and what a hostile
one can reach.
"""

import csv
import json
import time
from pathlib import Path

import pytest

from ltp_book.grading import Limits, found, grade, report, syscalls, walls
from ltp_book.grading import shell as grade_shell
from ltp_book.grading.folder import Graded, handed_in
from ltp_book.grading.judge import Mark
from ltp_book.grading.proxy import Student
from ltp_book.grading.student import load
from tests.support import handed_in as simulated
from tests.support import stand_in_checks

CHECKS = stand_in_checks.__name__
LIMITS = Limits(call_seconds=5, total_seconds=30)
needs_walls = pytest.mark.skipif(
    not (walls.there() and syscalls.known()), reason="this system gives no user namespaces"
)


def here(cells: list) -> float:
    """The points of a harmless notebook, judged without a process: the slow test's reference."""
    texts = [cell if isinstance(cell, tuple) else ("code", cell) for cell in cells]
    body, points = found.statements(texts), 0.0
    for name in stand_in_checks.EXERCISES:
        functions = [load(program, name)[0] for program in found.answers(body, name)]
        verdicts = [stand_in_checks.check(name, one) for one in functions if one]
        points += max([verdict.points for verdict in verdicts], default=0)
    return points


@pytest.mark.parametrize("name", simulated.PLAIN)
def test_every_answer_that_survives_keeps_its_mark(name):
    handed = simulated.PLAIN[name]
    assert here(handed.cells) == handed.points


def test_a_definition_brings_what_it_needs_and_no_more():
    cells = ["import a, b", "x = 1\ny = x + 1", "x += 5", "z = 3", "def f():\n    return y, b"]
    body = found.statements([("code", cell) for cell in cells])
    needed = ["import a, b", "x = 1", "y = x + 1", "x += 5", "def f():\n    return (y, b)"]
    assert found.answers(body, "f") == [needed]


@pytest.mark.parametrize("text", simulated.BROKEN.values())
def test_a_broken_file_is_refused_in_a_sentence(tmp_path, text):
    (tmp_path / "a.ipynb").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="save it again"):
        found.read(tmp_path / "a.ipynb")


def test_links_and_hidden_folders_are_not_graded(tmp_path):
    for name in ("a/b.ipynb", ".ipynb_checkpoints/b.ipynb"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("{}")
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "a/b.ipynb")
    assert handed_in(tmp_path) == [tmp_path / "a/b.ipynb"]


# --- the walls -------------------------------------------------------------------------------

LOOK = """
import os, pathlib, socket
def look(paths):
    seen = {}
    for path in paths:
        try:
            seen[path] = os.listdir(path) if os.path.isdir(path) else len(open(path).read())
        except OSError as problem:
            seen[path] = type(problem).__name__
    return seen
"""
TRY = """
import ctypes, os, threading
def attempt(place):
    tried = {}
    def one(name, does):
        try:
            does()
            tried[name] = True
        except OSError:
            tried[name] = False
    libc = ctypes.CDLL(None, use_errno=True)
    one("fork", os.fork)
    one("exec", lambda: os.execv("/usr/bin/true", ["true"]))
    one("socket", lambda: __import__("socket").socket())
    one("kill", lambda: os.kill(1, 0))
    one("write", lambda: open(os.path.join(place, "x"), "w"))
    one("delete", lambda: os.remove(os.path.join(place, "__init__.py")))
    tried["unshare"] = libc.unshare(0x10000000) == 0
    tried["mount"] = libc.mount(b"none", b"/tmp", b"tmpfs", 0, None) == 0
    tried["umount"] = libc.umount2(place.encode(), 2) == 0
    tried["chroot"] = libc.chroot(b"/tmp") == 0
    thread = threading.Thread(target=lambda: tried.update(thread=True))
    thread.start(); thread.join()
    tried["environment"] = sorted(os.environ)
    tried["own"] = os.listdir(".")
    return tried
"""


@pytest.fixture
def student(tmp_path):
    """A student's process; the folder of notebooks is hidden from it."""
    room, others = tmp_path / "room", tmp_path / "others"
    room.mkdir()
    others.mkdir()
    (others / "b.ipynb").write_text("secret")
    checks = Path(stand_in_checks.__file__)
    made = Student("{}", LIMITS, [others, checks], room)
    yield made
    made.end()


def body(text: str) -> list[str]:
    return found.answers(found.statements([("code", text)]), text.split("def ")[1].split("(")[0])[0]


@needs_walls
@pytest.mark.process
def test_a_student_sees_and_changes_nothing_of_others(student, tmp_path):
    import ltp_book

    package = Path(ltp_book.__file__).parent
    look = student.load(body(LOOK), "look")
    secret, home = str(tmp_path / "others/b.ipynb"), str(Path.home())
    places = [secret, str(tmp_path), home, "/etc/passwd", str(package / "looks.py")]
    seen = look([*places, stand_in_checks.__file__])
    assert seen[secret] == seen[str(tmp_path)] == seen["/etc/passwd"] == "FileNotFoundError"
    assert seen[stand_in_checks.__file__] in (0, "FileNotFoundError", "PermissionError")
    assert seen[home] == "FileNotFoundError" or not {".ssh", ".bashrc"} & set(seen[home])
    assert seen[str(package / "looks.py")] > 0  # so looking works

    tried = student.load(body(TRY), "attempt")(str(package))
    assert tried.pop("thread") is True
    assert tried.pop("own") == ["notebook.ipynb"]
    allowed = {"HF_HUB_OFFLINE", "OMP_NUM_THREADS", "LANG", "USER", "PATH", "TMPDIR", "HOME"}
    assert set(tried.pop("environment")) <= allowed | {"PYTHONPATH", "LC_CTYPE", "PWD", "SHLVL"} | {
        name for name in tried if name.startswith("TORCH")
    } | {"TORCHINDUCTOR_CACHE_DIR", "KMP_INIT_AT_FORK", "KMP_DUPLICATE_LIB_OK"}
    assert tried and not any(tried.values()), tried
    assert (package / "__init__.py").exists()


@pytest.mark.process
def test_values_functions_and_changes_travel(student):
    """What a check sees through the proxy is what it would see in its own process."""
    import inspect

    import torch

    text = (
        "def f(g, x, *, k=1):\n    x['w'].mul_(2)\n    x['w'].grad = g(x['w'])\n"
        "    x['rows'].append(k)\n    if k == 3:\n        raise KeyError('k')\n"
        "    return x['w'].sum(), (k, None), {1: float('nan')}"
    )
    [program] = found.answers(found.statements([("code", text)]), "f")
    near, far = load(program, "f")[0], student.load(program, "f")
    assert list(inspect.signature(far).parameters) == ["g", "x", "k"]
    outcomes = []
    for function in (near, far):
        x = {"w": torch.ones(2), "rows": []}
        value = function(lambda w: w + 1, x, k=2)
        with pytest.raises(KeyError, match="k"):
            function(lambda w: w + 1, x, k=3)
        outcomes.append([repr(value), x["w"].tolist(), x["w"].grad.tolist(), x["rows"]])
    assert outcomes[0] == outcomes[1]


@pytest.mark.process
def test_a_process_that_dies_is_told_and_started_again(student):
    from ltp_book.grading.wire import Ended

    with pytest.raises(Ended, match="ended"):
        student.load(["import os", "def f(): os._exit(0)"], "f")()
    assert student.load(["def f(): return 3"], "f")() == 3


# --- the whole way ---------------------------------------------------------------------------


@needs_walls
@pytest.mark.slow
@pytest.mark.process
def test_thirty_notebooks_in_one_go(tmp_path):
    wanted = simulated.hand_in(tmp_path, slow=True)
    assert len(wanted) >= 30
    begun = time.monotonic()
    graded = grade(tmp_path, checks=CHECKS, limits=LIMITS)
    assert time.monotonic() - begun < 600
    assert {one.student: one.points for one in graded} == wanted
    assert {one.student for one in graded if one.error} == set(simulated.BROKEN)


@needs_walls
@pytest.mark.process
def test_the_shell_writes_table_feedback_and_csv(tmp_path, monkeypatch, capsys):
    folder, out = tmp_path / "in", tmp_path / "out"
    (folder / "group").mkdir(parents=True)
    name = "group/=ann"
    (folder / f"{name}.ipynb").write_text(simulated.notebook(simulated.RIGHT[:2]))
    monkeypatch.setattr(
        grade_shell, "grade", lambda *args, **kwargs: grade(*args, checks=CHECKS, **kwargs)
    )
    options = [str(folder), "--out", str(out), "--seconds", "30", "--chapter", "choosing"]
    assert grade_shell.main(options) == 0
    assert "| group/=ann | 2 | 0 | 2 | 3 |" in capsys.readouterr().out
    with (out / "marks.csv").open(encoding="utf-8") as file:
        [line] = csv.DictReader(file)
    assert (line["largest"], line["points"], line["out of"]) == ("2", "2", "3")
    assert "✓ **largest**, 2 of 2: right" in (out / f"feedback/{name}.md").read_text()


def test_a_system_without_walls_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a.ipynb").write_text("{}")
    monkeypatch.setattr(walls, "there", lambda: False)
    with pytest.raises(ValueError, match="--trust"):
        grade(tmp_path)


def test_what_a_student_wrote_is_no_markup_and_no_formula():
    mark = Mark("f", "c", 0, 1, False, "<script>\n# | *x*", True)
    one = Graded("=cmd()", (mark,))
    page = report.feedback(one)
    assert "<script>" not in page and "\\# \\| \\*x\\*" in page and page.count("\n# ") == 0
    assert report.rows([one])[1][0] == "'=cmd()"
    broken = Graded("b", (), "damaged")
    assert report.rows([one, broken])[2] == ["b", "0", "0", "1", "damaged"]
    assert json.dumps(report.table([one, broken])).count("\\n") == 4
