"""Options out of their bounds, of a wrong type, unknown."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from random import Random
from typing import Any

from ltp_core.measure.evaluate import evaluate, predict
from ltp_core.stage1.find import Finding, find_ticket
from ltp_core.stage1.mlm import Adapting, adapt
from ltp_core.stage2.prompt import PromptModel
from ltp_core.stage2.train import Training, train

from ..good import QUICK, SHOTS, TEST, WORDS, Good
from ..judge import Case

NOT_A_NUMBER = ("3", "", "ten", [], [1], {}, (), object(), 1j, b"1", float("nan"))
NO_NUMBERS = {"str": (3, 1.5, [], b"adamw", object()), "bool": ("no", "yes", 2, [], 0.5, object())}
EXTREME = (float("inf"), float("-inf"), -1, -1e9, -(2**70))
CALLS: dict[str, tuple[Any, Any]] = {
    "find_ticket": (find_ticket, Finding),
    "adapt": (adapt, Adapting),
    "train": (train, Training),
}


def case(rng: Random, good: Good, home: Path) -> Case:
    """One option of one function with one bad value."""
    name = rng.choice([*CALLS, *CALLS, "evaluate", "predict"])
    if name in ("evaluate", "predict"):
        model = PromptModel(good.lm, WORDS, 2)
        function: Any = evaluate if name == "evaluate" else predict
        option = rng.choice(["batch_size", "autocast"])
        bad = [0, -1, 2.5, *NOT_A_NUMBER] if option == "batch_size" else ["on", 2, None, [], 1j]
        given = {option: rng.choice(bad)}
        return Case(f"{name}({given})", lambda: function(model, TEST, **given))
    function, kind = CALLS[name]
    wanted: dict[str, Any] = {"steps": 1, "progress": False} if name != "train" else dict(QUICK)
    data = SHOTS if name == "train" else {"text": SHOTS["text"]}
    known = {f.name: f for f in fields(kind) if str(f.type).split(" ")[0] in BAD}
    if rng.random() < 0.15:
        unknown = "".join(rng.sample("abcdefgh_", 5)) + rng.choice(["", "steps", "seed"])
        given = {unknown: 1}
    else:
        option = rng.choice(sorted(known))
        field = known[option]
        of, _, may_be_none = str(field.type).partition(" | ")
        none = [] if "None" in may_be_none else [None]
        given = {option: rng.choice([*none, *BAD[of], *beyond(field.metadata.get("bounds", {}))])}
    return Case(
        f"{name}({given})", lambda: function(good.lm, data, **wanted | given), keeps=good.home
    )


BAD: dict[str, tuple[Any, ...]] = {
    "int": (*NOT_A_NUMBER, 2.5, *EXTREME),
    "float": (*NOT_A_NUMBER, *EXTREME),
    **NO_NUMBERS,
}


def beyond(bounds: dict[str, Any]) -> list[Any]:
    """Values just out of bounds.

    >>> beyond({"at_least": 1}), beyond({"above": 0, "at_most": 1})
    ([0], [0, 2])
    """
    values = []
    for name, bound in bounds.items():
        if name != "one_of":
            values.append(bound + {"at_least": -1, "above": 0, "at_most": 1}[name])
    return values
