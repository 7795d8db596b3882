"""Exercises on comparing and on few examples: each mistake is found, other right answers pass."""

import random

import numpy as np
import pytest

from ltp_book import checks
from tests.support.exercises import a, all_proven, finds, flat, passes


def of_languages(right, languages):
    codes = sorted(set(languages))
    own = {c: [r for r, x in zip(right, languages, strict=True) if x == c] for c in codes}
    return [np.mean(own[c]) for c in codes]


def left(names, english, right, same):
    return [r for x, y, r in zip(names, english, right, strict=True) if not same(x, y)]


def alike(x, y):
    return x.lower() == y.lower()


def drawn(right, picks):
    return np.array([[right[i] for i in pick] for pick in picks]).mean(axis=1)


def middle(first, second, picks, tail=2.5):
    return np.percentile(drawn(first, picks) - drawn(second, picks), [tail, 100 - tail])


def apart(first, second, picks):
    ends = [np.percentile(drawn(right, picks), [2.5, 97.5]) for right in (first, second)]
    return ends[0][0] - ends[1][1], ends[0][1] - ends[1][0]


def by_error(first, second, picks):
    gaps = a(first) - a(second)
    error = 1.96 * np.std(gaps) / np.sqrt(len(gaps))
    return [gaps.mean() - error, gaps.mean() + error]


def torn(first, second, picks):
    both = drawn(first, picks) - np.roll(drawn(second, picks), -1)
    return np.quantile(both, [0.025, 0.975])


def rate(rows, score, splits=("dev",)):
    rates = sorted({row["rate"] for row in rows})
    of = {
        x: [r["accuracy"] for r in rows if r["rate"] == x and r["split"] in splits] for x in rates
    }
    return max((x for x in rates if of[x]), key=lambda x: score(np.array(of[x])))


def careful(x):
    return x.mean() - x.std(ddof=1) / np.sqrt(len(x))


def step_down(p_values, level, bound=lambda m, rank: m - rank, stop=True):
    kept = {}
    for rank, p in enumerate(sorted(p_values)):
        fails = p > level / bound(len(p_values), rank)
        if fails and stop:
            break
        kept[p] = not fails
    return [kept.get(p, False) for p in p_values]


def step_up(p_values, level, share):
    """All up to the largest that passes; the bound of the n-th of m is its share of the level."""
    order, m = sorted(p_values), len(p_values)
    passing = [p for n, p in enumerate(order, 1) if p <= level * share(n, m)]
    return [bool(passing) and p <= passing[-1] for p in p_values]


def shots(rows, k, seed, splits=("train",), each=True, twice=False):
    rng = random.Random(seed)
    usable = [row for row in rows if row["split"] in splits]
    if not each:
        return rng.sample(usable, k)
    found = []
    for label in dict.fromkeys(row["label"] for row in usable):
        own = [row for row in usable if row["label"] == label]
        found += rng.choices(own, k=k) if twice else rng.sample(own, k)
    return found


def in_place(rows, k, seed):
    """A right sample, from rows that are shuffled where they lie."""
    random.Random(seed).shuffle(rows)
    return shots(rows, k, seed)


def rates(rows, unknown, special=()):
    return [np.mean([p == unknown for p in row if p not in special]) for row in rows]


CONFOUNDS = {1: "A", 2: "C", 3: "B", 4: "D", 5: "F", 6: "E"}

