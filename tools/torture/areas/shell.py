"""Command lines that are wrong in one place."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random

from ltp_core.cli import main

from ..good import Good
from ..judge import Case

NUMBERS = ("nan", "inf", "-1", "0", "ten", "", "1e400", "0x1", "1.5.", "--", "-inf", "²")
WRONG: dict[str, dict[str, tuple[str, ...]]] = {
    "ticket": {
        "--density": ("0", "-1", "20", "nan", "inf", "x", "", "1e-9"),
        "--steps": (*NUMBERS, "1.5"),
        "--batch-size": (*NUMBERS, "1.5"),
        "--learning-rate": ("-1", "nan", "inf", "x", ""),
        "--warmup": ("-0.1", "1.1", "nan", "x"),
        "--weight-decay": ("-1", "nan", "inf"),
        "--max-length": ("0", "2", "-1", "x", "1.5"),
        "--layers": ("9", "-1", "x", "1.5"),
        "--text": ("unheard", "", "EN", "en,de"),
        "--text-file": ("nowhere", "", ".", "\0"),
        "--seed": ("-1", "x", "1.5", ""),
        "--every": ("0", "-1", "x"),
        "--autocast": ("yes", "", "1"),
        "--save": ("", "x.txt", "x", "/proc/x.safetensors"),
        "--backbone": ("nowhere", ".", "", "\0"),
    },
    "train": {
        "--k": ("-1", "99", "x", "1.5", ""),
        "--epochs": (*NUMBERS, "1.5"),
        "--batch-size": (*NUMBERS, "1.5"),
        "--learning-rate": ("-1", "nan", "inf", "x", ""),
        "--prompt-rate": ("-1", "nan", "inf", "x", ""),
        "--prompt-length": ("-1", "99999", "x", "1.5"),
        "--mlp-width": ("-1", "x", "1.5"),
        "--warmup": ("-0.1", "1.1", "nan", "x"),
        "--words": ("food", "food=food", "a=b", "=", "food=", "food=zebra"),
        "--language": ("unheard", "", "EN"),
        "--split": ("unheard", ""),
        "--task": ("nowhere", "", ".", "emoji2", "\0"),
        "--ticket": ("nowhere", "", ".", "\0"),
        "--seed": ("-1", "x", "1.5"),
        "--autocast": ("yes", ""),
        "--save": ("", ".", "/proc/x"),
        "--backbone": ("nowhere", ".", ""),
    },
    "evaluate": {
        "--languages": ("unheard", "", "EN"),
        "--batch-size": (*NUMBERS, "1.5"),
        "--task": ("nowhere", "", "emoji"),
        "--words": ("food=food", "a=b", "food=dog"),
        "--autocast": ("yes", ""),
        "--backbone": ("nowhere", ""),
    },
    "merge": {"--save": ("", "."), "--backbone": ("nowhere", "")},
    "sweep": {"--only": ("unheard", "zzz"), "--out": ("",), "--backbone": ("nowhere", "")},
}


def case(rng: Random, good: Good, home: Path) -> Case:
    """A good command with one wrong value, an unknown option, or something left out."""
    verb = rng.choice([*WRONG, "train", "ticket"])
    line = command(verb, good, home)
    way = rng.choice(["value"] * 6 + ["unknown", "dropped", "verb", "junk"])
    if way == "value":
        option = rng.choice(list(WRONG[verb]))
        value = rng.choice(WRONG[verb][option])
        if option in line:
            del line[line.index(option) : line.index(option) + 2]
        line += [f"{option}={value}"]
    elif way == "unknown":
        line.insert(rng.randint(1, len(line)), f"--{''.join(rng.sample('zxqvw', 3))}")
    elif way == "dropped":
        save = "--out" if verb == "sweep" else "--save"
        if verb == "evaluate":
            line.pop(1)
        else:
            del line[line.index(save) : line.index(save) + 2]
    elif way == "verb":
        line[0] = rng.choice(["", "trian", "TRAIN", "--", "-", "é"])
    else:
        line.append(rng.choice(["é", "-x", "\n", "---", "--save"]))
    return Case(f"ltp {' '.join(map(repr, line))}", run(line), keeps=good.home)


def command(verb: str, good: Good, home: Path) -> list[str]:
    """A command that would work."""
    base, task = ["--backbone", str(good.home / "backbone")], ["--task", str(good.home / "task")]
    short = ["--epochs", "1", "--prompt-length", "2", "--k", "1"]
    reads = ["--text", "en", "--max-length", "16"]
    lines = {
        "ticket": [*reads, "--steps", "1", "--save", str(home / "new" / "a.safetensors")],
        "train": [*task, *short, "--save", str(home / "new" / "model")],
        "evaluate": [str(good.home / "trained" / "prompt"), *task],
        "merge": [str(good.home / "trained" / "ticket"), "--save", str(home / "new" / "merged")],
        "sweep": [str(good.home / "spec" / "mini.toml"), "--out", str(home / "new" / "out")],
    }
    return [verb, *lines[verb], *base, "--quiet"]


def run(line: list[str]) -> Callable[[], object]:
    """The call: a refusal of the shell becomes an error, so that it is judged as any other."""

    def call() -> object:
        said = io.StringIO()
        with redirect_stderr(said), redirect_stdout(io.StringIO()):
            try:
                status = main(line)
            except SystemExit as end:
                status = int(end.code or 0)
        last = said.getvalue().strip().split("\n")[-1]
        if status == 2 and last.startswith("ltp"):
            raise OSError(last)
        return status, said.getvalue()

    return call
