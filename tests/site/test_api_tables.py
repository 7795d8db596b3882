"""The tables of the reference hold all that the code has: options, calls, methods, verbs."""

import ast
import inspect
import re
from dataclasses import dataclass, fields, make_dataclass
from importlib import import_module
from pkgutil import resolve_name

import pytest

from ltp_book import looks
from ltp_core import adapt, find_ticket, train
from ltp_core.cli_options import parser
from ltp_core.keywords import Options, option
from ltp_core.rivals.methods import METHODS
from ltp_core.stage1.find import Finding
from ltp_core.stage1.mlm import Adapting
from ltp_core.stage1.scores import SCORES
from ltp_core.stage2.train import Training
from ltp_core.study import spec, spec_rules
from ltp_core.training.options import Form, LoopOptions, Stage1Options, Stage2Options
from tools.site import api_names, api_options, api_order, api_tables

TAKEN = {find_ticket: Finding, adapt: Adapting, train: Training}
DOOR = api_names.front_door()


def cells(lines: list[str]) -> list[list[str]]:
    """The rows of a table of reStructuredText, without its heads."""
    rows = [line.split("* - ")[1] for line in lines if line.startswith("   * - ")]
    assert rows
    text = "\n".join(lines).split("   * - ")[2:]
    return [[cell.strip() for cell in row.strip().split("\n     -")] for row in text]


# --- options --------------------------------------------------------------------------------


@pytest.mark.parametrize("function", TAKEN, ids=lambda function: function.__name__)
def test_each_keyword_of_a_function_has_a_row_with_all_its_words(function):
    kind = api_options.kind_of(function)
    assert kind is TAKEN[function]
    rows = api_options.rows(kind, function)
    assert sorted(row[0] for row in rows) == sorted(f"``{field.name}``" for field in fields(kind))
    assert all(len(row) == 4 and all(cell.strip(" .`") for cell in row) for row in rows)


@pytest.mark.parametrize("kind", [*TAKEN.values(), LoopOptions, Stage1Options, Form, Stage2Options])
def test_each_bound_and_default_stands_in_its_row(kind):
    for field in fields(kind):
        said = api_options.allowed(field)
        for name, bound in field.metadata.get("bounds", {}).items():
            wanted = map(repr, bound) if name == "one_of" else [f"{name.replace('_', ' ')} {bound}"]
            assert all(one in said for one in wanted), field.name
    of = next((function for function, taken in TAKEN.items() if taken is kind), None)
    defaults = {row[0].strip("`"): row[1] for row in api_options.rows(kind, of)}
    assert all(defaults[f.name] in ("required", f"``{f.default!r}``") for f in fields(kind))


def test_a_field_without_words_stops_the_build():
    silent = make_dataclass("Silent", [("steps", "int", 1)], bases=(Options,), frozen=True)
    with pytest.raises(ValueError, match="Silent.steps has no meaning"):
        api_options.rows(silent)


def test_the_function_speaks_before_the_kind_and_the_kind_before_the_field():
    @dataclass(frozen=True)
    class Wide(Options):
        """Wide.

        Args:
            a: of Wide.
            b: of Wide, in
                two lines.
        """

        a: int = option(1, "of the field")
        b: int = option(2, "of the field")
        c: int = option(3, "of the field")

    def walk():
        """Walk.

        Args:
            a: of walk.

        Raises:
            ValueError: c: no.
        """

    said = {name: meaning for name, *_, meaning in api_options.rows(Wide, walk)}
    wide = {"``b``": "of Wide, in two lines.", "``c``": "of the field."}
    assert said == {"``a``": "of walk."} | wide


def test_a_table_takes_the_place_of_its_lines_under_args():
    lines = (inspect.getdoc(train) or "").splitlines()
    made = api_options.with_table(lines, train, lambda part: part)
    assert [line for line in made if line.startswith("    dataset: ")]
    assert not [line for line in made if line.startswith("    full: ")]
    assert made.index(".. list-table::") < made.index("Returns:") < made.index("Raises:")


# --- calls, types, methods, scores, specs, verbs --------------------------------------------


