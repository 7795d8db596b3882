"""Run the book's chapters, and prove that their stored outputs are what the code prints.

    python -m tools.book execute            run the chapters that changed, store what they gave
    python -m tools.book verify             run them, compare with what is stored, write nothing
    python -m tools.book test               all tests; nbval over the chapters that changed, which
                                            holds them to their stored outputs as well
    python -m tools.book execute method     one chapter; --force runs it though nothing changed

A chapter is a notebook named in book/_toc.yml. It is fresh while nothing it depends on has
changed: its own bytes, the modules it imports, the data, the library versions, the processor, and
the tools of the job. What was done for which state is kept in _build/stamps, never in the
repository.

Where there are two cores, two chapters run at a time, the longest first. Each kernel keeps the
threads that environment.py gives it, so that its sums are the same as alone.

Reading order: run.py (run, canonical form), diff.py (compare), needs.py (what a chapter
imports), this file (which, when).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import yaml
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import from_dict

from ltp_core.data.atomic import replacing

from . import diff as nbdiff
from . import run as nbrun
from .environment import ENVIRONMENT
from .needs import needs

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
STAMPS = ROOT / "_build" / "stamps"
BUDGET = 180  # seconds a chapter may take, alone
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
AT_A_TIME = min(2, CORES)
NBVAL = [
    sys.executable,
    "-m",
    "pytest",
    "-q",
    "--nbval",
    "--nbval-current-env",
    f"--nbval-cell-timeout={nbrun.TIMEOUT}",
    "--nbval-sanitize-with",
    "tests/nbval.cfg",
]
TOOLS = Path(__file__).resolve().parent
RUNS = [TOOLS / f"{it}.py" for it in ("run", "environment", "palette", "quiet")]
HOLDS = (  # what compares it
    TOOLS / "diff.py",
    TOOLS / "palette.py",
    BOOK / "conftest.py",
    ROOT / "tests/nbval.cfg",
)


def entries(node) -> list[str]:
    """Every file named in a jb-book table of contents, in reading order.

    >>> entries({"root": "intro", "parts": [{"caption": "I", "chapters": [{"file": "method"}]}]})
    ['intro', 'method']
    """
    if isinstance(node, list):
        return [name for item in node for name in entries(item)]
    if not isinstance(node, dict):
        return []
    own = [node[key] for key in ("root", "file") if key in node]
    inner = [node[key] for key in ("parts", "chapters", "sections") if key in node]
    return own + entries(inner)


def chapters(names: list[str] | None = None) -> list[Path]:
    """The notebooks of the table of contents, or those of them named (with or without .ipynb)."""
    toc = yaml.safe_load((BOOK / "_toc.yml").read_text(encoding="utf-8"))
    paths = [BOOK / f"{Path(name).with_suffix('')}.ipynb" for name in entries(toc)]
    found = {path.stem: path for path in paths if path.exists()}
    wanted = [Path(name).stem for name in names or found]
    unknown = [name for name in wanted if name not in found]
    if unknown:
        sys.exit(f"book: no chapter named {unknown[0]!r}; there are: {', '.join(found) or 'none'}")
    return [found[name] for name in wanted]


def digest(files: Iterable[Path], *before: bytes) -> bytes:
    """One hash of these bytes, and of what the files are called and hold."""
    whole = hashlib.sha256(b"\0".join(before))
    for file in files:
        whole.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return whole.digest()


def shared_inputs() -> bytes:
    """One hash of all that every chapter depends on: the data, the versions, what runs it."""
    data = (f for f in ROOT.glob("data/**/*") if f.is_file() and f.suffix != ".md")
    return digest([*RUNS, *sorted(data)], nbrun.numerics().encode())


class Stamps:
    """Remembers for which state of a chapter a job was last done, and how long it took.

    What the chapters need is read when this is made, before any of them runs: a module edited
    meanwhile is then newer than the stamp.
    """

    def __init__(self, paths: list[Path], folder: Path = STAMPS):
        self.folder, shared = folder, shared_inputs()
        self.inputs = {path: digest(needs(path), shared) for path in paths}
        self.holds = digest(HOLDS)

    def _key(self, job: str, path: Path) -> str:
        holds = self.holds if job in ("verify", "nbval") else b""
        return hashlib.sha256(self.inputs[path] + holds + path.read_bytes()).hexdigest()

    def _read(self, job: str, path: Path) -> dict:
        file = self.folder / job / f"{path.stem}.json"
        return json.loads(file.read_text()) if file.exists() else {}

    def fresh(self, path: Path, *jobs: str) -> bool:
        """Was one of these jobs done for exactly this state?"""
        return any(self._read(job, path).get("key") == self._key(job, path) for job in jobs)

    def seconds(self, path: Path) -> float | None:
        """How long the chapter took the last time, if it ever ran here."""
        return self._read("time", path).get("seconds")

    def mark(self, path: Path, *jobs: str, **facts) -> None:
        """This job is done for this state."""
        for job in jobs:
            (self.folder / job).mkdir(parents=True, exist_ok=True)
            record = json.dumps({"key": self._key(job, path), **facts})
            store(self.folder / job / f"{path.stem}.json", record)


def store(path: Path, text: str) -> None:
    """Write a file: a kill leaves the old one, or the new one."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def announce(job: str, paths: list[Path], stamps: Stamps) -> None:
    """Say how many chapters will run and for how long."""
    if not paths:
        print(f"{job}: every chapter is up to date, nothing to run")
        return
    known = [stamps.seconds(path) for path in paths]
    last = "" if None in known else f"; the last time they took {sum(known):.0f} s in all"
    print(f"{job}: {len(paths)} chapter(s) to run, {AT_A_TIME} at a time{last}")


