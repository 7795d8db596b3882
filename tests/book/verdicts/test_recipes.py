"""What the page says of a recipe is what its stored runs say; its line of Python runs."""

import json
import re
from types import SimpleNamespace

import pytest

from ltp_book.verdicts import advice, findings, recipes
from ltp_book.verdicts.advice import Option
from ltp_core.measure.bootstrap import Interval
from ltp_core.rivals.methods import METHODS
from tests.support.stored import printed, rows_of

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["rice", "the bread", "cat", "the dog"], "label": [0, 0, 1, 1]}


@pytest.fixture(scope="module")
def main():
    return findings.needed("main")


def run_as_written(method: str) -> dict:
    return json.loads(next(r for r in rows_of("main") if r["method"] == method)["spec"])


@pytest.mark.parametrize("method", sorted({row["method"] for row in rows_of("main")}))
def test_the_line_of_python_runs_and_trains_what_the_stored_run_trained(method, main, lm, ticket):
    line = recipes.command(main, method)
    quick = re.sub(r"epochs=\d+", "epochs=1, progress=False", line)
    names = {"METHODS": METHODS, "lm": lm, "shots": SHOTS, "task": TASK, "ticket": ticket}
    made = eval(quick, names)
    said = main.of(method)[0]["trains"]
    without_shares = re.compile(r"[\d.]+%")
    assert without_shares.sub("", made.trains) == without_shares.sub("", said)


def test_the_line_has_the_rates_of_the_stored_run(main):
    for method in ("ltp", "lora", "template_full", "bitfit"):
        train = run_as_written(method)["train"]
        line = recipes.command(main, method)
        assert f"learning_rate={train['learning_rate']:g}" in line
        assert f"epochs={train['epochs']}" in line


def test_each_recipe_is_told_in_one_line(main):
    shown = {row["method"] for row in main.rows if not row["method"].endswith(("_own", "_words"))}
    assert set(recipes.WHAT) == shown
    for method, line in recipes.WHAT.items():
        said = main.of(method)[0]["trains"]
        assert ("vectors" in line or method == "codeswitch") == said.endswith("prompt"), method
        assert ("all weights" in line or method == "codeswitch") == said.startswith("all weights")
        assert ("sentence" in line) == method.startswith("template_")


def test_steps_are_counted_as_the_chapter_says(main):
    for method in ("ltp", "template_full"):
        row = main.of(method)[0]
        epochs = run_as_written(method)["train"]["epochs"]
        assert recipes.steps(main, method) == epochs * row["examples"] // 16
    assert recipes.steps(main, "template_zero") == 0


def test_the_dense_pass_is_named_where_there_is_one(main):
    told = {m: recipes.before(main, m) for m in {row["method"] for row in main.rows}}
    assert told["ltp"] == told["template_ltp"] == "stage 1, 400 steps"
    assert told["lt_sft"] == f"a full training, {recipes.steps(main, 'lt_sft')} steps"
    assert told["gradient_ticket"] == "one gradient of all"
    assert told["random_ticket"] == told["full"] == told["bitfit"] == "nothing"


def test_the_rule_takes_the_least_of_any_cost_and_nothing_that_nobody_measured():
    at, none = Interval(0.5, 0.4, 0.6), Interval(0.0, 0.0, 0.0)
    some = [Option(name, n, at, none) for name, n in (("full", 9), ("lora", 5), ("bitfit", 1))]
    costs = {"full": 1.0, "lora": 3.0}
    assert advice.frugal(some, 0.05).method == "bitfit"
    assert advice.frugal(some, 0.05, lambda it: costs.get(it.method)).method == "full"
    with pytest.raises(
        ValueError, match="no recipe of a known cost lies within 0.05; take a larger"
    ):
        advice.frugal(some, 0.05, lambda it: None)


def test_what_to_use_prints_seconds_and_steps_of_the_stored_runs(main):
    text = next(text for text in printed("what_to_use") if "seconds of a training" in text)
    names = {name: method for method, name in findings.ALL_NAMES.items()}
    lines = [line for line in text.splitlines()[2:] if line]
    assert len(lines) == 18
    for line in lines:
        name, *cells = re.split(r" {2,}", line)
        method = names[name]
        assert int(cells[3]) == recipes.steps(main, method)
        assert abs(float(cells[4]) - recipes.seconds(main, method)) <= 0.51
        assert cells[5] == recipes.before(main, method)
