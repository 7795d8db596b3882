"""The areas: each makes one case from (random numbers, the good things, a folder of its own)."""

from collections.abc import Callable
from pathlib import Path
from random import Random

from ..good import Good
from ..judge import Case
from . import folders, options, prompts, results, rows, shell, specs, tables, tickets

Area = Callable[[Random, Good, Path], Case]
AREAS: dict[str, tuple[Area, int]] = {  # and how many of 100 cases are its own
    "options": (options.case, 14),
    "rows": (rows.case, 12),
    "tables": (tables.case, 20),
    "ticket files": (folders.ticket_file, 8),
    "trained folders": (folders.trained, 8),
    "checkpoints": (folders.checkpoint, 4),
    "backbone folders": (folders.backbone, 3),
    "merge": (folders.merged, 3),
    "results": (results.case, 4),
    "specs": (specs.case, 8),
    "words, templates": (prompts.case, 5),
    "tickets": (tickets.case, 7),
    "shell": (shell.case, 4),
}
