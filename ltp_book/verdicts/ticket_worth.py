"""What is the choice of the ticket worth? One question, declared before its runs were made.

`benchmarks/ticket_worth.toml` declares it: which ticket, at which density, at which rates, against
which controls. Three stages 1 were each tried on ten draws of the examples, and each draw has a
random mask of its own. So the interval of

    accuracy(LTP) - accuracy(control), mean over languages

resamples draws with their masks, stages 1, and test items (`bootstrap.macro_draws`). It says what
another stage 1, another mask, and other examples would do.

The controls know more and more of the ticket. What remains against each is what it does not know:

    random_ticket          how many weights
    layer_budget_ticket    how many in each layer
    shuffled_ticket        how many in each tensor

Reading order: `tickets`, `difference`, `question`, `questions`.

What it does not do: run (`ltp sweep benchmarks/ticket_worth.toml`), or choose rates (dev did).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ltp_core.data.items import families
from ltp_core.measure import results
from ltp_core.measure.bootstrap import macro_draws

from .claims import Question, corrected, not_asked, put
from .findings import ALL_NAMES, Stored
from .groups import codes_of, within
from .regimes import rate

CONTROLS = ("random_ticket", "layer_budget_ticket", "shuffled_ticket")


def tickets(rows: list[dict], items: Mapping, codes: Sequence[str]) -> np.ndarray:
    """Rows of one method at one rate -> (T, S, L, I), for T tickets tried on the same S seeds.

    A method whose rows name no ticket has one.

    Raises:
        ValueError: a ticket was not tried on a seed that another was tried on.

    >>> row = {"language": "qu", "n": 2, "correct": b"\\x80"}
    >>> rows = [row | {"ticket": name, "seed": seed} for name in "ab" for seed in (0, 1, 2)]
    >>> tickets(rows, {"qu": ["x", "y"]}, ["qu"]).shape
    (2, 3, 1, 2)
    """
    parted: dict[str, list[dict]] = {}
    for row in rows:
        parted.setdefault(row["ticket"], []).append(row)
    tried = {name: {row["seed"] for row in own} for name, own in parted.items()}
    every = set().union(*tried.values())
    for name, seeds in tried.items():
        if seeds != every:
            missing = ", ".join(map(str, sorted(every - seeds)))
            raise ValueError(f"ticket {name!r} has no run with seed {missing}; sweep to the end")
    return np.stack([results.correctness(parted[name], items, codes) for name in sorted(parted)])


def difference(
    found: Stored, ours: list[dict], theirs: list[dict], group: str = "low"
) -> np.ndarray:
    """Mean accuracy of ours minus theirs, in the data and in each draw: (1 + D,).

    Rows of one method at one rate each, on the same seeds and languages.
    """
    codes = codes_of(group, {row["language"] for row in ours})
    cubes = [tickets(rows, found.items, codes) for rows in (ours, theirs)]
    every = sorted({item for ids in found.items.values() for item in ids})
    return macro_draws(*cubes, families=families(every))


def question(
    found: Stored, control: str, rates: tuple[float, float], group: str = "low"
) -> Question:
    """Is LTP at the first rate better than a control at the second? Not corrected.

    >>> spec = '{"train": {"learning_rate": 0.002}}'
    >>> row = {"seed": 0, "language": "qu", "n": 4, "ticket": "", "spec": spec}
    >>> rows = [row | {"method": "ltp", "correct": b"\\xf0"},
    ...         row | {"method": "random_ticket", "correct": b"\\x00"}]
    >>> asked = question(Stored(rows, {"qu": list("abcd")}), "random_ticket", (0.002, 0.002))
    >>> asked.asked, asked.answer
    ('LTP at 0.002 better than random ticket at 0.002, in low-resource languages?', 'yes')
    """
    names = ("ltp", control)
    parts = [
        [row for row in found.of(name) if rate(row) == eta]
        for name, eta in zip(names, rates, strict=True)
    ]
    told = [f"{ALL_NAMES[name]} at {eta:g}" for name, eta in zip(names, rates, strict=True)]
    words = f"{told[0]} better than {told[1]}, {within(group)}?"
    if not all(parts):
        return not_asked(words)
    return put(words, difference(found, *parts, group))


def questions(found: Stored, best: Mapping[str, float], group: str = "low") -> list[Question]:
    """LTP against each control, each at its best rate, then both at LTP's; corrected together.

    best: method -> the rate that dev chose for it; "ltp" and each of `CONTROLS`.
    """
    pairs = [(best["ltp"], best[control]) for control in CONTROLS]
    own = [question(found, *asked, group) for asked in zip(CONTROLS, pairs, strict=True)]
    equal = [
        question(found, control, (best["ltp"], best["ltp"]), group)
        for control in CONTROLS
        if best[control] != best["ltp"]
    ]
    return corrected([*own, *equal])
