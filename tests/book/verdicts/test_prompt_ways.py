"""The study of the prompt, read: ways have names, each has its rates, and draws are paired."""

import json

import pytest

from ltp_book.figures.prompt_ways import ways
from ltp_book.verdicts import findings
from ltp_book.verdicts.prompt_ways import FIRST, WAYS, WITHOUT, gain, read, way_of
from ltp_core.study.spec import read_spec
from tests.support.figures import draw_whole
from tools.book import chapters as book

SPECS = [book.ROOT / "benchmarks" / f"recipe_prompt{end}.toml" for end in ("", "_file")]
SENTENCE = "sentence, at the hole"


def row(method, seed, rate, right, form=None, language="qu"):
    spec = json.dumps({"train": {"learning_rate": rate, "epochs": 12} | (form or {})})
    same = {"method": method, "seed": seed, "tested": "dev", "spec": spec, "run": f"{seed}{rate}"}
    return same | {"language": language, "accuracy": right}


def two(right, other, form=None, method="full"):
    """Two rates: the first went through three draws, the second stayed behind after one."""
    there = [row(method, seed, 1e-4, right + seed / 100, form) for seed in (0, 1, 2)]
    return [*there, row(method, 0, 9e-4, other, form)]


def test_every_prompt_of_the_specs_has_a_name_of_its_own():
    named = {}
    for run in (run for spec in SPECS for run in read_spec(spec)):
        train = {"method": run.method, "spec": json.dumps({"train": dict(run.train)})}
        form = {k: v for k, v in run.train.items() if k.startswith(("prompt_s", "prompt_pl", "k"))}
        silent = (run.train.get("silent"), run.train.get("mlp_norm"))
        named.setdefault(way_of(train), set()).add((json.dumps(form, sort_keys=True), silent))
    assert set(named) == {WITHOUT, *WAYS}
    assert all(len(forms) == 1 for way, forms in named.items() if way != WITHOUT)


def test_a_rate_that_stayed_behind_is_not_chosen():
    found = read(two(0.4, 0.9, WAYS[FIRST]))["full"][FIRST]
    assert found.draws == pytest.approx((0.4, 0.41, 0.42))
    assert found.settings["learning_rate"] == 1e-4


def test_a_gain_is_paired_and_the_bare_method_stands_beside_it():
    rows = [*two(0.4, 0.1, WAYS[FIRST]), *two(0.5, 0.1, WAYS[SENTENCE])]
    rows += two(0.45, 0.1, method="cloze")
    of = read(rows)["full"]
    assert list(of) == [WITHOUT, FIRST, SENTENCE]
    assert gain(of[SENTENCE], of[FIRST]) == pytest.approx((10.0, 0.0))
    assert of[WITHOUT].mean == pytest.approx(0.46)


def test_other_groups_are_left_out():
    rows = [*two(0.4, 0.1, WAYS[FIRST])]
    rows += [one | {"language": "en", "accuracy": 0.9} for one in rows]
    assert read(rows)["full"][FIRST].mean == pytest.approx(0.41)
    assert read(rows, "en")["full"][FIRST].mean == pytest.approx(0.9)


def test_the_figure_shows_each_draw():
    of = read([*two(0.4, 0.1, WAYS[FIRST]), *two(0.5, 0.1, WAYS[SENTENCE])])
    draw_whole(figure := ways(of))
    [axes] = figure.axes
    points = [line for line in axes.lines if line.get_fillstyle() == "none"]
    assert [len(line.get_xdata()) for line in points] == [3, 3]


def test_the_stored_study_is_whole():
    """Each method in each way, three draws at the rates that were chosen."""
    rows = [row for name in SPECS for row in findings.needed(name.stem).rows]
    study = read(rows)
    methods = {"prompt_only", "full", "ltp", "random_ticket"}
    assert {(method, way) for method in methods for way in WAYS} <= {
        (method, way) for method, of in study.items() for way in of
    }
    assert all(len(it.draws) == 3 for of in study.values() for it in of.values())
