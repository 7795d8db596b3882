"""Numbers in a chapter's prose stand in what its cells print, and nbval holds that to the code."""

import re
from statistics import mean

import pytest

from ltp_core import tasks
from ltp_core.data.languages import LOW
from ltp_core.measure import results
from tests.support.stored import printed, rows_of
from tools.book import chapters as book

ROOT = book.ROOT


def prose(name: str) -> str:
    """The text cells of a chapter, on one line."""
    cells = book.nbrun.read(book.BOOK / f"{name}.ipynb").cells
    return " ".join(" ".join(c.source for c in cells if c.cell_type == "markdown").split())


@pytest.mark.parametrize(
    "chapter, said, shown",
    [
        (
            "crossing",
            "In 48 of 51. The three others are Oromo, Somali and Wolof.",
            r"LTP is not above it in Oromo, Somali, Wolof(?s:.*)\nLTP +48 ",
        ),
        ("crossing", "ρ = 0.82 and 0.79", r"nearness to English .*\+0\.82 \[.*\+0\.79 \["),
        (
            "crossing",
            "Ukrainian, Greek and Vietnamese gain most",
            r"\nUkrainian .*\nGreek .*\nVietnamese ",
        ),
        (
            "choosing",
            "the ticket was 1.7 points behind a random one",
            r"LTP minus random ticket, low-resource languages\n.*\nnot tuned +worse +−1\.7 \[",
        ),
        (
            "real",
            "Of 100 places two long runs share 38; luck alone gives 20",
            r"Tickets of 20 %\n(?:.*\n)*1,600 steps +38 +20 +22\.[01] %",
        ),
        (
            "cheap",
            "stage 1 takes nearly seven times as long as one training",
            r"seconds, an estimate .* 6\.[6-9] times",
        ),
        ("cheap", "needs nearly twice the memory", r"MB in addition to .* 1\.[89] times"),
        ("cheap", "at the peak of a step 0.87", r"peak of memory, MB .* 0\.87 \["),
        ("cheap", "half of what is kept between steps", r"kept between steps, MB .* 0\.50 \["),
        (
            "cheap",
            "LoRA's file is a seventh of the ticket's",
            r"ticket of 20 % .* 19\.0\n(?s:.*)LoRA [(]rank 8[)] .* 2\.7\n",
        ),
        ("cheap", "it keeps a tenth between steps", r"ticket of 20 % .* 85 (?s:.*)LoRA .* 8 "),
        ("cheap", "It reads eight times as many texts", r"texts read .* 8\.\d times"),
        (
            "fair",
            "about 44 % at 0.0006, 40 % at 0.002",
            r"\n *0\.0006 +low-resource +4(3\.[5-9]|4\.[0-4]) %.*"
            r"\n *0\.002 +low-resource +(39\.[5-9]|40\.[0-4]) %",
        ),
        (
            "prompt_start",
            "The sentence at the hole loses more than five",
            r"sentence, at the hole +-5\.[1-9] ",
        ),
        (
            "prompt_start",
            "Each method gains between five and nine points",
            r"prompt only +\+[5-9]\.\d(?s:.*)full [+] prompt +\+[5-9]\.\d(?s:.*)"
            r"LTP +\+[5-9]\.\d(?s:.*)random ticket +\+[5-9]\.\d",
        ),
        (
            "prompt_start",
            "ten random pieces in front cost about five points against no prompt",
            r"full [+] prompt +47\.9 +42\.7 ",
        ),
        (
            "fair",
            "all five draws have one sign",
            r"prompt only( +\+\d+\.\d){5}(?s:.*)untrained template( +\+\d+\.\d){5}",
        ),
        (
            "fair",
            "In high-resource ones *full + prompt* is ten points ahead",
            r"Kinds of names, high-resource:(?s:.{,180})full [+] prompt .*\] +-(9\.[5-9]|10\.)",
        ),
    ],
)
def test_what_is_said_is_printed(chapter, said, shown):
    assert said in prose(chapter)
    assert re.search(shown, "\n\n".join(printed(chapter)))


def test_the_layers_of_choosing_lie_where_it_says():
    text = "\n".join(printed("choosing"))
    told = [
        [float(x) for x in pair]
        for pair in re.findall(
            r"^(?:\w+|12 languages) +[\d,]+ +(\d+\.\d) % \(layer \d+\) +(\d+\.\d) % \(layer",
            text,
            re.M,
        )
    ]
    assert len(told) == 6
    low, high = min(low for low, _ in told), max(high for _, high in told)
    assert f"between {low:.0f} and {high:.0f} %" in prose("choosing")


def test_one_fixed_answer_to_the_names_is_as_good_as_fair_says():
    labels = tasks.load("kinds").test("en")["label"]
    share = max(map(labels.count, set(labels))) / len(labels)
    assert 0.30 < share < 0.36 and "is right for a third of the English names" in prose("fair")


def test_what_is_said_beside_the_best_known_is_so():
    """ "With 16 examples no method here did. With 256 ..." """

    def means(name, group):
        rows = rows_of(name)
        codes = results.languages_in_group(group, {row["language"] for row in rows})
        return {
            m: 100
            * mean(r["accuracy"] for r in rows if r["method"] == m and r["language"] in codes)
            for m in {row["method"] for row in rows}
        }

    assert "46.54 and 38.62. With 16 examples no method here did" in prose("fair")
    assert max(means("nli", "high").values()) < 46.54
    assert max(means("nli", "other").values()) < 38.62
    xnli, americas = (means("nli_256_rate", group) for group in ("high", "other"))
    assert {m for m in xnli if xnli[m] > 46.54} == {"ltp", "random_ticket", "full"}
    assert xnli["random_ticket"] > xnli["ltp"] > xnli["full"]
    assert {m for m in americas if americas[m] > 38.62} == {"random_ticket"}
    at_its_own = means("nli_256", "high")["ltp"]
    assert at_its_own < 33.4 < xnli["ltp"]


def test_what_is_said_of_more_examples_is_so():
    """ "From four examples on ... With 64 ... of ten points more than eight were the rate" """

    def means(rows, k):
        return {
            m: 100
            * mean(
                r["accuracy"]
                for r in rows
                if (r["method"], r["k"]) == (m, k) and r["language"] in LOW
            )
            for m in {row["method"] for row in rows if row["k"] == k}
        }

    curve = rows_of("curve")
    assert means(curve, 4)["ltp"] > means(curve, 4)["prompt_only"]
    one, all_ = means(curve, 1), means(curve, 0)
    assert one["ltp"] < min(one["full"], one["head"])
    for k in (64, 0):
        of = means(curve, k)
        assert {m for m in of if of[m] > of["ltp"]} == {"full", "head", "random_ticket"}
    behind = all_["random_ticket"] - all_["ltp"]
    again = means(rows_of("curve_rate"), 0)["ltp"] - all_["ltp"]
    assert behind == pytest.approx(10, abs=0.6) and 7.5 < again < 9.5
    assert "of ten points more than eight were the rate" in prose("fair")


def test_the_readme_counts_the_methods_of_the_main_table():
    methods = {row["method"] for row in rows_of("main")}
    assert f"All {len(methods)} methods" in " ".join((ROOT / "README.md").read_text().split())
