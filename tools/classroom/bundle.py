"""What a class needs where there is no network, in one folder.

    python -m tools.classroom.bundle --out FOLDER      what `make bundle` runs, after `make pages`

    FOLDER/wheels/        this package and all it needs, for this system and this Python
           notebooks/     the chapters, and the students' sets in exercises/
           pages/         the built pages; index.html opens without a server
           lecturer/      solutions, slides, notes, figures: with --lecturer only
           handout.html   one page for each student, to be printed
           README.md      the three commands
           SHA256SUMS

The versions are those of requirements.lock, where it holds (Python 3.11); what only the tests and
the benchmarks need is left out. Make the bundle on a machine like those of the class: same system,
same Python. pip's own torch for Linux brings CUDA, several GB; say `--torch` as you say it to make.

Reading order: `gather`, `wheels`, `notebooks`, `readme`, `checksums`. What it does not do: build
the pages, or try the bundle. `python -m tools.classroom.try_bundle FOLDER` tries it.
"""

from __future__ import annotations

import argparse
import hashlib
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from ..make_venv import LOCKED_PYTHON
from . import build, figures
from .handout import HANDOUT
from .source import ROOT, sheets

PAGES = ROOT / "_build" / "html"
WANTED = "ltp-core[book]"  # what a reader installs: the package, Jupyter, what draws
README = """\
# {title} for a class without a network

Made for {system}, Python {python}. {size}, of which {wheels} are wheels. Copy the folder to each
machine. In it:

```
{command} -m venv class
{bin}python -m pip install --no-index --find-links wheels "{wanted}"
{bin}jupyter lab notebooks
```

The first two are for once and ask no network. The third opens Jupyter in a browser:
`method.ipynb` is the chapter to begin with, `exercises/method.ipynb` its exercises.

- `pages/index.html` is the whole book, to be read without Python. Open it in a browser.
- `handout.html` is one page to print for each student.
- Is the copy complete? `{check}` says nothing if it is.
"""


def wheels(folder: Path, torch: str) -> None:
    """This package's wheel, torch's, and those of all they need, into the folder.

    torch comes first and alone, as in tools/make_venv.py: what says where it comes from must not
    say so of the others.
    """
    python = [sys.executable, "-m"]
    _run("this package's wheel", *python, "hatchling", "build", "-t", "wheel", "-d", str(folder))
    (own,) = folder.glob("ltp_core-*.whl")
    get = [*python, "pip", "download", "--quiet", "--only-binary", ":all:", "--dest", str(folder)]
    _run("torch's wheel", *get, "--no-deps", *shlex.split(torch))
    if sys.version_info[:2] == LOCKED_PYTHON:
        get += ["--constraint", str(ROOT / "requirements.lock")]
    extra = WANTED.removeprefix("ltp-core")
    _run("the other wheels", *get, "--find-links", str(folder), "torch", f"{own}{extra}")


def _run(what: str, *command: str) -> None:
    print(f"bundle: {what} ...", flush=True)
    if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL).returncode:
        raise ValueError(f"this step failed: {what}; the reason stands above")


def notebooks(folder: Path) -> None:
    """The chapters with the drawings and pages they name, and the students' sets."""
    book = ROOT / "book"
    shutil.copytree(book / "figures", folder / "figures")
    (folder / "exercises").mkdir()
    for path in [*book.glob("*.ipynb"), *book.glob("*.md"), *book.glob("exercises/*.ipynb")]:
        if path.name != "lecturer.md":
            shutil.copyfile(path, folder / path.relative_to(book))


def lecturer(folder: Path) -> None:
    """Solutions, slides and notes of each set, the guide, and the figures of the chapters."""
    for path, text in build.built(sheets(), folder).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    shutil.copyfile(ROOT / "book" / "lecturer.md", folder / "lecturer.md")
    figures.write(folder / "figures", figures.all_figures())


def megabytes(folder: Path) -> str:
    """The size of all files in a folder.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as name:
    ...     _ = Path(name, "a").write_bytes(bytes(2_400_000))
    ...     megabytes(Path(name))
    '2 MB'
    """
    return f"{sum(p.stat().st_size for p in folder.rglob('*') if p.is_file()) / 1e6:.0f} MB"


def readme(folder: Path, system: str = sys.platform) -> str:
    """What is in the folder, and the three commands for a system."""
    windows = system == "win32"
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    check = "shasum -a 256" if system == "darwin" else "sha256sum"
    return README.format(
        title="Lottery Ticket Prompt-learning",
        system=sysconfig.get_platform(),
        python=python,
        size=megabytes(folder),
        wheels=megabytes(folder / "wheels"),
        command=f"py -{python}" if windows else f"python{python}",
        bin="class\\Scripts\\" if windows else "class/bin/",
        wanted=WANTED,
        check=f"{check} --check --quiet SHA256SUMS",
    )


def checksums(folder: Path) -> str:
    """A line for each file: what `sha256sum --check` reads."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in files
    )


def gather(out: Path, torch: str, pages: Path = PAGES, *, for_lecturer: bool = False) -> None:
    """Make the bundle in the folder `out`, which must be empty or not there.

    Raises ValueError where it is not, where there are no pages, and where pip fails.
    """
    if out.exists() and any(out.iterdir()):
        raise ValueError(f"{out} must be a new or empty folder; remove it, or name another")
    if not (pages / ".complete").exists():
        raise ValueError(f"no built pages in {pages}; `make pages` builds them")
    try:
        (out / "wheels").mkdir(parents=True)
        wheels(out / "wheels", torch)
        (out / "notebooks").mkdir()
        notebooks(out / "notebooks")
        shutil.copytree(pages, out / "pages")
        shutil.copyfile(HANDOUT, out / "handout.html")
        if for_lecturer:
            lecturer(out / "lecturer")
        (out / "README.md").write_text(readme(out), encoding="utf-8", newline="\n")
        (out / "SHA256SUMS").write_text(checksums(out), encoding="utf-8", newline="\n")
    except BaseException:  # half a bundle looks like a whole one
        shutil.rmtree(out)
        raise


def main() -> None:
    """Read the arguments and make the bundle."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.classroom.bundle",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--out", type=Path, required=True, help="a new or empty folder")
    parser.add_argument("--torch", default="torch==2.13.0", help="what to hand pip for torch")
    parser.add_argument("--pages", type=Path, default=PAGES, help="the built pages")
    parser.add_argument("--lecturer", action="store_true", help="the lecturer's files, too")
    args = parser.parse_args()
    out = args.out.resolve()
    try:
        gather(out, args.torch, args.pages, for_lecturer=args.lecturer)
    except ValueError as fault:
        sys.exit(f"bundle: {fault}")
    count = len(list((out / "wheels").iterdir()))
    print(f"bundle: {args.out}, {megabytes(out)}; {count} wheels, {megabytes(out / 'wheels')}")


if __name__ == "__main__":
    main()
