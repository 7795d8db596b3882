"""Small changes of the code, one at a time: does a test of its room notice?

    python -m tools.torture.mutants ltp_core/arrays/topk.py --count 40
    python -m tools.torture.mutants                                     a sample of all of `TESTS`

A forked child, in which torch is imported already and the library is not, imports a mutant in the
module's place; so it costs no more than the tests to the first that fails. Before all, the tests of
each file must pass without a change. A mutant is killed if a test fails, or if the tests take more
than `SECONDS` of the processor; the clock on the wall says nothing on a busy machine.

Survivors are listed with their line and count as survivors, all of them. Some are equal to the
original in all that they do, or only slower: another size of a chunk, another dimension of a tensor
that has one. The others are holes in the tests.

Reading order: `TESTS`, `fate`; the changes are in `mutate.py`.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import resource
import signal
import sys
import time
from collections import Counter
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from random import Random
from types import CodeType
from typing import Any

from .about import about, new_file
from .mutate import ROOT, Mutant, changed, mutants

ROOM, QUICK = "tests/core", "not slow and not browser and not process"
SECONDS = 120  # of the processor; a mutant that takes more never ends
TESTS = {  # the tests of a file's room, those that find most first
    "ltp_core/ticket/ticket.py": [
        "ticket/test_counts.py",
        "ticket/test_ticket.py",
        "ticket/test_algebra.py",
    ],
    "ltp_core/ticket/density.py": ["ticket/test_density.py", "ticket/test_counts.py"],
    "ltp_core/arrays/topk.py": ["arrays/test_topk.py", "ticket/test_ticket.py"],
    "ltp_core/ticket/chunks.py": ["ticket/test_chunks.py", "arrays/test_topk.py"],
    "ltp_core/arrays/rice.py": ["arrays/test_rice.py", "data/test_mask_file.py"],
    "ltp_core/data/mask_file.py": [
        "data/test_mask_file.py",
        "ticket/test_ticket.py",
        "ticket/test_merge.py",
    ],
    "ltp_core/ticket/sparse.py": ["ticket/test_opened.py", "ticket/test_sparse.py"],
    "ltp_core/stage2/prompt.py": [
        "stage2/test_prompt_parts.py",
        "stage2/test_prompt.py",
        "stage2/test_prompt_place.py",
        "stage2/test_deep_prompt.py",
        "stage2/test_saved.py",
    ],
    "ltp_core/stage2/prompt_start.py": ["stage2/test_prompt_start.py"],
    "ltp_core/stage2/prompt_place.py": ["stage2/test_prompt_place.py"],
    "ltp_core/stage2/cloze.py": ["stage2/test_cloze.py", "stage2/test_prompt.py"],
    "ltp_core/tasks/tables.py": [
        "tasks/test_tables.py",
        "tasks/test_folder.py",
        "tasks/test_folder_nasty.py",
    ],
}


def fate(mutant: Mutant) -> str:
    """Run the tests of the mutant's room in a forked child: killed, endless, or survived."""
    child = os.fork()
    if not child:
        status = 1
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
            sink = os.open(os.devnull, os.O_WRONLY)
            for stream in (1, 2):
                os.dup2(sink, stream)
            put(mutant)
            status = run_tests([f"{ROOM}/{test}" for test in TESTS[mutant.file]])
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    late = os.WIFSIGNALED(status) and os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
    return "endless" if late else "killed" if status else "survived"


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
    """pytest in this process, to the first failure; nobody reads it, so no input is shrunk."""
    import pytest
    from hypothesis import Phase, settings

    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("mutant", derandomize=True, deadline=None, phases=phases)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # some take longer to import than the tests
    how = ["-x", "-q", "-p", "no:cacheprovider", "-p", "_hypothesis_pytestplugin"]
    return int(pytest.main([*how, "--hypothesis-profile", "mutant", "-m", QUICK, *files]))


def warm() -> None:
    """Import what takes long, once for all children; nothing of the library."""
    for name in ("torch", "datasets", "accelerate", "pyarrow.parquet", "tokenizers"):
        import_module(name)
    for name in ("pytest", "hypothesis", "nbformat", "safetensors.torch"):
        import_module(name)
    for name in ("BertForMaskedLM", "XLMRobertaForMaskedLM", "AutoModelForMaskedLM"):
        getattr(import_module("transformers"), name)
    gc.freeze()  # no child goes through it


def main() -> int:
    """Read the arguments, sample, run, print, perhaps write."""
    from tqdm import tqdm

    parser = argparse.ArgumentParser(prog="python -m tools.torture.mutants", description=__doc__)
    parser.add_argument("files", nargs="*", help=f"of {', '.join(TESTS)}; all if none is named")
    parser.add_argument("--count", type=int, default=160, help="how many are drawn")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=new_file, help="where to write the counts")
    args = parser.parse_args()
    os.chdir(ROOT)
    files, begin = args.files or list(TESTS), time.monotonic()
    every = [mutant for file in files for mutant in mutants(file)]
    drawn = Random(args.seed).sample(every, min(args.count, len(every)))
    warm()
    for file in files:
        if fate(Mutant(file, 0, "")) != "survived":
            raise RuntimeError(f"the tests of {file} fail without a change, too")
    fates = [(mutant, fate(mutant)) for mutant in tqdm(drawn, unit="mutant")]
    left = [mutant for mutant, what in fates if what == "survived"]
    for mutant in left:
        line = (ROOT / mutant.file).read_text().split("\n")[mutant.line - 1].strip()
        print(f"{mutant.file}:{mutant.line}: {mutant.change}: {line}")
    table = {file: Counter(what for mutant, what in fates if mutant.file == file) for file in files}
    for file, counts in table.items():
        print(f"{killed(counts)}  {file}; {len(list(mutants(file)))} there are")
    print(f"{killed(Counter(what for _, what in fates))}  in all; {len(every)} there are")
    if args.json:
        kept = [mutant._asdict() for mutant in left]
        facts = {"mutants": len(every), "files": table, "survivors": kept}
        args.json.write_text(json.dumps(about(args.seed, begin) | facts, indent=1) + "\n")
    return 0


def killed(counts: Counter[str]) -> str:
    """How many of how many were noticed.

    >>> killed(Counter(killed=6, endless=1, survived=1))
    '7 of 8 killed, 87.5%, 1 by time'
    """
    gone, of = counts["killed"] + counts["endless"], counts.total()
    late = f", {counts['endless']} by time" if counts["endless"] else ""
    return f"{gone} of {of} killed, {gone / max(of, 1):.1%}{late}"


if __name__ == "__main__":
    sys.exit(main())
