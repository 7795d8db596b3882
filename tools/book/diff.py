"""Does a fresh run of a notebook say what the stored one says?

Two rules. On the machine kind that made the stored outputs (the same `metadata.ltp.numerics`)
the promise is exact: every character, every pixel, every widget. On another processor or with
other versions sums round differently and training amplifies it, so there the promise is weaker
and said plainly: the same outputs in the same order, the same words, numbers within `close`,
a picture where a picture was.

    exact:  stored == fresh
    loose:  |stored - fresh| <= 0.05  or  <= 10 % of the larger

A number with a sign and one decimal is taken as points, hundredths of an accuracy: <= 5.
"""

import difflib
import json
import re
from itertools import zip_longest

from nbformat import NotebookNode

from .run import WIDGETS

IGNORE = "nbval-ignore-output"  # a cell with this tag is run but not compared, as in nbval
NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
POINTS = re.compile(r"[-+]\d+\.\d")
LAYOUT = re.compile(r"[\s─━═=|+\-]+")  # columns and rules move with the width of a number


def close(a: str, b: str) -> bool:
    """Are two printed numbers near enough?

    >>> close("0.731", "0.69"), close("1,000", "1,090"), close("12", "19")
    (True, True, False)
    >>> close("+5.4", "+4.5"), close("-0.9", "+0.9"), close("+5.4", "+12.0")
    (True, True, False)
    """
    if a == b:
        return True
    try:
        x, y = (float(s.replace(",", "")) for s in (a, b))
    except ValueError:  # a version such as 2.13.0
        return False
    within = 5.0 if POINTS.fullmatch(a) and POINTS.fullmatch(b) else 0.05
    return abs(x - y) <= max(within, 0.1 * max(abs(x), abs(y)))


def same_text(stored: str, fresh: str, exact: bool) -> bool:
    """Compare two texts by the rule in force.

    >>> same_text("acc 0.71", "acc 0.72", exact=True)
    False
    >>> same_text("acc   0.71", "acc -0.02", exact=False), same_text("a 1", "b 1", exact=False)
    (False, False)
    >>> same_text("acc   0.71", "acc  0.7", exact=False)
    True
    """
    if exact or stored == fresh:
        return stored == fresh
    words = [LAYOUT.sub(" ", NUMBER.sub("#", s)) for s in (stored, fresh)]
    numbers = zip_longest(NUMBER.findall(stored), NUMBER.findall(fresh), fillvalue="none")
    return words[0] == words[1] and all(close(a, b) for a, b in numbers)


def parts(output: NotebookNode) -> dict[str, str]:
    """What one output holds, by kind: a stream's text, an error's name, each mime type's data."""
    if output.output_type == "stream":
        return {output.name: output.text}
    if output.output_type == "error":
        return {"error": f"{output.ename}: {output.evalue}"}
    return {
        kind: value if isinstance(value, str) else json.dumps(value, sort_keys=True)
        for kind, value in sorted(output.data.items())
    }


def show(stored: str, fresh: str, lines: int = 30) -> str:
    """A short readable diff of two texts."""
    diff = difflib.unified_diff(
        stored.splitlines(), fresh.splitlines(), "stored", "fresh", lineterm="", n=1
    )
    rows = [f"      {row:.160}" for row in diff]
    more = [f"      ... {len(rows) - lines} more lines"] if len(rows) > lines else []
    return "\n".join(rows[:lines] + more)


def compare_cell(stored: NotebookNode, fresh: NotebookNode, exact: bool) -> list[str]:
    """The differences between two runs of one code cell."""
    if IGNORE in stored.metadata.get("tags", []):
        return []
    old, new = ([parts(o) for o in cell.outputs] for cell in (stored, fresh))
    if [list(o) for o in old] != [list(n) for n in new]:
        return [f"other outputs: stored {[list(o) for o in old]}, fresh {[list(n) for n in new]}"]
    found = []
    for before, after in zip(old, new, strict=True):
        for kind in before:
            if kind.startswith("image/") and kind != "image/svg+xml":
                if (before[kind] != after[kind]) if exact else not after[kind]:
                    found.append(f"{kind}: another picture")
            elif not same_text(before[kind], after[kind], exact):
                found.append(f"{kind} differs\n{show(before[kind], after[kind])}")
    return found


def compare(stored: NotebookNode, fresh: NotebookNode, exact: bool) -> list[str]:
    """All differences between the stored notebook and a fresh run of it, as readable lines."""
    found, number = [], 0
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        if old.cell_type == "code":
            number += 1
            first = (old.source.strip() or "(empty)").splitlines()[0]
            found += [
                f"cell {number} ({first:.50}): {line}" for line in compare_cell(old, new, exact)
            ]
    states = [
        n.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {}) for n in (stored, fresh)
    ]
    if (states[0] != states[1]) if exact else (set(states[0]) != set(states[1])):
        found.append(
            f"widgets: the saved state differs ({len(states[0])} stored, {len(states[1])} fresh)"
        )
    return found
