"""LICENSES.md tells of every file whose it is, and of no file that is not there."""

import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from tools.backbone.card import INTRO

try:
    import tomllib
except ModuleNotFoundError:  # Python 3.10
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[2]
LINES = (ROOT / "LICENSES.md").read_text(encoding="utf-8").splitlines()
TABLE = [[cell.strip() for cell in line.strip("|").split("|")] for line in LINES if "| `" in line]
# Outside these folders a file of such a kind is written by us, by hand or by a tool of ours.
OTHERS = ("data/", "book/_vendor/")
WRITTEN = {".py", ".md", ".ipynb", ".rst", ".toml", ".yml", ".yaml", ".cff"}
WRITTEN |= {".lock", ".cfg", ".mplstyle", ".typed"}


def named(cell):
    """What stands in backticks in a cell of the table."""
    return re.findall(r"`([^`]+)`", cell)


PATTERNS = [pattern for row in TABLE for pattern in named(row[0])]
TEXTS = {text for row in TABLE for text in named(row[-1])}


@pytest.fixture(scope="module")
def tracked():
    answer = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True
    )
    files = [name for name in answer.stdout.decode().split("\0") if name]
    if not files:
        pytest.skip("not a git checkout")
    return [name for name in files if (ROOT / name).is_file()]


def lines_of(name):
    return [pattern for pattern in PATTERNS if fnmatchcase(name, pattern)]


def is_written(name):
    kind = Path(name).suffix
    return not name.startswith(OTHERS) and (kind in WRITTEN or not kind)


@pytest.mark.process
def test_every_file_has_one_line_or_is_written_by_us(tracked):
    for name in tracked:
        lines = lines_of(name)
        assert len(lines) <= 1 or name in TEXTS, f"{name} has two lines: {lines}"
        assert lines or name in TEXTS or is_written(name), f"LICENSES.md says nothing of {name}"


@pytest.mark.process
def test_no_line_names_what_is_not_there(tracked):
    assert len(TABLE) > 20 and all(len(row) == 5 and all(row) for row in TABLE)
    for pattern in PATTERNS:
        assert any(fnmatchcase(name, pattern) for name in tracked), f"no file is {pattern}"
    for text in TEXTS:
        assert text in tracked, f"no licence lies at {text}"


@pytest.mark.process
def test_every_licence_that_lies_here_is_named(tracked):
    kinds = re.compile(r"(^|/)(LICEN[SC]E|COPYING|NOTICE|CREDITS|OFL)[^/]*$|LICENSE\.txt$")
    there = {name for name in tracked if kinds.search(name) and name != "LICENSES.md"}
    assert there == TEXTS


def test_source_and_version_are_those_of_the_card_beside_the_files():
    for row in TABLE:
        files, source = named(row[0])[0], row[3]
        if source == "ours":
            assert row[2] == "MIT" and named(row[-1]) == ["LICENSE"]
            continue
        folder = ROOT / ("book/_vendor" if "_vendor" in files else Path(files).parent)
        card = " ".join((folder / "README.md").read_text(encoding="utf-8").split())
        found = re.findall(r"`[^`]+` [\w.-]+", source)
        assert found and all(version in card for version in found), f"{files}: {source}"


@pytest.mark.parametrize(
    "name",
    ["data/new.parquet", "book/_vendor/vendor/x.js", "ltp_book/font.woff2", "data/text/notes.md"],
)
def test_a_new_file_without_a_line_would_be_seen(name):
    assert not lines_of(name) and not is_written(name)


def test_the_package_names_all_licences_of_what_it_carries_and_brings_their_texts():
    """The wheel holds `data/`. What is in the public domain needs no licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    carried = [row for row in TABLE if named(row[0])[0].startswith(("data/", "ltp_"))]
    licences = {licence for row in carried for licence in row[2].split("; ")}
    assert set(project["license"].split(" AND ")) == licences - {"public domain"}
    for text in {text for row in carried for text in named(row[-1])}:
        assert any(fnmatchcase(text, glob) for glob in project["license-files"]), text


def test_the_notice_of_the_weights_names_its_holder():
    notice = (ROOT / "data/backbone/LICENSE-e5.md").read_text(encoding="utf-8")
    card = (ROOT / "data/backbone/README.md").read_text(encoding="utf-8")
    assert "Copyright (c) Microsoft Corporation\n\nPermission is hereby granted" in notice
    assert "`LICENSE-e5.md`" in card and "`LICENSE-e5.md`" in INTRO
