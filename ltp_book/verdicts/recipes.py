"""A recipe as it was run: the line that starts it, its steps and seconds, what finds its places.

All is read from the stored rows, which hold the settings of their run (`spec`):

    steps      epochs · ⌈examples / rows per step⌉
    seconds    of the whole call of a method, the median of its draws

So the seconds hold what a method does before it knows its places, where it does that itself: LT-SFT
a full training, *task gradient* one gradient of all weights. Stage 1 is not among them, for one
ticket serves all runs. `before` says in words what comes first.

Reading order: `WHAT`, `command`, `steps`, `seconds`, `before`.

What it does not do: count memory or bytes (`costs.py`), or choose (`advice.py`).
"""

from __future__ import annotations

import json
import math
from statistics import median

from ltp_core.rivals.method import rates_key
from ltp_core.rivals.methods import required_inputs
from ltp_core.training.options import Stage2Options

from .findings import Stored

RATES = ("learning_rate", "prompt_rate", "epochs")
# Each recipe in one line, by what stands around the text: a sentence, nothing, vectors.
WHAT = {
    "template_full": "an English sentence around the text; all weights trained",
    "template_ltp": "an English sentence around the text; the winning ticket trained",
    "template_zero": "an English sentence around the text; nothing trained",
    "cloze": "the text alone; all weights trained: plain fine-tuning",
    "head": "the text alone, with a new output layer; all weights trained",
    "ticket_only": "the text alone; the winning ticket trained",
    "full": "ten vectors before the text; all weights trained",
    "codeswitch": "as full + prompt, some words swapped by a dictionary",
    "ltp": "ten vectors before the text; the winning ticket trained",
    "random_ticket": "ten vectors; as many weights, drawn by chance",
    "magnitude_ticket": "ten vectors; as many weights, the largest ones",
    "middle_layers": "ten vectors; as many weights, those of middle layers",
    "gradient_ticket": "ten vectors; as many weights, by the gradient on your examples",
    "lt_sft": "ten vectors; as many weights, those that your examples move most",
    "lora": "ten vectors; small matrices beside the weights",
    "bitfit": "ten vectors; the biases of the encoder",
    "deep_prompt": "vectors in every layer; nothing else trained",
    "prompt_only": "ten vectors before the text; nothing else trained",
}


def command(found: Stored, method: str) -> str:
    """The line of Python that runs a method as these rows were run.

    >>> row = {"method": "full", "trains": "all weights + prompt",
    ...        "spec": '{"train": {"learning_rate": 0.001, "prompt_rate": 0.01, "epochs": 3}}'}
    >>> print(command(Stored([row], {}), "full"))
    METHODS["full"](lm, shots, task=task, learning_rate=0.001, prompt_rate=0.01, epochs=3)
    """
    row = found.of(method)[0]
    given = {"ticket": "ticket"} if "ticket" in required_inputs(method) else {}
    settings = _settings(row)
    vectors = row["trains"].endswith(("prompt", "head"))
    for key in RATES:
        if settings.get(key) and (vectors or key != "prompt_rate"):
            given[key] = f"{settings[key]:g}"
    words = "".join(f", {key}={value}" for key, value in given.items())
    return f'METHODS["{method}"](lm, shots, task=task{words})'


def steps(found: Stored, method: str) -> int:
    """How many steps a training takes, without what comes before it; 0 if nothing is trained.

    >>> row = {"method": "full", "examples": 128, "spec": '{"train": {"epochs": 12}}'}
    >>> steps(Stored([row], {}), "full")
    96
    """
    if rates_key(method) is None:
        return 0
    row = found.of(method)[0]
    settings = vars(Stage2Options()) | _settings(row)
    return settings["epochs"] * math.ceil(row["examples"] / settings["batch_size"])


def seconds(found: Stored, method: str) -> float:
    """The median over the draws of the seconds of a training, each run counted once.

    >>> rows = [{"method": "full", "run": run, "train_seconds": s}
    ...         for run, s in (("a", 1.0), ("a", 1.0), ("b", 2.0), ("c", 4.0))]
    >>> seconds(Stored(rows, {}), "full")
    2.0
    """
    return median({row["run"]: row["train_seconds"] for row in found.of(method)}.values())


def before(found: Stored, method: str) -> str:
    """What a method needs before it knows its places, over all weights of the encoder or more.

    >>> row = {"method": "ltp", "examples": 128, "spec": '{"ticket": {"steps": 400}}'}
    >>> before(Stored([row], {}), "ltp"), before(Stored([], {}), "random_ticket")
    ('stage 1, 400 steps', 'nothing')
    """
    if "ticket" in required_inputs(method):
        settings = json.loads(found.of(method)[0]["spec"])
        return f"stage 1, {settings['ticket']['steps']} steps"
    if method == "lt_sft":
        return f"a full training, {steps(found, method)} steps"
    return "one gradient of all" if method == "gradient_ticket" else "nothing"


def _settings(row: dict) -> dict:
    """The settings of stage 2 that a row's run was given."""
    return json.loads(row["spec"]).get("train", {})
