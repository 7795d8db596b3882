"""Which files of our packages a chapter needs: what it imports, and what that imports in turn.

    needs(chapter) -> [ltp_core/__init__.py, ltp_core/backbone.py, ltp_core/train.py, ...]

Nothing is run; the imports are read from the source. Every import counts, also one inside a
function, and with a.b.c come the packages a and a.b. A file that is no Python belongs to the
package folder it lies in, and counts with any module of it.

A package may import on first use, in its `__getattr__`: what `ltp.text` comes from is then read
from a dict in the package, `{"text": "corpora"}`. Where the reading is unsure it takes too much,
never too little, namely every file of all packages: a lazy package that is passed on as a value
(`getattr(ltp, name)`) or asked for a name that it does not tell; code that runs unseen (`UNSEEN`,
`from ltp_core import *`, a shell line); a file or a cell that does not parse.

Reading order: `read` (what one file says), `reached` (from file to file), `needs`.

What it does not do: follow a value. Where a module is handed to a function, and that asks it for
a lazy package which it imports, nobody sees what is then asked of that package.
"""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ltp_core", "ltp_book")
COMPUTED = "importlib.import_module"
UNSEEN = (
    COMPUTED,
    "importlib.util",
    "importlib.machinery",
    "pkgutil",
    "runpy",
    "subprocess",
    "os.system",
    "os.popen",
    "sys.modules",
    "exec",
    "eval",
    "__import__",
    "get_ipython",
)


class Code(NamedTuple):
    """What one file says. All names are absolute and dotted."""

    uses: frozenset[str]  # what it imports, and asks of it; "p.*" where p is passed on as a value
    bound: dict[str, set[str]]  # what its imports bind: {"ltp": {"ltp_core"}}
    own: frozenset[str]  # what it defines itself
    dicts: dict[str, set[str]]  # the strings in its dicts, by key: {"text": {"corpora"}}

    @property
    def lazy(self) -> bool:
        """May it import when a name is asked of it?"""
        return "__getattr__" in self.own or "__getattr__" in self.bound

    @property
    def unseen(self) -> bool:
        """May it import what nobody can read from it?"""
        return any(under(name, it) for name in self.uses for it in (*UNSEEN, "*"))


def ours(name: str) -> bool:
    """Does this dotted name begin with one of our packages?"""
    return name.split(".")[0] in PACKAGES


def under(name: str, prefix: str) -> bool:
    """Is it this name, or a part of it?"""
    return name == prefix or name.startswith(prefix + ".")


def dotted(node: ast.AST) -> list[str]:
    """`a.b.c` as its parts; nothing where it does not begin with a name.

    >>> dotted(ast.parse("a.b.c", mode="eval").body), dotted(ast.parse("f().b", mode="eval").body)
    (['a', 'b', 'c'], [])
    """
    if isinstance(node, ast.Name):
        return [node.id]
    inner = dotted(node.value) if isinstance(node, ast.Attribute) else []
    return [*inner, node.attr] if inner else []


