"""`ltp_core` alone: nothing heavy on import, and no need of what only the book uses."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.process

LOADED = """
import sys
{act}
heavy = ["torch", "transformers", "datasets", "pyarrow", "matplotlib", "ipywidgets", "ltp_book"]
print([name for name in heavy if name in sys.modules])
"""


@pytest.mark.parametrize(
    "act",
    [
        "import ltp_core",
        "from ltp_core.cli_options import parser; parser().format_help()",
        "from ltp_core import tasks; tasks.NAMES",
    ],
)
def test_what_answers_at_once_loads_nothing_heavy(act):
    """`import ltp_core` takes 0.02 s so, and `ltp --help` 0.25 s; torch alone takes two."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED.format(act=act)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("matplotlib", "ipywidgets", "IPython", "ltp_book"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
import ltp_core as ltp
from ltp_core.model.toy import toy_backbone
from ltp_core.rivals import methods
from ltp_core.study import sweep, tuning

lm, rows = toy_backbone(), {"text": ["rice", "dog"], "label": [0, 1], "language": ["en", "en"]}
class task: words = ("food", "animals")
ticket = ltp.find_ticket(lm, {"text": ["the cat eats rice"] * 4}, steps=2, progress=False)
model = ltp.train(lm, rows, task=task, ticket=ticket, epochs=1, progress=False)
model.save(sys.argv[1])
print(ltp.evaluate(ltp.load(sys.argv[1], lm), rows).rows[0].n)
"""


def test_it_works_without_what_only_the_book_needs(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT, str(tmp_path / "model")], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "2\n"), done.stderr
