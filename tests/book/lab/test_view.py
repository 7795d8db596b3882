"""What the lab shows: the same for the same presses, sound, and readable by everybody."""

import re
import xml.etree.ElementTree as ET

import ipywidgets

from ltp_book.lab import view as lab_view
from ltp_book.lab.choice import Choice
from ltp_book.lab.controls import DENSITIES
from ltp_book.lab.lab import MOST_RUNS
from ltp_book.lab.run import Run
from tests.support.figures import CARD, contrast
from tests.support.toy_lab import DELTAS, LM, SIZES, TASK, Lab, put_away


def test_the_same_presses_leave_the_same_widgets():
    states = []
    for _ in range(2):
        lab = Lab(LM, TASK, DELTAS, languages=("en",), **SIZES)
        lab.train()
        lab.wait()
        shown = [*lab.texts.values(), lab.left, lab.bar]
        states.append([widget.value for widget in shown])
        put_away(lab)
    assert states[0] == states[1]
    assert not re.search(r"\bs left", " ".join(map(str, states[0])))


def test_only_core_widgets_and_every_menu_has_a_name(lab):
    seen, open_ = [], [lab.view]
    while open_:
        widget = open_.pop()
        seen.append(widget)
        open_ += getattr(widget, "children", ())
    assert {type(widget).__module__.partition(".")[0] for widget in seen} == {"ipywidgets"}
    assert not any("slider" in type(widget).__name__.lower() for widget in seen)
    menus = [widget for widget in seen if isinstance(widget, ipywidgets.Dropdown)]
    assert len(menus) == 7 and all(menu.description for menu in menus)
    texts = [widget.value for widget in seen if isinstance(widget, ipywidgets.HTML)]
    assert any(lab_view.NOTE in text for text in texts)


def test_where_there_are_no_widgets_the_table_is_shown(lab):
    bundle = lab._repr_mimebundle_()
    assert bundle["text/plain"] == "a lab, no run yet"
    assert "application/vnd.jupyter.widget-view+json" in bundle


def test_the_picture_is_sound_and_says_what_it_shows(lab):
    for number in range(2):
        lab.train(draw=number)
        lab.wait()
    root = ET.fromstring(lab.texts["picture"].value)
    assert root.get("role") == "img" and "Run 2, 20 % of all layers" in root.get("aria-label")
    lines = [element for element in root.iter() if element.tag == "polyline"]
    assert len(lines) == 2 * 3  # two runs; loss, English, Quechua
    width, height = map(float, root.get("viewBox").split()[2:])
    for line in lines:
        points = [tuple(map(float, point.split(","))) for point in line.get("points").split()]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    assert all(contrast(colour, CARD) >= 4.5 for colour in lab_view.PALETTE)
    assert len(set(lab_view.PALETTE)) == MOST_RUNS


def test_time_left_is_told_while_a_run_trains_and_never_after(lab, monkeypatch):
    run = Run(1, Choice(), lab.bench, hear=lambda run: None)
    assert run.seconds_left is None and lab_view.progress(run) == "step 0 of 6"
    run.losses += [2.0, 1.0]
    monkeypatch.setattr("ltp_book.lab.run.time.monotonic", lambda: run._clock[0] + 4)
    assert run.seconds_left == 8.0
    assert lab_view.progress(run) == "step 2 of 6, loss 1.00, about 8 s left"
    run.state = "done"
    assert lab_view.progress(run) == "step 2 of 6, loss 1.00"


def test_a_full_table_forgets_the_oldest_run(lab):
    lab.controls.choose(density=0.0, prompt_length=1)
    for _ in range(MOST_RUNS + 1):
        lab.train()
        lab.wait()
    assert [run.number for run in lab.runs] == list(range(2, MOST_RUNS + 2))
    assert len({lab_view.colour(run) for run in lab.runs}) == MOST_RUNS
    assert len(DENSITIES) == len(lab.controls.menus["density"].options)
