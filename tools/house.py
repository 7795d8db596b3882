"""The house in one picture, drawn from its imports: rooms, the files in them, who builds on whom.

    python -m tools.house      draw book/figures/house.svg again

Every `import` of both packages is read from the text of the files, those inside a function too;
nothing is run. A room is a sub-package; a module in no room stands for itself. Each room stands one
floor above the highest it builds on. An arrow leads from a room to one that it builds on; where a
longer way of arrows says the same, it is left out. So are the two front doors, `__init__.py`: they
name what stands in the rooms.

Reading order: `imports`, `rooms`, `floors`, `shortest`, then `draw`. tests/repo/test_house.py holds
the imports to the rules of the house, and the stored picture to the imports.

What it does not do: see names that are looked up by `import_module`.
"""

import ast
import textwrap
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from html import escape
from math import fsum
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "book" / "figures" / "house.svg"
PACKAGES = ("ltp_core", "ltp_book")

Edges = dict[str, set[str]]  # a name, and those it imports


# --- who imports whom -----------------------------------------------------------------------


def modules(root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> dict[str, Path]:
    """Each module's file by its name; a package's is its `__init__.py`.

    >>> modules()["ltp_core.arrays.topk"].relative_to(ROOT).as_posix()
    'ltp_core/arrays/topk.py'
    """
    files = [file for package in packages for file in sorted((root / package).rglob("*.py"))]
    parts = {file: file.relative_to(root).with_suffix("").parts for file in files}
    return {".".join(p[:-1] if p[-1] == "__init__" else p): file for file, p in parts.items()}


def imports(root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> Edges:
    """Which modules of these packages, or of `tools`, each module imports, for types only too."""
    known = modules(root, packages)
    return {name: set(imported(name, file, known)) - {name} for name, file in known.items()}


def imported(name: str, file: Path, known: dict[str, Path]) -> Iterator[str]:
    """What one file imports: of `from a import b` it is a.b where that is a module, else a."""
    here = name.split(".") if file.stem == "__init__" else name.split(".")[:-1]
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            said = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = here[: len(here) - node.level + 1] if node.level else []
            start = ".".join([*above, *filter(None, [node.module])])
            inner = [f"{start}.{alias.name}" for alias in node.names]
            said = [one if one in known else start for one in inner]
        else:
            continue
        yield from (one for one in said if one in known or one.split(".")[0] == "tools")


def room(module: str) -> str:
    """The room a module stands in.

    >>> room("ltp_core.arrays.topk"), room("ltp_core.cli")
    ('ltp_core.arrays', 'ltp_core.cli')
    """
    return ".".join(module.split(".")[:2])


def rooms(edges: Edges) -> Edges:
    """The imports of modules as imports of rooms; those inside a room are left out.

    >>> rooms({"a": {"a.one"}, "a.one.x": {"a.one.y", "a.two.z"}, "a.two.z": set()})
    {'a.one': {'a.two'}, 'a.two': set()}
    """
    found: Edges = {room(name): set() for name in edges if "." in name}
    for name, others in edges.items():
        for other in others:
            if "." in name and "." in other and room(name) != room(other):
                found[room(name)].add(room(other))
    return found


def floors(edges: Edges) -> dict[str, int]:
    """The floor of each: one above the highest it builds on. A circle is a CycleError.

    >>> floors({"roof": {"wall", "ground"}, "wall": {"ground"}, "ground": set()})
    {'ground': 0, 'wall': 1, 'roof': 2}
    """
    found: dict[str, int] = {}
    for name in TopologicalSorter(edges).static_order():
        found[name] = 1 + max((found[other] for other in edges.get(name, ())), default=-1)
    return found


def shortest(edges: Edges) -> Edges:
    """The edges that no longer way says already.

    >>> shortest({"roof": {"wall", "ground"}, "wall": {"ground"}, "ground": set()})
    {'roof': {'wall'}, 'wall': {'ground'}, 'ground': set()}
    """
    below: Edges = {}
    for name in TopologicalSorter(edges).static_order():
        below[name] = {way for one in edges[name] for way in (one, *below[one])}
    return {
        name: {one for one in others if not any(one in below[other] for other in others)}
        for name, others in edges.items()
    }


# --- the picture ----------------------------------------------------------------------------

WIDE, LINE, GAP, BETWEEN, EDGE = 180, 18, 22, 44, 20  # of a box, a line of text, the gaps, in px
LETTERS = 22  # of file names in a line
STYLE = """
  text { font-family: "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; font-size: 14px;
    fill: #26262c; text-anchor: middle }
  .room { font-size: 16px; font-weight: bold }
  .ltp_core { fill: #ffffff; stroke: #0063a6; stroke-width: 1.5 }
  .ltp_book { fill: #fbe3d3; stroke: #b34700; stroke-width: 1.5 }
  .on { fill: none; stroke: #6b6b72; stroke-width: 1.5; marker-end: url(#tip) }
"""
TIP = (
    '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0L8 4L0 8z" fill="#6b6b72"/></marker>'
)


def ways(edges: Edges, floor: dict[str, int]) -> dict[tuple[str, str], list[str]]:
    """Each arrow as the places it passes, floor by floor, so that it runs through no box."""
    found = {}
    for high, low in ((one, other) for one in edges for other in sorted(edges[one])):
        between = range(floor[high] - 1, floor[low], -1)
        found[high, low] = [high, *(f"{high}>{low}>{at}" for at in between), low]
    return found


def in_rows(edges: Edges) -> list[list[str]]:
    """The rooms of each floor, and the arrows that pass it, in an order that crosses few arrows."""
    floor = floors(edges)
    rows: list[list[str]] = [[] for _ in range(max(floor.values()) + 1)]
    beside: dict[str, set[str]] = {}
    for way in ways(edges, floor).values():
        for place, high, low in zip(range(floor[way[0]], -1, -1), way, way[1:], strict=False):
            beside.setdefault(high, set()).add(low)
            beside.setdefault(low, set()).add(high)
            floor |= {high: place, low: place - 1}
    for name in sorted(floor):
        rows[floor[name]].append(name)
    for _ in range(20):
        for here in [*rows, *reversed(rows)]:
            at = {name: (i + 0.5) / len(row) for row in rows for i, name in enumerate(row)}
            mean = {
                name: fsum(map(at.get, beside[name])) / len(beside[name])
                if name in beside
                else at[name]
                for name in here
            }
            here.sort(key=lambda name: (name.startswith("ltp_book"), mean[name], name))
    return rows


Place = tuple[float, float, float]  # its middle, top and bottom


def places(rows: list[list[str]], tall: dict[str, int]) -> tuple[dict[str, Place], float, float]:
    """Where each room and each arrow on its way stands, and the width and height of all.

    `tall` is the height of each room; what is not in it is an arrow, and as high as its floor.

    >>> places([["ground"], ["wall"]], {"ground": 40, "wall": 40})
    ({'wall': (112.0, 20.0, 60.0), 'ground': (112.0, 104.0, 144.0)}, 224, 164)
    """
    wide = {name: WIDE if name in tall else GAP for row in rows for name in row}
    widths = [sum(wide[name] + GAP for name in row) + GAP for row in rows]
    found: dict[str, Place] = {}
    top = EDGE
    for row, width in zip(reversed(rows), reversed(widths), strict=True):
        high = max(tall.get(name, 0) for name in row)
        left = (max(widths) - width) / 2 + GAP
        for name in row:
            spare = (high - tall.get(name, high)) / 2
            found[name] = (left + wide[name] / 2, top + spare, top + high - spare)
            left += wide[name] + GAP
        top += high + BETWEEN
    return found, max(widths), top - BETWEEN + EDGE


def draw(edges: Edges) -> str:
    """The picture of these imports of modules, as SVG."""
    inner = shortest(rooms(edges))
    files: dict[str, list[str]] = {name: [] for name in inner}
    for module in sorted(name for name in edges if name.count(".") == 2):
        files[room(module)].append(module.rpartition(".")[2])
    text = {name: textwrap.wrap(", ".join(files[name]), LETTERS) for name in inner}
    tall = {name: LINE * (2 + len(text[name])) for name in inner}
    at, width, height = places(in_rows(inner), tall)
    passed = ways(inner, floors(inner)).values()
    said = "; ".join(f"{name} on {', '.join(sorted(inner[name])) or 'nothing'}" for name in inner)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'role="img" aria-labelledby="title desc">',
        '<title id="title">The rooms of the house, and who builds on whom</title>',
        f'<desc id="desc">{escape(said)}.</desc>',
        f"<style>{STYLE}</style>",
        TIP,
        f'<rect width="{width}" height="{height}" rx="14" fill="#f7f7f4"/>',
        *(arrow([at[place] for place in way]) for way in passed),
        *(box(name, text[name], *at[name]) for name in inner),
        "</svg>\n",
    ]
    return "\n".join(lines)


def arrow(way: list[Place]) -> str:
    """From the bottom of the first place, straight through those between, to the top of the last.

    >>> arrow([(10, 0, 20), (30, 60, 80)])
    '<path class="on" d="M10 20L30 60"/>'
    """
    ends = [(x, y) for x, top, bottom in way for y in (top, bottom)][1:-1]
    return f'<path class="on" d="M{"L".join(f"{x:.0f} {y:.0f}" for x, y in ends)}"/>'


def box(name: str, text: list[str], x: float, top: float, bottom: float) -> str:
    """A room: a frame, its name, the names of its files."""
    kind, said = name.split(".")[0], name.removeprefix("ltp_core.")
    lines = [
        f'<text x="{x:.0f}" y="{top + 23 + LINE * i:.0f}">{escape(line)}</text>'
        for i, line in enumerate(text, 1)
    ]
    return (
        f'<rect class="{kind}" x="{x - WIDE / 2:.0f}" y="{top:.0f}" width="{WIDE}" '
        f'height="{bottom - top:.0f}" rx="6"/>'
        f'<text class="room" x="{x:.0f}" y="{top + 22:.0f}">{escape(said)}</text>' + "".join(lines)
    )


if __name__ == "__main__":
    PICTURE.write_text(draw(imports()), encoding="utf-8", newline="\n")
