"""Train the models of `recipe.toml`, each once: a folder's name holds a digest of what made it.

Reading order: `read`, `trained`.

What it does not do: store them for the page (`movement.py`), or lay them into the site (`lay.py`).
"""

from pathlib import Path
from typing import Any

import tomllib

from ltp_core import tasks
from ltp_core.data.corpora import text
from ltp_core.data.digest import digest
from ltp_core.data.paths import data_dir
from ltp_core.model.backbone import Backbone
from ltp_core.rivals.methods import METHODS
from ltp_core.stage1.find import find_ticket
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.ticket import Ticket

RECIPE = Path(__file__).with_name("recipe.toml")
OURS = ("method", "density", "levels")  # of a model's table; the rest are options of its method


def read(path: Path = RECIPE) -> dict[str, Any]:
    """The recipe as tables."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def mark(recipe: dict[str, Any], name: str) -> str:
    """Eight hex digits of all that decides a trained model: its settings and the base model."""
    own = {key: value for key, value in recipe["models"][name].items() if key != "levels"}
    ticket = recipe["ticket"] if "density" in own else None
    sums = (data_dir() / "backbone" / "SHA256SUMS").read_text()
    return digest([recipe["task"], recipe["train"], ticket, own, sums])[:8]


def trained(lm: Backbone, recipe: dict[str, Any], name: str, folder: Path) -> Trained:
    """The model `name`, from `folder` where it lies there, else trained now and kept there."""
    own = recipe["models"][name]
    there = folder / f"{name}-{mark(recipe, name)}"
    if there.is_dir():
        return Trained.load(there, lm)
    about = recipe["task"]
    task = tasks.load(about["name"])
    options = recipe["train"] | {key: own[key] for key in own if key not in OURS}
    if "density" in own:
        options["ticket"] = ticket(lm, recipe["ticket"], own["density"], folder)
    shots = task.few_shot(about["language"], about["k"], about["seed"])
    model = METHODS[own["method"]](lm, shots, task=task, progress=False, **options)
    model.save(there)
    return model


def ticket(lm: Backbone, settings: dict[str, Any], density: float, folder: Path) -> Ticket:
    """The ticket of a density, found once; a finished stage 1 serves all densities."""
    name = digest([settings, (data_dir() / "backbone" / "SHA256SUMS").read_text()])[:8]
    path = folder / f"ticket-{density:g}-{name}.safetensors"
    if path.exists():
        return Ticket.load(path, lm.model)
    stage1 = {key: value for key, value in settings.items() if key != "text"}
    if settings.get("score", "movement") != "fisher":  # the only score that trains nothing
        stage1["checkpoint"] = folder / f"stage1-{name}"
    found = find_ticket(lm, text(*settings["text"]), density, progress=False, **stage1)
    found.save(path)
    return found
