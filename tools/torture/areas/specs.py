"""Specs with unknown keys, wrong types, values out of bounds, and no TOML at all."""

from __future__ import annotations

from pathlib import Path
from random import Random

from ltp_core.study.spec import read_spec

from ..good import SPEC, Good
from ..judge import Case

WRONG: dict[str, tuple[str, ...]] = {  # key -> values, as they stand in TOML
    "methods": ("3", "[]", '["ltpp"]', '"ltp"', "[1]", "{}", "[[]]", "true"),
    "k": ("16", "[-1]", "[1.5]", '["4"]', "[true]", "[[2]]", "{}"),
    "seeds": ("0", "[-1]", "[0.5]", '["a"]', "{}", "[true]"),
    "density": ("0.2", "[0.0]", "[-0.1]", "[20.0]", "[nan]", "[inf]", '["a"]', "[1.01]"),
    "task": ("3", "[]", "{}", "1.5", "true", '""'),
    "split": ("3", "[]", "{}", "true", '""'),
    "test": ('"train"', "3", "[]", "true", '""'),
    "every": ("0", "-1", "1.5", '"2"', "true", "[]"),
    "language": ("3", "{}", "[3]", "1.5", "true"),
    "languages": ('"en"', "[3]", "3", "{}"),
    "words": ("3", "[]", '"food"', "{food = 3}", '{food = ""}'),
    "evaluate": (
        "3",
        "[]",
        "{batch_size = 0}",
        '{batch_size = "a"}',
        "{batch = 1}",
        "{autocast = 7}",
    ),
    "rates": (
        "3",
        "{ltp = 3}",
        "{lpt = {learning_rate = 1.0}}",
        "{ltp = {learning_rate = -1.0}}",
        "{ltp = {rate = 1.0}}",
        '"nowhere.toml"',
        "[]",
    ),
    "grid": (
        "3",
        "{scales = [1.0]}",
        '{scale = ["a"]}',
        "{scale = 1.0}",
        "{epochs = [0]}",
        "{epochs = [1.5]}",
        "{scale = [-1.0]}",
        "{scale = [nan]}",
        "[]",
    ),
    "train": (
        "3",
        "{epoch = 1}",
        "{epochs = 0}",
        '{epochs = "a"}',
        "{epochs = 1.5}",
        "{warmup = 2.0}",
        "{learning_rate = nan}",
        "{learning_rate = -1.0}",
        "{prompt_length = -1}",
        "{clip = 0.0}",
        '{optimizer = "adam"}',
        "{dropout = 2}",
        "[]",
        "{batch_size = 0}",
        "{most_steps = 0}",
        "{least_steps = -1}",
        '{most_steps = "a"}',
    ),
    "ticket": (
        "3",
        "{step = 1}",
        "{steps = 0}",
        '{steps = "a"}',
        "{max_length = 0}",
        "{warmup = -1.0}",
        "{learning_rate = inf}",
        "{text = 3}",
        "{text = [3]}",
        '{sources = ["x"]}',
        "{sources = 3}",
        "{layers = 1.5}",
        "{name = 3}",
        "{running_only = 3}",
        "{seed = -1}",
        "{modules = 3}",
        '{text = ["xx-unheard"]}',
        "[]",
    ),
    "unheard": ("3", '"a"', "{}", "[]"),
}
BROKEN = ("=", "[", "]]", '"', "\x01", "methods = ", "a = 1 2", "\\", "k = [", "[ticket]", "é = 1")


def case(rng: Random, good: Good, home: Path) -> Case:
    """One wrong value in a good spec, or a line that is no TOML."""
    file = home / "mini.toml"
    plain, *tables = SPEC.format(task=good.home / "task").strip().split("\n[")
    parts = {table.partition("]")[0]: table for table in tables}
    if rng.random() < 0.15:
        lines = SPEC.strip().split("\n")
        lines.insert(rng.randrange(len(lines)), wrong := rng.choice(BROKEN))
        if wrong == "[ticket]":
            lines.append(wrong)
        file.write_text("\n".join(lines))
        return Case(f"the line {wrong!r}", lambda: read_spec(file))
    key = rng.choice(list(WRONG))
    value = rng.choice(WRONG[key])
    parts.pop(key, None)
    kept = [line for line in plain.split("\n") if not line.startswith(f"{key} =")]
    text = "\n".join([*kept, f"{key} = {value}", *(f"[{part}" for part in parts.values())])
    file.write_text(text, encoding="utf-8")
    return Case(f"{key} = {value}", lambda: read_spec(file))
