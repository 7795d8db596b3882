"""What the chapters print about winners, computed again from the column `accuracy` alone.

The chapters compute it from the bits, with a bootstrap. Here a mean is a mean of a column, and a
verdict is read off the printed answers, so that neither trusts the other.
"""

import json
import re
from collections import Counter
from pathlib import Path
from statistics import mean

import pytest

from ltp_book.verdicts.findings import ALL_NAMES, GROUPS, needed
from ltp_book.verdicts.regimes import at_rates, levels, rate, regimes
from ltp_core import tasks
from ltp_core.data.languages import LANGUAGES, LOW
from ltp_core.data.paths import data_dir
from ltp_core.measure import results
from tests.support.stored import printed, rows_of

BOOK = Path(__file__).resolve().parents[3] / "book"
METHOD = {name: method for method, name in ALL_NAMES.items()}
FIXED = "one fixed answer"
LAYERS = {"middle layers": "middle", "lowest": "low", "highest": "high"}  # tickets by their layers
GROUP = {name: group for group, name in (GROUPS | {"other": "other languages"}).items()}
SPOKEN = GROUP | {"mean of 8 languages": "all"}
SWEEP = {
    "emoji groups": None,
    "emoji pairs": "emoji_pairs_256",
    "kinds of names": "kinds",
    "sentence pairs": "nli",
    "sentence pairs (256)": "nli_256",
    "sentence pairs (256), both at one rate": "nli_256_rate",
    "held-out subgroups": "second_split",
    "held-out subgroups, both at one rate": "second_split_rate",
}
# What a question of the map asks in plain words, and how it is measured.
PLAIN = {
    "Does one fixed answer to everything do as well as a trained soft prompt?": (
        "one fixed answer no worse than prompt only"
    ),
    "Do vectors in every layer do better than vectors in front of the text only?": (
        "deep prompt better than prompt only"
    ),
    "Does LTP do as well as a hand-written English sentence, with the same weights trained?": (
        "LTP no worse than template + ticket"
    ),
    "Does LTP's ticket do better than as many weights drawn by chance?": (
        "both at rate 0.0006: LTP better than random ticket"
    ),
    "Does training a fifth of the encoder do as well as training all weights?": (
        "ticket only no worse than full without prompt"
    ),
    "Does LTP do better than its strongest rival, all weights and an English sentence?": (
        "LTP better than template + full"
    ),
    "Do the middle layers do better than the highest, for tickets of one size?": (
        "tickets of 20%: middle layers better than highest"
    ),
}
SIGNS = r"(?P<points>[+-]\d+\.\d) \[(?P<low>[+-]\d+\.\d), (?P<high>[+-]\d+\.\d)\]"
ANSWER = re.compile(
    r"^(?:each at a rate of its own: )?(?:both at rate (?P<rate>[\d.]+): )?"
    r"(?:both at the rate of (?P<first>first) trials: )?"
    r"(?:(?P<share>[\d.]+)% found by SGD, each at its best rate: )?"
    r"(?:on (?P<task>[^:]+): )?"
    r"(?:with (?P<k>\d+|all) examples? per class(?P<one>, both at one rate)?: )?"
    r"(?:taught in the language (?P<own>itself): )?(?:tickets of (?P<size>\d+)%: )?"
    r"(?P<a>[^:\n?]+?) (?P<than>better than|no worse than|above) (?P<b>.+?), "
    r"(?:in )?(?P<group>" + "|".join(GROUP) + r"|mean of 8 languages)(?: languages)?\? +"
    r"(?P<mark>yes|no|undecided) +" + SIGNS + r" +(?P<p>< 0\.\d{3}|0\.\d{3,4}|1)$",
    re.M,
)
LINE = re.compile(
    r"^.+\? +(yes|no|undecided) +"
    r"[+-]\d+\.\d \[([+-]\d+\.\d), ([+-]\d+\.\d)\] +(?:< )?([\d.]+)$",
    re.M,
)
FOUND = {
    "found by SGD": "en-sgd",
    "found in 1,600 steps": "en-1600",
    "found on Swahili": "sw",
    "of the middle layers": "middle",
}
TRIED = re.compile(
    r"^ticket (?P<found>" + "|".join(FOUND) + r"), (?P<share>[\d.]+)%: better than random "
    r"ticket, in (?P<group>low-resource|high-resource) languages\? +(?:yes|no) +"
    r"(?P<points>[+-]\d+\.\d) \[",
    re.M,
)
RIVAL = re.compile(r"^(?P<b>\S.*?) +(?P<points>[+-]\d+\.\d) \[[^]]+\] +\d+ of \d+ ", re.M)
AT_ONE = re.compile(
    r"^ *(?P<rate>0\.\d+) +(?P<group>low-resource|high-resource) +(?P<ours>\d+\.\d) % +"
    r"(?P<theirs>\d+\.\d) % +(?P<points>[+-]\d+\.\d) \[",
    re.M,
)


