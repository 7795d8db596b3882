"""A training run in a thread of its own, which can be paused between two steps and go on.

A kernel that trains answers nobody: a button pressed meanwhile waits until the cell is done. So a
run trains in a second thread, and the kernel stays free. PyTorch lets go of Python's lock while it
computes, so both get their turn.

A pause is nothing but waiting. After each step `train` calls back, and the callback may wait as
long as it likes: optimizer, prompt and ticket stay where they are. A run that was stopped and went
on therefore ends in the bits of a run that nobody touched; there is no state to save or restore.

    running ──► stopped ──► running ──► done         only the run's own thread changes its state
       └──────► failed, given up

From time to time the run looks at test rows of each language. Looking changes nothing.

Reading order: `lab_bench` (what it is made of), `Run`.

What it does not do: draw or know widgets (`lab.py`); outlive the kernel (`train(checkpoint=...)`
does); guard torch's random generator: a cell that draws numbers while a run trains may draw others.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from contextvars import copy_context

from ltp_core.measure.evaluate import evaluate
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained

from .choice import Bench, Choice


class Cancelled(Exception):
    """Raised inside a run that nobody wants any more."""


class Run(threading.Thread):
    """One training. `hear(run)` is called after every step and whenever the state changes.

    >>> from types import SimpleNamespace
    >>> from ltp_core.model.toy import toy_backbone
    >>> rows = {"text": ["bread", "a dog"], "label": [0, 1], "language": ["en", "en"]}
    >>> task = SimpleNamespace(words=("food", "animals"), few_shot=lambda *a, **b: rows,
    ...                        test=lambda *a, **b: rows)
    >>> bench = Bench(toy_backbone(), task, {}, k=1)
    >>> run = Run(1, Choice(density=0, prompt_length=4), bench, hear=lambda run: None)
    >>> run.start(); run.wait()
    >>> run.state, len(run.losses), [step for step, right, of in run.looks["en"]]
    ('done', 6, [0, 2, 3, 4, 6])
    """

    def __init__(self, number: int, choice: Choice, bench: Bench, hear: Callable[[Run], None]):
        super().__init__(name=f"ltp run {number}", daemon=True)  # it must not keep a kernel alive
        self.number, self.choice, self.bench, self.hear = number, choice, bench, hear
        self.state, self.error, self.model = "running", "", None
        self.losses: list[float] = []
        self.looks: dict[str, list[tuple[int, int, int]]] = {}  # language -> (step, right, of)
        self._go, self._wanted = True, True
        self._turn = threading.Condition()
        self._news = copy_context()  # so that the kernel knows which cell the news belongs to
        self._clock = (time.monotonic(), 0)

    def stop(self) -> None:
        """Wait after the step that is being made."""
        with self._turn:
            self._go = not self._wanted

    def go_on(self) -> None:
        """Go on from there."""
        with self._turn:
            self._go, self._clock = True, (time.monotonic(), len(self.losses))
            self._turn.notify_all()

    def give_up(self) -> None:
        """End at the next step; what was trained is dropped."""
        self._wanted = False
        self.go_on()

    @property
    def standing(self) -> str:
        """The state as it looks from outside: "stopping" once asked, "running" once told to go."""
        with self._turn:
            asked = {("running", False): "stopping", ("stopped", True): "running"}
            return asked.get((self.state, self._go), self.state)

    @property
    def busy(self) -> bool:
        """Is it training?"""
        return self.standing in ("running", "stopping")

    @property
    def seconds_left(self) -> float | None:
        """At the pace since it last started; None before the first step."""
        since, before = self._clock
        done = len(self.losses) - before
        if done < 1:
            return None
        return (time.monotonic() - since) / done * (self.bench.steps - len(self.losses))

    def wait(self) -> None:
        """Return when the run is stopped or has ended. An interrupt of the kernel comes through."""
        with self._turn:
            while not self._turn.wait_for(lambda: not self.busy, timeout=0.2):
                pass

    def run(self) -> None:
        """The thread's work; `start` calls it."""
        self._news.run(self._work)

    def _work(self) -> None:
        atexit.register(self._leave)
        try:
            self._train()
            state = "done"
        except Cancelled:
            state = "given up"
        except Exception as error:  # whatever it is, the reader shall read it
            self.error, state = sentence(error), "failed"
        self._become(state)
        atexit.unregister(self._leave)

    def _leave(self) -> None:
        """The kernel ends. A thread that is cut off within PyTorch would bring down the process."""
        self.give_up()
        self.join(timeout=5)

    def _become(self, state: str) -> None:
        with self._turn:
            self.state = state
            self._turn.notify_all()
        self.hear(self)  # outside the lock: who hears may want to call `stop`

    def _train(self) -> None:
        bench, choice = self.bench, self.choice
        test = bench.task.test(*choice.languages, every=bench.every)
        options, steps = bench.options(choice), bench.steps
        at = {round(i * steps / bench.looks) for i in range(1, bench.looks + 1)}
        start = Trained(bench.lm, bench.task.words, choice.prompt_length, seed=choice.draw)
        self._look(start, test)

        def after(step: int, info: dict) -> None:
            self.losses.append(info["loss"])
            if step + 1 in at:
                self._look(info["model"], test)
            self.hear(self)
            if step + 1 < steps:
                self._maybe_pause()

        self.model = train(bench.lm, bench.shots(choice), callback=after, **options)

    def _look(self, model: Trained, test) -> None:
        training, step, new = model.training, len(self.losses), {}
        for code, right in evaluate(model, test).correct.items():
            new[code] = [*self.looks.get(code, []), (step, int(right.sum()), len(right))]
        self.looks = new  # all at once: another thread may be reading the old one
        model.train(training)  # `evaluate` leaves it in evaluation mode

    def _maybe_pause(self) -> None:
        if not self._go:
            self._become("stopped")
            with self._turn:
                self._turn.wait_for(lambda: self._go)
                self.state = "running"
        if not self._wanted:
            raise Cancelled


def sentence(error: Exception) -> str:
    """What went wrong, in one line.

    >>> sentence(ValueError("the loss is nan at step 3; try a lower learning rate"))
    'the loss is nan at step 3; try a lower learning rate'
    >>> sentence(ZeroDivisionError("division by zero"))
    'ZeroDivisionError: division by zero'
    """
    line = next(iter(str(error).strip().splitlines()), "")
    return line if line and isinstance(error, ValueError) else f"{type(error).__name__}: {line}"
