"""Specs: what they multiply out to, what is refused, and the ones in `benchmarks/`."""

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from ltp_core.rivals import method, methods
from ltp_core.stage2.train import RATES
from ltp_core.study import spec_rules, tuning
from ltp_core.study.halving import planned, rule
from ltp_core.study.spec import Run, read_spec

BENCHMARKS = Path(__file__).resolve().parents[3] / "benchmarks"


def read(folder, text):
    path = folder / "mini.toml"
    path.write_text(text, encoding="utf-8")
    return read_spec(path)


@pytest.mark.parametrize(
    "text, message",
    [
        ("methods = [", "is not TOML"),
        ("k = [1]", "names no methods; give some"),
        ('methods = ["lottery"]', "unknown method 'lottery'; "),
        ('methods = ["ltp"]\nshots = [1]', "unknown key 'shots'; there are"),
        ('methods = ["ltp"]\nk = 16', "k must be a list of int, got 16"),
        ('methods = ["ltp"]\ndensity = ["20 %"]', "density must be a list of float"),
        ('methods = ["ltp"]\ntest = "all"', 'test must be "test" or "dev", got \'all\''),
        ('methods = ["ltp"]\ndensity = []', r"density must be a list of float, got \[\]"),
        ('methods = ["ltp"]\nk = [true]', r"k must be a list of int, got \[True\]"),
        ('methods = ["ltp"]\nlanguage = 1', "language must be a code or a list of these, got 1"),
        ('methods = ["ltp"]\nevery = true', "every must be a whole number from 1 up, got True"),
        ('methods = ["ltp"]\n[train]\nepochs = nan', r"\[train\] epochs must be a whole number"),
        ('methods = ["ltp"]\n[ticket]\nsteps = -1', r"\[ticket\] steps must be at least 1"),
        ('methods = ["ltp"]\n[ticket]\ntext = []', "text must be a list of names, got"),
        ('methods = ["ltp"]\n[rates.ltp]\nclip = 0', r"\[rates.ltp\] clip must be above 0"),
        ('methods = ["ltp"]\n[rates.ltp]\nrate = 1', r"\[rates.ltp\] has no option 'rate'"),
        ('methods = ["ltp"]\nevery = 0', "every must be a whole number from 1 up, got 0"),
        ('methods = ["ltp"]\nevery = 2\ntest = "dev"', "every thins the test, and this spec"),
        (
            'methods = ["ltp"]\n[grid]\nrate = [1]',
            "the grid has prompt, scale, .*, epochs, not 'rate'",
        ),
        ('methods = ["ltp"]\n[grid]\nscale = [1]\nlearning_rate = [1]', "give one rate twice"),
        ('methods = ["ltp"]\n[grid.ltp]\nscales = [1]', "the grid has .*, not 'scales'"),
        ('methods = ["ltp"]\n[grid.full]\nscale = [1]', "the grid has .*, not 'full'"),
        ('methods = ["ltp"]\n[grid]\nprompt_ratio = [1]', "needs scale or learning_rate beside"),
        (
            'methods = ["ltp"]\n[[grid.prompt]]\nprompt_place = "end"',
            "grid.prompt.. prompt_place must",
        ),
        ('methods = ["ltp"]\n[[grid.prompt]]\nplace = "end"', "grid.prompt.. .*'place'"),
        ('methods = ["ltp"]\n[rates.lottery]\nepochs = 3', "unknown method 'lottery'"),
        ('methods = ["ltp"]\n[[ticket]]\n[[ticket]]', "several tickets need a name each"),
        ('methods = ["ltp"]\n[evaluate]\nbatch_size = 0', r"\[evaluate\] batch_size must be at"),
        ('methods = ["ltp"]\nrates = "none.toml"', "there is no spec at .*none.toml"),
        ('methods = ["ltp"]\nk = [-1]', "k must be 0 or more, got -1"),
        ('methods = ["ltp"]\nk = [true]', "k must be a list of int"),
        ('methods = ["ltp"]\ndensity = [20.0]', r"density must be in \(0, 1\], got 20.0"),
        ('methods = ["ltp"]\ntask = ""', "task must be a string, got ''"),
        ('methods = ["ltp"]\nlanguage = 3', "language must be a code or a list of these, got 3"),
        ('methods = ["ltp"]\nticket = 3', "ticket must be a table, got 3"),
        ('methods = ["ltp"]\n[ticket]\ntext = ["xx"]', r"\[ticket\] unknown language 'xx'"),
        ('methods = ["ltp"]\n[ticket]\nsources = ["x"]', r"\[ticket\] unknown source 'x'"),
        ('methods = ["ltp"]\n[ticket]\nsteps = 0', r"\[ticket\] steps must be at least 1, got 0"),
        ('methods = ["ltp"]\n[train]\nepochs = 1.5', r"\[train\] epochs must be a whole number"),
        ('methods = ["ltp"]\n[train]\nmost_steps = 0', r"\[train\] most_steps must be a whole"),
        ('methods = ["ltp"]\n[grid]\nscale = [-1]', r"\[grid\] scale must list values above 0"),
        ('methods = ["ltp"]\n[rates.ltp]\nrate = 1.0', r"\[rates.ltp\] has no option 'rate'"),
        ('methods = ["ltp"]\n[words]\nfood = 3', r"\[words\] food must be a word, got 3"),
    ],
)
def test_a_wrong_spec_costs_one_sentence(tmp_path, text, message):
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        read(tmp_path, text)