def longest_first(paths: list[Path], stamps: Stamps) -> list[Path]:
    """The order that lets two at a time end together; a chapter that never ran may be long."""
    return sorted(paths, key=lambda path: -(stamps.seconds(path) or BUDGET))


def run(path: Path, stamps: Stamps):
    """Run one chapter with progress; stop with the cell's own error where one fails."""

    def say(line: str) -> None:
        print(f"  {path.stem:<18} {line.strip()}", flush=True)

    start = time.monotonic()
    try:
        notebook = nbrun.run(path, say=say)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        sys.exit(f"{error}\nbook: {path.name} stopped with the error above; nothing was written")
    seconds = time.monotonic() - start
    say(f"done in {seconds:.0f} s" + f" (over the budget of {BUDGET} s)" * (seconds > BUDGET))
    stamps.mark(path, "time", seconds=seconds)
    return notebook


def run_all(paths: list[Path], stamps: Stamps) -> Iterator[tuple[Path, dict]]:
    """Run chapters, `AT_A_TIME` of them together, and give each with its notebook when it is done.

    In processes, not threads: an interrupt then ends the kernels.
    """
    if min(AT_A_TIME, len(paths)) < 2:
        yield from ((path, run(path, stamps)) for path in paths)
        return
    with ProcessPoolExecutor(AT_A_TIME) as pool:
        asked = {pool.submit(run, path, stamps): path for path in longest_first(paths, stamps)}
        try:
            for done in as_completed(asked):
                yield asked[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def as_stored(before: str, fresh) -> bool:
    """Did the run give the stored file again? The machine it names is no output and may differ."""
    stored = json.loads(before)["metadata"].get("ltp", fresh.metadata["ltp"])
    metadata = {**fresh.metadata, "ltp": {**fresh.metadata["ltp"], **stored}}
    return nbrun.text(from_dict({**fresh, "metadata": metadata})) == before


def execute(paths: list[Path], force: bool = False) -> None:
    """Run the chapters in place; a file whose outputs came out as stored is not touched.

    Such a run has also verified the chapter, to the last byte: `make test` need not run it again.
    New outputs were made by one run alone. Whether a second gives them again, nbval must show.
    """
    stamps = Stamps(paths)
    todo = [path for path in paths if force or not stamps.fresh(path, "execute", "verify")]
    announce("execute", todo, stamps)
    for path, notebook in run_all(todo, stamps):
        if as_stored(path.read_text(encoding="utf-8"), notebook):
            print(f"{path.name}: as stored, byte for byte")
            stamps.mark(path, "execute", "verify", "nbval")
        else:
            store(path, nbrun.text(notebook))
            print(f"{path.name}: stored, the outputs are new")
            stamps.mark(path, "execute")


def verify(paths: list[Path], force: bool = False, exact: bool = False) -> dict[str, list[str]]:
    """Run the chapters elsewhere and compare; the differences by chapter, empty when all agree."""
    stamps = Stamps(paths)
    todo = [path for path in paths if force or not stamps.fresh(path, "verify")]
    announce("verify", todo, stamps)
    failed = {}
    for path, fresh in run_all(todo, stamps):
        stored = nbrun.read(path)
        made_on = stored.metadata.get("ltp", {}).get("numerics", "not recorded")
        strict = exact or made_on == nbrun.numerics()
        found = nbdiff.compare(stored, fresh, exact=strict)
        if not strict:
            print(
                f"{path.name}: made on [{made_on}]\n    here [{nbrun.numerics()}]\n"
                "    so numbers may differ a little"
            )
        if found:
            failed[path.name] = found
            print(f"{path.name}:", *found, sep="\n    ")
        else:
            nearly = "" if strict else ", nearly"
            print(f"{path.name}: the stored outputs are what the code gives{nearly}")
            stamps.mark(path, "verify")
    return failed


def test(paths: list[Path], force: bool = False) -> int:
    """One pytest run: unit tests, doctests, and nbval over the chapters not yet tested as such.

    The chapters come first and a file stays whole (`loadscope`), so a kernel sees its cells in
    order, and what is quick fills the end.
    """
    stamps = Stamps(paths)
    todo = [path for path in paths if force or not stamps.fresh(path, "nbval")]
    announce("nbval", todo, stamps)
    shared = ["-n", str(AT_A_TIME), "--dist", "loadscope", "--no-loadscope-reorder"]
    command = [
        *NBVAL,
        *(shared if AT_A_TIME > 1 else []),
        *map(str, longest_first(todo, stamps)),
        "tests",
        "ltp_core",
        "ltp_book",
        "tools",
    ]
    code = subprocess.run(command, cwd=ROOT).returncode
    if code == 0:
        for path in todo:
            stamps.mark(path, "nbval")
    return code


def main() -> int:
    """Read the arguments and do the one thing asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("job", choices=["execute", "verify", "test"])
    parser.add_argument("chapter", nargs="*", help="names; left out, all of them")
    parser.add_argument("--force", action="store_true", help="also those that are up to date")
    parser.add_argument(
        "--exact",
        action="store_true",
        help="verify: demand identity even if other versions made the outputs",
    )
    args = parser.parse_args()
    os.environ.update(ENVIRONMENT)
    paths = chapters(args.chapter)
    if args.job == "execute":
        execute(paths, args.force)
        return 0
    if args.job == "test":
        return test(paths, args.force)
    failed = verify(paths, args.force, args.exact)
    if failed:
        print(
            f"verify: stored outputs differ in {', '.join(failed)}. If the new ones are right:\n"
            f"  python -m tools.book execute {' '.join(Path(name).stem for name in failed)}"
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
