"""The judge of bad inputs sees each kind of fault; a small run of every area finds none."""

from pathlib import Path

import numpy as np
import pytest

from ltp_core.training.options import LoopOptions
from tools.torture.__main__ import BAD, run
from tools.torture.areas import AREAS, changed
from tools.torture.judge import Case, judge

COUNTS = {"options": 500, "rows": 60, "tables": 100, "tickets": 200, "trained": 60, "shell": 20}


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.slow
def test_a_small_run_of_each_area_finds_no_fault(tmp_path, area):
    counts, faults = run(area, COUNTS.get(area, 100), seed=1, folder=tmp_path)
    assert not faults and sum(counts.values()) == COUNTS.get(area, 100)
    assert counts["refused"] > 0 and not any(counts[name] for name in BAD)


def raises(error):
    raise error


@pytest.mark.parametrize(
    "call, outcome",
    [
        (lambda: LoopOptions(clip=-1), "refused"),
        (lambda: 7, "harmless"),
        (lambda: 8, "accepted"),
        (lambda: LoopOptions().only(3), "traceback"),  # TypeError inside the library
        (lambda: raises(ValueError("a sentence that we did not write")), "traceback"),
        (lambda: raises(RuntimeError("x")), "traceback"),
    ],
)
def test_each_outcome_is_told_from_the_others(call, outcome):
    assert judge(Case("", call, lambda result: result == 7))[0] == outcome


def test_a_file_that_had_to_stay_is_missed(tmp_path):
    file = tmp_path / "a"
    file.write_text("mine")
    stay = {file: b"mine"}
    assert judge(Case("", lambda: 7, lambda _: True, stay))[0] == "harmless"
    assert judge(Case("", lambda: file.write_text("yours"), lambda _: True, stay))[0] == "lost"
    file.unlink()
    assert judge(Case("", lambda: 7, lambda _: True, stay))[0] == "lost"


def test_a_changed_file_is_another_file_and_follows_from_the_seed():
    whole = Path(__file__).read_bytes()
    for seed in range(200):
        one, again = (changed(whole, np.random.default_rng(seed)) for _ in range(2))
        assert one == again != whole