def imports(tree: ast.AST, package: str) -> Iterator[tuple[str, str, str]]:
    """Every import as (the name it binds, what that stands for, what is imported).

    >>> list(imports(ast.parse("import a.b"), ""))
    [('a', 'a', 'a.b')]
    >>> list(imports(ast.parse("from ..c import d as e"), "a.b"))
    [('e', 'a.c.d', 'a.c.d')]
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for it in node.names:
                first = it.name.split(".")[0]
                yield (it.asname, it.name, it.name) if it.asname else (first, first, it.name)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: 1 - node.level or None] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for it in node.names:
                whole = "*" if it.name == "*" and ours(base) else f"{base}.{it.name}"
                yield it.asname or it.name, whole, whole


def uses(tree: ast.AST, package: str, bound: dict[str, set[str]]) -> Iterator[str]:
    """All that the code imports, and all that it asks of what is imported."""
    yield from (name for _, _, name in imports(tree, package) if ours(name) or name == "*")
    asked = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if ours(node.value) and re.fullmatch(r"\w+(\.\w+)*", node.value):
                yield node.value  # "ltp_core.cli", to be imported by that name
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load):
            first, *rest = dotted(node) or [""]
            passed_on = [] if id(node) in asked else ["*"]
            for target in bound.get(first, {first} if first in UNSEEN else ()):
                yield ".".join([target, *rest, *passed_on])


@cache
def read(text: str, package: str) -> Code | None:
    """What a file says; None where it does not parse. `package` is what a leading dot means."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and dotted(node.test)[-1:] == ["TYPE_CHECKING"]:
            node.body = [ast.Pass()]  # never run
    bound: dict[str, set[str]] = {}
    for name, target, _ in imports(tree, package):
        bound.setdefault(name, set()).add(target)
    getter = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "__getattr__"]
    rest = ast.Module([node for node in tree.body if node not in getter], [])
    found = {name for node in getter for name in uses(node, package, bound)}
    found = {name for name in found if not under(name, COMPUTED)}  # `meant` tells what it brings
    defined = [n for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    own = {node.name for node in defined} | {
        n.id
        for node in tree.body
        if node not in defined
        for n in ast.walk(node)
        if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    dicts: dict[str, set[str]] = {}
    for node in (n for n in ast.walk(tree) if isinstance(n, ast.Dict)):
        for key, value in zip(node.keys, node.values, strict=True):
            strings = {n.value for n in ast.walk(value) if isinstance(n, ast.Constant)}
            if isinstance(key, ast.Constant):
                dicts.setdefault(key.value, set()).update(filter(lambda s: type(s) is str, strings))
    return Code(frozenset(found | {*uses(rest, package, bound)}), bound, frozenset(own), dicts)


def file_of(module: str, root: Path) -> Path | None:
    """A module's file, or its folder where that has no `__init__.py`; None where there is none."""
    place = root.joinpath(*module.split("."))
    choices = (place / "__init__.py", place.with_name(place.name + ".py"), place)
    return next((path for path in choices if path.exists()), None)


def meant(code: Code, module: str, name: str, root: Path) -> set[str] | None:
    """What `module.name` may stand for, beside a submodule; None where it may be anything."""
    found = code.bound.get(name, set())
    if not code.lazy:
        return found
    told = (s if ours(s) else f"{module}.{s.lstrip('.')}" for s in code.dicts.get(name, ()))
    found = found | {it for it in told if file_of(it, root)}
    return found if found or name in code.own or file_of(f"{module}.{name}", root) else None


def reached(source: str, root: Path) -> set[Path]:
    """The Python files of our packages that this source may import, however far."""
    everything = {file for package in PACKAGES for file in (root / package).rglob("*.py")}
    start = read(source, "")
    if start is None or start.unseen:
        return everything
    codes: dict[Path, Code] = {}
    todo, seen = set(start.uses), set()
    while todo:
        name = todo.pop()
        seen.add(name)
        parts = name.split(".") if ours(name) else []
        for depth in range(1, len(parts) + 1):
            module, rest = ".".join(parts[:depth]), parts[depth:]
            file = file_of(module, root)
            if file is None:
                break
            if file.is_dir():
                continue
            if file not in codes:
                package = module if file.name == "__init__.py" else module.rpartition(".")[0]
                code = read(file.read_text(encoding="utf-8"), package)
                if code is None or code.unseen:
                    return everything
                codes[file] = code
                todo |= code.uses - seen
            if rest:
                targets = meant(codes[file], module, rest[0], root)
                if targets is None:
                    return everything
                # A name that is a submodule too may be either: then the rest is anybody's guess.
                further = ["*"] if file_of(f"{module}.{rest[0]}", root) else rest[1:]
                todo |= {".".join([target, *further]) for target in targets} - seen
    return set(codes)


def beside(folder: Path) -> Iterator[Path]:
    """What lies by the modules of a folder and is no Python, in folders without Python too."""
    for path in folder.iterdir():
        if path.name.startswith(".") or path.name == "__pycache__":
            continue
        if path.is_file() and path.suffix != ".py":
            yield path
        elif path.is_dir() and not any(path.rglob("*.py")):
            yield from beside(path)


def cells(chapter: Path) -> str:
    """The code of a notebook, without the line that installs the package in Colab."""
    notebook = json.loads(chapter.read_text(encoding="utf-8"))
    code = [
        "".join(cell["source"]) for cell in notebook.get("cells", ()) if cell["cell_type"] == "code"
    ]
    return re.sub(r"^(\s*)%pip .*$", r"\1pass", "\n".join(code), flags=re.MULTILINE)


def needs(chapter: Path, root: Path = ROOT) -> list[Path]:
    """The files of our packages that a chapter's outputs may depend on, in order."""
    modules = reached(cells(chapter), root)
    folders = {module.parent for module in modules}
    return sorted(modules.union(*map(beside, folders)))
