"""The keys of a spec as tables: read from the docstring and the rules of the library.

    spec_keys()    what may stand in a spec, with its default
    in_tables()    the options that its tables [ticket], [train] and [evaluate] take

Reading order: as above.

What it does not do: know a key by itself. `ltp_core.study.spec` has the words, `spec_rules` the
names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ltp_core.rivals.methods import METHODS
from ltp_core.study import spec
from ltp_core.study.spec_rules import options

from .table import Table, table

HEAD = re.compile(r" {4}key +(?=what it is +default$)")
OF_GRID = re.compile(r"  (\S+) {2,}(\S.*)")


def spec_keys() -> Table:
    """Every key of a spec, as the docstring of `ltp_core.study.spec` has it.

    >>> print(str(spec_keys()).splitlines()[3].split("  ")[0])
    methods
    """
    rows: list[list[str]] = []
    for key, said, default in _parts(spec.__doc__ or ""):
        if key:
            rows.append([key, said, default])
        else:  # a line goes on
            stop = ". " if said[0].isupper() else " "
            rows[-1][1] += stop + said
    found = [[cell.replace("`", "") for cell in row] for row in rows]
    return table(["key", "what it is", "default"], found, "The keys of a spec")


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """Each line of the docstring's table: its key, or "" where it goes on; words; default."""
    lines = text.splitlines()
    start = next(i for i, line in enumerate(lines) if HEAD.match(line))
    words, last = lines[start].index("what it is"), lines[start].index("default")
    for line in lines[start + 1 : lines.index("", start)]:
        key, said = line[:words].strip(), line[words:].rstrip()
        if key and not key.startswith("["):
            *told, default = re.split(r" {2,}", said)  # or, in a full line, where its head stands
            yield (key, told[0], default) if told else (key, line[words:last].strip(), line[last:])
        elif not key and (part := OF_GRID.fullmatch(said)):
            name = part[1] if part[1].startswith("[") else f"[grid] {part[1]}"
            yield name, part[2], ""
        else:
            yield key, said.strip(), ""


def in_tables() -> Table:
    """The names that the tables of a spec take, whatever its methods.

    >>> in_tables().rows[-1]
    ('[evaluate]', 'autocast, batch_size')
    """
    order = ("ticket", "train", "evaluate")
    found = options(METHODS)
    rows = [(f"[{name}]", ", ".join(sorted(found[name]))) for name in order]
    return table(["table", "its options"], rows, "What the tables of a spec take")
