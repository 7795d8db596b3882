"""Small changes of the code, one at a time: does a test of its room notice?

    python -m tools.torture.mutants ltp_core/arrays/topk.py --count 40
    python -m tools.torture.mutants                                     a sample of all of `TESTS`

A mutant is the module with one comparison, operator, constant, condition or statement changed. A
forked child, in which torch is imported already and the library is not, imports it in the module's
place; so it costs no more than the tests to the first that fails. Docstrings and types are left
alone. Before all, the tests of each file must pass without a change.

Survivors are listed with their line. Some are equal to the original in all that they do; the
others are holes in the tests.

Reading order: `TESTS`, `mutants`, `survives`.
"""

from __future__ import annotations

import argparse
import ast
import copy
import json
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, NamedTuple

from .about import about

ROOT = Path(__file__).resolve().parents[2]
ROOM, QUICK = "tests/core", "not slow and not browser and not process"
SECONDS = 60  # a mutant that runs longer never ends
TESTS = {  # the tests of a file's room, those that find most first
    "ltp_core/ticket/ticket.py": ["ticket/test_ticket.py", "data/test_mask_file.py"],
    "ltp_core/arrays/topk.py": ["arrays/test_topk.py", "ticket/test_ticket.py"],
    "ltp_core/ticket/chunks.py": ["ticket/test_chunks.py", "ticket/test_ticket.py"],
    "ltp_core/arrays/rice.py": ["arrays/test_rice.py", "data/test_mask_file.py"],
    "ltp_core/data/mask_file.py": ["data/test_mask_file.py", "ticket/test_merge.py"],
    "ltp_core/ticket/sparse.py": ["ticket/test_sparse.py"],
    "ltp_core/stage2/prompt.py": ["stage2/test_prompt.py", "stage2/test_saved.py"],
    "ltp_core/tasks/tables.py": ["tasks/test_folder.py"],
}
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


def survives(mutant: Mutant) -> bool:
    """Run the tests of the mutant's room in a forked child; False if one fails, or none ends."""
    child = os.fork()
    if not child:
        status = 1
        try:
            sink = os.open(os.devnull, os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(sink, stream)
            put(mutant)
            status = run_tests([f"{ROOM}/{test}" for test in TESTS[mutant.file]])
        finally:
            os._exit(status)
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return status == 0
        select.select([], [], [], 0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


def put(mutant: Mutant) -> None:
    """Let the import of the module give the changed code; it was not imported before."""
    file, name = str(ROOT / mutant.file), mutant.file.removesuffix(".py").replace("/", ".")
    assert not [known for known in sys.modules if known.split(".")[0] == "ltp_core"]

    class Finder(MetaPathFinder):
        def find_spec(self, fullname: str, path: Any, target: Any = None) -> ModuleSpec | None:
            if fullname != name:
                return None
            return spec_from_file_location(name, file, loader=Loader(name, file))

    class Loader(SourceFileLoader):
        def get_code(self, fullname: str) -> CodeType:
            return compile(changed(mutant), file, "exec", dont_inherit=True)

    sys.meta_path.insert(0, Finder())


def run_tests(files: list[str]) -> int:
    """pytest in this process, to the first failure."""
    import pytest

    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-m", QUICK, *files]))


def warm() -> None:
    """Import what takes long, once for all children; nothing of the library."""
    for name in ("torch", "datasets", "accelerate", "pyarrow.parquet", "tokenizers", "pytest"):
        import_module(name)
    for name in ("BertForMaskedLM", "XLMRobertaForMaskedLM", "AutoModelForMaskedLM"):
        getattr(import_module("transformers"), name)


def main() -> int:
    """Read the arguments, sample, run, print, perhaps write."""
    from tqdm import tqdm

    parser = argparse.ArgumentParser(prog="python -m tools.torture.mutants", description=__doc__)
    parser.add_argument("files", nargs="*", help=f"of {', '.join(TESTS)}; all if none is named")
    parser.add_argument("--count", type=int, default=160, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write the counts")
    args = parser.parse_args()
    os.chdir(ROOT)
    files, begin = args.files or list(TESTS), time.monotonic()
    every = [mutant for file in files for mutant in mutants(file)]
    drawn = Random(args.seed).sample(every, min(args.count, len(every)))
    warm()
    for file in files:
        if not survives(Mutant(file, 0, "")):
            raise RuntimeError(f"the tests of {file} fail without a change, too")
    left = [mutant for mutant in tqdm(drawn, unit="mutant") if survives(mutant)]
    for mutant in left:
        line = (ROOT / mutant.file).read_text().split("\n")[mutant.line - 1].strip()
        print(f"{mutant.file}:{mutant.line}: {mutant.change}: {line}")
    killed = len(drawn) - len(left)
    share = f"{killed / len(drawn):.1%}"
    print(f"{killed} of {len(drawn)} mutants killed, {share}; {len(every)} there are")
    if args.json:
        kept = [mutant._asdict() for mutant in left]
        facts = {"mutants": len(every), "drawn": len(drawn), "killed": killed, "survivors": kept}
        args.json.write_text(json.dumps(about(args.seed, begin) | facts, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
