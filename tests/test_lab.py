"""The lab: any button in any order, exact runs whoever interrupts them, errors in one sentence."""

import json
import re
import subprocess
import sys
import threading
import xml.etree.ElementTree as ET

import ipywidgets
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from jupyter_client.manager import start_new_kernel
from test_teaching import CARD, contrast

import book
from ltp_core.layers import eligible
from ltp_core.tasks.task import Task
from ltp_core.teaching import lab_run, lab_view
from ltp_core.teaching.lab import MOST_RUNS, Lab
from ltp_core.teaching.lab_bench import Bench, Choice
from ltp_core.teaching.lab_controls import DENSITIES
from ltp_core.teaching.lab_run import Run
from ltp_core.toy import toy_backbone
from ltp_core.train import train

TEXTS = {"food": "rice bread soup tea", "animals": "cat dog bird child"}


def rows(language):
    """Eight words; each is a row of every split, in every language alike."""
    return [
        {"id": word, "text": word, "label": label, "language": language, "split": split}
        for label, words in TEXTS.items() for word in words.split() for split in ("train", "test")
    ]  # fmt: skip


TASK = Task("toy", tuple(TEXTS), tuple(TEXTS), ("en", "sw", "qu"), rows)
LM = toy_backbone()
DELTAS = {
    name: torch.rand(p.shape, generator=torch.Generator().manual_seed(0))
    for name, p in eligible(LM.model).items()
}
SIZES = dict(k=2, epochs=3, batch_size=2, every=1)  # six steps


@pytest.fixture
def lab():
    it = Lab(LM, TASK, DELTAS, languages=("en", "qu"), **SIZES)
    yield it
    put_away(it)


def put_away(lab):
    threads = [t for t in threading.enumerate() if isinstance(t, Run)]
    lab.reset()
    for thread in threads:
        thread.give_up()
        thread.join(timeout=20)
        assert not thread.is_alive(), "a run does not end"


def press(lab, name):
    lab.buttons[name].click()


def alone(run):
    """The same run, by `train` in this thread, with nobody looking on."""
    shots = run.bench.shots(run.choice)
    return train(run.bench.lm, shots, **run.bench.options(run.choice))


def same(a, b):
    a, b = (dict(model.named_parameters()) for model in (a, b))
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def hold(run, at):
    """Stop a run that was not started yet after `at` steps, exactly."""
    hear = run.hear

    def listen(run):
        if len(run.losses) == at and run.state == "running":
            run.stop()
        hear(run)

    run.hear = listen


# --- a run ----------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [
    Choice(density=0, prompt_length=5, languages=("qu",)),
    Choice(density=0.2, prompt_length=0, draw=1),
    Choice(density=0.5, layers=(1, 1), prompt_length=2, rate=3.0, chosen="chance"),
])  # fmt: skip
@pytest.mark.parametrize("stops", [(), (1,), (1, 2, 5)])
def test_a_run_ends_in_the_bits_of_one_that_nobody_touched(choice, stops):
    bench = Bench(LM, TASK, DELTAS, **SIZES)
    before = {name: p.detach().clone() for name, p in LM.model.named_parameters()}
    run = Run(1, choice, bench, hear=lambda run: None)
    if stops:
        hold(run, stops[0])
    run.start()
    for at, following in zip(stops, (*stops, None)[1:], strict=True):
        run.wait()
        assert (run.standing, len(run.losses), run.model) == ("stopped", at, None)
        if following:
            hold(run, following)
        run.go_on()
    run.wait()
    assert (run.standing, len(run.losses)) == ("done", bench.steps) and bench.steps == 6
    expected = alone(run)
    assert run.losses == expected.history and same(run.model, expected)
    assert all(torch.equal(p, before[name]) for name, p in LM.model.named_parameters())
    looks = [[step for step, _, _ in look] for look in run.looks.values()]
    assert looks == [[0, 2, 3, 4, 6]] * len(choice.languages)


def test_stop_in_the_last_step_comes_too_late():
    run = Run(1, Choice(density=0), Bench(LM, TASK, DELTAS, **SIZES), hear=lambda run: None)
    hold(run, 6)
    run.start()
    run.wait()
    assert run.standing == "done"


def test_the_ticket_of_a_choice_lies_where_it_was_chosen():
    bench = Bench(LM, TASK, DELTAS, **SIZES)
    for choice in (Choice(), Choice(layers=(1, 1)), Choice(layers=(0, 0), chosen="chance")):
        ticket = bench.ticket(choice)
        assert len(ticket) == bench.weights(choice) == round(0.2 * ticket.total)
        first, last = choice.layers or (0, 1)
        assert set(ticket.layer_shares()) == set(range(first, last + 1))
    assert bench.ticket(Choice(density=0)) is None and bench.weights(Choice(density=0)) == 0


