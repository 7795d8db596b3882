"""Answers to questions as a picture in a page: a row a question, its interval on a common axis.

    pictured([Row("Is A better than B?", [question])], "Two methods")

A row is a sentence and one or more lines. A line is an interval in points, the answer by mark,
word and colour, and the number. The green ground shows where the whole interval must lie for a
*yes*: right of zero, or right of a margin below it. The same in numbers, with the corrected p, is
a table that opens below. It is HTML, not an image: a telephone breaks the sentence and puts the
interval below it, a dark page has its own colours, and a link can lead to the evidence.

Printed, or in a terminal, it is the table alone.

Reading order: `Row`, `in_rows`, `pictured`, `Answers`.

What it does not do: decide (`verdicts/claims.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import NamedTuple

from ..looks import GREEN, GROUPS, SERIES
from ..verdicts.claims import Question, cells, points
from .table import Table, table

HEAD = ("question", "answer", "points", "corrected p")
MARKS = {"yes": ("yes", "✓"), "no": ("no", "✗"), "undecided": ("open", "–")}
NOT_ASKED = ("open", "?")
TICKS = (1, 2, 5, 10, 20, 50)  # points between two marks of the axis; the first that gives few
STYLE = f"""<style>
div.text_html:has(> .ltp-answers) {{
  background: none !important; color: inherit !important; padding: 0 !important;
}}
.ltp-answers {{ --yes: var(--right, {GREEN}); --no: var(--wrong, {SERIES[2].light});
  --rule: color-mix(in srgb, currentcolor 22%, transparent);
  container-type: inline-size; color: inherit; font-size: .92em; margin: .6rem 0; }}
.ltp-answers > p {{ font-weight: bold; margin: 0 0 .3rem; }}
.ltp-answers .asked {{ display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 8fr);
  column-gap: 1.2rem; align-items: center; border-top: 1px solid var(--rule); padding: .35rem 0; }}
.ltp-answers .asked small {{ display: block; opacity: .8; }}
.ltp-answers .line {{ display: grid; align-items: center; column-gap: .6rem;
  grid-template-columns: minmax(6em, 1fr) 11em; line-height: 1.5; }}
.ltp-answers .line:not(.tagged) .bar {{ grid-row: 1 / 3; }}
.ltp-answers .line:not(.tagged) .n {{ grid-column: 2; text-align: left; }}
.ltp-answers .line.tagged {{ grid-template-columns: 3.7em minmax(5em, 1fr) 6.4em 11em; }}
.ltp-answers .bar {{ position: relative; height: 1.5em; display: block; }}
.ltp-answers .bar > * {{ position: absolute; top: 0; bottom: 0; }}
.ltp-answers .zone {{ background: color-mix(in srgb, var(--yes) 13%, transparent); right: 0; }}
.ltp-answers .zero {{ border-left: 1px solid currentcolor; opacity: .6; }}
.ltp-answers .from {{ height: .28em; top: calc(50% - .14em); background: var(--own);
  border-radius: .14em; }}
.ltp-answers .at {{ width: .72em; height: .72em; top: calc(50% - .36em); margin-left: -.36em;
  border-radius: 50%; background: var(--own); }}
