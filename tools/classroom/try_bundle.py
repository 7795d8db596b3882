"""Is a bundle enough? Tried in a new environment, with the network cut.

    python -m tools.classroom.try_bundle FOLDER [--chapter NAME] [--cells N]

On Linux, in a namespace without a network: checks the sums, makes an environment in a temporary
folder, installs from FOLDER/wheels alone with none of pip's settings, runs the students' set of the
chapter and the chapter's first N code cells (0: all), and opens a page from the disk where there is
a Chromium. Prints what each step took, and the peak memory of each kernel.

Reading order: `main`, `tried`. What it does not do: try another system than this one.
"""

from __future__ import annotations

import argparse
import errno
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .bundle import WANTED
from .source import ROOT

CUT = ["unshare", "--map-root-user", "--net"]
# By the environment's own Python. ipc: a kernel that needs no address, since here there is none.
# Two numbers come last, whatever a cell printed before: cells run, and the peak memory in KiB.
RUN = """
import sys, nbformat
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

class Local(AsyncKernelManager):
    def __init__(self, **options):
        super().__init__(transport="ipc", **options)

notebook = nbformat.read(sys.argv[1], as_version=4)
code = [cell for cell in notebook.cells if cell.cell_type == "code"][: int(sys.argv[2]) or None]
peak = "import resource; print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
notebook.cells = [*code, nbformat.v4.new_code_cell(peak)]
NotebookClient(notebook, timeout=900, kernel_manager_class=Local).execute()
print(len(code), notebook.cells[-1].outputs[0].text)
"""


def no_network() -> None:
    """Raise RuntimeError unless a packet that would leave the machine has nowhere to go."""
    try:
        with socket.create_connection(("192.0.2.1", 9), timeout=5):  # kept free for documentation
            pass
    except OSError as fault:
        if fault.errno == errno.ENETUNREACH:
            return
    raise RuntimeError("the network is not cut")


def clean() -> dict[str, str]:
    """This environment without pip's settings and without what finds packages elsewhere."""
    own = ("PIP_", "PYTHONPATH", "VIRTUAL_ENV", "JUPYTER")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(own)}
    own_kernel = {"JUPYTER_PREFER_ENV_PATH": "1"}
    return kept | own_kernel | {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def step(what: str, *command: str | Path, folder: Path) -> str:
    """Do it, say how long it took, give what it printed; stop where it fails."""
    start = time.monotonic()
    done = subprocess.run(
        [str(word) for word in command], cwd=folder, env=clean(), capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(f"try_bundle: {what} failed:\n{(done.stdout + done.stderr)[-3000:]}")
    print(f"  {what}: {time.monotonic() - start:.0f} s", flush=True)
    return done.stdout


def run(python: Path, notebook: Path, cells: int = 0) -> None:
    """Run the first cells of a notebook, in its folder; say what its kernel needed."""
    said = step(f"run {notebook.stem}", python, "-c", RUN, notebook, cells, folder=notebook.parent)
    count, peak = map(int, said.split()[-2:])
    print(f"    {count} code cells of {notebook.parent.name}/{notebook.name}; ", end="")
    print(f"peak memory of the kernel {peak / 1024:,.0f} MiB")


def open_page(bundle: Path, name: str) -> None:
    """Open a page from the disk and say whether anything was missing."""
    from ..site import browser

    if browser.find() is None:
        return print("  no browser here: no page opened")
    with browser.chromium() as chromium:
        page, problems = browser.visit(chromium, (bundle / "pages" / f"{name}.html").as_uri())
        title = page.title()
    if problems:
        sys.exit(f"try_bundle: the page {name}.html: {problems[0]}")
    print(f"  page opened from the disk, nothing missing: {title}")


def tried(bundle: Path, chapter: str, cells: int) -> None:
    """All steps; the network must be cut already."""
    no_network()
    print("  the network is cut", flush=True)
    check = ("sha256sum", "--check", "--quiet", "--strict", "SHA256SUMS")
    step("check the sums", *check, folder=bundle)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        python = work / "class" / "bin" / "python"
        step("make an environment", sys.executable, "-m", "venv", python.parents[1], folder=work)
        pip = (python, "-m", "pip", "install", "--quiet", "--no-index", "--find-links")
        step("install the wheels", *pip, bundle / "wheels", WANTED, folder=work)
        step("check that they fit", python, "-m", "pip", "check", folder=work)
        shutil.copytree(bundle / "notebooks", work / "notebooks")
        step("JupyterLab is there", python.with_name("jupyter"), "lab", "--version", folder=work)
        if (of_set := work / "notebooks" / "exercises" / f"{chapter}.ipynb").exists():
            run(python, of_set)
        run(python, work / "notebooks" / f"{chapter}.ipynb", cells)
    open_page(bundle, chapter)


def main() -> None:
    """Start this program again with the network cut."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.classroom.try_bundle",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, help="a bundle")
    parser.add_argument("--chapter", default="method")
    parser.add_argument("--cells", type=int, default=4, help="of the chapter; 0: all")
    parser.add_argument("--is-cut", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    bundle = args.folder.resolve()
    if args.is_cut:
        return tried(bundle, args.chapter, args.cells)
    if shutil.which(CUT[0]) is None or subprocess.run([*CUT, "true"]).returncode:
        sys.exit("try_bundle: this system lets no user cut the network off (unshare --net)")
    again = [*CUT, sys.executable, "-m", "tools.classroom.try_bundle", str(bundle), "--is-cut"]
    again += ["--chapter", args.chapter, "--cells", str(args.cells)]
    print(f"try_bundle: load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores", flush=True)
    sys.exit(subprocess.run(again, cwd=ROOT).returncode)


if __name__ == "__main__":
    main()
