"""Make .venv and install everything the book and the tests need. Standard library only.

A stamp in .venv keeps a hash of what was asked for: Python, torch, the lock, pyproject.toml.
While it matches there is nothing to do, so this is safe to repeat. When the lock changes, pip
brings what is there up to date; when the Python changes, .venv is made anew.

The lock holds exact versions for Python 3.11. On another Python the ranges of pyproject.toml
decide, and the versions may differ from those the stored pages were made with.

    python3 tools/make_venv.py                        # what `make setup` runs
    python3 tools/make_venv.py --torch "torch==2.13.0 --extra-index-url URL"   # another torch build
"""

import argparse
import hashlib
import shlex
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
LOCKED_PYTHON = (3, 11)


def fingerprint(torch: str) -> str:
    """What the environment is made from, as one hash."""
    parts = [sys.version.encode(), torch.encode()]
    parts += [(ROOT / name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def version_of(python: Path) -> str:
    """The version that a Python tells of itself; empty where there is none or it is broken."""
    try:
        tell = [str(python), "-c", "import sys; print(sys.version, end='')"]
        return subprocess.run(tell, capture_output=True, text=True).stdout
    except OSError:
        return ""


def step(what: str, *command: str) -> None:
    """Say what happens, do it, say how long it took; stop with one sentence where it fails."""
    print(f"  {what} ...", flush=True)
    start = time.monotonic()
    if subprocess.run(command, cwd=ROOT).returncode:
        sys.exit(
            f"setup: this step failed: {what}; the reason stands above "
            "(on Debian and Ubuntu the environment needs the package python3-venv)"
        )
    print(f"    done in {time.monotonic() - start:.0f} s", flush=True)


def make_venv(torch: str) -> None:
    """Create .venv if need be; install torch first, then the rest, then this package."""
    python = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    pip = (str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    if version_of(python) != sys.version:
        step("an empty environment in .venv", sys.executable, "-m", "venv", "--clear", str(VENV))
    step("torch (the largest part)", *pip, *shlex.split(torch))
    if sys.version_info[:2] == LOCKED_PYTHON:
        step("the versions of requirements.lock", *pip, "-r", "requirements.lock")
    else:
        print("  note: the lock is for Python 3.11; this one takes the ranges of pyproject.toml")
        step("the book's and the tests' packages", *pip, "-e", ".[book,test,bench]")
    own = ("--no-build-isolation", "--no-deps", "-e", ".")
    step("ltp-core itself, editable", *pip, *own)
    step("a check that the versions fit together", str(python), "-m", "pip", "check")


def main() -> None:
    """Read the arguments; do nothing when the stamp says that all is there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--torch", default="torch==2.13.0", help="what to hand pip for torch")
    torch = parser.parse_args().torch
    stamp, wanted = VENV / "ltp-stamp", fingerprint(torch)
    if stamp.exists() and stamp.read_text() == wanted:
        print("setup: .venv is up to date")
        return
    print("setup: making .venv (2 GB; about 2 minutes with a quick connection, 10 with a slow one)")
    start = time.monotonic()
    make_venv(torch)
    stamp.write_text(wanted)
    print(f"setup: done in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