@pytest.mark.parametrize("call, name", [(call, name) for _, call, name in api_tables.CALLS])
def test_each_call_is_one_that_the_library_takes(call, name):
    [statement] = ast.parse(call).body
    value = statement.value
    function = ast.unparse(value.func)
    if function.startswith("ltp.METHODS["):
        wanted = METHODS[ast.literal_eval(value.func.slice)]
    else:
        path = function.replace("ltp_core.", "").removeprefix("ltp.")
        owner, _, method = path.partition(".")
        owners = {"ticket": "Ticket", "model": "Trained"}
        if owner in owners and not function.startswith("ltp_core."):
            path = f"{owners[owner]}.{method}"
        wanted = resolve(path)
        assert wanted == resolve(name)
    keywords = {keyword.arg: None for keyword in value.keywords}
    bound = [None] * (len(value.args) + (inspect.isfunction(wanted) and "." in wanted.__qualname__))
    inspect.signature(wanted).bind(*bound, **keywords)


def resolve(path: str) -> object:
    """What stands at the front door under this name, or in a module of the library."""
    first, _, rest = path.partition(".")
    if first in DOOR:
        value = DOOR[first]
        for part in filter(None, rest.split(".")):
            value = getattr(value, part)
        return value
    return resolve_name(f"ltp_core.{path}")


def test_every_name_of_the_front_door_is_called_or_comes_from_a_call():
    called = {name.partition(".")[0] for _, _, name in api_tables.CALLS}
    assert set(DOOR) - called == {"Backbone"}


def test_the_types_are_those_of_the_library():
    for name, module, meaning in api_tables.TYPES:
        assert hasattr(import_module(f"ltp_core.{module}"), name) and meaning


def test_each_method_has_a_row_with_its_name_in_the_book():
    rows = cells(api_tables.methods())
    found = {re.search(r"`(\w+) <", row[0])[1]: row[1] for row in rows}
    assert found == {code: looks.METHODS[code].name for code in METHODS}


def test_each_score_has_a_row_and_needs_what_its_formula_names():
    rows = cells(api_tables.scores())
    assert [row[0] for row in rows] == [f"``{name}``" for name in SCORES]
    for _, formula, _, needs in rows:
        assert ("θ₁" in formula) == ("θ₁" in needs) and ("g" in formula) == ("gradients" in needs)


def test_the_docstring_of_specs_names_every_key():
    named = set(re.findall(r"\w+", spec.__doc__.split("Reading order")[0]))
    assert named >= {*spec_rules.LISTS, *spec_rules.WORDS, *spec_rules.TABLES}


@pytest.mark.parametrize("verb", ["ticket", "train", "evaluate", "merge", "sweep"])
def test_each_option_of_a_verb_stands_in_its_table(verb, capsys):
    with pytest.raises(SystemExit):
        parser().parse_args([verb, "--help"])
    flags = set(re.findall(r"^  (--[\w-]+)", capsys.readouterr().out, re.M))
    lines, every = "\n".join(api_tables.commands()).split("All verbs:")
    _, *parts = re.split(r"^``ltp (\w+)``: ", lines, flags=re.M)
    own = dict(zip(parts[::2], parts[1::2], strict=True))[verb] + every
    assert flags
    assert all(re.search(rf"\* - ``{flag}[` ]", own) for flag in flags)


# --- order ----------------------------------------------------------------------------------


def test_what_is_ordered_exists_and_no_front_door_is_inside():
    for room, first in api_order.FIRST.items():
        assert set(first) <= {name.rpartition(".")[2] for name in api_names.parts(room)[0]}
    for name in (*api_order.MODULES, *api_order.NAMES):
        assert api_names.names(f"ltp_core.{name}")
    for name in api_order.WHOLE:
        assert "Reading order" in import_module(name).__doc__
    for module, names in api_order.NAMES.items():
        for name in names:
            value = getattr(import_module(f"ltp_core.{module}"), name)
            assert not any(value is door for door in DOOR.values()), name


def test_the_options_of_a_function_are_inside():
    for kind in TAKEN.values():
        assert api_names.is_inside(kind.__module__, kind.__name__)
