"""A folder of notebooks, graded: a judge for each, two at a time.

Reading order: `grade`. What it does not do: read a notebook; each judge reads its own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from . import walls
from .judge import Mark
from .limits import Limits
from .proxy import START_SECONDS

CHECKS = "ltp_book.checks"
SPARE_SECONDS = 2 * START_SECONDS  # for a judge, beside the time of the student's functions


class Graded(NamedTuple):
    """One notebook: whose, its marks, and what kept it from being graded ("" for nothing)."""

    student: str
    marks: tuple[Mark, ...]
    error: str = ""

    @property
    def points(self) -> float:
        """The sum of the marks."""
        return sum(mark.points for mark in self.marks)


def grade(
    folder: Path,
    *,
    chapters: Sequence[str] = (),
    limits: Limits = Limits(),  # noqa: B008  # a tuple, it cannot change
    jobs: int = 2,
    trust: bool = False,
    checks: str = CHECKS,
    say: Callable[[str], None] = lambda line: None,
) -> list[Graded]:
    """The marks of every notebook below `folder`, by name.

    `chapters` are those whose exercises count; by default those of which some notebook has a
    function. A student is named after the file, with its folders.

    Raises:
        ValueError: no notebook is there; no chapter of this name; or this system cannot close a
            process in, and `trust` is not given.
    """
    if find_spec("nbformat") is None:
        raise ValueError("grading needs nbformat; pip install nbformat")
    notebooks = handed_in(folder)
    if not trust and not walls.there():
        raise ValueError(
            "this system gives no user namespaces, so a notebook could read other files and use "
            "the network; grade in a container or an account of its own, and say --trust"
        )
    with tempfile.TemporaryDirectory(prefix="ltp-grade-") as room:

        def one(number: int) -> Graded:
            name = notebooks[number].relative_to(folder).with_suffix("").as_posix()
            own = Path(room) / str(number)
            own.mkdir()
            graded = _judged(name, notebooks[number], folder, own, limits, checks)
            shutil.rmtree(own, ignore_errors=True)
            say(f"{name}: {graded.error or f'{graded.points:g} points'}")
            return graded

        with ThreadPoolExecutor(jobs) as pool:
            graded = list(pool.map(one, range(len(notebooks))))
    return _of_chapters(graded, chapters)


def handed_in(folder: Path) -> list[Path]:
    """The notebooks below a folder: no link, no hidden folder."""
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; name the one with the notebooks")
    inside = sorted(folder.rglob("*.ipynb"))
    parts = {path: path.relative_to(folder).parts for path in inside}
    links = {path for path in inside if any(p.is_symlink() for p in (path, *path.parents))}
    links = {path for path in links if not folder.is_symlink() or path.is_symlink()}
    hidden = {path for path in inside if any(part.startswith(".") for part in parts[path])}
    found = [path for path in inside if path.is_file() and path not in links | hidden]
    if not found:
        raise ValueError(f"{folder} has no notebook; a handed-in file ends in .ipynb")
    return found


def _judged(
    name: str, notebook: Path, folder: Path, own: Path, limits: Limits, checks: str
) -> Graded:
    """Start a judge, wait for its verdicts, end it when it takes too long."""
    job = {
        "notebook": str(notebook.resolve()),
        "checks": checks,
        "limits": tuple(limits),
        "hidden": [str(folder.resolve())],
        "folder": str(own),
    }
    paths = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(
            [sys.executable, "-s", "-B", "-m", "ltp_book.grading.judge"],
            input=json.dumps(job),
            env=dict(os.environ) | {"PYTHONPATH": paths, "OMP_NUM_THREADS": "1"},
            cwd=own,
            capture_output=True,
            text=True,
            timeout=limits.total_seconds + SPARE_SECONDS,
        )
        said = json.loads(done.stdout)
    except subprocess.TimeoutExpired as problem:
        return Graded(name, (), f"not graded: {problem.timeout:.0f} s were not enough")
    except json.JSONDecodeError:
        return Graded(name, (), f"not graded: the judge ended with {done.stderr[-300:].strip()!r}")
    if "error" in said:
        return Graded(name, (), said["error"])
    return Graded(name, tuple(Mark(**mark) for mark in said["marks"]))


def _of_chapters(graded: list[Graded], chapters: Sequence[str]) -> list[Graded]:
    """The marks of these chapters only; of none named, those that somebody has answered."""
    marks = [mark for one in graded for mark in one.marks]
    known = dict.fromkeys(mark.chapter for mark in marks)
    if marks and (strange := [name for name in chapters if name not in known]):
        raise ValueError(f"no exercises of a chapter {strange[0]!r}; there are {', '.join(known)}")
    wanted = set(chapters) or {mark.chapter for mark in marks if mark.found}
    return [
        one._replace(marks=tuple(mark for mark in one.marks if mark.chapter in wanted))
        for one in graded
    ]