def test_what_cannot_be_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="layers must run upwards, got 3 to 1; exchange them"):
        Choice(layers=(3, 1))
    for number, languages in ((0, ()), (5, tuple("abcde"))):
        with pytest.raises(ValueError, match=f"1 to 4 languages to look at, got {number}"):
            Choice(languages=languages)
    with pytest.raises(ValueError, match="the model has no weights 'other'; take deltas of this"):
        Bench(LM, TASK, {"other": torch.ones(1)})


# --- buttons --------------------------------------------------------------------------------


def test_train_stop_continue_compare_reset(lab):
    press(lab, "Train")
    lab.wait()
    assert lab.say == "" and "Run 1 is done." in lab.texts["say"].value
    assert same(lab.model, alone(lab.runs[0]))
    lab.controls.choose(density=0.0, languages=("sw",))
    press(lab, "Train")
    lab.wait()
    head, one, two = str(lab).splitlines()
    assert head.split() == ["run", "trained", "numbers", "rate", "draw", "steps", "loss",
                            "English", "Quechua", "Swahili"]  # fmt: skip
    assert "20 % of all layers + prompt of 10" in one and one.endswith("–")
    assert re.search(r"2    prompt of 10 +160 +×1 +0 +6/6 .* –  +–  +\.\d+ \[", two)
    assert same(lab.model, alone(lab.runs[1])) and lab.runs[0].model is None
    press(lab, "Reset")
    assert (lab.runs, lab.model, lab.say) == ([], None, "Press Train.")
    assert lab.controls.choice() == Choice(languages=("en", "qu"))


def test_a_stopped_run_waits_while_another_is_made_and_goes_on_then(lab):
    lab.train()
    lab.stop()
    lab.wait()
    first = lab.runs[0]
    assert first.standing in ("stopped", "done")  # a toy may be quicker than the button
    if first.standing == "stopped":
        assert not lab.buttons["Continue"].disabled and lab.buttons["Stop"].disabled
        assert "Run 1 is stopped; press Continue" in lab.texts["say"].value
    lab.train(draw=1)
    lab.wait()
    press(lab, "Continue")
    lab.wait()
    assert [run.standing for run in lab.runs] == ["done", "done"]
    assert first.losses == alone(first).history


def test_wrong_buttons_are_answered_and_change_nothing(lab):
    for name, answer in (("Stop", "Nothing is training."),
                         ("Continue", "No run is stopped; press Train.")):  # fmt: skip
        press(lab, name)
        assert lab.say == answer and answer in lab.texts["say"].value and lab.runs == []
    lab.train(density=0.03)
    assert lab.say.startswith("Density must be one of 0.0, 0.01, ") and lab.runs == []
    lab.train(colour="red")
    assert lab.say.startswith("There is no 'colour' to choose, only density, ")
    lab.train(density=0.0, prompt_length=0)
    assert lab.say == "Nothing to train: choose a density or a prompt length above 0."
    assert "This cannot be trained: nothing to train" in lab.texts["plan"].value
    lab.train(density=0.2, first_layer=1, last_layer=0)
    assert "Layers must run upwards" in lab.say and lab.runs == []


def test_a_second_train_is_refused_while_one_runs(lab):
    gate = threading.Event()
    hear = lab._hear
    lab._hear = lambda run: (gate.wait(20), hear(run))
    lab.train()
    assert lab.buttons["Train"].disabled and not lab.buttons["Stop"].disabled
    lab.train()
    lab.go_on()
    assert lab.say == "Run 1 is training; stop it first." and len(lab.runs) == 1
    lab.stop()
    assert "Run 1 stops after this step." in lab.texts["say"].value
    assert not lab.buttons["Continue"].disabled
    lab.go_on()  # before it stopped
    gate.set()
    lab.wait()
    assert lab.runs[0].standing == "done"


def test_an_error_is_shown_in_one_sentence_and_loses_nothing(lab, monkeypatch):
    lab.train()
    lab.wait()
    kept, model = list(lab.runs[0].losses), lab.model
    calls, real = [], lab_run.evaluate

    def broken(*args, **options):
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("the disk is full\nand more that nobody wants to read")
        return real(*args, **options)

    monkeypatch.setattr(lab_run, "evaluate", broken)
    lab.train(draw=3)
    lab.wait()
    assert "Run 2 failed: RuntimeError: the disk is full. All runs" in lab.texts["say"].value
    assert len(lab.runs[1].losses) == 3 and lab.runs[0].losses == kept and lab.model is model
    assert lab.controls.choice().draw == 3 and not lab.buttons["Train"].disabled
    lab.train()  # the same again, now that nothing is broken
    lab.wait()
    assert lab.runs[2].losses[:3] == lab.runs[1].losses and lab.runs[2].standing == "done"


def test_an_impossible_ticket_is_an_error_of_its_run(lab):
    still = {name: torch.zeros_like(delta) for name, delta in DELTAS.items()}
    other = Lab(LM, TASK, still, **SIZES)
    other.train()
    other.wait()
    assert re.search(r"Run 1 failed: density 0.2 asks for 890 parameters, but only 0 moved",
                     other.texts["say"].value)  # fmt: skip


