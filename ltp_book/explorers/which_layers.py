"""Where are a ticket's places? Sketches of stage 1, and the runs that were made, for an explorer.

The page solves for the threshold itself (see `sketch`), so it can show the ticket of any density,
layers and modules. Accuracy it cannot compute. It shows it where a run trained exactly this ticket,
on this base model, and says "not run" everywhere else; it never reads between two runs. Two stages
1 are the same if they read the same languages for as many steps, in the same way. Cost is
arithmetic:

    file      Σ n · H(share) / 8 bytes of places (entropy) + 4 bytes a value
    memory    24 bytes a ticket weight: value 4, gradient 4, AdamW's moments 8, place 8 (`sparse`);
              12 a weight of full fine-tuning, whose values are the model's: gradient 4, moments 8

Reading order: `layers`, `measured`. What this file does not do: draw (`which_layers.html` does).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import product

import numpy as np

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure.per_language import drawn, interval, settle
from ltp_core.measure.results import GROUPS

from .. import looks
from ..verdicts import findings
from . import pictures
from .page import Explorer, explorer, look
from .sketch import chosen, decode, shares

DENSITIES = [0.5, 0.7, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 25, 28, 30,
             33, 36, 40, 45, 50]  # fmt: skip  # percent
SAME = ("layers", "modules", "sizes", "base", "base_total", "encoder_total")
PLAIN = {"text", "steps", "autocast", "name", "layers", "modules"}  # of a stage 1 as sketched


def layers(
    sketches: Sequence[dict],
    found: findings.Stored | None = None,
    *,
    density: float = 0.20,
    prompt: int = 0,
) -> Explorer:
    """The explorer of the sketches of one base model; `found` are its runs, if there are any.

    Runs on another base model than that of the sketches are left out, and the page says so.
    density: where the slider stands at first. prompt: how many numbers the soft prompt has; 0:
    what the runs say. Languages keep the order of the sketches; their steps go upwards.

    >>> import torch
    >>> from .sketch import sketch
    >>> deltas = {f"layer.{i}.output.dense.weight": torch.rand(20, 9) for i in range(3)}
    >>> layers([sketch(deltas, languages=["en"], steps=40)])
    Explorer(which_layers, ... bytes)
    """
    if not sketches:
        raise ValueError("there is no sketch to show; make one with explorers.sketch(deltas, ...)")
    sketches = _ordered(sketches)
    first = sketches[0]
    for other in sketches:
        decode(other)
        if stray := [key for key in SAME if other[key] != first[key]]:
            raise ValueError(f"the sketches differ in {stray[0]}; show those of one base model")
    kinds = [(tuple(s["languages"]), s["steps"]) for s in sketches]
    if twice := [kind for kind in kinds if kinds.count(kind) > 1]:
        what = f"{twice[0][1]} steps in {'+'.join(twice[0][0])}"
        raise ValueError(f"two sketches are of {what}; show one of them")
    rows = found.rows if found else []
    ours = [row for row in rows if row["base"] == first["base"]]
    runs = measured(found._replace(rows=ours), first) if ours else []
    alone = [row["trained_parameters"] for row in ours if row["method"] == "prompt_only"]
    full = [row["trained_parameters"] for row in ours if row["method"] == "full"]
    asked, stage = {run["density"] for run in runs}, _first(kinds, runs, density)
    data = {key: first[key] for key in ("layers", "sizes", "levels", "base_total", "encoder_total")}
    data |= {
        "modules": [{"name": m, "short": looks.module(m)} for m in first["modules"]],
        "stages": [
            {"words": _words(s["languages"]), "steps": s["steps"], "codes": s["codes"]}
            | {"octaves": s["octaves"], "key": [list(s["languages"]), s["steps"]]}
            for s in sketches
        ],
        "densities": sorted({*DENSITIES, round(100 * density, 4), *asked} - {None}),
        "density": round(100 * density, 4),
        "stage": stage,
        "prompt": prompt or max(alone, default=0),
        "full": max(full, default=first["base_total"]),
        "runs": runs,
        "methods": look(list(dict.fromkeys(run["name"] for run in runs))),
        "elsewhere": len({row["run"] for row in rows}) - len({row["run"] for row in ours}),
        "groups": findings.GROUPS,
    }
    return explorer("which_layers", data, _still(sketches[stage], density))


def _ordered(sketches: Sequence[dict]) -> list[dict]:
    """Languages as they come, each with its steps going upwards."""
    languages = [s["languages"] for s in sketches]
    return sorted(sketches, key=lambda s: (languages.index(s["languages"]), s["steps"]))


def _first(kinds: list[tuple], runs: list[dict], density: float) -> int:
    """The stage to show first: one whose ticket of this density was trained, else the first."""
    trained = [run["stage"] for run in runs if run["density"] == round(100 * density, 4)]
    fits = [i for i, (codes, steps) in enumerate(kinds) if [list(codes), steps] in trained]
    return fits[0] if fits else 0


def measured(found: findings.Stored, sketch: dict) -> list[dict]:
    """What was trained and how well it did, one entry a setting: percent right with interval.

    density, stage, rows and columns say which ticket it was; they are None for methods without.
    `gap` is the difference to the random ticket of the same choice, where both share draws.
    """
    settings: dict[str, tuple[dict, list[dict]]] = {}
    for row in found.rows:
        setting = _setting(row, sketch)
        settings.setdefault(json.dumps(setting), (setting, []))[1].append(row)
    runs = []
    order = list(findings.NAMES.values())
    kinds = sorted(
        settings.values(),
        key=lambda kind: order.index(kind[0]["name"]) if kind[0]["name"] in order else len(order),
    )
    for setting, rows in kinds:
        settle(rows, of=("method",))
        right = {group: _percent(_mean(found, rows, group)) for group in GROUPS}
        right = {group: values for group, values in right.items() if values}
        runs.append(setting | {"draws": len({row["seed"] for row in rows}), "right": right})
    for run, (setting, rows) in zip(runs, kinds, strict=True):
        control = setting | {"name": findings.NAMES["random_ticket"], "stage": None}
        if setting["stage"] and json.dumps(control) in settings:
            both = [rows, settings[json.dumps(control)][1]]
            seeds = set.intersection(*({row["seed"] for row in part} for part in both))
            parts = [[row for row in part if row["seed"] in seeds] for part in both]
            if seeds:
                ours, theirs = (_mean(found, part, "low") for part in parts)
                run["gap"] = _percent(None if ours is None else ours - theirs)
    return runs


def _mean(found: findings.Stored, rows: list[dict], group: str) -> np.ndarray | None:
    """Draws of the mean accuracy over a group, (1 + D,); None if no language of it was tested."""
    spoken = {row["language"] for row in rows}
    among = [code for code in GROUPS[group] if code in spoken]
    return np.nanmean(drawn(rows, found.items, among), axis=1) if among else None


def _percent(draws: np.ndarray | None) -> list[float] | None:
    return None if draws is None else [round(100 * x, 4) for x in interval(draws)]


def _setting(row: dict, sketch: dict) -> dict:
    """Which ticket a row's run trained; the stage is [languages, steps], and what is unusual."""
    spec = json.loads(row["spec"])
    setting = {
        "name": findings.NAMES.get(row["method"], row["method"]),
        "density": None,
        "stage": None,
        "rows": None,
        "columns": None,
    }
    if spec.get("density") is None:
        return setting
    stage = spec.get("ticket") or {}
    cells = chosen(sketch, stage.get("layers"), stage.get("modules"))
    places = list(product(range(len(sketch["layers"])), range(len(sketch["modules"]))))
    setting |= {
        "density": round(100 * spec["density"], 4),
        "rows": sorted({places[i][0] for i in cells}),
        "columns": sorted({places[i][1] for i in cells}),
    }
    # A ticket drawn by chance may have layers too, but it has read no text.
    if row["method"] == "ltp" or {"text", "steps"} & stage.keys():
        setting["stage"] = [stage.get("text", ["en"]), stage.get("steps", 400)]
        others = {key: value for key, value in stage.items() if key not in PLAIN and value}
        setting["stage"] += [others] if others else []  # another optimizer, say: no sketch is of it
    return setting


def _words(codes: Sequence[str]) -> str:
    """What a stage 1 read, in a few words.

    >>> _words(["en", "sw"]), _words(["en", "sw", "qu", "so"])
    ('English + Swahili', '4 languages (en, sw, qu, so)')
    """
    if len(codes) > 3:
        return f"{len(codes)} languages ({', '.join(codes)})"
    return " + ".join(LANGUAGES[code].name if code in LANGUAGES else code for code in codes)


def _still(sketch: dict, density: float) -> str:
    """The map at first sight, for readers without scripts."""
    found = shares(sketch, density)
    columns = [looks.module(m) for m in sketch["modules"]]
    rows = [f"layer {n}" if isinstance(n, int) else n for n in sketch["layers"]]
    grid = [[found.get((n, m)) for m in sketch["modules"]] for n in sketch["layers"]]
    says = (
        f"The share of each layer and module, in percent, that is in the ticket of "
        f"{100 * density:g} %, after {sketch['steps']} steps of {_words(sketch['languages'])}: "
        f"blue where it is more than {100 * density:g}, orange where less."
    )
    return pictures.heat(grid, rows, columns, density, says)
