"""The exports for nbgrader and otter-grader: marked as those tools want it, and run by them.

The tools are not among the requirements. To run them here, put them on the path:

    python -m venv away && away/bin/pip install nbgrader otter-grader ipykernel ipywidgets
    PATH=$PWD/away/bin:$PATH python -m pytest tests/tools/test_exports.py
"""

import csv
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ltp_book import checks
from tools.classroom import exports
from tools.classroom.source import Sheet, cells, sheets

NAME = "jaccard"
POINTS = checks.EXERCISES[NAME].points
RIGHT = f"def {NAME}(a, b):\n    a, b = set(a), set(b)\n    return len(a & b) / len(a | b)\n"
WRONG = f"def {NAME}(a, b):\n    return 1.0"
SET = f"""
# %% [title]
# # A set

# %%
import math

# %% [exercise] {NAME}
# ## 1. Shared

# %%
def {NAME}(a, b):
    ### BEGIN SOLUTION
    a, b = set(a), set(b)
    return len(a & b) / len(a | b)
    ### END SOLUTION

# %% [hint]
# Look.
# %% [help] `x`
# Look.
# %% [expected]
# A third.
"""
# What stands for the package in the tools' own environment, which has no torch.
STAND_IN = f"""
class Verdict:
    def __init__(self, right):
        self.passed, self.points = right, {POINTS} * right
        self.message = "right" if right else "look at the union"

def check(name, function):
    try:
        return Verdict(function([1, 2], [2, 3]) == 1 / 3)
    except Exception:
        return Verdict(False)
"""


def texts(notebook) -> list[str]:
    return ["".join(cell["source"]) for cell in notebook["cells"]]


@pytest.mark.parametrize("sheet", [s for s in sheets() if s.exercises], ids=lambda s: s.name)
def test_each_exercise_of_each_set_is_marked_once(sheet):
    names, points = zip(*((one.name, one.points) for one in sheet.exercises), strict=True)
    made = exports.nbgrader(sheet)
    told = [c["metadata"]["nbgrader"] for c in made["cells"] if "nbgrader" in c["metadata"]]
    assert [one["grade_id"] for one in told if one["solution"]] == list(names)
    assert [one["points"] for one in told if one["grade"]] == list(points)
    assert sum(text.count("### BEGIN SOLUTION") for text in texts(made)) == len(names)
    asked = texts(exports.otter(sheet))
    for what in ("QUESTION", "SOLUTION", "TESTS"):
        begun = sum(text.startswith(f"# BEGIN {what}") for text in asked)
        assert begun == len(names) == sum(text.startswith(f"# END {what}") for text in asked)
    for notebook in (texts(made), asked):
        assert not [text for text in notebook if "checks." in text and "check(" not in text]


# --- the real tools --------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path):
    """A folder with both exports, and an environment in which a stand-in is `ltp_book`."""
    exports.write(Sheet("set", tuple(cells(SET))), tmp_path / "out")
    package = tmp_path / "path" / "ltp_book"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "checks.py").write_text(STAND_IN)
    for name in ("ltp_core", "matplotlib"):  # so that no set-up cell installs anything
        (package.parent / f"{name}.py").write_text("")
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PY")}
    return tmp_path / "out", kept | {"PYTHONPATH": str(package.parent), "HOME": str(tmp_path)}


def run(tool: str, *words: object, cwd: Path, env: dict) -> None:
    """Run a tool that is on the path, and its own Python's kernel."""
    place = shutil.which(tool)
    assert place
    env = env | {"PATH": f"{Path(place).parent}{os.pathsep}{env['PATH']}"}
    done = subprocess.run(
        [place, *map(str, words)], cwd=cwd, env=env, capture_output=True, text=True
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


def filled_in(path: Path, answer: str) -> str:
    """A student's work in the copy that the tool made, which holds no solution."""
    handed = json.loads(path.read_text(encoding="utf-8"))
    assert "len(" not in "".join(texts(handed))
    [cell] = [c for c in handed["cells"] if f"def {NAME}(" in "".join(c["source"])]
    cell["source"] = answer
    return json.dumps(handed)


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.skipif(not shutil.which("nbgrader"), reason="nbgrader is not on the path")
def test_nbgrader_releases_and_marks_it(course):
    out, env = course
    folder = out / "nbgrader"
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'a'"
    )
    run("nbgrader", "generate_assignment", "set", cwd=folder, env=env)
    for student, answer in (("ann", RIGHT), ("bob", WRONG)):
        path = folder / "submitted" / student / "set" / "set.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(filled_in(folder / "release/set/set.ipynb", answer), encoding="utf-8")
    run("nbgrader", "autograde", "set", cwd=folder, env=env)
    run("nbgrader", "export", cwd=folder, env=env)
    with (folder / "grades.csv").open(encoding="utf-8") as file:
        marks = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert marks == {"ann": POINTS, "bob": 0}


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.skipif(not shutil.which("otter"), reason="otter-grader is not on the path")
def test_otter_assigns_and_marks_it(course):
    out, env = course
    folder = out / "otter" / "set"
    run("otter", "assign", "set.ipynb", "dist", cwd=folder, env=env)
    [archive] = (folder / "dist" / "autograder").glob("*.zip")
    for answer, points in ((RIGHT, POINTS), (WRONG, 0)):
        handed, result = folder / f"handed-{points}.ipynb", folder / f"result-{points}"
        handed.write_text(filled_in(folder / "dist/student/set.ipynb", answer), encoding="utf-8")
        result.mkdir()
        run("otter", "run", "-a", archive, "-o", result, handed.name, cwd=folder, env=env)
        tests = json.loads((result / "results.json").read_text(encoding="utf-8"))["tests"]
        scores = [test.get("score") for test in tests if NAME in test["name"]]
        assert scores == [points], tests
