"""The figures of the chapter on soft prompts: titles say what a few slow lines find."""

from pathlib import Path

import matplotlib
import numpy as np
import pytest
import torch

from ltp_book.figures import prompt as draw
from ltp_book.verdicts import findings
from ltp_core import tasks
from ltp_core.measure import results
from ltp_core.measure.evaluate import Table
from tests.support.figures import CARD, a_sweep, contrast, draw_whole
from tools.book import run as nbrun

CHAPTER = Path(__file__).resolve().parents[3] / "book" / "soft_prompt.ipynb"
FLOOR = {"low": 0.2, "high": 0.2, "en": 0.2}


@pytest.fixture(autouse=True)
def no_window():
    matplotlib.use("agg")


def title(figure) -> str:
    return figure.get_suptitle() or figure.axes[0].get_title("left")


def answers_of(share: float, codes=("en", "sw", "qu"), n=60, seed=0) -> Table:
    chance = np.random.default_rng(seed)
    return Table.of({code: chance.random(n) < share for code in codes})


def all_figures() -> dict:
    tables = {name: answers_of(0.5, seed=n) for n, name in enumerate(("none", "random", "trained"))}
    columns = {
        "English": ["<s>", "▁tru", "m", "pet", "<mask>", "</s>"],
        "Quechua": ["<s>", "▁trompe", "ta", "<mask>", "</s>"],
    }
    return {
        "entering": draw.entering(columns, 10),
        "chances": draw.chances(torch.eye(4), list("abcd"), list("wxyz"), [0, 1, 2, 0]),
        "pull": draw.pull([0.1] * 20, [f"piece {n}" for n in range(20)], [True, False] * 10),
        "drift": draw.drift([0.9] * 10, [0.3] * 10, [0.2, 0.25]),
        "answers": draw.answers(tables, dict.fromkeys(("en", "sw", "qu"), 0.2)),
        "shortfall": draw.shortfall(a_sweep({"prompt_only": 0.3, "full": 0.7}), FLOOR),
        "absent": draw.shortfall(findings.Stored([], {}), FLOOR),
    }


def test_every_figure_fits_a_telephone_and_can_be_read():
    for name, figure in all_figures().items():
        assert figure.get_figwidth() == 4.8, name
        assert not matplotlib.pyplot.get_fignums(), f"{name} is left open and would appear twice"
        draw_whole(figure)
        assert title(figure) or name == "absent"
        assert not any(axes.get_legend() for axes in figure.axes), name
        assert matplotlib.colors.to_hex(figure.get_facecolor()) == CARD
    for colour, _ in draw.LOOKS:
        assert contrast(colour, CARD) >= 4.5
    for ground in (draw.FRAME, draw.FREE, draw.TEXT):
        assert contrast(draw.INK, ground) >= 4.5
    assert contrast("#ffffff", draw.BLUE) >= 4.5


def test_the_prompt_stands_after_the_first_piece_in_every_column():
    columns = {"a": ["<s>", "x", "<mask>", "</s>"], "b": ["<s>", "y", "z", "<mask>", "</s>"]}
    axes = draw.entering(columns, 2).axes[0]
    shown = [text.get_text() for text in axes.texts]
    assert shown == [
        "<s>",
        "v1",
        "v2",
        "x",
        "<mask>",
        "</s>",
        "<s>",
        "v1",
        "v2",
        "y",
        "z",
        "<mask>",
        "</s>",
    ]
    grounds = [matplotlib.colors.to_hex(patch.get_facecolor()) for patch in axes.patches]
    assert [shown[n] for n, ground in enumerate(grounds) if ground == draw.FREE] == ["v1", "v2"] * 2
    assert [shown[n] for n, ground in enumerate(grounds) if ground == draw.BLUE] == ["<mask>"] * 2
    assert axes.get_title("left") == "2 of 7 places are free vectors"


