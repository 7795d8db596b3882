"""No test and no tool waits a fixed time: each waits for what it will look at.

Fixed times fail beside other work. `support.wait.until` looks again and again, and so does what
playwright waits for; a limit there only says when to give up.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELPER = ROOT / "tests" / "support" / "wait.py"
KILLS = ROOT / "tools" / "torture" / "kills.py"  # it kills at moments drawn beforehand
PAUSE = re.compile(
    r"wait_for_timeout\(|\bsleep\(|import sleep|\bsleep as\b"  # in Python, kernels' code too
    r"|setTimeout\([^;]*?,\s*[\w.]+\s*\)"  # in a page; without a time it only lets others go first
)
SOURCES = [
    path
    for folder in ("tests", "tools")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if path not in (HELPER, KILLS, Path(__file__).resolve())
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_nobody_waits_a_fixed_time(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    found = [f"line {n}: {line.strip()}" for n, line in enumerate(lines, 1) if PAUSE.search(line)]
    assert not found, f"wait for the thing itself (support.wait.until): {found}"


@pytest.mark.parametrize(
    "line, is_pause",
    [
        ("page.wait_for_timeout(250)", True),
        ("time.sleep(0.5)", True),
        ("await asyncio.sleep(1)", True),
        ("from time import sleep", True),
        ("await new Promise((next) => setTimeout(next, 100));", True),
        ("new Promise((go) => setTimeout(go)).then(() => axe.run({preload: false}))", False),
        ("until(lambda: finished(out))", False),
        ("page.wait_for_function(STILL, timeout=60_000)", False),
    ],
)
def test_a_pause_is_told_from_a_wait(line, is_pause):
    assert bool(PAUSE.search(line)) == is_pause


def test_the_helper_is_the_place_that_sleeps():
    assert PAUSE.search(HELPER.read_text(encoding="utf-8"))
