"""Who gains, in a real Chromium: the gaps, verdicts and counts are those of the data."""

import json

import numpy as np
import pytest

from tests.support.explorer_pages import choose, numbers, shown, site, visit

pytestmark = pytest.mark.browser

__all__ = ["shown", "site", "visit"]  # fixtures


def test_methods_are_compared_language_by_language(visit, shown):
    page_ = visit("who_gains")
    data = json.loads(page_.locator('[type="application/json"]').text_content())
    names = [method["name"] for method in data["methods"]]
    for a, b in (("LTP", "prompt only"), ("prompt only", "LTP"), ("LTP", "random ticket")):
        choose(page_, "Method", a)
        choose(page_, "minus", b)
        i, j = names.index(a), names.index(b)
        gaps = np.array(data["gaps"][f"{min(i, j)},{max(i, j)}"])
        gaps = gaps if i < j else -gaps[:, [0, 2, 1]]
        page_.locator("summary").last.evaluate("(s) => s.parentElement.open = true")
        rows = numbers(page_.locator(".all"))
        told = sorted([float(x.replace("−", "-")) for x in row[:3]] for row in rows)
        assert np.allclose(told, sorted(gaps.tolist()), atol=0.0501)
        better = sum(row[3] == "better" for row in rows)
        assert better == int((gaps[:, 1] > 0).sum())
        assert f"better in {better} of 3 languages" in page_.locator(".says").inner_text()
        unclear = page_.locator(".chart g.unclear")
        assert unclear.count() == sum(row[3] == "no clear difference" for row in rows)
        assert page_.locator(".chart g.better, .chart g.worse").count() == 3 - unclear.count()
        for path in page_.locator(".chart g .curve").all():  # every interval can be seen
            assert path.evaluate("(p) => getComputedStyle(p).stroke") != "none"
    choose(page_, "One language, with examples", "German")
    assert page_.locator(".one").inner_text().startswith("German: LTP minus random ticket is")
    page_.locator(".chart g").filter(has_text="Quechua").click()
    assert page_.locator(".one").inner_text().startswith("Quechua: ")


def test_where_verdicts_are_corrected_the_p_value_decides(visit):
    """Three languages and sixty draws: no corrected p is below .05, whatever the intervals say."""
    verdicts = {}
    for name in ("who_gains", "who_gains corrected"):
        page_ = visit(name)
        page_.locator("summary").last.evaluate("(s) => s.parentElement.open = true")
        verdicts[name] = [row[3] for row in numbers(page_.locator(".all"))]
        assert (" (Holm)" in page_.locator(".caution").inner_text()) == name.endswith("corrected")
    assert "better" in verdicts["who_gains"]
    assert set(verdicts["who_gains corrected"]) == {"no clear difference"}
    assert page_.locator(".chart g.unclear").count() == 3
    choose(page_, "Method", "prompt only")
    choose(page_, "minus", "LTP")
    assert "no clear difference in 3." in page_.locator(".says").inner_text()


def test_languages_are_picked_one_by_one(visit):
    page_ = visit("who_gains")
    choose(page_, "Languages", "those you pick")
    boxes = page_.locator(".pick input")
    assert boxes.count() == 3 and all(box.is_checked() for box in boxes.all())
    page_.get_by_role("button", name="None of them").press("Enter")
    assert page_.locator(".says").inner_text() == "Pick a language or more."
    for name in ("Quechua", "German"):
        page_.get_by_role("checkbox", name=name).press("Space")
    assert sorted(page_.locator(".all tbody th").all_text_contents()) == ["German", "Quechua"]
    assert " of 2 languages" in page_.locator(".says").inner_text()
    choose(page_, "Languages", "low-resource")  # the boxes follow the list
    ticked = [box.get_attribute("name") for box in boxes.all() if box.is_checked()]
    assert "pick qu" in ticked and "pick de" not in ticked
    page_.get_by_role("checkbox", name="German").press("Space")
    assert page_.locator('[name="show"]').input_value() == "picked"
    assert len(page_.locator(".all tbody th").all_text_contents()) == len(ticked) + 1


def test_each_row_is_large_enough_for_a_finger(visit):
    bands = visit("who_gains").locator(".chart .band")  # WCAG 2.2, 2.5.8: 24 px
    assert bands.count() == 3
    assert min(bands.nth(n).bounding_box()["height"] for n in range(3)) >= 23.9
