"""The lab under any buttons in any order: always sound, and every run exact."""

import xml.etree.ElementTree as ET

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ltp_book.lab.lab import MOST_RUNS
from tests.support.toy_lab import DELTAS, LM, SIZES, TASK, Lab, alone, press, put_away


class Anything(RuleBasedStateMachine):
    """Every button and menu, in any order, at any moment."""

    known: dict = {}  # choice -> losses of the run that nobody touched

    def __init__(self):
        super().__init__()
        self.lab = Lab(LM, TASK, DELTAS, **SIZES)

    @rule(name=st.sampled_from(["Train", "Stop", "Continue", "Reset"]))
    def button(self, name):
        press(self.lab, name)

    @rule(
        density=st.sampled_from([0.0, 0.02, 0.5]),
        length=st.sampled_from([0, 5]),
        first=st.sampled_from([0, 1]),
    )
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
