"""Who gains from what? The data of an explorer: every language, every pair of methods, examples.

For each language and each two methods the difference of their accuracies, with a 95 % interval over
draws of training examples and test items together (`draws`), paired by both. Fifty intervals are
many: zero will be outside two or three by chance alone, and the page says so. With `holm` each gap
has its p-value too, corrected for the number of languages, and that decides.

Examples are not picked by what they show: of each class the same `each` emoji, evenly spaced among
those that most languages have. Right and wrong are those of one draw of the training examples,
the first that all methods share.

Reading order: `languages`, `differences`, `examples`. What this file does not do: draw
(`who_gains.html` does).
"""

from __future__ import annotations

import base64
from itertools import combinations

import numpy as np

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure import compare, results
from ltp_core.measure.bootstrap import Interval, p_value
from ltp_core.measure.per_language import drawn, interval, settle

from ..verdicts import findings
from . import pictures
from .page import Explorer, explorer, look


def languages(
    found: findings.Stored,
    task=None,
    *,
    a: str = "ltp",
    b: str = "prompt_only",
    each: int = 4,
    holm: bool = False,
) -> Explorer:
    """The explorer of a sweep; `task` gives labels and texts to the examples.

    a, b: the two methods shown first. each: how many examples of each class have their texts.
    holm: correct the verdicts for the number of languages, as `across_files.by_language` does.

    >>> rows = [{"method": m, "seed": 0, "language": "qu", "n": 4, "correct": bits}
    ...         for m, bits in (("ltp", b"\\xf0"), ("prompt_only", b"\\x30"))]
    >>> languages(findings.Stored(rows, {"qu": ["🍋", "🐓", "🎺", "🚢"]}))
    Explorer(who_gains, ... bytes)
    """
    if not found.rows:
        raise ValueError("there are no result rows to show; " + findings.ABSENT.splitlines()[1])
    settle(found.rows, of=("method",))
    methods = [m for m in findings.ALL_NAMES if found.of(m)]
    methods += sorted({row["method"] for row in found.rows} - set(methods))
    for name in (a, b):
        if name not in methods:
            raise ValueError(f"no rows of method {name!r}; there are {', '.join(methods)}")
    spoken = {row["language"] for row in found.rows}
    codes = [code for code in LANGUAGES if code in spoken] + sorted(spoken - set(LANGUAGES))
    data = {
        "methods": look([findings.ALL_NAMES.get(m, m) for m in methods]),
        "first": [methods.index(a), methods.index(b)],
        "languages": [_about(code) for code in codes],
        "right": {i: _percents(found, m, codes) for i, m in enumerate(methods)},
        "gaps": differences(found, methods, codes, holm),
        "holm": holm,
        "draws": {i: len({r["seed"] for r in found.of(m)}) for i, m in enumerate(methods)},
    } | examples(found, task, methods, codes, each)
    return explorer("who_gains", data, _still(data, codes, a, b))


def differences(
    found: findings.Stored, methods: list[str], codes: list[str], holm: bool = False
) -> dict[str, list]:
    """ "i,j" -> for each language (mean, low, high) of method i minus method j, in points.

    A language that one of them lacks is None; a pair that shares no draw is left out. With `holm`
    the corrected p-value follows.
    """
    seeds = {m: {row["seed"] for row in found.of(m)} for m in methods}
    made: dict[tuple, np.ndarray] = {}

    def draws(method: str, shared: frozenset) -> np.ndarray:
        if (method, shared) not in made:
            rows = [row for row in found.of(method) if row["seed"] in shared]
            made[method, shared] = drawn(rows, found.items, codes)
        return made[method, shared]

    table = {}
    for (i, a), (j, b) in combinations(enumerate(methods), 2):
        if shared := frozenset(seeds[a] & seeds[b]):
            gap = draws(a, shared) - draws(b, shared)
            table[f"{i},{j}"] = [_points(gap[:, n]) for n in range(len(codes))]
            if holm:
                _correct(table[f"{i},{j}"], gap)
    return table