WRONG = {
    "macro_accuracy": {
        "more texts counts more": lambda right, languages: np.mean(right),
        "the last denominator": lambda r, c: sum(of_languages(r, c)) / len(c),
        "one number": lambda r, c: [
            np.mean([x for x, o in zip(r, c, strict=True) if o == k]) for k in dict.fromkeys(c)
        ],
    },
    "without_copies": {
        "still in": lambda names, english, right: np.mean(right),
        "these are the copies": lambda n, e, r: np.mean(
            left(n, e, r, lambda x, y: not alike(x, y))
        ),
        "counts as a wrong": lambda n, e, r: sum(left(n, e, r, alike)) / len(r),
        "look at 'Radio'": lambda n, e, r: np.mean(left(n, e, r, lambda x, y: x.lower() == y)),
        "capital letter": lambda n, e, r: np.mean(left(n, e, r, lambda x, y: x == y)),
        "of its own item": lambda n, e, r: np.mean(
            left(n, e, r, lambda x, y: x.lower() in [other.lower() for other in e])
        ),
    },
    "paired_interval": {
        "torn apart": torn,
        "two intervals": apart,
        "two separate": lambda first, second, picks: (
            np.percentile(drawn(first, picks), [2.5, 97.5])
            - np.percentile(drawn(second, picks), [2.5, 97.5])
        ),
        "over draws": lambda first, second, picks: np.quantile(
            (a(first) - a(second))[picks].mean(axis=0), [0.025, 0.975]
        ),
        "on each side": lambda *args: middle(*args, tail=5),
        "smallest and the largest": lambda *args: middle(*args, tail=0),
        "standard error": by_error,
        "the other way": lambda first, second, picks: middle(second, first, picks),
    },
    "find_the_confound": {f"table {n}:": lambda n=n: CONFOUNDS | {n: "X"} for n in CONFOUNDS},
    "choose_rate": {
        "test rows were used": lambda rows: rate(rows, careful, ("dev", "test")),
        "column `split`": lambda rows: rate(rows, careful, ("test",)),
        "one lucky draw": lambda rows: rate(rows, np.max),
        "beside a cliff": lambda rows: rate(rows, np.mean),
        "the steadiest": lambda rows: rate(rows, lambda x: -x.std(ddof=1)),
        "by the root": lambda rows: rate(rows, lambda x: x.mean() - x.std(ddof=1)),
        "its root": lambda rows: rate(rows, lambda x: x.mean() - x.std(ddof=1) / len(x)),
        "the worst draw": lambda rows: rate(rows, np.min),
        "`np.std` by n": lambda rows: rate(rows, lambda x: x.mean() - x.std() / len(x) ** 0.5),
        "this is the score": lambda rows: max(
            careful(
                np.array([r["accuracy"] for r in rows if r["rate"] == x and r["split"] == "dev"])
            )
            for x in {r["rate"] for r in rows if r["split"] == "dev"}
        ),
    },
    "holm": {
        "nothing is corrected": lambda p_values, level: a(p_values) <= level,
        "Bonferroni": lambda *args: step_down(*args, bound=lambda m, rank: m),
        "goes on": lambda *args: step_down(*args, stop=False),
        "a later p-value": lambda *args: step_up(*args, lambda n, m: n / m),
        "a later": lambda *args: step_up(*args, lambda n, m: 1 / (m - n + 1)),
        "equal to its bound": lambda p, level: step_down(p, level - 1e-12),
        "one is lost": lambda p, level: [
            kept and p.index(p[i]) == i for i, kept in enumerate(step_down(p, level))
        ],
        "sorted p-values": lambda p_values, level: step_down(sorted(p_values), level),
        "turned round": lambda *args: [not kept for kept in step_down(*args)],
    },
    "few_shot": {
        "a list of rows.": lambda rows, k, seed: {"rows": shots(rows, k, seed)},
        "return a list": lambda rows, k, seed: [row["id"] for row in shots(rows, k, seed)],
        "its argument": in_place,
        "test rows": lambda *args: shots(*args, splits=("train", "dev", "test")),
        "dev rows": lambda *args: shots(*args, splits=("train", "dev")),
        "stands twice": lambda *args: shots(*args, twice=True),
        "k in all": lambda *args: shots(*args, each=False),
        "not k rows each": lambda rows, k, seed: shots(rows, k, seed)[:-1],
        "gives two samples": lambda rows, k, seed: shots(rows, k, random.random()),
        "every seed": lambda rows, k, seed: shots(rows, k, 0),
    },
    "fill_template": {
        "two holes": lambda t, text, mask: t.replace("{text}", text).replace("{mask}", mask),
        "not always <mask>": lambda t, text, mask: t.replace("{mask}", "<mask>").replace(
            "{text}", text
        ),
        "no hole": lambda template, text, mask: text.join(template.split("{text}")),
    },
    "unknown_rate": {
        "<s>, </s> and padding": lambda rows, u, special: np.mean([p == u for p in sum(rows, [])]),
        "a short text": lambda *args: np.mean(rates(*args)),
        "share of texts": lambda rows, unknown, special: np.mean([unknown in r for r in rows]),
        "known pieces": lambda rows, u, special: np.mean(
            [p != u for p in sum(rows, []) if p not in special]
        ),
        "percent": lambda rows, u, special: (
            100 * np.mean([p == u for p in sum(rows, []) if p not in special])
        ),
    },
}

RIGHT = [
    (
        "macro_accuracy",
        lambda right, languages: sum(of_languages(right, languages)) / len({*languages}),
    ),
    ("without_copies", lambda n, e, r: np.mean(left(n, e, r, alike))),
    ("paired_interval", middle),
    ("find_the_confound", lambda: {str(n): letter.lower() for n, letter in CONFOUNDS.items()}),
    ("choose_rate", lambda rows: rate(rows, careful)),
    ("holm", step_down),
    ("few_shot", lambda rows, k, seed: shots(rows[::-1], k, seed)),
    ("fill_template", lambda t, text, mask: text.join(t.replace("{mask}", mask).split("{text}"))),
    (
        "unknown_rate",
        lambda rows, u, special: np.mean([p == u for p in sum(rows, []) if p not in special]),
    ),
]


@pytest.mark.parametrize("name, words, function", flat(WRONG))
def test_a_mistake_is_found(name, words, function):
    finds(name, words, function)


def test_every_mistake_is_made_here():
    all_proven(WRONG, {"crossing", "fair", "few_examples"})


@pytest.mark.parametrize("name, function", RIGHT)
def test_another_right_answer_passes(name, function):
    passes(name, function)


def test_tables_named_rightly_bring_points():
    verdict = checks.check("find_the_confound", lambda: CONFOUNDS | {2: "A", 6: "A"})
    assert not verdict.passed and verdict.points == 4
    assert verdict.message.startswith("4 of 6 are right; look again at table 2")
    assert "a dictionary" in checks.check("find_the_confound", lambda: ["A"]).message
