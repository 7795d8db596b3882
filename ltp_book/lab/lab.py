"""A lab: choose what to train, press Train, watch, stop, go on, compare.

    lab = Lab(lm, task, deltas)     # deltas: where stage 1 moved the weights
    lab                             # as the last line of a cell: buttons and curves

    lab.train(density=0.02)         # a button may also be pressed from a cell
    lab.wait()                      # until the run is done

One object holds everything; nothing is global. A run trains in its own thread (`lab_run`), so the
kernel answers while it does. Any button may be pressed at any time: what cannot be done is said in
one sentence and changes nothing. Two runs at once would help nobody on two cores, so a run that is
still training in an older lab, of a cell that was run again, is stopped; there it can go on.

Only core widgets are used. Without a kernel the page shows the state that was stored: curves and
table of the runs so far. Where there are no widgets at all, the table stands as text.

Reading order: `Lab.train`, `Lab._refresh`; then `lab_bench`, `lab_run`, `lab_controls`, `lab_view`.
What this file does not do: train, draw, or keep runs beyond the life of the kernel.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from html import escape

import ipywidgets as w

from . import view as lab_view
from .choice import Bench
from .controls import Controls
from .run import Run

MOST_RUNS = 6  # shown at a time: one colour each
PAUSE = 0.4  # seconds between two pictures of a training run


class Lab:
    """Buttons, curves and runs over one model, one task and one stage 1.

    sizes: those of `lab_bench.Bench`: language, k, epochs, batch_size, looks, every.

    >>> import torch
    >>> from ltp_core.model.parameters import eligible
    >>> from ltp_core.tasks import emoji
    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> deltas = {name: torch.ones(p.shape) for name, p in eligible(lm.model).items()}
    >>> lab = Lab(lm, emoji(), deltas, languages=("en", "qu"))
    >>> lab.say
    'Press Train.'
    >>> lab.stop()
    >>> lab.say
    'Nothing is training.'
    """

    def __init__(self, lm, task, deltas, *, languages: tuple[str, ...] = ("en",), **sizes):
        self.bench = Bench(lm, task, deltas, **sizes)
        self.runs: list[Run] = []
        self.say = "Press Train."
        self._made, self._drawn = 0, 0.0
        self._lock = threading.RLock()  # buttons and training runs come from different threads
        self.controls = Controls(self.bench, languages)
        presses = (self.train, self.stop, self.go_on, self.reset)
        self.buttons = {}
        for name, press in zip(("Train", "Stop", "Continue", "Reset"), presses, strict=True):
            self.buttons[name] = w.Button(description=name, layout=w.Layout(width="92px"))
            self.buttons[name].on_click(lambda _, press=press: press())
        for menu in self.controls.menus.values():
            menu.observe(lambda _: self._refresh(), names="value")
        self.texts = {name: w.HTML() for name in ("plan", "say", "picture", "table")}
        self.bar = w.IntProgress(layout=w.Layout(width="140px"))
        self.left = w.HTML()
        self.view = self._laid_out()
        self._refresh()

    # --- the buttons ---

    def train(self, **chosen) -> None:
        """Start a run with what is chosen; `chosen` sets menus first, by name."""

        def start() -> str:
            self._only_if_free()
            self.controls.choose(**chosen)
            run = Run(self._made + 1, self.controls.choice(), self.bench, self._hear)
            stop_elsewhere()
            while len(self.runs) >= MOST_RUNS:
                self.runs.pop(0).give_up()
            self._made += 1
            self.runs.append(run)
            run.start()
            return ""

        self._press(start)

    def stop(self) -> None:
        """Let the run wait after its present step."""

        def halt() -> str:
            if self.running is None:
                return "Nothing is training."
            self.running.stop()
            return ""

        self._press(halt)

    def go_on(self) -> None:
        """Continue the run that was stopped last."""

        def resume() -> str:
            if self.running is not None and self.running.standing == "stopping":
                self.running.go_on()  # it has not stopped yet, and now need not
                return ""
            self._only_if_free()
            stopped = [run for run in self.runs if run.state == "stopped"]
            if not stopped:
                return "No run is stopped; press Train."
            stop_elsewhere()
            stopped[-1].go_on()
            return ""

        self._press(resume)

    def reset(self) -> None:
        """Give up what is training, forget all runs, and set the menus back."""

        def clear() -> str:
            for run in self.runs:
                run.give_up()
            self.runs.clear()
            self._made = 0
            self.controls.reset()
            return "Press Train."

        self._press(clear)

    def wait(self) -> None:
        """Return when nothing is training; interrupt the kernel to stop the run."""
        try:
            while (run := self.running) is not None:
                run.wait()
        except KeyboardInterrupt:
            self.stop()
        self._refresh()

    # --- what runs ---

    @property
    def running(self) -> Run | None:
        """The run that is training, if any."""
        return next((run for run in self.runs if run.busy), None)

    @property
    def model(self):
        """What the last finished run trained, for `evaluate` and `predict`; None before."""
        return next((run.model for run in reversed(self.runs) if run.model is not None), None)

    def _only_if_free(self) -> None:
        if self.running is not None:
            raise ValueError(f"run {self.running.number} is training; stop it first")

    def _press(self, action: Callable[[], str]) -> None:
        """Do it, or say in one sentence why not."""
        with self._lock:
            try:
                self.say = action()
            except ValueError as error:
                self.say = f"{str(error)[:1].upper()}{str(error)[1:]}."
            self._refresh()

    # --- showing ---

    def _hear(self, run: Run) -> None:
        """News from a run, in the run's own thread."""
        with self._lock:
            if run not in self.runs:  # of a lab that was reset
                return
            if run.state == "running" and time.monotonic() - self._drawn < PAUSE:
                return
            if run.state != "running":
                self.say = ""  # what was said while it ran is over
            if run.state == "done":  # one model is kept, not six
                for other in self.runs:
                    other.model = run.model if other is run else None
            self._refresh()

    def _refresh(self) -> None:
        """Bring all that is shown to the present state. Calling it once more changes nothing."""
        with self._lock:
            self._drawn = time.monotonic()
            standing = {run.standing for run in self.runs}
            busy = standing & {"running", "stopping"}
            self.buttons["Train"].disabled = bool(busy)
            self.buttons["Stop"].disabled = "running" not in standing
            may_go_on = "stopping" in standing or ("stopped" in standing and not busy)
            self.buttons["Continue"].disabled = not may_go_on
            last = self.running or (self.runs[-1] if self.runs else None)
            say = self.say or (lab_view.saying(last) if last else "")
            self.texts["plan"].value = f"<p>{escape(self._plan())}</p>"
            self.texts["say"].value = f'<p role="status">{escape(say)}</p>'
            self.texts["picture"].value = lab_view.picture(self.runs)
            self.texts["table"].value = lab_view.html_table(self.runs)
            self.bar.max = self.bench.steps
            self.bar.value = len(last.losses) if last else 0
            self.left.value = f"<p>{escape(lab_view.progress(last))}</p>" if last else ""

    def _plan(self) -> str:
        try:
            return lab_view.plan(self.bench, self.controls.choice())
        except ValueError as error:
            return f"This cannot be trained: {error}."

    def _laid_out(self) -> w.VBox:
        wrap = w.Layout(flex_flow="row wrap", align_items="center")
        style = w.HTML(lab_view.STYLE, layout=w.Layout(display="none"))
        note = w.HTML(f"<p class='ltp-note'>{lab_view.NOTE}</p>")
        return w.VBox(
            [
                style,
                note,
                w.Box(list(self.controls.menus.values()), layout=wrap),
                self.texts["plan"],
                w.Box([*self.buttons.values(), self.bar, self.left], layout=wrap),
                self.texts["say"],
                self.texts["picture"],
                self.texts["table"],
            ]
        ).add_class("ltp-lab")

    def __str__(self) -> str:
        return lab_view.table(self.runs)

    def _repr_mimebundle_(self, **options) -> dict:
        """The widgets; the table as text where there are none."""
        return self.view._repr_mimebundle_(**options) | {"text/plain": str(self)}


def stop_elsewhere() -> None:
    """Stop the runs of other labs, which a cell that was run again may have left behind."""
    for thread in threading.enumerate():
        if isinstance(thread, Run):
            thread.stop()
