"""What the tests of the lab share: eight words in three languages, and a toy that learns them."""

import threading

import torch

from ltp_book.lab.lab import Lab
from ltp_book.lab.run import Run
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.train import train
from ltp_core.tasks.task import Task

__all__ = [
    "DELTAS",
    "LM",
    "SIZES",
    "TASK",
    "Lab",
    "alone",
    "hold",
    "press",
    "put_away",
    "same",
]

TEXTS = {"food": "rice bread soup tea", "animals": "cat dog bird child"}


def rows(language):
    """Eight words; each is a row of every split, in every language alike."""
    return [
        {"id": word, "text": word, "label": label, "language": language, "split": split}
        for label, words in TEXTS.items()
        for word in words.split()
        for split in ("train", "test")
    ]


TASK = Task("toy", tuple(TEXTS), tuple(TEXTS), ("en", "sw", "qu"), rows)
LM = toy_backbone()
DELTAS = {
    name: torch.rand(p.shape, generator=torch.Generator().manual_seed(0))
    for name, p in eligible(LM.model).items()
}
SIZES = dict(k=2, epochs=3, batch_size=2, every=1)  # six steps


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
