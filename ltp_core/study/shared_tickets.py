"""Stage 1 once for many runs: a sweep finds a ticket the first time and reads it afterwards.

A file's name holds a digest of all that made it, so another setting is another file.

Reading order: `shared_ticket`, `shared_language`, `stage1`.

What it does not do: train a task (`sweep.py`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..data import mask_file
from ..data.digest import digest
from ..rivals.lt_sft import Adapted, language
from ..stage1.find import find_ticket
from ..ticket.on_model import gather
from ..ticket.ticket import Ticket
from .spec import Run
from .spec_rules import CHOICE, WHERE, listed

if TYPE_CHECKING:
    from ..model.backbone import Backbone


def shared_ticket(lm: Backbone, run: Run, folder: Path, *, progress: bool = True) -> Ticket:
    """The ticket of a run, found once; other densities and layers reuse its finished stage 1."""
    from ..data.corpora import text

    assert run.density is not None  # a method with a ticket has one
    languages, which, settings = stage1(run)
    name, mark = "-".join(languages), _mark(run, run.ticket)
    path = folder / f"{name}-d{run.density:g}-{mark}.ticket.safetensors"
    if path.exists():
        return Ticket.load(path, lm.model)
    training = {key: value for key, value in settings.items() if key not in CHOICE}
    if any(isinstance(layer, str) for layer in listed(settings.get("layers") or [])):
        # More than the encoder moves in stage 1.
        training |= {key: settings[key] for key in WHERE if key in settings}
    mark = _mark(run, [languages, which, training])
    ticket = find_ticket(
        lm,
        text(*languages, **which),
        run.density,
        checkpoint=folder / f"stage1-{name}-{mark}",
        progress=progress,
        **settings,
    )
    ticket.save(path)
    return ticket


def shared_language(
    lm: Backbone, run: Run, folder: Path, code: str, *, progress: bool = True
) -> Adapted:
    """LT-SFT's ticket of a language and its values, found once by the settings of stage 1."""
    from ..data.corpora import text

    assert run.density is not None  # a method with a ticket has one
    _, which, settings = stage1(run)
    mark = _mark(run, [which, settings])
    path = folder / f"{code}-d{run.density:g}-{mark}.language.safetensors"
    if not path.exists():
        adapted = language(lm, text(code, **which), run.density, progress=progress, **settings)
        adapted[0].save(path, adapted[1])
    file = mask_file.read(path)
    ticket = Ticket.of_file(file)
    return ticket, file.weights(gather(lm.model, ticket))


def stage1(run: Run) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """A ticket's table, taken apart: languages of the text, which text, and how to train.

    >>> stage1(Run("ltp", seed=0, ticket={"text": ["qu"], "sources": ["udhr"], "steps": 9}))
    (['qu'], {'sources': ['udhr']}, {'steps': 9})
    """
    settings = {key: value for key, value in run.ticket.items() if key != "name"}
    languages = settings.pop("text", ["en"])
    text_keys = [key for key in settings if key in ("running_only", "sources")]
    which = {key: settings.pop(key) for key in text_keys}
    return languages, which, settings


def _mark(run: Run, settings: object) -> str:
    """Part of a file's name that changes with what made it, and with the model it was found on."""
    made = [run.base, settings] if run.base else settings
    return digest([json.dumps(made, sort_keys=True)])[:6]
