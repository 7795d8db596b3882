"""The lab: each button does what it says, and errors are told in one sentence."""

import re
import threading

import torch

from ltp_book.lab import run as lab_run
from ltp_book.lab.choice import Choice
from ltp_book.lab.run import Run
from tests.support.toy_lab import DELTAS, LM, SIZES, TASK, Lab, alone, press, same


def test_train_stop_continue_compare_reset(lab):
    press(lab, "Train")
    lab.wait()
    assert lab.say == "" and "Run 1 is done." in lab.texts["say"].value
    assert same(lab.model, alone(lab.runs[0]))
    lab.controls.choose(density=0.0, languages=("sw",))
    press(lab, "Train")
    lab.wait()
    head, one, two = str(lab).splitlines()
    names = re.split(r"\s{2,}", head.strip())
    asked = [f"{name}, % right" for name in ("English", "Quechua", "Swahili")]
    assert names == ["run", *asked, "loss", "trained", "numbers", "rate", "draw", "steps"]
    assert re.search(r"^1 .* –  +\d+\.\d+  20 % of all layers \+ prompt of 10", one)
    assert re.search(r"^2 +–  +–  +\d+\.\d \[.*\d  prompt of 10 +160 +×1 +0 +6/6$", two)
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
    for name, answer in (
        ("Stop", "Nothing is training."),
        ("Continue", "No run is stopped; press Train."),
    ):
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
    assert re.search(
        r"Run 1 failed: density 0.2 asks for 890 parameters, but 0 moved",
        other.texts["say"].value,
    )


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
