"""The functions of a notebook, found by name, with what each needs to run.

A cell is text. It is parsed, never run here. A cell that does not parse is cut at its lines that
begin at the margin, and the pieces that parse are kept. A cell of text counts when it parses and
holds a function: Jupyter turns a code cell into text at one wrong key.

    needed(f) = f, and every top-level statement that binds a name which something needed reads

in the notebook's order, with the definition itself last.

Reading order: `read`, `statements`, `answers`.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

MOST_BYTES = 20_000_000
MOST_TRIES = 5  # definitions of one function that are tried
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
SCOPE = (*FUNCTION, ast.ClassDef)


def read(path: Path) -> list[tuple[str, str]]:
    """The cells of a notebook: (kind, text), whatever its format's version.

    Raises:
        ValueError: it is too large, no JSON, or no notebook.
    """
    import nbformat

    if (size := path.stat().st_size) > MOST_BYTES:
        raise ValueError(f"the file has {size:,} bytes, the bound is {MOST_BYTES:,}; clear outputs")
    try:
        notebook = nbformat.read(path, as_version=4)
        return [(str(cell.cell_type), str(cell.source)) for cell in notebook.cells]
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"the file is damaged, it is no JSON ({error}); save it again") from error
    except Exception as error:  # nbformat has many of its own for a file of another kind
        raise ValueError("the file is JSON, but no notebook; save it again as .ipynb") from error


def statements(cells: list[tuple[str, str]]) -> list[ast.stmt]:
    """The top-level statements of all cells that can be read."""
    found: list[ast.stmt] = []
    for kind, text in cells:
        parsed = _parsed(text) if kind == "code" else _whole(text) or []
        if kind == "code" or any(isinstance(node, FUNCTION) for node in parsed):
            found += parsed
    return found


def _whole(text: str) -> list[ast.stmt] | None:
    """The statements of a text that is Python, or None."""
    try:
        return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _parsed(text: str) -> list[ast.stmt]:
    """The statements of a cell; of a cell with a mistake those that have none.

    >>> [ast.unparse(node) for node in _parsed("%pip install x\\na = 1\\nb = = 2\\nc = 3")]
    ['a = 1', 'c = 3']
    """
    if (body := _whole(text)) is not None:
        return body
    plain = re.sub(r"(?m)^[%!].*$", "", text)  # magics, `%%time` in the first line too
    if (body := _whole(plain)) is not None:
        return body
    pieces = re.split(r"(?m)^(?=[^\s#)\]}])", plain)
    joined: list[str] = []
    for piece in pieces:  # a decorator belongs to what follows it
        if joined and joined[-1].startswith("@"):
            joined[-1] += piece
        else:
            joined.append(piece)
    return [node for piece in joined for node in _whole(piece) or []]


def answers(body: list[ast.stmt], name: str) -> list[list[str]]:
    """For each definition of a function, the newest first: what to run, the definition last.

    >>> cells = [("code", "import math"), ("code", "r = 2\\nunused = 3"),
    ...          ("code", "def area(): return math.pi * r ** 2")]
    >>> answers(statements(cells), "area")
    [['import math', 'r = 2', 'def area():\\n    return math.pi * r ** 2']]
    """
    found: list[list[str]] = []
    for node in reversed([node for node in body if getattr(node, "name", None) == name]):
        if isinstance(node, FUNCTION):
            program = [ast.unparse(one) for one in [*_needed(body, node, name), node]]
            if program not in found:
                found.append(program)
    return found[:MOST_TRIES]


def signature(definition: str) -> list[tuple[str, str, bool]]:
    """Of a function's text: (name, kind, has a default) for each parameter.

    >>> signature("def f(x, *rest, k=1): pass")
    [('x', 'POSITIONAL_OR_KEYWORD', False), ('rest', 'VAR_POSITIONAL', False), \
('k', 'KEYWORD_ONLY', True)]
    """
    node = ast.parse(definition).body[-1]
    assert isinstance(node, FUNCTION)
    a = node.args
    before = [(arg.arg, "POSITIONAL_ONLY") for arg in a.posonlyargs]
    before += [(arg.arg, "POSITIONAL_OR_KEYWORD") for arg in a.args]
    free = len(before) - len(a.defaults)
    found = [(arg, kind, n >= free) for n, (arg, kind) in enumerate(before)]
    found += [(a.vararg.arg, "VAR_POSITIONAL", False)] if a.vararg else []
    pairs = zip(a.kwonlyargs, a.kw_defaults, strict=True)
    found += [(arg.arg, "KEYWORD_ONLY", default is not None) for arg, default in pairs]
    return found + ([(a.kwarg.arg, "VAR_KEYWORD", False)] if a.kwarg else [])


def _needed(body: list[ast.stmt], answer: ast.stmt, name: str) -> list[ast.stmt]:
    """The statements that `answer` builds on, in the notebook's order."""
    others = [node for node in body if getattr(node, "name", None) != name]
    bound = [_binds(node) for node in others]
    wanted, taken = _reads(answer), set()
    while new := {n for n, names in enumerate(bound) if n not in taken and names & wanted}:
        taken |= new
        wanted = wanted.union(*(_reads(others[n]) for n in new))
    return [others[n] for n in sorted(taken)]


def _reads(node: ast.AST) -> set[str]:
    """The names in a statement, inner functions too; "*", since a star import may bind any."""
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)} | {"*"}


def _binds(node: ast.AST) -> set[str]:
    """The names a top-level statement binds or changes: not those inside a function."""
    if isinstance(node, SCOPE):
        return {node.name}
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    names: set[str] = set()
    if isinstance(node, (ast.Subscript, ast.Attribute)):  # d["a"] = 1, rows.append(2)
        root: ast.AST = node
        while isinstance(root, (ast.Subscript, ast.Attribute)):
            root = root.value
        changed = isinstance(node.ctx, ast.Store)
        names |= {root.id} if changed and isinstance(root, ast.Name) else set()
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        names.add(node.id)
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called: ast.AST = node.value.func
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            names.add(called.value.id)
    return names.union(*(_binds(child) for child in ast.iter_child_nodes(node)))
