"""From each source to all that is handed out.

    python -m tools.classroom build     write everything
    python -m tools.classroom verify    compare what is committed with its source, write nothing

Committed, since readers open them: the students' notebooks, `book/exercises/*.ipynb`, which work in
Colab as they are, the table in `book/exercises.md`, and the handout. Built only, in
`_build/classroom`: for each set the solution, the slides, and the lecturer's notes.

Reading order: `committed`, `built`, `stale`. What it does not do: run a notebook, or grade one.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .decks import deck
from .handout import HANDOUT, handout
from .notebooks import dumped, solution, student
from .notes import notes
from .page import PAGE, page
from .source import FOLDER, ROOT, Sheet, sheets

OUT = ROOT / "_build" / "classroom"


def committed(sets: list[Sheet]) -> dict[Path, str]:
    """The files of the repository that are made from the sources."""
    found = {FOLDER / f"{sheet.name}.ipynb": dumped(student(sheet)) for sheet in sets}
    return found | {PAGE: page(sets), HANDOUT: handout()}


def built(sets: list[Sheet], out: Path = OUT) -> dict[Path, str]:
    """The lecturer's files."""
    found = {}
    for sheet in sets:
        found[out / "solutions" / f"{sheet.name}.ipynb"] = dumped(solution(sheet))
        found[out / "slides" / f"{sheet.name}.html"] = deck(sheet)
        found[out / "notes" / f"{sheet.name}.md"] = notes(sheet)
    return found


def stale(files: dict[Path, str]) -> list[Path]:
    """Those whose text on the disk is another, or missing; and notebooks that no source makes."""
    there = {path for path in files if path.exists()}
    changed = [p for p in files if p not in there or p.read_text(encoding="utf-8") != files[p]]
    return changed + [path for path in sorted(FOLDER.glob("*.ipynb")) if path not in files]


def main() -> None:
    """Build, or verify."""
    parser = argparse.ArgumentParser(prog="python -m tools.classroom", description=__doc__)
    parser.add_argument("what", choices=["build", "verify"])
    what = parser.parse_args().what
    sets = sheets()
    files = committed(sets)
    if what == "verify":
        names = [path.relative_to(ROOT).as_posix() for path in stale(files)]
        again = "python -m tools.classroom build"
        sys.exit(f"classroom: not as their sources: {', '.join(names)}; {again}" if names else 0)
    for path, text in (files | built(sets)).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    print(f"classroom: {len(sets)} sets; solutions, slides and notes in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
