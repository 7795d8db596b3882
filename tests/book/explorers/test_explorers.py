"""The explorers' HTML is safe, small and always the same, and a sketch tells exact shares.

The numbers of the other data: test_explorers_data. What a browser shows: test_browser_explorers.
"""

import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

import ltp_core as ltp
from ltp_book import explorers
from ltp_book.explorers import page
from ltp_book.explorers.sketch import LEVELS, above, decode, shares, sketch
from ltp_book.verdicts import findings
from ltp_core.data.languages import LANGUAGES
from ltp_core.measure import results
from ltp_core.model.parameters import place, select_tensors
from tests.support.explorers import (
    DARK_CARD,
    a_trace,
    all_three,
    data_of,
    deltas,
    some_sketches,
    sweep,
)
from tests.support.figures import CARD, contrast

# --- the page ---------------------------------------------------------------------------------


def test_the_same_data_give_the_same_bytes_and_ask_no_other_place(quick):
    first, again = all_three(), all_three()
    for name, explorer in first.items():
        assert explorer.html == again[name].html and explorer._repr_html_() == explorer.html
        places = explorer.html.replace("http://www.w3.org/2000/svg", "")
        assert "http" not in places and " id=" not in places and "src=" not in places, name
        assert f"{name}, {len(explorer.html.encode()):,} bytes" in repr(explorer)


def test_without_scripts_a_picture_with_words_stands_there(quick):
    for name, explorer in all_three().items():
        (still,) = BeautifulSoup(explorer.html, "html.parser").find_all("noscript")
        root = ET.fromstring(f"<div>{still.decode_contents()}</div>")
        picture, words = root
        assert picture.tag == "svg" and len(picture) > 5, name
        assert picture.get("aria-label") in words.text and len(picture.get("aria-label")) > 40


def test_no_data_can_leave_their_place():
    evil = "</script><script>alert(1)</script><!--<script>\u2028&amp;"
    trace = a_trace() | {"languages": [evil], "items": {evil: 3}}
    for run in trace["runs"]:
        run |= {"name": evil + run["name"], "right": {evil: [1, 2, 3]}}
    explorer = explorers.training(trace)
    soup = BeautifulSoup(explorer.html, "html.parser")
    assert len(soup.find_all("script")) == 2  # the data and ours
    assert data_of(explorer)["languages"] == {evil: evil}
    assert soup.noscript.find("script") is None and soup.noscript.svg.find("script") is None


def test_what_is_too_large_is_refused_in_one_sentence():
    with pytest.raises(
        ValueError, match=r"'who_gains' has 4\d\d,\d{3} bytes, the bound is 400,000;"
    ):
        page.explorer("who_gains", {"x": "a" * page.LIMIT}, "")
    with pytest.raises(ValueError):  # JSON has no NaN, and a browser reads none
        page.as_json({"x": float("nan")})


def test_the_whole_of_what_the_book_shows_stays_below_the_bound(quick):
    """All languages and test emoji, six methods, five draws; five stages of twelve layers."""
    task = ltp.tasks.emoji()
    codes = list(LANGUAGES)
    items = {
        code: [row["id"] for row in task.test(code)] for code in codes if code in task.languages
    }
    chance = np.random.default_rng(0)
    rows = [
        {
            "method": m,
            "seed": s,
            "language": code,
            "n": len(ids),
            "base": "b",
            "run": f"{m}{s}",
            "trained_parameters": 3840,
            "correct": results.pack(chance.random(len(ids)) < 0.5),
        }
        for m in ("prompt_only", "ltp", "random_ticket", "full", "lora", "bitfit")
        for s in range(5)
        for code, ids in items.items()
    ]
    assert len(items) > 50
    explorers.languages(findings.Stored(rows, items), task)
    stages = [*some_sketches(), sketch(deltas(), languages=["qu"], steps=9, base="b")]
    assert len(explorers.layers(stages, sweep()).html.encode()) < page.LIMIT


def test_every_method_has_a_colour_that_can_be_read_and_a_marker_of_its_own():
    methods = page.look([*findings.NAMES.values(), *(f"new {n}" for n in range(6))])
    for method in methods:
        assert contrast(method["light"], CARD) >= 4.5 and contrast(method["dark"], DARK_CARD) >= 4.5
    assert len({m["marker"] for m in methods}) == len({m["light"] for m in methods}) == len(methods)
    drawn = (page.HERE / "shared.js").read_text()
    assert all(f'{m["marker"]}: "M' in drawn or f'"{m["marker"]}": "M' in drawn for m in methods)