def _correct(gaps: list[list[float] | None], drawn: np.ndarray) -> None:
    """Give each measured gap its p-value, corrected for the number of them."""
    measured = [n for n, gap in enumerate(gaps) if gap]
    corrected = compare.holm([p_value(drawn[:, n]) for n in measured])
    for n, p in zip(measured, corrected, strict=True):
        gaps[n].append(round(p, 4))


def examples(found: findings.Stored, task, methods: list[str], codes: list[str], each: int) -> dict:
    """The test items, what each method had right in one draw, and some texts.

    right: for each language and method a bit an item; there: the items that the language has.
    """
    items = sorted({item for ids in found.items.values() for item in ids})
    shared = set.intersection(*({row["seed"] for row in found.of(m)} for m in methods))
    seed = min(shared, default=None)
    place = {item: n for n, item in enumerate(items)}
    there, right = [], []
    for code in codes:
        there.append(_bits([place[item] for item in found.items[code]], len(items)))
        right.append(
            [_bits(_right_items(found, m, code, seed, place), len(items)) for m in methods]
        )
    told = _texts(task, codes, items, each) if task is not None else {}
    return {"items": items, "seed": seed, "there": there, "had": right} | told


def _texts(task, codes: list[str], items: list[str], each: int) -> dict:
    """The class of each item, which items have their texts shown, and the texts."""
    rows = {code: {row["id"]: row for row in task.test(code)} for code in codes}
    label = {item: row["label"] for mine in rows.values() for item, row in mine.items()}
    spoken = {item: sum(item in mine for mine in rows.values()) for item in items}
    shown = []
    for number in range(len(task.labels)):
        mine = [item for item in items if label.get(item) == number]
        common = [item for item in mine if spoken[item] == max(map(spoken.get, mine))]
        step = len(common) / max(min(each, len(common)), 1)
        shown += [items.index(common[int(step * (n + 0.5))]) for n in range(min(each, len(common)))]
    return {
        "labels": list(task.labels),
        "label": [label.get(item, -1) for item in items],
        "shown": shown,
        "texts": [
            [rows[c][items[n]]["text"] if items[n] in rows[c] else None for n in shown]
            for c in codes
        ],
    }


def _right_items(found, method: str, code: str, seed: int | None, place: dict) -> list[int]:
    for row in found.of(method):
        if row["language"] == code and row["seed"] == seed:
            bits = np.unpackbits(np.frombuffer(row["correct"], np.uint8), count=row["n"])
            return [place[i] for i, yes in zip(found.items[code], bits, strict=True) if yes]
    return []


def _bits(places: list[int], size: int) -> str:
    """One bit an item, in base 64.

    >>> _bits([0, 2], 3)  # 1010 0000
    'oA=='
    """
    bits = np.zeros(size, bool)
    bits[places] = True
    return base64.b64encode(results.pack(bits)).decode()


def _about(code: str) -> dict:
    """Code, name, group and script of a language."""
    if code not in LANGUAGES:
        return {"code": code, "name": code, "group": "", "script": ""}
    known = LANGUAGES[code]
    return {"code": code, "name": known.name, "group": known.group, "script": known.script}


def _percents(found: findings.Stored, method: str, codes: list[str]) -> list:
    draws = drawn(found.of(method), found.items, codes)
    return [_points(draws[:, n]) for n in range(len(codes))]


def _points(draws: np.ndarray) -> list[float] | None:
    """Mean, low and high in points; None where nothing was measured."""
    if np.isnan(draws[0]):
        return None
    value: Interval = interval(draws)
    return [round(100 * x, 4) + 0.0 for x in value]


def _still(data: dict, codes: list[str], a: str, b: str) -> str:
    i, j = data["first"]
    sign, key = (1, f"{i},{j}") if i < j else (-1, f"{j},{i}")
    rows = []
    for known, gap in zip(data["languages"], data["gaps"].get(key, []), strict=False):
        if gap:
            mean, *ends = (sign * x for x in gap[:3])
            rows.append((known["name"], mean, *sorted(ends)))
    rows.sort(key=lambda row: -row[1])
    names = f"{findings.ALL_NAMES.get(a, a)} minus {findings.ALL_NAMES.get(b, b)}"
    return pictures.gaps(rows, f"{names}, in points, for each language, with 95 % intervals.")
