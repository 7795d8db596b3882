"""Many rivals at once: paired differences, Holm's correction, sizes of effects."""

import math

import numpy as np
import pytest

from ltp_core.measure.bootstrap import macro_interval
from ltp_core.measure.compare import compare, holm
from ltp_core.measure.results import correctness, pack

ITEMS = {
    "qu": [f"{i}|{j}" for i in range(40) for j in range(2)],
    "zu": [f"{i}|0" for i in range(40)],
}
SHARES = {"ltp": 0.7, "full": 0.7, "prompt_only": 0.3, "head": 0.95}


def rows(seeds=(0, 1, 2), methods=SHARES, languages=ITEMS):
    made = []
    for place, method in enumerate(methods):
        for seed in seeds:
            for code in languages:
                chance = np.random.default_rng([place, seed, len(code), ord(code[0])])
                right = chance.random(len(ITEMS[code])) < SHARES[method]
                made.append(
                    dict(method=method, seed=seed, language=code, n=len(right), correct=pack(right))
                )
    return made


def test_each_rival_is_a_paired_difference_by_families():
    table = compare(rows(), ITEMS, "ltp")
    assert [c.rival for c in table] == ["full", "prompt_only", "head"]
    assert [c.verdict for c in table] == ["no clear difference", "better", "worse"]
    names = sorted({item for ids in ITEMS.values() for item in ids})
    number = {name: i for i, name in enumerate(sorted({n.split("|")[0] for n in names}))}
    groups = np.array([number[name.split("|")[0]] for name in names])
    for c in table:
        cubes = [
            correctness([r for r in rows() if r["method"] == m], ITEMS, ["qu", "zu"])
            for m in ("ltp", c.rival)
        ]
        assert tuple(c.difference) == pytest.approx(tuple(macro_interval(*cubes, families=groups)))
        one, two = (np.nanmean(cube, axis=(0, 2)) for cube in cubes)
        assert (c.ahead, c.languages) == (int((one > two).sum()), 2)
        h = 2 * math.asin(one.mean() ** 0.5) - 2 * math.asin(two.mean() ** 0.5)
        assert c.h == pytest.approx(h)


def test_only_what_both_have_is_compared():
    mixed = rows(methods=("ltp",)) + rows(seeds=(1,), methods=("full",), languages=["qu"])
    mixed += rows(seeds=(9,), methods=("head",))
    (only,) = compare(mixed, ITEMS, "ltp")
    assert (only.rival, only.languages) == ("full", 1)
    with pytest.raises(ValueError, match="no run of 'lora' here; there are ltp, full, head"):
        compare(mixed, ITEMS, "lora")
    with pytest.raises(ValueError, match="group must be low, high, en, other or all, got 'one'"):
        compare(mixed, ITEMS, "ltp", "one")
    assert compare(mixed, ITEMS, "ltp", "all")[0].languages == 1
    with pytest.raises(ValueError, match="no two of these methods share a seed and a language"):
        compare(mixed, ITEMS, "ltp", "other")


def test_holm_equals_a_slow_reference():
    chance = np.random.default_rng(0)
    for size in range(1, 8):
        values = chance.random(size).round(2)
        for i, p in enumerate(holm(values)):
            order = sorted(range(size), key=lambda j: (values[j], j))
            upto = order[: order.index(i) + 1]
            assert p == pytest.approx(
                min(1, max((size - k) * values[j] for k, j in enumerate(upto)))
            )
    assert holm([]) == []