BEST = re.compile(
    r"^(?P<b>[a-z]+ ticket) +(?:better|worse|no clear difference) +(?P<points>[+−]\d+\.\d) "
    r"\[[^]]+\] +(?P<share>[\d.]+) %  (?P<group>low-resource|high-resource)$",
    re.M,
)


AGAIN = re.compile(
    r"^(?P<task>\S.*?) +(?P<k>\d+|all) +(?P<group>" + "|".join(GROUP) + r") +\d+\.\d % +"
    r"(?P<points>[+-]\d+\.\d) \[",
    re.M,
)


@pytest.fixture(scope="module")
def difference():
    """points(a, b, group, where): the mean over draws and languages of a column's difference.

    where: None for the main table, else a rate, a sweep's name, the size of a ticket, or the name
    and the number of examples.
    """
    tables = {}
    for name in (
        "main",
        "same_rate",
        "ticket_layers",
        "curve",
        "curve_rate",
        "first_light",
        "in_language",
        *filter(None, SWEEP.values()),
    ):
        for row in rows_of(name):
            where, method = name, row["method"]
            if name == "main":
                where = None
            elif name.startswith("curve"):
                where = name, row["k"]
            elif name == "same_rate":
                where = f"{rate(row):g}"
            elif name == "ticket_layers":
                where = f"{100 * row['density_encoder']:.0f}"
                method = row["ticket"] or method
            tables.setdefault(where, {})[method, row["seed"], row["language"]] = row["accuracy"]
    main = tables[None]
    for code in {code for _, _, code in main}:  # who always names the largest class
        labels = tasks.emoji().test(code)["label"]
        share = max(map(labels.count, set(labels))) / len(labels)
        main |= {(FIXED, seed, code): share for seed in range(5)}

    def points(a: str, b: str, group: str, where: str | None) -> float:
        table = tables[where]
        seeds = sorted({s for m, s, _ in table if m == a} & {s for m, s, _ in table if m == b})
        codes = results.languages_in_group(group, {code for _, _, code in table})
        return 100 * mean(table[a, s, c] - table[b, s, c] for s in seeds for c in codes)

    return points


@pytest.fixture(scope="module")
def at_best():
    """points(b, group, percent): LTP minus b in sgd_ticket, each at the rate of its best mean."""
    means: dict = {}
    for row in results.read(data_dir() / "results" / "sgd_ticket.parquet"):
        key = row["method"], round(100 * row["density_encoder"], 1), rate(row)
        means.setdefault(key, {})[row["seed"], row["language"]] = row["accuracy"]

    def points(b: str, group: str, percent: float) -> float:
        def best(method):
            return max(
                mean(of[s, c] for s, c in of if c in results.GROUPS[group])
                for (m, share, _), of in means.items()
                if (m, share) == (method, percent)
            )

        return 100 * (best("ltp") - best(b))

    return points


def test_each_ticket_at_its_best_has_its_number(at_best):
    found = [m for text in printed("real") for m in BEST.finditer(text)]
    assert len(found) == 8
    for m in found:
        again = at_best(METHOD[m["b"].strip()], GROUP[m["group"]], float(m["share"]))
        assert float(m["points"].replace("−", "-")) == pytest.approx(again, abs=0.051), m[0]


def test_each_answer_of_the_claim_map_has_its_number(difference, at_best):
    answers = [m for text in evidence() for m in ANSWER.finditer(text)]
    assert len(answers) > 100
    for m in answers:
        if m["share"]:
            found = at_best(METHOD[m["b"]], SPOKEN[m["group"]], float(m["share"]))
        else:
            where = m["rate"] or SWEEP.get(m["task"]) or m["size"]
            where = where or (m["first"] and "first_light") or (m["own"] and "in_language")
            if m["k"]:
                where = "curve_rate" if m["one"] else "curve", int(m["k"].replace("all", "0"))
            of = METHOD | {FIXED: FIXED} | (LAYERS if m["size"] else {})
            found = difference(of[m["a"]], of[m["b"]], SPOKEN[m["group"]], where)
        assert float(m["points"]) == pytest.approx(found, abs=0.051), m[0]
        if m["mark"] == "yes":
            assert float(m["low"]) > (-2.05 if m["than"] == "no worse than" else 0), m[0]
        assert m["mark"] != "no" or float(m["high"]) < 0, m[0]


