"""Small changes of a module, one at a time.

A mutant is the module with one comparison, operator, constant, condition or statement changed.
Docstrings, types and messages are left alone.

Reading order: `mutants`, `changed`, `mutate`.

What it does not do: run a test (`mutants.py`).
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
COMPARE: dict[type, type] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
COMPUTE: dict[type, type] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


class Mutant(NamedTuple):
    """The changed module, and what was changed where."""

    file: str
    line: int
    change: str
    place: int = 0  # of the node, as `ast.walk` comes to it
    number: int = -1  # of the way in which it is changed; -1 for none


def mutants(file: str) -> Iterator[Mutant]:
    """All mutants of a file.

    >>> "Gt to GtE" in {mutant.change for mutant in mutants("ltp_core/arrays/rice.py")}
    True
    """
    source = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    left = untouched(source)
    places: list[tuple[int, Any]] = [
        (i, node) for i, node in enumerate(ast.walk(source)) if node not in left
    ]
    for i, node in places:
        for number in range(3):
            if change := mutate(copy.deepcopy(node), number):
                yield Mutant(file, node.lineno, change, i, number)


def changed(mutant: Mutant) -> ast.Module:
    """The module with the change in it.

    >>> file = "ltp_core/arrays/rice.py"
    >>> [turned] = [m for m in mutants(file) if m.change == "Gt to GtE" and m.line > 55]
    >>> "2 * k >= n" in ast.unparse(changed(turned))
    True
    """
    tree = ast.parse((ROOT / mutant.file).read_text(encoding="utf-8"))
    if mutant.number >= 0:
        mutate(list(ast.walk(tree))[mutant.place], mutant.number)
    return ast.fix_missing_locations(tree)


def untouched(tree: ast.AST) -> set[ast.AST]:
    """Docstrings, types, messages: what no test should hold to the letter."""
    found: set[ast.AST] = set()
    for node in ast.walk(tree):
        inner: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef):
            inner += [node.returns, *node.decorator_list]
        if isinstance(node, ast.arg | ast.AnnAssign):
            inner += [node.annotation]
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            inner += [node]
        if isinstance(node, ast.JoinedStr | ast.Import | ast.ImportFrom):
            inner += [node]
        found.update(part for one in inner if one for part in ast.walk(one))
    return found


def mutate(node: Any, number: int) -> str:
    """Change a node in its way number so and so; what was done, or "" if there is no such way."""
    if number == 0:
        for kinds, ops in ((COMPARE, getattr(node, "ops", None)), (COMPUTE, None)):
            if isinstance(node, ast.Compare) and ops and (to := kinds.get(type(ops[0]))):
                said = f"{type(ops[0]).__name__} to {to.__name__}"
                ops[0] = to()
                return said
        if isinstance(node, ast.BinOp | ast.AugAssign) and (to := COMPUTE.get(type(node.op))):
            said = f"{type(node.op).__name__} to {to.__name__}"
            node.op = to()
            return said
        if isinstance(node, ast.BoolOp):
            was, node.op = node.op, ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return f"{type(was).__name__} to {type(node.op).__name__}"
        if isinstance(node, ast.Constant) and isinstance(node.value, bool):
            node.value = not node.value
            return f"{not node.value} to {node.value}"
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            node.op, node.operand = ast.Not(), ast.UnaryOp(ast.Not(), node.operand)
            return "not dropped"
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            node.test = ast.UnaryOp(ast.Not(), node.test)
            return "condition turned round"
    if isinstance(node, ast.Constant) and type(node.value) is int and number < 2:
        node.value += 1 - 2 * number
        return f"{node.value - 1 + 2 * number} to {node.value}"
    body = getattr(node, "body", None)
    if number == 2 and isinstance(body, list):
        for i, one in enumerate(body):
            if isinstance(one, ast.Expr | ast.AugAssign) and not isinstance(
                one.value, ast.Constant
            ):
                body[i] = ast.copy_location(ast.Pass(), one)
                return f"dropped: {ast.unparse(one)[:50]}"
    if number == 1 and isinstance(node, ast.Slice) and (node.lower or node.upper):
        was = ast.unparse(node)
        node.lower, node.upper = (None, node.upper) if node.lower else (node.lower, None)
        return f"slice {was} to {ast.unparse(node)}"
    return ""
