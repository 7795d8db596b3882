"""The prose of the book: no wall of text, no word that is known to be misspelt."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CHAPTERS = sorted((ROOT / "book").glob("*.ipynb"))
PAGES = [*CHAPTERS, *sorted((ROOT / "book").glob("*.md")), *sorted(ROOT.glob("*.md"))]
NAMES = "als"  # right here, though codespell knows them as misspellings of another word
MOST = 120  # words between two things to look at or to do
# What interrupts reading: a formula, a table, a picture, a list, code, a box to open.
STOPS = re.compile(
    r"\$\$.*?\$\$|```.*?```|<details.*?</details>|<div.*?</div>|!\[.*?\]\(.*?\)"
    r"|^\s*\|.*?$|^\s*(?:[-*]|\d+\.)\s.*?(?=\n\s*\n|\n\s*(?:[-*]|\d+\.)\s|\Z)",
    re.DOTALL | re.MULTILINE,
)


def markdown(path: Path) -> list[str]:
    """The text of a page, a piece for each stretch between two cells of code."""
    if path.suffix == ".md":
        return [path.read_text(encoding="utf-8")]
    pieces = [""]
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "markdown":
            pieces[-1] += "\n\n" + "".join(cell["source"])
        else:
            pieces.append("")
    return pieces


def walls(text: str) -> list[tuple[int, str]]:
    """The stretches of more than MOST words, and how each begins."""
    stretches = [part.split() for part in STOPS.split(text)]
    return [(len(words), " ".join(words[:8])) for words in stretches if len(words) > MOST]


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_there_is_always_something_to_look_at_or_do(path):
    assert [wall for piece in markdown(path) for wall in walls(piece)] == []


@pytest.mark.parametrize("name", ["method", "choosing", "real", "cheap"])
def test_a_ticket_has_K_places_and_a_mask_the_entropy_H(name):
    """As the glossary's table of symbols says: k are the examples of a class, h is a state."""
    text = "\n".join(markdown(ROOT / "book" / f"{name}.ipynb"))
    formulas = re.findall(r"\$\$.*?\$\$|\$[^$\n]+\$", text, re.DOTALL)
    assert any("K" in formula for formula in formulas)
    assert [f for f in formulas if re.search(r"(?<![\w\\])k(?!\w)|h\(d\)", f)] == []


def test_a_wall_is_seen_and_what_interrupts_it_too():
    long = "word " * 80
    assert walls(long + "\n\n" + long) == [(160, "word word word word word word word word")]
    for stop in ("$$x$$", "| a | b |", "- one\n- two", "![alt](a.png)", "```\ncode\n```"):
        assert walls(f"{long}\n\n{stop}\n\n{long}") == []


@pytest.mark.process
def test_spelling(tmp_path):
    """No word is in codespell's list of common misspellings."""
    pytest.importorskip("codespell_lib", reason="pip install -e .[test]")
    for path in PAGES:
        (tmp_path / f"{path.name}.txt").write_text("\n".join(markdown(path)), encoding="utf-8")
    command = [sys.executable, "-m", "codespell_lib", "--ignore-words-list", NAMES]
    assert misspelt(command, tmp_path) == []
    (tmp_path / "wrong.txt").write_text("a recieved word", encoding="utf-8")
    assert len(misspelt(command, tmp_path)) == 1


def misspelt(command: list[str], folder: Path) -> list[str]:
    run = subprocess.run([*command, folder], capture_output=True, text=True)
    assert run.returncode in (0, 65), run.stderr
    return run.stdout.splitlines()