def evidence() -> list[str]:
    """What stands under each claim, the question on top as it is measured."""
    texts = [text for text in printed("claims") if re.search(r"^Claim \d: ", text, re.M)]
    told = []
    for text in texts:
        for plain, measured in PLAIN.items():
            text = text.replace(plain, f"{measured}, in low-resource languages?")
        told.append(text)
    assert len(told) == 9 and all("in low-resource" in text for text in told)
    return told


def test_the_gain_of_claim_seven_is_a_difference_of_two_that_are_printed(difference):
    (said,) = {  # printed twice: in the map and under its claim
        m[1]
        for text in printed("claims")
        for m in re.finditer(r"^Does the ticket add more .+\? +no +([+-]\d+\.\d) \[", text, re.M)
    }
    low, high = (difference("ltp", "prompt_only", group, None) for group in ("low", "high"))
    assert float(said) == pytest.approx(low - high, abs=0.051)


def test_the_page_obeys_its_own_rule():
    """Yes or no where the printed p is below .05; no undecided beside an interval without its p."""
    lines = [m.groups() for text in printed("claims") for m in LINE.finditer(text)]
    assert len(lines) > 110
    for answer, low, high, p in lines:
        assert (answer != "undecided") == (float(p) < 0.05), (answer, low, high, p)
        if answer == "no":
            assert float(high) < 0
        if answer == "yes":
            assert float(low) > -2.05
    assert not re.search(r"HOLDS|holds in part", "\n".join(printed("claims")))


def test_each_clear_win_or_loss_of_a_ticket_has_its_number():
    """Recomputed from the column `accuracy`: a ticket minus the random one of its size."""
    found = [m for text in printed("claims") for m in TRIED.finditer(text)]
    assert {m["found"] for m in found if float(m["points"]) > 0} == {"found by SGD"}
    assert len(found) >= 7
    for m in found:
        ticket = FOUND[m["found"]]
        name = "ticket_layers" if ticket == "middle" else "tickets"
        rows = [r for r in rows_of(name) if r["language"] in results.GROUPS[GROUP[m["group"]]]]
        rows = [r for r in rows if round(100 * r["density_encoder"], 1) == float(m["share"])]
        ours = [r for r in rows if r["method"] == "ltp" and r["ticket"] == ticket]
        layers = {str(json.loads(r["spec"]).get("ticket", {}).get("layers")) for r in ours}
        theirs = [
            r
            for r in rows
            if r["method"] == "random_ticket"
            and {str(json.loads(r["spec"]).get("ticket", {}).get("layers"))} == layers
        ]
        again = 100 * (mean(r["accuracy"] for r in ours) - mean(r["accuracy"] for r in theirs))
        assert float(m["points"]) == pytest.approx(again, abs=0.051), m[0]


def test_each_claim_counts_the_side_questions_below_it():
    for text in evidence():
        head = re.search(
            r"^Claim \d: the question, then (\d+) side questions: (.+?)\.?$", text, re.M
        )
        told = re.findall(r"\? +(yes|no|undecided|not asked yet) {2,}", text)
        assert len(told) == 1 + int(head[1])
        said = {kind: int(n) for n, kind in re.findall(r"(\d+) ([a-z ]+)", head[2])}
        assert said == dict(Counter(told[1:]))


@pytest.mark.parametrize(("group", "rivals"), [("low-resource", 17), ("high-resource", 21)])
def test_each_rival_in_a_fair_comparison_has_its_number(difference, group, rivals):
    caption = f"LTP minus each rival, {group} languages"
    (text,) = (text for text in printed("fair") if text.startswith(caption))
    found = list(RIVAL.finditer(text))
    assert len(found) == rivals
    for m in found:
        again = difference("ltp", METHOD[m["b"]], GROUP[group], None)
        assert float(m["points"]) == pytest.approx(again, abs=0.051), m[0]


def test_each_rate_that_a_fair_comparison_gives_to_both_has_its_number(difference):
    found = [m for text in printed("fair") for m in AT_ONE.finditer(text)]
    assert len(found) == 6
    for m in found:
        again = difference("ltp", "random_ticket", GROUP[m["group"]], m["rate"])
        assert float(m["points"]) == pytest.approx(again, abs=0.051), m[0]
        assert float(m["ours"]) - float(m["theirs"]) == pytest.approx(again, abs=0.11), m[0]


def test_each_comparison_at_one_rate_has_its_number(difference):
    found = [m for text in printed("fair") for m in AGAIN.finditer(text)]
    rates = {
        rate(row)
        for name in ("curve_rate", "nli_256_rate")
        for row in rows_of(name)
        if row["method"] == "ltp"
    }
    assert len(found) == 6 and rates == {0.0006}, "the caption names the rate"
    for m in found:
        k = int(m["k"].replace("all", "0"))
        where = {"emoji": ("curve_rate", k), "held-out subgroups": "second_split_rate"}.get(
            m["task"], "nli_256_rate"
        )
        again = difference("ltp", "random_ticket", GROUP[m["group"]], where)
        assert float(m["points"]) == pytest.approx(again, abs=0.051), m[0]


