"""Bad inputs, kills and mutants: a small share of what the commands do, and that they can fail."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from ltp_core.study.spec import read_spec
from tools.torture.__main__ import torture
from tools.torture.areas import AREAS
from tools.torture.areas.shell import command, run
from tools.torture.good import Good
from tools.torture.judge import Case, judge
from tools.torture.kills import kills
from tools.torture.mutants import TESTS
from tools.torture.mutate import ROOT, mutants


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return Good.make(tmp_path_factory.mktemp("good"))


def test_what_is_spoiled_was_good(good, tmp_path):
    """Else a case would be refused for another reason than its own."""
    assert len(read_spec(good.home / "spec" / "mini.toml")) == 2
    for verb in ("ticket", "train", "evaluate", "merge"):
        assert run(command(verb, good, tmp_path))()[0] == 0, verb


@pytest.mark.parametrize("area", AREAS)
def test_a_case_is_the_same_again(area, good, tmp_path):
    make = AREAS[area][0]
    first, again = (make(Random(f"0 {area} 3"), good, tmp_path) for _ in range(2))
    assert first.wrong.split(" object at")[0] == again.wrong.split(" object at")[0]


def test_the_judge_sees_all_that_may_go_wrong(tmp_path):
    def lose():
        (tmp_path / "mine").unlink()
        raise OSError("no space left on device")

    (tmp_path / "mine").write_text("mine")
    assert judge(Case("", lose, keeps=tmp_path)).kind == "lost"
    assert judge(Case("", lambda: None)).kind == "accepted"
    assert judge(Case("", lambda: [][0])).kind == "traceback"
    assert judge(Case("", lambda: read_spec(tmp_path / "nowhere"))).kind == "refused"


@pytest.mark.process
def test_nothing_goes_wrong_in_silence():
    table, wrong = torture([], 300, seed=0)
    assert not wrong
    assert min(counts["refused"] for counts in table.values()) > 0


@pytest.mark.process
def test_the_counts_are_written_where_no_folder_was(tmp_path):
    path = tmp_path / "not" / "there" / "torture.json"
    words = ["--only", "options", "--count", "2", "--workers", "1", "--json", path]
    command = [sys.executable, "-m", "tools.torture", *map(str, words)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    assert json.loads(path.read_text())["counts"]["options"]["refused"] == 2


@pytest.mark.process
@pytest.mark.parametrize("name", ["stage 1", "stage 2", "Trained.save", "Ticket.save", "notebook"])
def test_a_kill_loses_nothing(name, good, tmp_path):
    assert kills(name, 2, 0, good, tmp_path) == {"well": 2}


def test_there_are_mutants_of_every_file():
    for file in TESTS:
        assert len({(m.line, m.change) for m in mutants(file)}) > 10 and Path(file).exists()
