"""The quick checks of the chapters as quizzes for Moodle, one GIFT file a chapter.

    python -m tools.classroom.quizzes --out FOLDER     all chapters; or name some

In Moodle: Question bank, Import, GIFT format. A quick check stands in the chapter as headings with
answers to open; the reply to the right one begins with *Yes*. GIFT has a question as

    ::name:: [html]text { =right #feedback ~wrong #feedback }

Reading order: `questions`, `gift`, `read_back`. What it does not do: carry formulas as pictures;
TeX stays TeX, which Moodle's MathJax filter shows.
"""

from __future__ import annotations

import argparse
import html
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ..book import chapters as book

SPECIAL = "~=#{}:"  # GIFT's own characters; a backslash takes their meaning away


class Answer(NamedTuple):
    """One answer to a question, and the reply to it."""

    text: str
    right: bool
    reply: str


class Question(NamedTuple):
    """A question of a quick check."""

    name: str
    text: str
    answers: tuple[Answer, ...]


def questions(path: Path) -> list[Question]:
    """The quick check of a chapter; none where it has none."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")
    section = re.search(r"^## Quick check\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    asked = re.split(r"^### ", section[1], flags=re.M)[1:] if section else []
    return [_question(f"{path.stem} {n}", part) for n, part in enumerate(asked, 1)]


def _question(name: str, text: str) -> Question:
    head = text.partition("<details")[0]  # its answers may have attributes
    found = re.findall(r"<summary>(?:[A-Z]\. )?(.*?)</summary>(.*?)</details>", text, re.S)
    answers = (
        Answer(_line(answer), bool(re.match(r"\s*Yes\b", reply)), _line(reply))
        for answer, reply in found
    )
    return Question(name, _line(head), tuple(answers))


def _line(text: str) -> str:
    """One line of markdown; code may be written as HTML in a summary."""
    return html.unescape(re.sub(r"</?code>", "`", " ".join(text.split())))


def gift(asked: Iterable[Question], category: str) -> str:
    r"""The file for one chapter.

    >>> one = Question("a 1", "Is d = 1?", (Answer("No", False, "Look."), Answer("Yes", True, "")))
    >>> print(gift([one], "A"))
    $CATEGORY: A
    <BLANKLINE>
    ::a 1:: [html]Is d \= 1? {
    ~No #Look.
    =Yes
    }
    <BLANKLINE>
    """
    parts = [f"$CATEGORY: {category}"]
    for name, text, answers in asked:
        lines = []
        for answer in answers:
            reply = f" #{_markup(answer.reply)}" if answer.reply else ""
            lines.append(f"{'=' if answer.right else '~'}{_markup(answer.text)}{reply}")
        parts.append("\n".join([f"::{_safe(name)}:: [html]{_markup(text)} {{", *lines, "}"]))
    return "\n\n".join(parts) + "\n"


def _markup(text: str) -> str:
    """Markdown's code, links and TeX as Moodle's HTML, then made safe for GIFT."""
    shown = html.escape(text, quote=False)
    shown = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", shown)
    shown = re.sub(r"`([^`]*)`", r"<code>\1</code>", shown)
    shown = re.sub(r"(?<!\\)\$([^$]+)\$", r"\\(\1\\)", shown)
    return _safe(shown)


def _safe(text: str) -> str:
    escaped = text.replace("\\", "\\\\")
    return "".join(f"\\{char}" if char in SPECIAL else char for char in escaped)


def read_back(text: str) -> list[Question]:
    """The questions of a GIFT file of this form, still in Moodle's HTML."""
    hidden = re.sub(r"\\(.)", lambda found: f"\0{ord(found[1])}\0", text)

    def shown(part: str) -> str:
        return re.sub(r"\0(\d+)\0", lambda found: chr(int(found[1])), part).strip()

    form = re.compile(r"::(.*?)::\s*\[html\](.*?)\{(.*?)\}", re.S)
    found = []
    for name, asked, inside in form.findall(hidden):
        parts = re.findall(r"([=~])([^=~#]*)(?:#([^=~#]*))?", inside)
        answers = (
            Answer(shown(answer), sign == "=", shown(reply)) for sign, answer, reply in parts
        )
        found.append(Question(shown(name), shown(asked), tuple(answers)))
    return found


def write(out: Path, names: list[str] | None = None) -> dict[str, int]:
    """One file for each chapter with a quick check; chapter -> number of questions."""
    out.mkdir(parents=True, exist_ok=True)
    written = {}
    for path in book.chapters(names or None):
        if asked := questions(path):
            text = gift(asked, f"Lottery Ticket Prompt-learning/{path.stem}")
            (out / f"{path.stem}.gift").write_text(text, encoding="utf-8")
            written[path.stem] = len(asked)
    return written


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description="Quick checks for Moodle.")
    parser.add_argument("chapters", nargs="*")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    for name, number in write(args.out, args.chapters).items():
        print(f"{args.out / name}.gift: {number} questions")


if __name__ == "__main__":
    main()
