"""Where a ticket's places are, in a real Chromium: map, sentence, cost are as Python computes."""

import re
from itertools import product

import numpy as np
import pytest

from ltp_book.explorers import page
from ltp_book.explorers.sketch import chosen, shares
from tests.support.explorer_pages import choose, numbers, shown, site, visit
from tests.support.explorers import some_sketches

pytestmark = pytest.mark.browser

__all__ = ["shown", "site", "visit"]  # fixtures


def the_map(sketch, density, rows=range(12), modules=None) -> np.ndarray:
    """What the map must show, (13, 9), computed in Python: cells in percent, and their sums."""
    told = shares(sketch, density, layers=list(rows), modules=modules)
    cells = [told.get(cell, np.nan) for cell in product(sketch["layers"], sketch["modules"])]
    inner = np.reshape(cells, (12, 8))
    sizes = np.where(np.isnan(inner), 0.0, sketch["sizes"])
    with np.errstate(invalid="ignore"):  # a row of which nothing is allowed has no share
        ends, feet = (np.nansum(inner * sizes, axis=a) / sizes.sum(axis=a) for a in (1, 0))
    whole = np.append(feet, density)
    return 100 * np.vstack([np.column_stack([inner, ends]), whole])


def shows(page_, expected: np.ndarray) -> bool:
    """Does the map show these numbers, rounded to the last digit it has?"""
    seen = [[x.replace("–", "nan") for x in row] for row in numbers(page_.locator(".map"))]
    last = np.array([[0.5 * 10.0 ** -len(x.partition(".")[2]) for x in row] for row in seen])
    seen = np.array(seen, float)
    near = np.abs(seen - expected) <= np.minimum(last, 0.05) + 1e-4
    return bool((near | (np.isnan(seen) & np.isnan(expected))).all())


def test_keys_move_the_density_and_every_number_with_it(visit):
    page_ = visit("which_layers")
    stage = some_sketches()[1]  # it opens where a ticket was trained
    slider = page_.get_by_role("slider", name="Density")
    for key, percent in (("", 20), ("ArrowRight", 22), ("Home", 0.5), ("End", 50)):
        slider.focus()
        if key:
            page_.keyboard.press(key)
        assert slider.get_attribute("aria-valuetext") == f"{percent} percent"
        assert page_.locator("output").first.inner_text() == f"{percent} %"
        assert shows(page_, the_map(stage, percent / 100))
        across = [row[-1] for row in numbers(page_.locator(".map"))[:-1]]
        assert {len(share.partition(".")[2]) for share in across} == {2 if percent < 2 else 1}
        says = page_.locator(".says").inner_text()
        most, least = re.search(
            r"Layer (\d+) \(.*? %\) has the largest.* layer (\d+) ", says
        ).groups()
        highest, lowest = max(across, key=float), min(across, key=float)
        assert (across[int(most)], across[int(least)]) == (highest, lowest)
        assert f"({highest} %) has the largest" in says and f"({lowest} %) the smallest" in says
        weights = float(page_.locator(".cost td").first.inner_text().split()[0].replace(",", ""))
        total = sum(map(sum, stage["sizes"]))
        assert abs(weights - percent / 100 * total) <= 1
        assert f"{percent:.1f} % of the encoder" in page_.locator(".cost").inner_text()


def test_layers_modules_and_stage_can_be_chosen_with_keys(visit):
    page_ = visit("which_layers")
    page_.locator("summary").focus()
    page_.keyboard.press("Enter")
    page_.get_by_role("slider", name="From").focus()
    for _ in range(3):
        page_.keyboard.press("ArrowRight")
    page_.get_by_role("slider", name="To").focus()
    page_.keyboard.press("ArrowLeft")
    page_.get_by_role("checkbox", name="intermediate.dense").focus()
    page_.keyboard.press("Space")
    first, second = (some_sketches()[i] for i in (1, 2))
    kept = [m for m in first["modules"] if m != "intermediate.dense"]
    assert shows(page_, the_map(first, 0.2, range(3, 11), kept))
    assert "20 % of the weights you allow" in page_.locator(".says").inner_text()
    choose(page_, "Stage 1 read", "Swahili")
    assert shows(page_, the_map(second, 0.2, range(3, 11), kept))
    page_.get_by_role("button", name="All layers and modules").press("Enter")
    assert shows(page_, the_map(second, 0.2))


