"""Every figure of the chapters as a file, for slides.

    python -m tools.classroom.figures --out FOLDER [CHAPTER ...]

writes CHAPTER-01.png, CHAPTER-02.svg ... in the order of the page, and index.html, which shows each
with its title and the words that stand for it (alt text). A figure that code drew is a PNG; one
that was drawn by hand is an SVG. The title is the chapter's and the section's.

Reading order: `of_chapter`, `write`. What it does not do: draw anything. Figures that move are
left out; they need the page.
"""

from __future__ import annotations

import argparse
import base64
import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ..book import chapters

CODE = re.compile(r"^```.*?^```", re.M | re.S)  # a comment in it looks like a heading
PART = re.compile(r"^#{1,3} (?P<heading>.+)$|!\[(?P<alt>[^\]]+)\]\((?P<file>figures/\S+)\)", re.M)
PAGE = """\
<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>Figures of the chapters</title>
<style>body {{ max-width: 46rem; margin: 2rem auto; font-family: sans-serif }}
figure {{ margin: 0 0 3rem }} img {{ max-width: 100% }} code {{ color: #666 }}</style>
<h1>Figures of the chapters</h1>
{figures}
</html>
"""


class Figure(NamedTuple):
    """A figure: its file's name, its title, the words that stand for it, and the file's bytes."""

    name: str
    title: str
    alt: str
    data: bytes


def of_chapter(path: Path) -> Iterator[Figure]:
    """The figures of a chapter's notebook, in the order of the page."""
    chapter = section = ""
    number = 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for heading, alt, file, data in _parts(cell):
            section = heading or section
            chapter = chapter or section
            if heading:
                continue
            number += 1
            title = chapter if section == chapter else f"{chapter} · {section}"
            data = data or (path.parent / file).read_bytes()
            yield Figure(f"{path.stem}-{number:02d}{Path(file).suffix}", title, alt, data)


def _parts(cell: dict[str, Any]) -> Iterator[tuple[str, str, str, bytes]]:
    """A cell's headings and figures: heading, alt text, file, and bytes where the cell has them."""
    if cell["cell_type"] == "markdown":
        for part in PART.finditer(CODE.sub("", "".join(cell["source"]))):
            yield part["heading"] or "", part["alt"] or "", part["file"] or "", b""
    alt = cell["metadata"].get("mystnb", {}).get("image", {}).get("alt", "")
    for output in cell.get("outputs", []):
        if drawn := output.get("data", {}).get("image/png"):
            yield "", alt, "drawn.png", base64.b64decode("".join(drawn))


def all_figures(names: list[str] | None = None) -> list[Figure]:
    """Those of the chapters named, or of all; a SystemExit where there is no such chapter."""
    return [figure for path in chapters.chapters(names) for figure in of_chapter(path)]


def write(folder: Path, figures: list[Figure]) -> None:
    """Each figure as a file, and the page that shows them all."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in figures:
        (folder / figure.name).write_bytes(figure.data)
    page = PAGE.format(figures="\n".join(map(shown, figures)))
    (folder / "index.html").write_text(page, encoding="utf-8", newline="\n")


def shown(figure: Figure) -> str:
    """A figure on the page.

    >>> shown(Figure("real-01.png", "Is it real?", "Two bars.", b""))
    '<figure><h2>Is it real?</h2><img src="real-01.png" alt="Two bars."><figcaption>Two bars. ...'
    """
    name, title, alt = map(html.escape, figure[:3])
    words = f"{alt} <code>{name}</code>"
    image = f'<img src="{name}" alt="{alt}">'
    return f"<figure><h2>{title}</h2>{image}<figcaption>{words}</figcaption></figure>"


def main() -> None:
    """Read the arguments and write the files."""
    parser = argparse.ArgumentParser(prog="python -m tools.classroom.figures")
    parser.add_argument("chapter", nargs="*", help="names of chapters; left out, all of them")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    args = parser.parse_args()
    figures = all_figures(args.chapter)
    write(args.out, figures)
    print(f"figures: {len(figures)} in {args.out}; index.html shows them with their words")


if __name__ == "__main__":
    main()
