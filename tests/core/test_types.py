"""A type checker knows the options of `train`, which are written down once, in a dataclass."""

import re

import pytest

from tools import house

pytestmark = [pytest.mark.slow, pytest.mark.process]

CALLS = """\
import ltp_core as ltp

def learn(lm: ltp.Backbone, task: ltp.tasks.Task) -> ltp.Trained:
    rows = task.few_shot("en", k=16)
    ltp.train(lm, rows, task=task, epoch=3)
    ltp.train(lm, rows, task=task, epochs="x")
    ltp.train(lm, rows, epochs=3)
    return ltp.train(lm, rows, task=task, epochs=3, learning_rate=None)
"""


def test_the_types_of_options_are_known(tmp_path):
    mypy = pytest.importorskip("mypy.api")
    (tmp_path / "calls.py").write_text(CALLS)
    where = [f"--config-file={house.ROOT}/pyproject.toml", f"--cache-dir={house.ROOT}/.mypy_cache"]
    said, wrong, _ = mypy.run([*where, str(tmp_path / "calls.py")])
    assert not wrong
    errors = dict(re.findall(r"calls\.py:(\d+): error: (.*)", said))
    assert sorted(errors) == ["5", "6", "7"], said  # and none in the line that is right
    assert 'Unexpected keyword argument "epoch" for "train"' in errors["5"]
    assert 'Argument "epochs" to "train" has incompatible type "str"; expected "int"' in errors["6"]
    assert 'Missing named argument "task" for "train"' in errors["7"]
