"""Which recipe to take: the best one measured, and what is given up for a cheaper one.

Of recipes m with mean accuracy a(m) over a group of languages,

    behind(m)    = a(best) − a(m), paired, with its 95 % interval [l, h]
    frugal       = the m of the least cost whose h is at most a margin; a cost is what you lack:
                   trained numbers, seconds, megabytes, memory
    within       = the m of the highest a(m) whose file is at most so many megabytes

So *frugal* asks for evidence: a recipe measured so badly that nothing is clear is not taken.

Reading order: `options`, `frugal`, `within`; then `share_of_cost`, `megabytes`.

What it does not do: measure, or draw (`figures/advice.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import NamedTuple

from ltp_core.measure import results
from ltp_core.measure.bootstrap import Interval, macro_interval
from ltp_core.measure.compare import compare

from . import costs
from .findings import Stored
from .groups import codes_of

TICKETS = (
    "ltp", "ticket_only", "template_ltp", "lt_sft",
    "random_ticket", "magnitude_ticket", "gradient_ticket", "middle_layers",
)  # fmt: skip
# Which of the engine's measurements stands for a method: as many weights, trained in the same way.
MEASURED = {
    "prompt_only": "prompt",
    "lora": "lora",
    **dict.fromkeys(("full", "cloze", "head", "codeswitch", "template_full"), "full"),
    **dict.fromkeys(TICKETS, "ticket@0.2"),
}


class Option(NamedTuple):
    """A recipe in one group of languages; `behind`: the best one's accuracy minus its own."""

    method: str
    trained: int
    accuracy: Interval
    behind: Interval


def trained(option: Option) -> int:
    """How many numbers a recipe trains: the usual cost of `frugal`."""
    return option.trained


def options(found: Stored, group: str, leave_out: Iterable[str] = ()) -> list[Option]:
    """Every method of these results in one group of languages, the best first.

    Args:
        found: rows and items of a sweep.
        group: as in `groups.codes_of`; the code of one language is a group of its own.
        leave_out: methods that are no recipe to take.

    Raises:
        ValueError: no language of the group was tested.

    >>> row = {"seed": 0, "language": "qu", "n": 4}
    >>> rows = [row | {"method": "ltp", "correct": b"\\xf0", "trained_parameters": 9},
    ...         row | {"method": "full", "correct": b"\\x70", "trained_parameters": 99}]
    >>> for option in options(Stored(rows, {"qu": list("abcd")}), "low"):
    ...     print(option.method, option.accuracy.mean, option.behind.mean)
    ltp 1.0 0.0
    full 0.75 0.25
    """
    rows = [row for row in found.rows if row["method"] not in set(leave_out)]
    codes = codes_of(group, {row["language"] for row in rows})
    rows = [row for row in rows if row["language"] in codes]
    of: dict[str, list[dict]] = {}
    for row in rows:
        of.setdefault(row["method"], []).append(row)
    means = {
        name: macro_interval(results.correctness(mine, found.items, codes))
        for name, mine in of.items()
    }
    best = max(means, key=lambda name: means[name].mean)
    behind = {c.rival: c.difference for c in compare(rows, found.items, best, "all")}
    none = Interval(0.0, 0.0, 0.0)
    made = [
        Option(name, of[name][0]["trained_parameters"], mean, behind.get(name, none))
        for name, mean in means.items()
    ]
    return sorted(made, key=lambda option: -option.accuracy.mean)


def frugal(
    among: Sequence[Option], margin: float, cost: Callable[[Option], float | None] = trained
) -> Option:
    """The recipe of the least cost whose whole interval is within a margin.

    cost: of a recipe; None where nobody measured it, and then it is not taken. ValueError if
    nothing is left.

    >>> at = Interval(0.5, 0.4, 0.6)
    >>> some = [Option("full", 99, at, Interval(0.0, 0.0, 0.0)),
    ...         Option("lora", 9, at, Interval(0.01, -0.01, 0.03)),
    ...         Option("prompt_only", 1, at, Interval(0.01, -0.1, 0.2))]
    >>> seconds = {"full": 2.0, "lora": 3.0}
    >>> frugal(some, 0.05).method, frugal(some, 0.05, lambda it: seconds.get(it.method)).method
    ('lora', 'full')
    """
    told = [(cost(it), it) for it in among if it.behind.high <= margin]
    if not (known := [(c, it) for c, it in told if c is not None]):
        raise ValueError(f"no recipe of a known cost lies within {margin:g}; take a larger margin")
    return min(known, key=lambda pair: pair[0])[1]


def within(among: Sequence[Option], engine: dict, most: float) -> Option | None:
    """The best recipe whose file has at most so many megabytes; None if there is none.

    >>> at = Interval(0.5, 0.4, 0.6)
    >>> within([Option("full", 47_000_000, at, at), Option("bitfit", 54_528, at, at)],
    ...        {"rows": {}}, 1.0).method
    'bitfit'
    """
    return next((it for it in among if megabytes(engine, it) <= most), None)


def share_of_cost(engine: dict, method: str, key: str) -> float | None:
    """A cost of this method as a share of *full + prompt*'s; None where nobody measured it.

    key: "step" (seconds) or "peak_mb" (memory above the model).

    >>> engine = {"rows": {"train/ticket@0.2/0": {"step": 3.0}, "train/full/0": {"step": 4.0}}}
    >>> share_of_cost(engine, "ltp", "step"), share_of_cost(engine, "bitfit", "step")
    (0.75, None)
    """
    if method not in MEASURED:
        return None
    found = costs.ratios(engine, MEASURED[method], "full", key)
    return median(found) if found else None


def megabytes(engine: dict, option: Option) -> float:
    """The file to send: as measured for a ticket, which names its places; else 4 bytes a number.

    >>> at = Interval(0.5, 0.4, 0.6)
    >>> megabytes({"rows": {}}, Option("bitfit", 54_528, at, at))
    0.218112
    """
    ticket = costs.rows(engine, "train", "ticket@0.2")
    if option.method in TICKETS and ticket:
        return next(iter(ticket.values()))["file_bytes"] / 1e6
    return 4 * option.trained / 1e6
