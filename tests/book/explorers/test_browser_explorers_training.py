"""Training, step by step, in a real Chromium: every step shows what the trace holds."""

import json
import re
from itertools import pairwise

import pytest

from tests.support.explorer_pages import FITS, choose, numbers, shown, site, visit

pytestmark = pytest.mark.browser

__all__ = ["shown", "site", "visit"]  # fixtures


def test_keys_walk_through_the_steps(visit):
    page_ = visit("step_by_step")
    slider, says = page_.get_by_role("slider", name="Step"), page_.locator(".says")
    run = json.loads(page_.locator('[type="application/json"]').text_content())["runs"][1]
    assert slider.get_attribute("aria-valuetext") == "step 16 of 16"  # it opens on whole curves
    slider.press("Home")
    assert slider.get_attribute("aria-valuetext") == "step 0 of 16"
    for key, look in (("ArrowRight", 1), ("Home", 0), ("End", 2)):
        slider.press(key)
        row = numbers(page_.locator(".now"))[1]
        loss = "–" if run["loss"][look] is None else f"{run['loss'][look]:.2f}"
        right = f"{run['right']['qu'][look][0]:.1f}"
        assert row == [loss, f"{run['prompt'][look]:g}", row[2], right, "99"]
        assert float(row[2]) == run["weights"][look]
    page_.get_by_role("button", name="one look back").press("Enter")
    assert says.inner_text().startswith("After step 8, right in ")
    choose(page_, "Accuracy over time in", "English")
    assert f"LTP {round(run['right']['en'][1][0])} %" in says.inner_text()


def test_a_curve_ends_at_the_step_that_is_shown(visit):
    page_ = visit("step_by_step")
    slider, lines = page_.get_by_role("slider", name="Step"), page_.locator(".panels polyline")
    for key, points in (("Home", 1), ("ArrowRight", 2), ("End", 3)):
        slider.press(key)
        seen = [len(line.get_attribute("points").split()) for line in lines.all()]
        assert max(seen) == points


@pytest.mark.parametrize("width", [1200, 360])
def test_the_names_of_real_lines_are_apart_and_as_near_as_can_be(visit, width):
    page_ = visit("step_by_step of the film", width)
    page_.get_by_role("slider", name="Step").press("End")
    seen = page_.evaluate(FITS)
    assert seen["sideways"] <= 0 and seen["wide"] == []
    for panel in page_.locator(".panels svg").all():
        names = panel.locator("text.name").all()
        places = {name.text_content(): float(name.get_attribute("y")) - 4 for name in names}
        order = sorted(places.values())
        assert order[0] >= 0 and order[-1] <= 138 + 0.1 and len(places) in (3, 4)
        assert all(b - a >= 14.9 for a, b in pairwise(order))
        moved = panel.locator("path.mark").all()
        ends = [
            float(re.search(r"translate\(\S+ (\S+)\)", m.get_attribute("transform"))[1])
            for m in moved
        ]
        alone = [y for y in ends if all(abs(y - other) >= 65 for other in ends if other != y)]
        assert all(min(abs(y - place) for place in order) < 1 for y in alone)
    assert "7 other languages" in page_.locator(".says").inner_text()
    assert "trained on English examples" in page_.locator(".hint").first.inner_text()
