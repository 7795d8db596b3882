"""A chapter's key follows from its imports: all that they may load, and little else."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tools.book import chapters as book
from tools.book.needs import PACKAGES, ROOT, cells, needs

LAZY = """
from importlib import import_module
from .eager import thing
from . import both
_LATER = {"text": "inner.deep.corpora", "far": ".above", "COLOUR": "red"}
SIZE = 3
if TYPE_CHECKING:
    from .above import load
def __getattr__(name):
    return getattr(import_module(f".{_LATER[name]}", __name__), name)
"""
TREE = {
    "ltp_core/__init__.py": LAZY,
    "ltp_core/eager.py": "def thing():\n    from .within import x",
    "ltp_core/within.py": "",
    "ltp_core/both.py": "both = 1",
    "ltp_core/inner/__init__.py": "from .beside import x as y",
    "ltp_core/inner/beside.py": "",
    "ltp_core/inner/deep/__init__.py": "",
    "ltp_core/inner/deep/corpora.py": "from ...above import z",
    "ltp_core/above.py": "",
    "ltp_book/__init__.py": "",
    "ltp_book/alias.py": "import ltp_core as core",
    "ltp_book/plain/one.py": "",
    "ltp_book/broken.py": "def",
    "ltp_book/runs.py": "import runpy\nrunpy.run_path('x')",
    "ltp_book/page/__init__.py": "",
    "ltp_book/page/page.js": "",
    "ltp_book/page/parts/style.css": "",
}
ALWAYS = "__init__ eager within both"


def paths(names, folder="ltp_core"):
    return {f"{folder}/{name}.py" for name in names.split()}


CORPORA = paths("inner/__init__ inner/beside inner/deep/__init__ inner/deep/corpora above")
CORE = paths(ALWAYS)
ALIAS = paths("__init__ alias", "ltp_book")


def found(tmp_path, source):
    """What a chapter of this one cell needs, in a repository that holds TREE."""
    for name, text in TREE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    chapter = tmp_path / "a.ipynb"
    chapter.write_text(json.dumps({"cells": [{"cell_type": "code", "source": [source]}]}))
    return {path.relative_to(tmp_path).as_posix() for path in needs(chapter, tmp_path)}


@pytest.mark.parametrize(
    "source, wanted",
    [
        ("import torch, json", set()),
        ("import ltp_core", CORE),
        ("import ltp_core as ltp\nltp.thing, ltp.SIZE, ltp.both", CORE),
        ("import ltp_core.inner.deep", CORE | CORPORA - paths("above inner/deep/corpora")),
        ("import ltp_core as ltp\nltp.text('en')", CORE | CORPORA),
        ("from ltp_core import text", CORE | CORPORA),
        ("from ltp_core import far", CORE | paths("above")),
        (
            "def later():\n    from ltp_core import inner",
            CORE | paths("inner/__init__ inner/beside"),
        ),
        ("load('ltp_core.above')", CORE | paths("above")),
        ("try:\n    %pip install 'x'\nexcept E:\n    import ltp_core", CORE),
        ("from ltp_book import alias", CORE | ALIAS),
        ("from ltp_book import alias\nalias.core.text", CORE | CORPORA | ALIAS),
        ("from ltp_book.plain import one", paths("__init__ plain/one", "ltp_book")),
        (
            "import ltp_book.page",
            paths("__init__ page/__init__", "ltp_book")
            | {"ltp_book/page/page.js", "ltp_book/page/parts/style.css"},
        ),
    ],
)
def test_what_is_imported_is_needed_and_nothing_else(tmp_path, source, wanted):
    assert found(tmp_path, source) == wanted


@pytest.mark.parametrize(
    "source",
    [
        "import ltp_core as ltp\ngetattr(ltp, name)",
        "import ltp_core as ltp\nf(ltp)",
        "import ltp_core as ltp\nltp.unknown",
        "import ltp_core as ltp\nltp.COLOUR",
        "import ltp_core as ltp\nltp.load",
        "from ltp_core import *",
        "from ltp_book import alias as a\nf(a.core)",
        "import ltp_book.broken",
        "import ltp_book.runs",
        "from importlib import import_module as get\nget(name)",
        "import sys\nsys.modules['ltp_core']",
        "exec(text)",
        "!ltp train",
    ],
)
def test_what_cannot_be_told_needs_everything(tmp_path, source):
    assert found(tmp_path, source) == set(TREE)


LOADED = """
import ast, json, sys
packages, chapters = json.load(sys.stdin)
for source in chapters:
    for name in [name for name in sys.modules if name.split(".")[0] in packages]:
        del sys.modules[name]
    space, tree = {}, ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            exec(compile(ast.Module([node], []), "chapter", "exec"), space)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if type(space.get(node.value.id)) is type(sys):
                getattr(space[node.value.id], node.attr, None)
    print(json.dumps([m.__file__ for name, m in sys.modules.items()
                      if name.split(".")[0] in packages and m.__file__]))
"""


def test_every_module_that_a_chapters_imports_load_is_among_its_needs():
    chapters = book.chapters()
    sent = json.dumps([PACKAGES, [cells(path) for path in chapters]])
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        input=sent,
        cwd=ROOT,
        text=True,
        capture_output=True,
        check=True,
    )
    for path, line in zip(chapters, done.stdout.splitlines(), strict=True):
        loaded = {Path(file) for file in json.loads(line)}
        assert len(loaded) > 10 and loaded <= set(needs(path)), path.stem


def edit(monkeypatch, file):
    """Let a file read as if a line had been added."""
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda path: plain(path) + b"\n#" * (path == file))


def test_a_changed_module_makes_stale_only_the_chapters_that_reach_it(monkeypatch):
    from ltp_core.teaching.explorers import page

    chapters = book.chapters()
    before = book.Stamps(chapters).inputs
    edit(monkeypatch, Path(page.__file__))
    after = book.Stamps(chapters).inputs
    stale = {path.stem for path in chapters if before[path] != after[path]}
    assert "cheap" not in stale and "choosing" in stale


def test_a_change_of_what_compares_makes_stale_only_what_was_compared(tmp_path, monkeypatch):
    chapter = tmp_path / "a.ipynb"
    chapter.write_text("{}")
    jobs = ("execute", "verify", "nbval")
    book.Stamps([chapter], tmp_path).mark(chapter, *jobs)
    edit(monkeypatch, book.BOOK / "conftest.py")
    stamps = book.Stamps([chapter], tmp_path)
    assert [stamps.fresh(chapter, job) for job in jobs] == [True, False, False]
