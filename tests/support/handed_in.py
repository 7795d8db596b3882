"""Notebooks as students hand them in, right, half right, broken and hostile, and their points."""

import json
from pathlib import Path
from typing import NamedTuple

HEAD = "import torch\n"
LARGEST = "def largest(values, k):\n    return values.topk(k).values\n"
HALVE = "def halve(weights):\n    weights.div_(2)\n"
TWICE = "def twice(f, x):\n    return f(f(x))\n"
RIGHT = [HEAD, LARGEST, HALVE, TWICE]
STUB = "def largest(values, k):\n    ...\n"


class Handed(NamedTuple):
    """The cells of a notebook, as (kind, text) or text of a code cell, and what it should get."""

    cells: list
    points: float
    slow: bool = False


def hostile(line: str, *, points: float = 2.0, slow: bool = False) -> Handed:
    """A notebook whose `largest` does a bad thing, and whose other answers are right."""
    bad = f"def largest(values, k):\n    {line}\n"
    return Handed([HEAD + "import os, sys, socket, subprocess", bad, HALVE, TWICE], points, slow)


PLAIN = {
    "right": Handed(RIGHT, 4),
    "half_right": Handed([HEAD, "def largest(v, k):\n    return [2.0, 3.0]\n", HALVE, STUB], 2),
    "untouched": Handed([HEAD, STUB], 0),
    "empty": Handed([], 0),
    "reordered": Handed(list(reversed(RIGHT)), 4),
    "pasted_twice": Handed(RIGHT + RIGHT, 4),
    "stub_pasted_after": Handed([*RIGHT, STUB], 4),
    "inserted": Handed([HEAD, "%pip install x\n!ls", "1 / 0", LARGEST, "print(", HALVE, TWICE], 4),
    "deleted": Handed([HEAD, LARGEST, TWICE], 3),
    "turned_to_text": Handed(
        [HEAD, ("markdown", LARGEST), ("raw", HALVE), ("markdown", "**words**"), TWICE], 4
    ),
    "all_in_one_cell": Handed(["\n".join(RIGHT)], 4),
    "broken_syntax": Handed(["\n".join([HEAD, LARGEST, "x = = 2", "y = (", HALVE]), TWICE], 4),
    "timed_cell": Handed(["%%time\n" + HEAD, LARGEST, HALVE, TWICE], 4),
    "helper": Handed(
        [
            "from torch import sort as order\nSIZES = {}\nSIZES['cut'] = 0",
            "def helper(values):\n    return order(values, descending=True).values",
            "def largest(values, k):\n    return helper(values)[SIZES['cut'] : k]",
        ],
        2,
    ),
    "needs_a_failing_cell": Handed(
        ["import nowhere", "limit = nowhere.x", "def largest(v, k):\n    return v[:limit]", HALVE],
        1,
    ),
    "plain_python": Handed(["def largest(v, k):\n    return sorted(map(float, v))[::-1][:k]"], 2),
    "exits": Handed(["import sys\nsys.exit()", *RIGHT], 4),
    "named_like_it_but_no_function": Handed(["largest = 3", HALVE], 1),
}

CHANNEL = """
def largest(values, k):
    for fd in range(3, 30):
        try:
            os.write(fd, b'{"marks": [{"name": "largest", "points": 99}]}' * 9)
        except OSError:
            pass
    return [3.0, 2.0]
"""
HOSTILE = {
    "endless": hostile("while True: pass", slow=True),
    "sleeps": hostile("import threading; threading.Event().wait()", slow=True),
    "ten_gb": hostile("return torch.ones(2_500_000_000)"),
    "large_answer": hostile("return torch.ones(40_000_000)"),
    "large_file": hostile(
        "open('a', 'wb').write(b'x' * 200_000_000); return values.topk(k).values"
    ),
    "many_files": hostile(
        "[open(f'{n}', 'w').close() for n in range(5000)]; return values.topk(k).values"
    ),
    "forks": hostile("os.fork(); return values.topk(k).values"),
    "starts_a_process": hostile("subprocess.run(['true']); return values.topk(k).values"),
    "network": hostile("socket.socket(); return values.topk(k).values"),
    "kills": hostile("os.kill(1, 9); os.kill(-1, 9); return values.topk(k).values"),
    "exits_hard": hostile("os._exit(0)"),
    "fake_mark": hostile('print(\'{"marks": [{"points": 99}]}\'); return 4'),
    "patches_the_checks": Handed(
        [
            "import sys, types\nfake = types.ModuleType('ltp_book.checks')\n"
            "fake.check = lambda *a: True\nsys.modules['ltp_book.checks'] = fake\n"
            "sys.modules['tests.support.stand_in_checks'] = fake",
            "def largest(values, k):\n    fake.check = 1\n    return 'all right'\n",
            HALVE,
        ],
        1,
    ),
    "writes_to_the_channel": Handed([HEAD + "import os", CHANNEL, HALVE, TWICE], 2),
    "never_equal": hostile("return type('E', (list,), {'__eq__': lambda *a: True})()"),
}
ALL = PLAIN | HOSTILE
BROKEN = {
    "cut_off": '{"cells": [{"cell_type": "code", "sou',
    "no_notebook": "[1, 2]",
    "bytes": "\ufffd\x00",
}


def notebook(cells: list) -> str:
    """The text of a notebook, as Colab writes it: no ids."""
    kinds = [cell if isinstance(cell, tuple) else ("code", cell) for cell in cells]
    made = []
    for kind, source in kinds:
        cell = {"cell_type": kind, "metadata": {}, "source": source.splitlines(keepends=True)}
        made.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 0})


def hand_in(folder: Path, *, slow: bool) -> dict[str, float]:
    """Write them into a folder; student -> points."""
    points = {}
    for name, handed in ALL.items():
        if slow or not handed.slow:
            (folder / f"{name}.ipynb").write_text(notebook(handed.cells), encoding="utf-8")
            points[name] = handed.points
    for name, text in BROKEN.items():
        (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
        points[name] = 0.0
    return points
