"""STATS.md: how much text there is of each language, and from which source."""

from __future__ import annotations

from collections import Counter

COLUMNS = [
    "language",
    "lines",
    "before cap",
    "characters",
    "running",
    "words",
    "held-out running",
    "held-out words",
    "test strings dropped",
    "English copies dropped",
]


def statistics(report: list[tuple], dropped: Counter, filtered: bool) -> str:
    """Return the text of STATS.md.

    ``report`` has (language, its rows with heldout, lines before the cap), ``dropped`` counts lines
    by (language, reason), ``filtered`` tells whether there were test strings to filter by.
    """
    answer = "yes" if filtered else "NO"
    out = ["# Training text per language", ""]
    out += [f"Free of the task's dev and test strings: {answer}.", ""]
    out += [f"| {' | '.join(COLUMNS)} |", "|---" * len(COLUMNS) + "|"]
    for lang, table, before in report:
        kinds = Counter(row.kind for row, _ in table)
        held = Counter(row.kind for row, heldout in table if heldout)
        cells = [lang, len(table), before, sum(len(row.text) for row, _ in table)]
        cells += [count[kind] for count in (kinds, held) for kind in ("running", "words")]
        cells += [dropped[lang, reason] for reason in ("test string", "English copy")]
        out.append(f"| {' | '.join(map(str, cells))} |")
    out += ["", "## Lines per source", ""]
    for lang, table, _ in report:
        sources = Counter(row.source for row, _ in table).most_common()
        out.append(f"- {lang}: " + ", ".join(f"{source} {lines}" for source, lines in sources))
    return "\n".join(out) + "\n"
