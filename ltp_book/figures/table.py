"""Results as a table: HTML where a page can show it, aligned text where it cannot.

    table(["ticket", "shared"], [("100 steps", "2 %")], "What two runs share")

As the last line of a cell it is a real table: a caption, head cells that name their row or column,
numbers at the right, long text in lines, each in the colours of the page around it, light or dark.
On a narrow screen it scrolls within itself, and its right edge fades until its end is seen.
Printed, or in a terminal, it is the same cells in columns.

Reading order: `table`, `Table`.

What it does not do: round. A cell is text, or a whole number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

PLAIN = re.compile(r"[+−-]?[\d.,]+ ?%?")  # a row may be named by a number, or begin with one
WIDE = 40  # letters; text that is longer breaks into lines
# A number begins so, whatever unit or interval follows; "< " is for one that is a bound.
NUMBER = re.compile(r"(?:< )?[+−-]?\.?\d.*|–?")
MINUS = re.compile(r"(?<![\w-])-(?=\.?\d)")  # of a number, no hyphen
STYLE = """<style>
div.text_html:has(> .ltp-table) {
  background: none !important; color: inherit !important; padding: 0 !important;
}
.ltp-table { overflow-x: auto; max-width: 100%; margin: .5rem 0; color: inherit;
  animation: ltp-more linear both; animation-timeline: scroll(self inline); }
@keyframes ltp-more {
  from, 98% { mask-image: linear-gradient(to left, rgb(0 0 0 / .2), black 3rem); }
  to { mask-image: none; }
}
.ltp-table table { border-collapse: collapse; margin: 0; width: auto; font-size: .9em;
  color: inherit; background: none; border: 0; }
.ltp-table caption { caption-side: top; text-align: left; font-weight: bold; color: inherit;
  padding: 0 0 .4em; }
.ltp-table :is(th, td) { text-align: left; font-weight: normal; padding: .25em 1.2em .25em 0;
  white-space: nowrap; border: 0; background: none; color: inherit; vertical-align: baseline; }
.ltp-table td.w { white-space: normal; min-width: 13em; }
.ltp-table thead th { font-weight: bold; vertical-align: bottom; white-space: normal; }
.ltp-table :is(thead, tbody) tr { background: none;
  border-bottom: 1px solid color-mix(in srgb, currentcolor 25%, transparent); }
.ltp-table .n { text-align: right; font-variant-numeric: tabular-nums; }
@media print { .ltp-table { mask-image: none; } }
</style>"""


@dataclass(frozen=True)
class Table:
    """Cells as text, row by row, with their heads and a caption; shows itself."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def numeric(self) -> list[bool]:
        """For each column, whether it holds numbers only; the first names the rows."""
        kinds = [PLAIN, *[NUMBER] * (len(self.columns) - 1)]
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        return [
            bool(column) and all(map(kind.fullmatch, column))
            for kind, column in zip(kinds, columns, strict=True)
        ]

    def __repr__(self) -> str:
        cells = [self.columns, *self.rows]
        wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
        align = [str.rjust if it else str.ljust for it in self.numeric()]
        lines = [
            "  ".join(how(cell, width) for how, cell, width in zip(align, row, wide, strict=True))
            for row in cells
        ]
        return "\n".join([self.caption, *(line.rstrip() for line in lines)])

    def _repr_html_(self) -> str:
        long = [max(map(len, column)) > WIDE for column in zip(*self.rows, strict=True)]
        long = long or [False] * len(self.columns)
        marks = [
            ' class="n"' if number else ' class="w"' if wide else ""
            for number, wide in zip(self.numeric(), long, strict=True)
        ]

        def said(cell: str) -> str:
            return MINUS.sub("−", escape(cell))

        def line(row: Sequence[str], first: str, tag: str) -> str:
            tags = [first, *[tag] * (len(row) - 1)]
            parts = zip(tags, marks, row, strict=True)
            cells = (f"<{t}{m}>{said(c)}</{t.split()[0]}>" for t, m, c in parts)
            return f"<tr>{''.join(cells)}</tr>"

        head = line(self.columns, 'th scope="col"', 'th scope="col"')
        body = "\n".join(line(row, 'th scope="row"', "td") for row in self.rows)
        caption = escape(self.caption)
        return (
            f'<div class="ltp-table" role="region" tabindex="0" aria-label="{caption}">\n{STYLE}\n'
            f"<table><caption>{caption}</caption>\n<thead>{head}</thead>\n"
            f"<tbody>\n{body}\n</tbody></table></div>"
        )


def table(columns: Sequence[str], rows: Iterable[Sequence[str | int]], caption: str) -> Table:
    """A table whose first column names its rows.

    >>> table(["layers", "weights", "beyond chance"],
    ...       [("0 to 3", 1419571, "0.3 %"), ("all", 21293568, "0.8 %")], "Shared by two runs")
    Shared by two runs
    layers     weights  beyond chance
    0 to 3   1,419,571          0.3 %
    all     21,293,568          0.8 %
    """
    made = tuple(tuple(map(_text, row)) for row in rows)
    for number, row in enumerate(made):
        if len(row) != len(columns):
            raise ValueError(
                f"row {number} has {len(row)} cells, the table {len(columns)} columns; "
                "give a cell for each, '–' where there is nothing"
            )
    return Table(caption, tuple(columns), made)


def _text(cell: str | int) -> str:
    """Text as it is, a whole number with commas."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int) and not isinstance(cell, bool):
        return f"{cell:,}"
    raise TypeError(f'a cell must be text or a whole number, got {cell!r}; write f"{{x:.1f}}"')