def test_right_answers_are_framed():
    scores = torch.tensor([[0.0, 2.0, 1.0], [3.0, 0.0, 0.0], [0.0, 0.0, 1.0]])  # says 1, 0, 2
    axes = draw.chances(scores, list("abc"), list("xyz"), right=[1, 0, 0]).axes[0]
    assert axes.get_title("left") == "The right word leads in 2 of 3 texts"
    corners = [frame.get_xy() for frame in axes.patches]
    assert corners == [(-0.5, 0.5), (0.5, -0.5), (1.5, -0.5)]
    assert axes.texts[1].get_text() == f"{scores[1].softmax(dim=0)[0]:.2f}"


def test_a_place_without_a_gradient_is_not_called_reached():
    names, free = ["<s>", "v1", "▁ship"], [False, True, False]
    assert title(draw.pull([0.0, 0.2, 0.1], names, free)) == (
        "The gradient reaches 2 of 3 places;\n1 of them may move"
    )


def test_the_verdict_by_language_is_on_the_last_model_minus_the_first():
    none, worse = answers_of(0.5), answers_of(0.1)
    better = Table.of(none.correct | {"en": np.ones(60)})
    same = {"en": 0.1, "sw": 0.2, "qu": 0.3}
    figure = draw.answers({"none": none, "worse": worse, "trained": better}, same)
    assert title(figure) == "The trained is better than none\nin 1 of 3 languages, worse in 0"
    dashed = [line for line in figure.axes[0].lines if line.get_linestyle() == "--"]
    assert [line.get_xdata()[0] for line in dashed] == [10, 20, 30]
    unclear = "no clear\ndifference"
    assert said(figure) == ["English:\nbetter", f"Swahili:\n{unclear}", f"Quechua:\n{unclear}"]
    figure = draw.answers({"none": none, "worse": worse}, same)
    assert title(figure).endswith("in 0 of 3 languages, worse in 3")
    assert all(label.endswith(":\nworse") for label in said(figure))


def said(figure) -> list[str]:
    """What stands at the rows."""
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def test_the_shortfall_is_the_difference_in_each_group():
    found = a_sweep({"prompt_only": 0.4, "full": 0.7})
    first, second = title(draw.shortfall(found, FLOOR)).splitlines()
    assert first == "A prompt alone is worse in 3 of 3 groups,"
    said = second.removeprefix("in points: ").replace("−", "-")
    told = [float(number) for number in said.split(", ")]
    for number, group in zip(told, FLOOR, strict=True):
        alone, all_ = (
            np.mean(
                [
                    np.unpackbits(np.frombuffer(row["correct"], np.uint8))[: row["n"]].mean()
                    for row in found.of(method)
                    if row["language"] in results.GROUPS[group]
                ]
            )
            for method in ("prompt_only", "full")
        )
        assert number == pytest.approx(100 * (alone - all_), abs=0.051)
    same = title(draw.shortfall(a_sweep({"prompt_only": 0.7, "full": 0.7}), FLOOR))
    assert same == "A prompt alone is worse in 0 of 3 groups,\nin points: +0.0, +0.0, +0.0"


def test_what_the_chapter_says_first_is_what_was_found():
    says = " ".join(nbrun.read(CHAPTER).cells[0].source.split())
    found = findings.stored("first_light")
    verdicts = [findings.verdict(found, "prompt_only", "full", group) for group in results.GROUPS]
    far = "a prompt alone falls far short of training all weights**, in every group"
    assert (far in says) == all(verdict.endswith("worse") for verdict in verdicts)

    alone = results.summary(found.of("prompt_only"), found.items)["prompt_only"]["low"]
    task = tasks.emoji()
    people = task.labels.index("people")
    shares = [
        np.mean(np.array(task.test(code)["label"]) == people) for code in results.GROUPS["low"]
    ]
    floor = "there is no clear difference from always giving the same answer"
    assert (floor in says) == (alone.low <= np.mean(shares) <= alone.high)
