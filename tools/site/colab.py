"""Run a chapter as somebody does who has opened nothing but its .ipynb in Colab.

Three things are built, all in one folder and without the network:

* `make_environment`: a Python that has what this one has, but not `ltp_core`, nor what Colab does
  not bring. The packages lie outside the new environment, as links: pip sees them, can use them
  and cannot change them. What an installation adds can therefore be counted.
* `make_repository`: a git repository with the package as it is in this tree, committed or not.
* `settings`: environment variables that send the set-up cell's GitHub address to that repository.

The cells themselves are run by this file as a script, in the new environment:

    PYTHON -m tools.site.colab NUMBER chapter.ipynb ...    the first NUMBER code cells, 0 for all

Each chapter runs in an empty folder, in a process forked after the large libraries are imported,
so that ten chapters cost little more than one. One line of JSON tells how each went. In place of
a kernel stands IPython's own shell: magics work, widgets are made but not shown.

What it does not do: run in Colab. Its Python, its torch and its page are not here.
"""

import importlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ABSENT = ("ltp_core", "ltp_book", "_ltp_core", "jupyterquiz", "jupyter_book", "myst_nb")
LARGE = (
    "torch",
    "transformers",
    "datasets",
    "accelerate",
    "matplotlib.pyplot",
    "ipywidgets",
    "transformers.models.bert.modeling_bert",
    "transformers.models.auto.modeling_auto",
    "pyarrow.parquet",
)  # what else a chapter would load, each for itself
PARTS = ("ltp_core", "ltp_book", "data", "pyproject.toml", "README.md", "LICENSE", "LICENSES.md")


def make_environment(folder: Path, absent: tuple[str, ...] = ABSENT) -> Path:
    """A new environment in `folder`, without what begins with `absent`; the path of its Python."""
    here, there = folder / "environment", folder / "preinstalled" / "site-packages"
    venv.create(here, symlinks=os.name != "nt")
    there.mkdir(parents=True)  # dill tells libraries from a reader's code by that name
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if not path.name.lower().startswith(absent):
            (there / path.name).symlink_to(path)
    (site_packages(here) / "preinstalled.pth").write_text(f"{there}\n")
    return here / "bin" / "python"


def site_packages(environment: Path) -> Path:
    """Where an environment keeps what is installed into it."""
    return Path(sysconfig.get_path("purelib", vars={"base": str(environment)}))


def make_repository(folder: Path) -> Path:
    """A git repository of the package as this tree has it now."""
    copy = folder / "repository"
    junk = shutil.ignore_patterns("__pycache__", "runs", "stage1-*")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part, ignore=junk)
        else:
            shutil.copy(ROOT / part, copy / part)
    git = [
        "git",
        "-C",
        str(copy),
        "-c",
        "user.name=test",
        "-c",
        "user.email=test@example.org",
        "-c",
        "core.compression=0",
        "-c",
        "commit.gpgsign=false",
    ]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "all"]):
        subprocess.run([*git, *command], check=True)
    return copy


def settings(address: str, repository: Path, folder: Path) -> dict[str, str]:
    """The environment variables under which `address` means `repository` and pip asks nobody."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON", "GIT_"))}
    return kept | {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{repository.as_uri()}.insteadOf",
        "GIT_CONFIG_VALUE_0": address,
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_NO_INDEX": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the wrong way round: this means no isolation
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_NO_COMPILE": "1",
        "IPYTHONDIR": str(folder / "ipython"),
        "MPLBACKEND": "agg",
        "HF_HUB_OFFLINE": "1",
    }


def code_cells(path: Path) -> list[str]:
    """The sources of a notebook's code cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def run_here(path: Path, number: int) -> str:
    """Copy the notebook into an empty folder and run its first cells; the first error, or ''."""
    from IPython.core.interactiveshell import InteractiveShell

    with tempfile.TemporaryDirectory() as empty:
        os.chdir(shutil.copy(path, empty) and empty)
        shell = InteractiveShell.instance()
        for place, source in enumerate(code_cells(Path(path.name))[: number or None], start=1):
            error = shell.run_cell(source, store_history=False)
            problem = error.error_before_exec or error.error_in_exec
            if problem:
                return f"cell {place}: {type(problem).__name__}: {problem}"
            if number:
                draw_less()
    return ""


def draw_less() -> None:
    """Let intervals be rough: whether a cell runs here does not hang on how often is drawn."""
    from ltp_core.measure.bootstrap import macro_draws

    macro_draws.__kwdefaults__["draws"] = 50


def run_forked(path: Path, number: int) -> str:
    """`run_here` in a process of its own, which leaves nothing behind in this one."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(2, 1)  # what cells print is not our answer
            answer = run_here(path, number)
        except BaseException as error:  # the parent must hear of everything
            answer = f"{type(error).__name__}: {error}"
        os.write(write, answer.encode()[:4000])
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read().decode()
    status = os.waitpid(child, 0)[1]
    return answer or (f"the process ended with status {status}" if status else "")


def main() -> None:
    """Run the chapters named on the command line, one after the other."""
    sys.path.pop(0)  # this script's own folder is not in Colab
    number, *paths = int(sys.argv[1]), *(Path(name).resolve() for name in sys.argv[2:])
    for name in LARGE:
        importlib.import_module(name)
    for path in paths:
        start = time.monotonic()
        error = run_forked(path, number)
        print(
            json.dumps(
                {
                    "chapter": path.stem,
                    "error": error,
                    "seconds": round(time.monotonic() - start, 1),
                }
            ),
            flush=True,
        )


if __name__ == "__main__":
    main()