def test_lists_are_multiplied_where_they_matter(tmp_path):
    runs = read(
        tmp_path,
        """
        methods = ["full", "ltp", "random_ticket", "lt_sft_language", "template_zero"]
        language = ["en", "de"]
        k = [1, 0]
        density = [0.1, 0.2]
        [[ticket]]
        name = "a"
        steps = 9
        [[ticket]]
        name = "b"
        layers = [1]
    """,
    )
    four = 2 * 2  # languages x k
    assert Counter(run.method for run in runs) == {
        "full": four,
        "template_zero": four,
        "ltp": four * 2 * 2,
        "random_ticket": four * 2 * 2,
        "lt_sft_language": four * 2 * 2,
    }
    assert len({run.name for run in runs}) == len(runs)
    tickets = {
        m: [r.ticket for r in runs if r.method == m] for m in ("ltp", "random_ticket", "full")
    }
    assert {"name": "a", "steps": 9} in tickets["ltp"]
    assert {"layers": [1]} in tickets["random_ticket"] and {} in tickets["random_ticket"]
    assert tickets["full"] == [{}] * four
    assert {run.density for run in runs if run.method == "full"} == {None}


def test_rates_of_a_method_come_before_those_of_all(tmp_path):
    runs = read(
        tmp_path,
        """
        methods = ["full", "ltp", "template_full", "template_full_own"]
        [train]
        epochs = 5
        batch_size = 4
        [rates.ltp]
        epochs = 7
        [rates.template_full]
        epochs = 9
    """,
    )
    assert [run.train["epochs"] for run in runs] == [5, 7, 9, 9]
    assert {run.train["batch_size"] for run in runs} == {4}


def test_rates_from_a_file_must_know_every_method_that_trains(tmp_path):
    (tmp_path / "rates.toml").write_text("[full]\nlearning_rate = 0.1\n")
    text = 'rates = "rates.toml"\nmethods = ["full", "template_zero"]'
    assert [run.train for run in read(tmp_path, text)] == [{"learning_rate": 0.1}, {}]
    with pytest.raises(ValueError, match="rates.toml has no rates for ltp; tune it in a grid"):
        read(tmp_path, text.replace('"full"', '"full", "ltp"'))


def test_a_grid_is_as_large_for_each_and_lies_around_its_own_rates(tmp_path):
    runs = read(
        tmp_path,
        """
        methods = ["prompt_only", "ltp", "template_zero"]
        test = "dev"
        [grid]
        scale = [0.5, 2]
        epochs = [3, 9]
    """,
    )
    assert Counter(r.method for r in runs) == {"prompt_only": 4, "ltp": 4, "template_zero": 1}
    (body, prompt), settings = RATES["ticket"], [r.train for r in runs if r.method == "ltp"]
    assert settings == [
        {
            "learning_rate": pytest.approx(f * body),
            "prompt_rate": pytest.approx(f * prompt),
            "epochs": epochs,
        }
        for f in (0.5, 2)
        for epochs in (3, 9)
    ]


def test_both_rates_and_the_prompt_are_tried_all_with_all(tmp_path):
    runs = read(
        tmp_path,
        """
        methods = ["full", "ltp", "prompt_only"]
        test = "dev"
        [grid]
        learning_rate = [1e-4, 2e-4]
        prompt_ratio = [0, 1, 33]
        [[grid.prompt]]
        prompt_start = "words: is a kind of"
        prompt_place = "hole"
        [[grid.prompt]]
        [grid.prompt_only]
        prompt_rate = [0.01, 0.03, 0.1]
    """,
    )
    assert Counter(r.method for r in runs) == {"full": 12, "ltp": 12, "prompt_only": 6}
    words = {"prompt_start": "words: is a kind of", "prompt_place": "hole"}
    expected = [
        form | {"learning_rate": rate, "prompt_rate": pytest.approx(ratio * rate)}
        for form in (words, {})
        for rate in (1e-4, 2e-4)
        for ratio in (0, 1, 33)
    ]
    for name in ("full", "ltp"):
        assert [r.train for r in runs if r.method == name] == expected
    alone = [r.train for r in runs if r.method == "prompt_only"]
    assert alone == [f | {"prompt_rate": rate} for f in (words, {}) for rate in (0.01, 0.03, 0.1)]


