"""Public docstrings have one form: plain backticks, and Google's sections for all that has one."""

import ast
import re

import pytest

from tools import house

SECTIONS = ("Args", "Attributes", "Returns", "Yields", "Raises")  # in this order
TITLE = re.compile(r"(\w+(?: \w+)?):")
OTHERS = re.compile(
    r"``|^ *:\w+(?: \w+)*:|^ *-{3,}$", re.M
)  # reST's code and fields, numpy's lines


def parts(docstring: str) -> tuple[list[str], str]:
    """The titles of the sections in a docstring, and what stands in none, without the doctest."""
    titles, prose, inside = [], [], False
    lines = re.split(r"^>>>", docstring, maxsplit=1, flags=re.M)[0].splitlines()
    for line, after in zip(lines, [*lines[1:], ""], strict=False):
        title = TITLE.fullmatch(line) if after.startswith(" ") else None
        inside = bool(title) or (inside and line.startswith(" "))
        if title:
            titles.append(title[1])
        if not inside:
            prose.append(line)
    return titles, "\n".join(prose)


def wrong(node: ast.FunctionDef | ast.ClassDef) -> list[str]:
    """What is not of the form in the docstring of a function or class."""
    docstring = ast.get_docstring(node) or ""
    titles, prose = parts(docstring)
    known = [title for title in titles if title in SECTIONS]
    found = [f"no section of ours: {title}" for title in titles if title not in SECTIONS]
    if known != [title for title in SECTIONS if title in known]:
        found.append("its sections are in another order")
    found += [f"another form: {other}" for other in OTHERS.findall(docstring)]
    found += [f"an error outside of Raises: {name}" for name in re.findall(r"\w+Error\b", prose)]
    if isinstance(node, ast.FunctionDef):
        names = {own.arg for own in ast.walk(node.args) if isinstance(own, ast.arg)}
        for told in re.findall(r"(?:^|[.;] )(\w+(?:(?:, | and )\w+)*): ", prose, re.M):
            if names & set(re.split(r", | and ", told)):
                found.append(f"a parameter outside of Args: {told}")
        raised = [line for line in ast.walk(node) if isinstance(line, ast.Raise) and line.exc]
        if raised and "Raises" not in titles:
            found.append("it raises, and has no Raises")
    return found


def public(tree: ast.Module | ast.ClassDef) -> list[ast.FunctionDef | ast.ClassDef]:
    """The public functions and classes in a module, and their methods."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    own = [node for node in tree.body if isinstance(node, kinds) and node.name[0] != "_"]
    return own + [inner for node in own if isinstance(node, ast.ClassDef) for inner in public(node)]


def test_public_docstrings_are_of_one_form():
    found = {}
    for path in sorted((house.ROOT / "ltp_core").rglob("*.py")):
        for node in public(ast.parse(path.read_text(encoding="utf-8"))):
            if said := wrong(node):
                found[f"{path.relative_to(house.ROOT)}:{node.lineno} {node.name}"] = said
    assert not found


RAISES = "\n\nRaises:\n    ValueError: x is odd."


@pytest.mark.parametrize(
    "docstring, said",
    [
        ("Half.\n\nArgs:\n    x: a number." + RAISES, []),
        ("Half of these:\n\n    2, 4" + RAISES + "\n\n>>> half(1)\nValueError: x is odd", []),
        ("Half.", ["it raises, and has no Raises"]),
        ("Half.\n\nx: a number." + RAISES, ["a parameter outside of Args: x"]),
        ("Half. x, y: two." + RAISES, ["a parameter outside of Args: x, y"]),
        ("Half.\n\nParams:\n    x: a number." + RAISES, ["no section of ours: Params"]),
        ("Half; ValueError if odd." + RAISES, ["an error outside of Raises: ValueError"]),
        ("Half of ``x``." + RAISES, ["another form: ``"] * 2),
        ("Half.\n\n:param x: a number." + RAISES, ["another form: :param x:"]),
        (f"Half.{RAISES}\n\nArgs:\n    x: a number.", ["its sections are in another order"]),
    ],
)
def test_another_form_is_found(docstring, said):
    [half] = ast.parse(f'def half(x, y):\n    """{docstring}"""\n    raise ValueError(x)').body
    assert wrong(half) == said
