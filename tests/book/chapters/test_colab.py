"""Every chapter, alone in an empty folder, runs from its set-up cell; torch and numpy stay.

Nothing of Colab is here, so the world it brings is built: tools/site/colab.py. Always run are the
set-up cell, which really installs the package from a git repository, and the cell after it. All
cells of all chapters, under the newest and the oldest transformers and datasets that the package
allows, need the network and about as long as the book; ask for them:

    LTP_COLAB=newest,oldest python -m pytest tests/book/chapters/test_colab.py
"""

import ast
import json
import os
import re
import subprocess
import sys
import zipfile

import pytest

import ltp_core
from tools.book import chapters as book
from tools.book import set_up
from tools.site import colab as site_colab
from tools.site import set_repository

CHAPTERS = book.chapters()
ASKED = [word for word in os.environ.get("LTP_COLAB", "").split(",") if word]
each_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the world of Colab is built with fork"),
]


def run(python, environment: dict, paths: list, number: int, seconds: int) -> dict[str, str]:
    """Run the first cells of each notebook; its name -> what went wrong, '' for nothing."""
    command = [python, site_colab.__file__, str(number), *map(str, paths)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=seconds)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = map(json.loads, done.stdout.splitlines())
    return {line["chapter"]: line["error"] for line in lines}


@pytest.fixture(scope="module")
def colab(tmp_path_factory):
    """The environment's Python, its variables, and how the first two cells of each chapter went.

    One more notebook runs with them, `bad`, which must not go well.
    """
    folder = tmp_path_factory.mktemp("colab")
    python = site_colab.make_environment(folder)
    environment = site_colab.settings(
        set_repository.current(), site_colab.make_repository(folder), folder
    )
    missing = subprocess.run(
        [python, "-c", "import ltp_core"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert "No module named 'ltp_core'" in missing.stderr, "it must not be there before"
    bad = folder / "bad.ipynb"
    cells = [{"cell_type": "code", "source": ["1 /", source]} for source in ("1", "0", "1")]
    bad.write_text(json.dumps({"cells": cells}))
    paths = [*CHAPTERS, bad]
    return python, environment, run(python, environment, paths, number=2, seconds=900)


@each_chapter
def test_a_chapter_alone_runs_from_its_set_up_cell(colab, path):
    assert colab[2][path.stem] == ""


def test_the_set_up_cell_adds_this_package_and_nothing_else(colab):
    python, environment, _ = colab
    added = {path.name for path in site_colab.site_packages(python.parents[1]).iterdir()}
    version = ltp_core.__version__
    assert added == {
        "preinstalled.pth",
        "ltp_core",
        "ltp_book",
        f"ltp_core-{version}.dist-info",
    }
    where = "import ltp_core, torch, numpy\nfor m in ltp_core, torch, numpy: print(m.__file__)"
    files = subprocess.run(
        [python, "-c", where],
        env=environment,
        cwd=python.parent,
        text=True,
        capture_output=True,
        check=True,
    ).stdout.split()
    assert ["preinstalled" in file for file in files] == [False, True, True]


def test_elsewhere_the_set_up_cell_brings_what_draws_too(tmp_path):
    """A bare Jupyter: neither matplotlib nor ipywidgets. Two empty wheels stand for them."""
    lacks = ("ipywidgets", "matplotlib", "mpl_toolkits")
    python = site_colab.make_environment(tmp_path, absent=(*site_colab.ABSENT, *lacks))
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for name in ("ipywidgets", "matplotlib"):
        empty_wheel(wheels, name)
    environment = site_colab.settings(
        set_repository.current(), site_colab.make_repository(tmp_path), tmp_path
    ) | {"PIP_FIND_LINKS": str(wheels)}
    environment.pop("MPLBACKEND")  # IPython would ask the empty one for it
    cell = set_up.lines(set_repository.current())
    script = (
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        f"Shell.instance().run_cell({cell!r}).raise_error()\n"
        "import ipywidgets, ltp_core, matplotlib\n"
        "for m in ipywidgets, matplotlib, ltp_core: print(m.__file__)"
    )
    done = subprocess.run(
        [python, "-c", script], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    files = done.stdout.split()[-3:]
    assert all(str(python.parents[1]) in file for file in files), files


def empty_wheel(folder, name: str, version: str = "99.0") -> None:
    """A wheel of one empty module."""
    about = f"{name}-{version}.dist-info"
    parts = {
        f"{name}.py": "",
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    parts[f"{about}/RECORD"] = "".join(f"{part},,\n" for part in (*parts, f"{about}/RECORD"))
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for part, text in parts.items():
            wheel.writestr(part, text)


def test_a_cell_that_fails_is_reported(colab):
    assert colab[2]["bad"] == "cell 2: ZeroDivisionError: division by zero"


# What Colab has beside this package's own dependencies, which its set-up cell would bring.
BROUGHT = {"IPython", "ipywidgets", "matplotlib", "scipy", "pandas", "sklearn"}


@each_chapter
def test_a_chapter_imports_nothing_that_colab_lacks(path):
    project = (book.ROOT / "pyproject.toml").read_text()
    own = re.search(r"^dependencies = \[(.*?)^\]", project, re.M | re.S)[1]
    there = (
        BROUGHT
        | sys.stdlib_module_names
        | set(re.findall(r'"([\w-]+)', own))
        | {"ltp_core", "ltp_book"}
    )
    for cell in book.nbrun.read(path).cells:
        if cell.cell_type == "code":
            lines = [re.sub(r"^(\s*)%.*", r"\1pass", line) for line in cell.source.splitlines()]
            for node in ast.walk(ast.parse("\n".join(lines))):
                names = [node.module] if isinstance(node, ast.ImportFrom) else []
                names += [it.name for it in node.names] if isinstance(node, ast.Import) else []
                assert {name.partition(".")[0] for name in names} <= there, names


# --- all cells, on request ------------------------------------------------------------------


def wanted(version: str) -> list[str]:
    """What pip is told: the newest, or the lowest that pyproject.toml allows.

    The oldest transformers comes with nothing else held: pip chooses what it needs.
    """
    text = (book.ROOT / "pyproject.toml").read_text()
    lowest = dict(re.findall(r'^    "(transformers|datasets)>=([\d.]+)",', text, re.M))
    assert len(lowest) == 2
    if version == "newest":
        return list(lowest)
    return [f"{name}~={bound}.0" for name, bound in lowest.items()]


@pytest.mark.skipif(not ASKED, reason="all cells as in Colab: LTP_COLAB=newest,oldest")
@pytest.mark.parametrize("version", ASKED or ["newest", "oldest"])
def test_whole_chapters_with_other_versions(tmp_path, version):
    python = site_colab.make_environment(tmp_path)
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--upgrade", *wanted(version)],
        check=True,
        cwd=tmp_path,
    )
    environment = site_colab.settings(
        set_repository.current(), site_colab.make_repository(tmp_path), tmp_path
    )
    results = run(python, environment, CHAPTERS, number=0, seconds=3600)
    assert results == {path.stem: "" for path in CHAPTERS}