def test_a_ratio_is_taken_of_a_methods_own_rate(tmp_path):
    text = 'methods = ["full", "ltp"]\n[grid]\nscale = [0.5, 2]\nprompt_ratio = [3]'
    for run in read(tmp_path, text):
        assert run.train["prompt_rate"] == pytest.approx(3 * run.train["learning_rate"])
    assert run.train["learning_rate"] == 2 * RATES["ticket"][0]


def test_a_ticket_may_have_a_score_and_a_quota(tmp_path):
    text = 'methods = ["ltp", "random_ticket"]\n[ticket]\nscore = "fisher"\nquota = "tensor"'
    ltp, chance = read(tmp_path, text)
    assert ltp.ticket == {"score": "fisher", "quota": "tensor"} and chance.ticket == {}


def test_a_name_depends_on_every_setting_and_on_no_default():
    plain = Run("ltp", seed=0)
    changed = [
        Run("ltp", seed=0, **{key: value})
        for key, value in dict(
            task="x",
            split="subgroup",
            test="dev",
            every=2,
            language="de",
            languages=("de",),
            ticket={"steps": 1},
            train={"epochs": 1},
            evaluate={"batch_size": 1},
        ).items()
    ]
    marks = {run.name.rpartition("-")[2] for run in [plain, *changed]}
    assert len(marks) == len(changed) + 1
    assert Run("ltp", seed=0, task="emoji", test="test").name == plain.name
    again = Run(**changed[5].settings())
    assert again == changed[5] and again.name == changed[5].name


EXPECTED = {  # runs, as the first lines of each spec say
    "first_light": 20,
    "grid": 68,
    "grid_edge": 3,
    "grid_long": 17,
    "main": 110,
    "tickets": 84,
    "ticket_layers": 36,
    "curve": 60,
    "in_language": 96,
    "language_tickets": 4,
    "nli": 14,
    "nli_256": 4,
    "emoji_pairs": 5,
    "emoji_pairs_256": 3,
    "kinds": 15,
    "second_split": 10,
    "curve_rate": 2,
    "second_split_rate": 2,
    "nli_256_rate": 1,
    "same_rate": 30,
    "recipe_prompt": 190,
    "recipe_rates": 306,
    "recipe_ratio": 36,
    "recipe_score": 190,
    "recipe_score_densities": 120,
    "recipe_score_more": 150,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_specs_of_the_book(name, tmp_path):
    path = Path(shutil.copy(BENCHMARKS / f"{name}.toml", tmp_path))
    table = {m: [tuning.Score(0.5, {"learning_rate": 1e-4, "epochs": 12})] for m in method.RATES}
    (tmp_path / "rates.toml").write_text(tuning.written(table))
    runs = read_spec(path)
    assert planned(runs, rule(path)) == EXPECTED[name]
    said = re.search(r"(\d+) runs?\b", path.read_text(encoding="utf-8"))
    assert int(said[1]) == EXPECTED[name]
    for run in runs:  # every setting has a taker
        taken = methods.required_inputs(run.method) | {
            "epochs",
            "prompt_length",
            "autocast",
            "truncate",
        }
        taken |= {"learning_rate", "prompt_rate", "least_steps", "most_steps", *spec_rules.FORM}
        assert run.train.keys() <= taken


def test_tuning_sees_neither_the_test_items_nor_their_draws():
    long = (BENCHMARKS / "grid_long.toml").read_text(encoding="utf-8")
    grid = read_spec(BENCHMARKS / "grid.toml")
    for line in ('test = "dev"', "seeds = [100]", "k = [16]"):
        assert line in long
    assert {run.test for run in grid} == {"dev"}
    assert {run.seed for run in grid}.isdisjoint(range(20))
    assert {run.method for run in grid} == set(method.RATES)
    assert len(set(Counter(run.method for run in grid).values())) == 1


def test_the_order_of_a_main_table():
    listed = re.search(r"methods = \[(.*?)\]", (BENCHMARKS / "main.toml").read_text(), re.S)[1]
    assert set(re.findall(r'"(\w+)"', listed)) == set(methods.METHODS) - {
        "lt_sft_language",
        "shuffled_ticket",
        "layer_budget_ticket",
    }