def test_the_table_over_examples_has_its_numbers(difference):
    """Sixteen examples come from the main table: its languages and draws that the curve has."""
    text = next(text for text in printed("fair") if text.startswith("LTP minus each, by English"))
    _, head, *lines = text.splitlines()
    sizes = [int(k.replace("all", "0")) for k in head.split()[-5:]]
    curve, main = (rows_of(name) for name in ("curve", "main"))
    known = {(row["language"], row["seed"]) for row in curve}
    both = curve + [row for row in main if (row["language"], row["seed"]) in known]
    assert len(lines) == 8
    for line in lines:
        group = next(words for words in ("low-resource", "high-resource") if words in line)
        rival = METHOD[line.partition(group)[0].strip()]
        for k, points in zip(sizes, re.findall(r"[+-]\d+\.\d", line), strict=True):
            codes = results.languages_in_group(GROUP[group], {code for code, _ in known})
            ours, theirs = (
                mean(
                    row["accuracy"]
                    for row in both
                    if row["k"] == k and row["method"] == method and row["language"] in codes
                )
                for method in ("ltp", rival)
            )
            assert float(points) == pytest.approx(100 * (ours - theirs), abs=0.051), line


def test_languages_with_tickets_of_their_own_have_their_numbers():
    line = re.compile(r"^(\w+) +with (\d+\.\d), without (\d+\.\d): ([+-]\d+\.\d) points", re.M)
    found = [m for text in printed("fair") for m in line.finditer(text)]
    rows = rows_of("language_tickets")
    assert [m[1] for m in found] == [LANGUAGES[code].name for code in ("en", "sw", "qu")]
    for m, code in zip(found, ("en", "sw", "qu"), strict=True):
        with_, without = (
            100
            * mean(
                row["accuracy"]
                for row in rows
                if row["language"] == code and row["method"] == method
            )
            for method in ("lt_sft_language", "lt_sft")
        )
        assert [float(m[n]) for n in (2, 3, 4)] == pytest.approx(
            [with_, without, with_ - without], abs=0.051
        )


def test_what_is_said_of_the_rates_is_so():
    """ "At the lowest rate LTP is a little worse, and at the middle one level ..." """
    found = needed("same_rate")
    lowest, middle, highest = (c.verdict for c in at_rates(found).values())
    assert (lowest, middle, highest) == ("worse", "no clear difference", "no clear difference")
    english = [row for row in found.of("random_ticket") if row["language"] == "en"]
    assert rate(min(english, key=lambda row: row["accuracy"])) == max(map(rate, english))
    means = {
        eta: mean(row["accuracy"] for row in found.of("ltp") if rate(row) == eta)
        for eta in map(rate, found.rows)
    }
    assert max(means, key=means.get) != max(means), "LTP's own rate was its best after all"


@pytest.mark.slow
def test_what_is_said_of_sgds_small_tickets_is_so():
    """Is the ticket real?, section 7: ahead at small rates, and hardly when each has its own."""
    found = needed("sgd_ticket")
    for group in ("low", "high"):
        at = levels(found, group)
        for density in (0.005, 0.02):
            ours, theirs = at[density, "ltp"], at[density, "random_ticket"]
            small = sorted(ours)[:2]
            assert all(ours[eta].mean - theirs[eta].mean > 0.08 for eta in small)
            best, of_chance = (max(of, key=lambda eta: of[eta].mean) for of in (ours, theirs))
            assert best == small[1] and 2.9 < of_chance / best < 10.1
            assert abs(ours[best].mean - theirs[of_chance].mean) < 0.04
    fifth = [
        r["accuracy"]
        for r in needed("tickets").of("ltp")
        if r["ticket"] == "en" and round(r["density_encoder"], 3) == 0.2 and r["language"] in LOW
    ]
    assert 0 < mean(fifth) - levels(found)[0.005, "ltp"][0.002].mean < 0.02
    for group in ("low", "high"):
        told = regimes(needed("tickets"), group)
        better = [regime for regime, c in told.items() if c.verdict == "better"]
        assert better == [("en-sgd", 0.005), ("en-sgd", 0.02)]
        assert all(told[regime].difference.mean > 0.09 for regime in better)


def test_what_a_few_examples_answers_is_what_it_prints():
    """What stands in words below them, line by line."""
    answers = next(text for text in printed("few_examples") if "What a human's work buys" in text)
    assert re.findall(r"\] +\d+ +(better|worse|no clear difference)$", answers, re.M) == [
        *("better", "no clear difference", "better"),  # all weights, a random ticket, LTP
        *("better", "better"),
    ]