def test_a_method_keeps_its_colour_in_every_lesson_and_a_lesson_its_marker():
    names = [
        f"{method}: {lesson}"
        for method in ("LTP", "prompt only", "full + prompt")
        for lesson in ("16 English", "4 of its own", "16 of its own")
    ]
    drawn = {method["name"]: method for method in page.look(names)}
    assert len({(m["light"], m["marker"]) for m in drawn.values()}) == 9
    assert {drawn[name]["light"] for name in names[:3]} == {page.look(["LTP"])[0]["light"]}
    assert drawn[names[0]]["marker"] == drawn[names[3]]["marker"] != drawn[names[1]]["marker"]


# --- the sketch -------------------------------------------------------------------------------


def exact(moved, density, layers=None, modules=None):
    """The slow reference: sort all that is allowed, take k, and count them cell by cell."""
    allowed = select_tensors(moved, layers, modules)
    entries = sorted(
        (-abs(value), place(name))
        for name, delta in sorted(allowed.items())
        for value in delta.flatten().tolist()
    )
    size, chosen = {}, {}
    for number, (_, cell) in enumerate(entries):
        size[cell] = size.get(cell, 0) + 1
        chosen[cell] = chosen.get(cell, 0) + (number < round(density * len(entries)))
    return {cell: (chosen[cell] / n, n) for cell, n in size.items()}


@pytest.mark.parametrize("kind", ["even", "uneven", "heavy"])
@pytest.mark.parametrize(
    "choice", [{}, {"layers": [3, 4, 5]}, {"modules": ["query", "output.LayerNorm"]}]
)
def test_the_sketch_tells_the_shares_of_the_exact_ticket(kind, choice):
    moved = deltas(kind, layers=6)
    found = json.loads(json.dumps(sketch(moved, languages=["en"], steps=40)))
    for density in (0.005, 0.02, 0.2, 0.5, 0.9):
        told, reference = shares(found, density, **choice), exact(moved, density, **choice)
        assert told.keys() == reference.keys()
        for cell, (share, n) in reference.items():
            assert abs(told[cell] - share) <= max(0.005, 2 / n), (cell, density)
        whole = sum(n for _, n in reference.values())
        assert sum(told[c] * n for c, (_, n) in reference.items()) / whole == pytest.approx(density)


def test_the_reference_is_the_ticket():
    moved = deltas("heavy", layers=2)
    counts = ltp.Ticket.select(moved, 0.2, base="b").counts()
    ticket = {(n, m): k / of for n, row in counts.items() for m, (k, of) in row.items()}
    assert ticket == {cell: share for cell, (share, _) in exact(moved, 0.2).items()}


def test_reading_a_curve_is_interpolation():
    codes = np.array([[60000 - 500 * i for i in range(len(LEVELS))], [7] * 9 + [0] * 105])
    for code in (60000, 31234, 3500, 8):
        assert above(codes, code)[0] == pytest.approx(np.interp(-code, -codes[0], LEVELS))
    assert above(codes, 60001).tolist() == [0, 0]
    assert above(codes, 7)[1] == LEVELS[8] and above(codes, 0).tolist() == [1, 1]


def test_weights_that_did_not_move_come_last():
    moved = {"layer.0.a.weight": torch.ones(500), "layer.1.a.weight": torch.zeros(500)}
    found = sketch(moved, languages=["en"], steps=1)
    assert shares(found, 0.4) == {(0, "a"): pytest.approx(0.8), (1, "a"): 0}
    assert shares(found, 0.7) == {(0, "a"): 1, (1, "a"): pytest.approx(0.4)}


def test_a_wrong_sketch_is_refused_in_one_sentence():
    moved = deltas(layers=1)
    found = sketch(moved, languages=["en"], steps=1)
    with pytest.raises(ValueError, match=r"density must be in \(0, 1\], got 20; did you mean 0.20"):
        shares(found, 20)
    with pytest.raises(ValueError, match="there is no layer 7 here, only 0"):
        shares(found, 0.2, layers=[7])
    with pytest.raises(ValueError, match="of another format; make it again"):
        decode({"steps": 40})
    with pytest.raises(ValueError, match=r"damaged: \d+ bytes of codes for 8 cells"):
        decode(found | {"codes": found["codes"][:-8]})
    with pytest.raises(ValueError, match="no weight moved at all; run stage 1"):
        sketch({"layer.0.a.weight": torch.zeros(4)}, languages=["en"], steps=1)
    for bad in (float("nan"), float("inf")):
        with pytest.raises(
            ValueError, match=r"the delta of layer.0.a.weight holds NaN or infinity"
        ):
            sketch({"layer.0.a.weight": torch.tensor([bad])}, languages=["en"], steps=1)
