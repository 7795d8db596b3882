"""Run a notebook from top to bottom and put what it gave into one canonical form.

Two runs of the same code should give the same file, byte for byte. Three things stand in the way,
and each is settled here:

* time and chance of the machinery: no timing is recorded, cells are counted 1..n, streams are
  joined, widget ids (random) become 1, 2, 3 ... in reading order;
* what the kernel says of itself: `language_info` and `kernelspec` are fixed;
* arithmetic: sums in another order give other last digits. `environment.py` fixes the number of
  threads and the instruction set. What remains (the processor, the library versions) is written
  into the notebook as `metadata.ltp.numerics`, so that a later run knows what it may expect.

Figures get a palette (`palette.py`), so that files and pages stay light.

What it does not do: seed anything (a chapter sets its own seeds), or compare (nbdiff.py does).
"""

import importlib.metadata
import json
import os
import platform
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

from .environment import ENVIRONMENT
from .palette import with_palette

TIMEOUT = 600  # seconds for one cell
WIDGETS = "application/vnd.jupyter.widget-state+json"
LANGUAGE = {
    "name": "python",
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "pygments_lexer": "ipython3",
}
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def processor() -> str:
    """The processor as vendor, family and model, e.g. 'AuthenticAMD 25/17'; else its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    facts = dict(re.split(r"\s*:\s*", line, maxsplit=1) for line in lines if ":" in line)
    if "vendor_id" not in facts:
        return platform.machine()
    return f"{facts['vendor_id']} {facts['cpu family']}/{facts['model']}"


def numerics() -> str:
    """All that may still move the last digits or the pixels: versions and processor."""
    names = [f"python {sys.version_info.major}.{sys.version_info.minor}"]
    for package in ("torch", "transformers", "numpy", "matplotlib"):
        names.append(f"{package} {importlib.metadata.version(package)}")
    return ", ".join([*names, processor()])


def read(path: Path) -> NotebookNode:
    """Read a notebook; a cell without an id gets a fixed one."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    for number, cell in enumerate(raw["cells"]):
        cell.setdefault("id", f"cell-{number}")
    raw["nbformat_minor"] = max(5, raw.get("nbformat_minor", 5))
    return nbformat.reads(json.dumps(raw), as_version=4)


def text(notebook: NotebookNode) -> str:
    """The file's text: sorted keys, one final newline."""
    return nbformat.writes(notebook).rstrip("\n") + "\n"


def run(path: Path, say=print) -> NotebookNode:
    """Run the notebook in its own folder with a fresh kernel; the file is not touched.

    `say` gets one line for each code cell. An error in a cell raises nbclient's
    CellExecutionError, a cell over TIMEOUT seconds its CellTimeoutError.
    """
    notebook = read(path)
    notebook.metadata.pop("widgets", None)
    code = [i for i, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    started = {}

    def begin(cell, cell_index):
        started[cell_index] = time.monotonic()

    def end(cell, cell_index, execute_reply):
        first = (cell.source.strip() or "(empty)").splitlines()[0]
        seconds = time.monotonic() - started[cell_index]
        say(f"    cell {code.index(cell_index) + 1:2d}/{len(code)}  {seconds:6.1f} s  {first:.60}")

    client = NotebookClient(
        notebook,
        timeout=TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],  # no remarks on its transport
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=begin,
        on_cell_executed=end,
    )
    client.execute(env={**os.environ, **ENVIRONMENT})
    return normalise(notebook)


def normalise(notebook: NotebookNode) -> NotebookNode:
    """The canonical form of a notebook that was run; the same notebook gives the same text."""
    count = 0
    for cell in notebook.cells:
        for key in ("execution", "collapsed", "scrolled"):
            cell.metadata.pop(key, None)
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
                if "image/png" in (data := output.get("data", {})):
                    data["image/png"] = with_palette(data["image/png"])
    notebook.metadata["kernelspec"] = dict(KERNEL)
    notebook.metadata["language_info"] = dict(LANGUAGE)
    notebook.metadata["ltp"] = {"numerics": numerics()}
    return renumber_widgets(notebook)


def renumber_widgets(notebook: NotebookNode) -> NotebookNode:
    """Name the widgets 1, 2, 3 ...: first as the reader meets them, then as they were made.

    >>> state = {"f" * 32: {"model_name": "A"}, "e" * 32: {"model_name": "B"}}
    >>> cell = nbformat.v4.new_markdown_cell("e" * 32)
    >>> widgets = {"widgets": {WIDGETS: {"state": state}}}
    >>> new = renumber_widgets(nbformat.v4.new_notebook(metadata=widgets, cells=[cell]))
    >>> new.cells[0].source == f"{1:032x}"
    True
    >>> [w["model_name"] for w in new.metadata.widgets[WIDGETS]["state"].values()]
    ['B', 'A']
    """
    state = notebook.metadata.get("widgets", {}).get(WIDGETS, {}).get("state", {})
    if not state:
        notebook.metadata.pop("widgets", None)
        return notebook
    met = re.findall(r"[0-9a-f]{32}", json.dumps(notebook.cells))
    order = dict.fromkeys([name for name in met if name in state] + list(state))
    new = {old: f"{number:032x}" for number, old in enumerate(order, start=1)}
    plain = json.dumps(notebook)
    plain = re.sub(r"[0-9a-f]{32}", lambda m: new.get(m.group(), m.group()), plain)
    renamed = nbformat.from_dict(json.loads(plain))
    table = renamed.metadata.widgets[WIDGETS]
    table["state"] = dict(sorted(table["state"].items()))
    return renamed