def test_a_lab_made_again_stops_the_run_of_the_old_one(lab):
    gate = threading.Event()
    hear = lab._hear
    lab._hear = lambda run: (gate.wait(20), hear(run))
    lab.train()
    again = Lab(LM, TASK, DELTAS, **SIZES)
    again.train(density=0.0)
    again.wait()
    gate.set()
    lab.runs[0].wait()
    assert (again.runs[0].standing, lab.runs[0].standing) == ("done", "stopped")
    lab.go_on()
    lab.wait()
    assert lab.runs[0].losses == alone(lab.runs[0]).history


def test_news_of_a_run_that_was_given_up_is_not_shown(lab):
    lab.train()
    run = lab.runs[0]
    lab.reset()
    run.join(timeout=20)
    assert run.state in ("given up", "done") and lab.runs == [] and lab.say == "Press Train."
    assert "no run yet" in lab.texts["picture"].value


def test_an_interrupt_of_the_kernel_stops_the_run(lab, monkeypatch):
    def interrupted(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Run, "wait", interrupted)
        lab.train()
        lab.wait()
    lab.wait()
    assert lab.runs[0].standing in ("stopped", "done")


def test_a_kernel_may_end_while_a_run_trains():
    code = ("import sys; sys.path[:0] = ['tests', 'tools']; import test_lab as t; "
            "lab = t.Lab(t.LM, t.TASK, t.DELTAS, k=4, epochs=4000); lab.train(); "
            "import time; time.sleep(0.5); assert lab.running; print('ended')")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "ended\n"), done.stderr


IN_KERNEL = """
import json, sys
sys.path[:0] = ["tests", "tools"]
import test_lab as t
lab = t.Lab(t.LM, t.TASK, t.DELTAS, k=4, epochs=4000)
ids = {name: button.model_id for name, button in lab.buttons.items()}
ids |= {name: lab.texts[name].model_id for name in ("say", "picture")}
print(json.dumps(ids))
"""


def test_buttons_work_in_a_kernel_while_it_trains():
    """What a frontend does, by hand: click, and listen to what the widgets become."""
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(book.ROOT))
    try:
        said = []
        hook = lambda msg: said.append(msg["content"].get("text", ""))  # noqa: E731
        client.execute_interactive(IN_KERNEL, output_hook=hook, timeout=120)
        ids = json.loads("".join(said))

        def click(name):
            event = {"method": "custom", "content": {"event": "click"}}
            content = {"comm_id": ids[name], "data": event}
            client.shell_channel.send(client.session.msg("comm_msg", content))

        def becomes(name, words):
            while True:
                content = client.get_iopub_msg(timeout=120)["content"]
                state = content.get("data", {}).get("state", {})
                if content.get("comm_id") == ids[name] and words in state.get("value", ""):
                    return

        click("Train")
        becomes("say", "Run 1 is training.")
        becomes("picture", "<polyline")  # the kernel is idle, the curves grow
        client.execute_interactive("print(1 + 1)", output_hook=hook, timeout=30)
        assert "2\n" in said
        click("Stop")
        becomes("say", "Run 1 is stopped")
        click("Continue")
        becomes("say", "Run 1 is training.")
        click("Reset")
        becomes("say", "Press Train.")
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


class Anything(RuleBasedStateMachine):
    """Every button and menu, in any order, at any moment."""

    known: dict = {}  # choice -> losses of the run that nobody touched

    def __init__(self):
        super().__init__()
        self.lab = Lab(LM, TASK, DELTAS, **SIZES)

    @rule(name=st.sampled_from(["Train", "Stop", "Continue", "Reset"]))
    def button(self, name):
        press(self.lab, name)

    @rule(density=st.sampled_from([0.0, 0.02, 0.5]), length=st.sampled_from([0, 5]),
          first=st.sampled_from([0, 1]))  # fmt: skip
    def choose(self, density, length, first):
        self.lab.controls.choose(density=density, prompt_length=length, first_layer=first)

    @rule()
    def nobody_is_looked_at(self):
        self.lab.controls.menus["languages"].value = ()

    @rule()
    def wait(self):
        self.lab.wait()
        assert self.lab.running is None

    @invariant()
    def sound(self):
        lab = self.lab
        assert len(lab.runs) <= MOST_RUNS
        assert sum(run.busy for run in lab.runs) <= 1
        assert all(len(run.losses) <= 6 and run.state != "failed" for run in lab.runs)
        ET.fromstring(lab.texts["picture"].value)

    def teardown(self):
        try:
            self.lab.wait()
            for run in self.lab.runs:
                if run.choice not in self.known:
                    self.known[run.choice] = alone(run).history
                assert run.losses == self.known[run.choice][: len(run.losses)]
        finally:
            put_away(self.lab)


TestAnything = Anything.TestCase
TestAnything.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)


# --- what is shown --------------------------------------------------------------------------


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
    monkeypatch.setattr("ltp_core.teaching.lab_run.time.monotonic", lambda: run._clock[0] + 4)
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
