"""nbval runs every cell of a chapter and compares its words; here the numbers too, in the same run.

The rule is nbdiff's: to the last digit and pixel where the stored outputs were made, near enough
elsewhere. Not compared is what nbval does not keep, the state of the widgets: `make verify`.
"""

import json

import nbformat
import pytest
from nbval.plugin import IPyNbCell

from tools.book import diff as nbdiff
from tools.book import run as nbrun
from tools.book.palette import with_palette

VIEW = "application/vnd.jupyter.widget-view+json"


def holding(cell: nbformat.NotebookNode, outputs: list) -> nbformat.NotebookNode:
    """The cell with these outputs as they are stored, a widget's random name left out."""
    plain = nbformat.from_dict(json.loads(json.dumps({**cell, "outputs": outputs})))
    for output in plain.outputs:
        data = output.get("data", {})
        if VIEW in data:
            data[VIEW] = "a widget"
        if "image/png" in data:
            data["image/png"] = with_palette(data["image/png"])
    return plain


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """After nbval has run and compared a cell, compare it once more, by the stricter rule."""
    yield
    if isinstance(item, IPyNbCell):
        stored, fresh = (holding(item.cell, it) for it in (item.cell.outputs, item.test_outputs))
        made_on = item.parent.nb.metadata.get("ltp", {}).get("numerics")
        found = nbdiff.compare_cell(stored, fresh, exact=made_on == nbrun.numerics())
        if found:
            item.raise_cell_error("Stored outputs are not what the code gives", "\n".join(found))