.ltp-answers .axis .bar span {{ transform: translateX(-50%); font-size: .85em; opacity: .8; }}
.ltp-answers .yes {{ --own: var(--yes); }} .ltp-answers .no {{ --own: var(--no); }}
.ltp-answers .open {{ --own: color-mix(in srgb, currentcolor 60%, transparent); }}
.ltp-answers .says {{ color: var(--own); font-weight: 600; white-space: nowrap; }}
.ltp-answers .open .says {{ color: inherit; }}
.ltp-answers .n {{ text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }}
.ltp-answers details {{ border-top: 1px solid var(--rule); padding-top: .3rem; }}
.ltp-answers summary {{ cursor: pointer; opacity: .85; }}
@container (max-width: 38rem) {{
  .ltp-answers .asked {{ grid-template-columns: minmax(0, 1fr); row-gap: .2rem; }}
  .ltp-answers .line.line {{ grid-template-columns: auto auto 1fr; }}
  .ltp-answers .line.line .n {{ grid-column: 3; text-align: right; }}
  .ltp-answers .line.line .bar {{ grid-column: 1 / -1; grid-row: 2; }}
  .ltp-answers .axis > :first-child, .ltp-answers .axis :is(.tag, .says, .n) {{ display: none; }}
}}
</style>"""


class Row(NamedTuple):
    """A sentence, its questions, the address it leads to, and what stands below it in small."""

    sentence: str
    questions: Sequence[Question]
    link: str = ""
    below: str = ""


@dataclass(frozen=True)
class Answers:
    """Rows with a caption; shows itself. With `tags`, each line names its group of languages."""

    caption: str
    rows: tuple[Row, ...]
    tags: bool

    def table(self) -> Table:
        """The same in numbers: each question, its answer, its points and its corrected p."""
        told = [cells(question) for row in self.rows for question in row.questions]
        return table(HEAD, [(asked, says, *rest) for says, asked, *rest in told], self.caption)

    def __repr__(self) -> str:
        return repr(self.table())

    def _repr_html_(self) -> str:
        low, high = _reach([it for row in self.rows for it in row.questions])
        axis = _axis(low, high, self.tags)
        body = "\n".join(_row(row, low, high, self.tags) for row in self.rows)
        caption = escape(self.caption)
        numbers = self.table()._repr_html_()
        return (
            f'<div class="ltp-answers" role="region" aria-label="{caption}">\n{STYLE}\n'
            f"<p>{caption}</p>\n{axis}\n{body}\n"
            f"<details><summary>The same in numbers, with p</summary>\n{numbers}\n</details></div>"
        )


def pictured(rows: Iterable[Row], caption: str, tags: bool = False) -> Answers:
    """Rows of questions as a picture; see `Answers`.

    >>> from ltp_book.verdicts.claims import not_asked
    >>> pictured([Row("Is A better?", [not_asked("A better than B")])], "One")
    One
    question          answer         points  corrected p
    A better than B?  not asked yet       –            –
    """
    return Answers(caption, tuple(rows), tags)


def in_rows(questions: Iterable[Question], common: str = "") -> list[Row]:
    """A row for each question, with a line for each group of languages that it is asked in.

    common: words that many questions share and the caption says once; the rows leave them out.

    >>> from ltp_book.verdicts.claims import not_asked
    >>> some = [not_asked(f"with {k}: A better than B", g) for k in (1, 4) for g in ("low", "en")]
    >>> [(row.sentence, len(row.questions)) for row in in_rows(some, "A better than B")]
    [('with 1', 2), ('with 4', 2)]
    """
    of: dict[str, list[Question]] = {}
    for question in questions:
        of.setdefault(question.what, []).append(question)
    short = {what: what.removesuffix(common).strip().removesuffix(":") for what in of}
    return [Row(short[what] or what, mine) for what, mine in of.items()]


def _reach(questions: Sequence[Question]) -> tuple[float, float]:
    """The axis: from the lowest to the highest end of an interval, in points, and round zero."""
    gaps = [it.gap for it in questions if it.gap is not None]
    low, high = (100 * end for end in (min((g.low for g in gaps), default=0.0),
                                       max((g.high for g in gaps), default=0.0)))  # fmt: skip
    low, high = min(low, -3.0), max(high, 3.0)
    room = 0.03 * (high - low)
    return low - room, high + room


def _axis(low: float, high: float, tags: bool) -> str:
    """The line of numbers above the rows."""
    step = next((it for it in TICKS if (high - low) / it <= 5), TICKS[-1])
    marks = range(step * -int(-low // step), int(high) + 1, step)
    names = {mark: f"{mark:+d}".replace("-", "−") if mark else "0" for mark in marks}
    told = "".join(
        f'<span style="left: {_at(mark, low, high)}">{name}</span>' for mark, name in names.items()
    )
    return (
        '<div class="asked axis" style="border-top: 0"><div></div>'
        f'<div class="line{" tagged" if tags else ""}">{_tag("") if tags else ""}'
        f'<span class="bar">{told}</span><span class="says"></span><span class="n">points</span>'
        "</div></div>"
    )


def _row(row: Row, low: float, high: float, tags: bool) -> str:
    """A row: the sentence at the left, its lines at the right."""
    sentence, below = escape(row.sentence), row.below and f"<small>{escape(row.below)}</small>"
    if row.link:
        sentence = f'<a href="{escape(row.link)}">{sentence}</a>'
    lines = "".join(_line(it, low, high, tags) for it in row.questions)
    return f'<div class="asked"><div>{sentence}{below}</div><div>{lines}</div></div>'


def _line(question: Question, low: float, high: float, tags: bool) -> str:
    """One interval with its answer and its number."""
    kind, mark = MARKS.get(question.answer, NOT_ASKED)
    bar = ""
    if question.gap is not None:
        mean, left, right = (100 * end for end in question.gap)
        width = f"{100 * (right - left) / (high - low):.1f}%"
        bar = (
            f'<i class="zone" style="left: {_at(-100 * question.margin, low, high)}"></i>'
            f'<i class="zero" style="left: {_at(0, low, high)}"></i>'
            f'<i class="from" style="left: {_at(left, low, high)}; width: {width}"></i>'
            f'<i class="at" style="left: {_at(mean, low, high)}"></i>'
        )
    number = points(question).replace("-", "−")
    return (
        f'<div class="line {kind}{" tagged" if tags else ""}">'
        f'{_tag(question.group) if tags else ""}<span class="bar">{bar}</span>'
        f'<span class="says">{mark} {question.answer}</span><span class="n">{number}</span></div>'
    )


def _tag(group: str) -> str:
    """The group of languages at the left of a line, short."""
    name = GROUPS[group].name.split("-")[0].split()[0] if group in GROUPS else ""
    return f'<span class="tag">{name}</span>'


def _at(value: float, low: float, high: float) -> str:
    """Where a value stands on the axis."""
    return f"{100 * (value - low) / (high - low):.1f}%"
