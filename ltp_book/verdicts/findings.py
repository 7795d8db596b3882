"""Results into words: tables, differences, and verdicts that no author can bend.

A chapter's prose is written before its numbers are known, and outlives them. So every sentence
about who won is computed here, by one rule: a difference counts when zero is outside its 95 %
interval. Differences are paired by seed and by test item (`bootstrap.macro_interval`):

    difference(a, b) = mean over languages of (accuracy of a − accuracy of b)

Reading order: `stored`, `of_file`, `needed`, `about`, `table`, `difference`, `differences`,
`verdict`, `rule`, `evenness`.

What it does not do: measure. `ltp sweep` does, see `ltp_core.study`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ltp_core.data.items import families
from ltp_core.data.paths import data_dir
from ltp_core.measure import results
from ltp_core.measure.bootstrap import Interval, interval, macro_draws

from .. import looks
from ..looks import METHODS
from .groups import codes_of, spoken

ALL_NAMES = {code: look.name for code, look in METHODS.items()}  # every rival of `methods.METHODS`
NAMES = {code: ALL_NAMES[code] for code in ("prompt_only", "random_ticket", "ltp", "full")}
GROUPS = {code: look.name for code, look in looks.GROUPS.items() if code != "other"}
ABSENT = (
    "These results are not on this machine: a clone of the repository has them,\n"
    "and ltp sweep benchmarks/first_light.toml --out data/results makes them."
)


class Stored(NamedTuple):
    """What a sweep left: a row per run and language, and the test items behind the bits."""

    rows: list[dict]
    items: dict[str, Sequence[str]]

    def of(self, *methods: str) -> list[dict]:
        """The rows of some methods."""
        return [row for row in self.rows if row["method"] in methods]


def stored(name: str = "first_light") -> Stored:
    """The results of a sweep in data/results; empty if this installation has none.

    >>> stored("a sweep that nobody made")
    Stored(rows=[], items={})
    """
    path = data_dir() / "results" / f"{name}.parquet"
    return of_file(path) if path.is_file() else Stored([], {})


def of_file(path: str | Path) -> Stored:
    """The rows that `ltp sweep` wrote at this path, with the items in the file beside it."""
    path = Path(path)
    beside = results.read(path.with_suffix(".items.parquet"))
    return Stored(results.read(path), {row["language"]: row["ids"] for row in beside})


def needed(name: str) -> Stored:
    """As `stored`, for a chapter that is about these results and nothing else.

    Raises:
        FileNotFoundError: this installation does not have them.

    >>> needed("a sweep that nobody made")
    Traceback (most recent call last):
    FileNotFoundError: the results of 'a sweep that nobody made' are not on this machine; ...
    """
    found = stored(name)
    if not found.rows:
        raise FileNotFoundError(
            f"the results of {name!r} are not on this machine; take them from a clone of the "
            f"repository, or make them: ltp sweep benchmarks/{name}.toml --out data/results"
        )
    return found


def about(found: Stored, base: str) -> str:
    """How many runs these are, and whether they were made on the base model `base`.

    >>> row = {"run": "a", "method": "ltp", "seed": 0, "k": 16, "language": "qu", "base": "b"}
    >>> print(about(Stored([row], {}), base="b"))
    1 runs: 1 methods, 1 draws of 16 examples per class, 1 languages
    measured on this very model: True
    """
    if not found.rows:
        return ABSENT
    size = {key: len({row[key] for row in found.rows}) for key in found.rows[0]}
    return (
        f"{size['run']} runs: {size['method']} methods, {size['seed']} draws of "
        f"{found.rows[0]['k']} examples per class, {size['language']} languages\n"
        f"measured on this very model: {all(row['base'] == base for row in found.rows)}"
    )


def table(found: Stored) -> str:
    """Mean accuracy of each method and group of languages, with 95 % intervals.

    >>> row = {"seed": 0, "language": "qu", "n": 4, "correct": b"\\xc0", "trained_parameters": 3840}
    >>> print(table(Stored([row | {"method": "prompt_only"}], {"qu": list("abcd")})))
    method               trained   low-resource
    prompt only            3,840  .500 [.000, 1.000]
    """
    if not found.rows:
        return ABSENT
    means = results.summary(found.rows, found.items)
    groups = [group for group in GROUPS if any(group in row for row in means.values())]
    head = f"{'method':<17}{'trained':>11}" + "".join(f"{GROUPS[g]:^20}" for g in groups)
    lines = [head.rstrip()]
    for method in (name for name in NAMES if name in means):
        cells = [f"{_short(means[method].get(group)):>20}" for group in groups]
        trained = found.of(method)[0]["trained_parameters"]
        lines.append(f"{NAMES[method]:<17}{trained:>11,}" + "".join(cells))
    return "\n".join(lines)


def difference(found: Stored, a: str, b: str, group: str = "low") -> Interval:
    """Mean accuracy of method a minus that of b, on the seeds and languages that both have.

    group: as in `groups.codes_of`.

    >>> rows = [{"method": m, "seed": 0, "language": "qu", "n": 4, "correct": bits}
    ...         for m, bits in (("ltp", b"\\xf0"), ("prompt_only", b"\\x30"))]
    >>> difference(Stored(rows, {"qu": list("abcd")}), "ltp", "prompt_only").mean
    0.5
    """
    if not {row["seed"] for row in found.of(a)} & {row["seed"] for row in found.of(b)}:
        raise ValueError(f"{a!r} and {b!r} share no seed in these results; sweep both first")
    return interval(differences(found.of(a), found.of(b), found.items, group))


def differences(ours: list[dict], theirs: list[dict], items: Mapping, group: str) -> np.ndarray:
    """Mean accuracy of ours minus theirs, in the data and in each draw of the bootstrap: (1 + D,).

    Rows of one method each, with a seed in common; items: language -> ids of its test items.
    """
    seeds = {row["seed"] for row in ours} & {row["seed"] for row in theirs}
    tested = {row["language"] for row in ours} & {row["language"] for row in theirs}
    codes = codes_of(group, tested)
    cubes = [
        results.correctness([row for row in mine if row["seed"] in seeds], items, codes)
        for mine in (ours, theirs)
    ]
    every = sorted({item for ids in items.values() for item in ids})
    return macro_draws(*cubes, families=families(every))


def verdict(found: Stored, a: str, b: str, group: str = "low") -> str:
    """One sentence: the difference in points, its interval, and what follows.

    group: as in `groups.codes_of`.

    >>> rows = [{"method": m, "seed": 0, "language": "qu", "n": 4, "correct": bits}
    ...         for m, bits in (("ltp", b"\\xf0"), ("full", b"\\xf0"))]
    >>> print(verdict(Stored(rows, {"qu": list("abcd")}), "ltp", "full"))
    LTP minus full + prompt, low-resource: +0.0 points [+0.0, +0.0]: no clear difference
    """
    gap = difference(found, a, b, group)
    mean, low, high = (f"{round(100 * x, 1) + 0.0:+.1f}" for x in gap)
    names = f"{ALL_NAMES[a]} minus {ALL_NAMES[b]}, {spoken(group)}"
    says = f"{names}: {mean} points [{low}, {high}]"
    return f"{says}: {rule(gap)}"


def verdicts(
    found: Stored, a: str, groups: Sequence[str] = ("low", "high"), rivals: Sequence[str] = NAMES
) -> str:
    """The verdicts on a method against some others, in some groups of languages.

    Two lines each: what is compared, and what came out. So a telephone shows both.

    >>> rows = [{"method": m, "seed": 0, "language": "qu", "n": 4, "correct": bits}
    ...         for m, bits in (("ltp", b"\\xf0"), ("full", b"\\xf0"))]
    >>> print(verdicts(Stored(rows, {"qu": list("abcd")}), "ltp", ["low"]))
    LTP minus full + prompt, low-resource:
        +0.0 points [+0.0, +0.0]: no clear difference
    """
    if not found.rows:
        return ABSENT
    others = [name for name in rivals if name != a and found.of(name)]
    told = (verdict(found, a, b, group) for b in others for group in groups)
    return "\n".join(says.replace(": ", ":\n    ", 1) for says in told)


def rule(gap: Interval) -> str:
    """The one rule of this book: is zero outside the interval of a difference?

    >>> rule(Interval(0.03, 0.01, 0.05)), rule(Interval(0.03, -0.01, 0.05))
    ('better', 'no clear difference')
    """
    return "better" if gap.low > 0 else "worse" if gap.high < 0 else "no clear difference"


def evenness(shares: dict, tolerance: float = 0.15) -> str:
    """How evenly a ticket lies over the layers: "near even" if all are within ±15 % of the mean.

    >>> evenness({0: 0.019, 1: 0.021}), evenness({0: 0.10, 1: 0.20, 2: 0.31})
    ('near even: 1.9 to 2.1 % of each layer', 'uneven: 10.0 % of layer 0, 31.0 % of layer 2')
    """
    least, most = min(shares, key=shares.get), max(shares, key=shares.get)
    middle = sum(shares.values()) / len(shares)
    low, high = (f"{100 * shares[layer]:.1f}" for layer in (least, most))
    if all(abs(share - middle) <= tolerance * middle for share in shares.values()):
        return f"near even: {low} to {high} % of each layer"
    return f"uneven: {low} % of layer {least}, {high} % of layer {most}"


def _short(value: Interval | None) -> str:
    """`.500 [.412, .587]`, or a dash."""
    if value is None:
        return "-"
    mean, low, high = (f"{x:.3f}".removeprefix("0") for x in value)
    return f"{mean} [{low}, {high}]"