def test_steps_go_upwards_and_what_was_not_run_stays_in_the_list_and_says_so(visit):
    page_ = visit("which_layers")
    for words, steps in (
        ("English", ["40 steps", "400 steps"]),
        (
            "12 languages (en, de, hi, zh, sw, am, cy, ha, km, qu, so, zu)",
            ["40 steps (not run)", "400 steps"],
        ),
    ):
        choose(page_, "Stage 1 read", words)
        menu = page_.get_by_role("combobox", name="for", exact=True)
        assert menu.is_enabled() and menu.locator("option").all_inner_texts() == steps
        closed = menu.locator("option:disabled").all_inner_texts()
        assert closed == [words for words in steps if "not run" in words]
        assert page_.locator(".says").inner_text().startswith(f"{words}, 400 steps: the ticket")


def test_the_page_computes_what_python_computes(visit):
    """The two readers of a sketch, in full precision, at any density and choice."""
    page_ = visit("which_layers")
    page_.add_script_tag(content=(page.HERE / "which_layers.js").read_text(encoding="utf-8"))
    stage = some_sketches()[3]
    data = {key: stage[key] for key in ("levels", "layers", "modules")} | {"stages": [stage]}
    solve = (
        "([data, sizes, d]) => { const s = sketches(data); return s.solve(s.stages[0], sizes, d) }"
    )
    for choice in ({}, {"layers": [0]}, {"modules": ["query", "LayerNorm"]}):
        allowed = chosen(stage, **choice)
        sizes = [n if i in allowed else 0 for i, n in enumerate(np.ravel(stage["sizes"]).tolist())]
        for density in (0.001, 0.02, 0.2, 0.77, 1):
            found = page_.evaluate(solve, [data, sizes, density])
            told = [share for share in found["shares"] if share is not None]
            assert told == pytest.approx(list(shares(stage, density, **choice).values()), abs=1e-9)
            assert found["threshold"] > 0


def test_accuracy_is_shown_where_it_was_measured_and_nowhere_else(visit):
    page_ = visit("which_layers")
    says, missing = page_.locator(".says"), page_.locator(".missing")
    assert "Trained (3 draws of the examples): " in says.inner_text()
    assert page_.locator(".accuracy").get_by_text("LTP", exact=True).count() == 3
    choose(page_, "for", "40 steps")
    assert "Not run" in says.inner_text() and "not depend on stage 1" in missing.inner_text()
    assert page_.locator(".accuracy").get_by_text("LTP", exact=True).count() == 0
    assert page_.locator(".accuracy").get_by_text("random ticket").count() == 3
    choose(page_, "Tickets that were trained", "20 %, all layers, English, 400 steps")
    assert "Trained (3 draws" in says.inner_text()
    page_.locator("summary").press("Enter")
    page_.get_by_role("slider", name="From").press("ArrowRight")
    assert "Not run" in says.inner_text()  # another choice of layers is another ticket
    choose(page_, "Tickets that were trained", "20 %, all layers, English, 400 steps")
    assert "Trained (3 draws" in says.inner_text()
    page_.get_by_role("checkbox", name="output.dense", exact=True).press("Space")
    assert "Not run" in says.inner_text()
    page_.get_by_role("button", name="All layers and modules").press("Enter")
    page_.get_by_role("slider", name="Density").press("ArrowLeft")
    assert "Not run" in says.inner_text()
    assert page_.locator(".accuracy").get_by_text("random ticket").count() == 0
    other = visit("which_layers of another model")
    assert (
        "12 stored runs were made on another base model" in other.locator(".missing").inner_text()
    )
    assert "Not run" in other.locator(".says").inner_text()
    assert other.locator(".accuracy text").count() == 0
