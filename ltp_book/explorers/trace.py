"""Stage 2 as a film: every few steps, how far prompt and weights have moved, and what is right.

Movement is the root mean square of what changed since the start, over the numbers that are trained,

    prompt    √ mean over (P, H) of (v_t − v_0)²        weights    √ mean over K of (θ_t − θ_0)²,

so ten vectors, a ticket and a whole model can be compared. A trace is plain JSON:

    languages, items     the codes, and how many test rows each has
    trained_on           the language of the labelled rows
    runs                 name, trained (how many numbers), loss (of every step), and for each look
                         at: the steps done, prompt, weights (None: none are trained), and
                         right: language -> number of right answers

Looking changes nothing: a recorded run ends in the same bits as one that nobody watched.

Reading order: `record`, `look`. What this file does not do: draw (`step_by_step`).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from ltp_core.measure.evaluate import evaluate
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.on_model import gather
from ltp_core.training.options import Form


def record(
    lm,
    shots,
    test,
    runs: Mapping[str, dict],
    *,
    task,
    every: int = 8,
    predict: Mapping | None = None,
    **options,
) -> dict:
    """Train each run and look at it at the start, every `every` steps, and at the end.

    runs: a name, and what makes this run another than the others, as arguments of `train`.
    options: what they share, arguments of `train` too. predict: arguments of `evaluate`.

    >>> from types import SimpleNamespace
    >>> from ltp_core.model.toy import toy_backbone
    >>> task = SimpleNamespace(words=("food", "animals"))
    >>> rows = {"text": ["bread", "a dog"], "label": [0, 1], "language": ["en", "en"]}
    >>> trace = record(toy_backbone(), rows, rows, {"prompt only": {}}, task=task, every=2,
    ...                prompt_length=4, epochs=3, progress=False)
    >>> trace["items"], trace["runs"][0]["at"], trace["runs"][0]["weights"]
    ({'en': 2}, [0, 2, 3], [None, None, None])
    """
    if every < 1:
        raise ValueError(f"every must be at least 1 step, got {every}")
    spoken = list(test["language"])
    items = {code: spoken.count(code) for code in dict.fromkeys(spoken)}
    trained_on = shots["language"][0] if "language" in getattr(shots, "column_names", shots) else ""
    films = [
        _film(lm, shots, test, name, task, every, predict or {}, options | own)
        for name, own in runs.items()
    ]
    return {
        "format": 1,
        "languages": list(items),
        "items": items,
        "trained_on": trained_on,
        "runs": films,
    }


def _film(lm, shots, test, name, task, every, predict, options) -> dict:
    """One run of `record`."""
    form = Form(**{key: options[key] for key in Form.__annotations__ if key in options})
    shape = {key: options[key] for key in ("seed", "lora") if key in options}
    start = Trained(lm, task.words, options.get("prompt_length", 10), form, **shape)
    film: dict = {
        "name": name,
        "trained": 0,
        "loss": [],
        "at": [],
        "prompt": [],
        "weights": [],
        "right": {},
    }

    def add(step: int, model: Trained) -> None:
        film["at"].append(step)
        for key, value in look(model, start, lm).items():
            film[key].append(value)
        for code, right in evaluate(model, test, **predict).correct.items():
            film["right"].setdefault(code, []).append(int(right.sum()))

    def callback(step: int, info: dict) -> None:
        if (step + 1) % every == 0:
            add(step + 1, info["model"])

    add(0, start)
    model = train(lm, shots, task=task, callback=callback, **options)
    if film["at"][-1] != len(model.history):
        add(len(model.history), model)
    film["weights"][0] = None if film["weights"][-1] is None else 0.0
    film["trained"] = model.trained_parameters
    film["loss"] = [round(loss, 4) for loss in model.history]
    return film


@torch.no_grad()
def look(model: Trained, start: Trained, lm) -> dict[str, float | None]:
    """How far prompt and weights are from the start; None for what is not trained."""
    return {
        "prompt": _rms(_vectors(model) - _vectors(start)),
        "weights": _rms(_weights(model, lm)),
    }


def _vectors(model: Trained) -> torch.Tensor:
    """The numbers of the prompt, of all layers if it is deep."""
    parts = [model.reparametrization(model.prompt), *([] if model.deep is None else [model.deep])]
    return torch.cat([part.detach().flatten().cpu() for part in parts])


def _weights(model: Trained, lm) -> torch.Tensor:
    """θ_t − θ_0 of the weights that are trained; empty if none are, or if they are new (LoRA)."""
    if model.ticket is not None:
        return gather(model.lm, model.ticket) - gather(lm.model, model.ticket)
    if not model.body.full:
        return torch.empty(0)
    before = dict(lm.model.named_parameters())
    moved = [
        (p.detach().cpu() - before[name].detach().cpu()).flatten()
        for name, p in model.body.dense(model.lm).items()
    ]
    return torch.cat(moved)


def _rms(moved: torch.Tensor) -> float | None:
    """Six digits of the root mean square; None of nothing.

    >>> _rms(torch.tensor([3.0, 4.0])), _rms(torch.empty(0))
    (3.53553, None)
    """
    return float(f"{moved.double().square().mean().sqrt():.6g}") if len(moved) else None
