"""What was measured for the explorers and stored, read back from data/results.

    sketches    of several stages 1, for `layers`      python benchmarks/overlap.py
    trace       of a training, for `training`          python benchmarks/film.py

Results of sweeps are read by `findings.stored`. What this file does not do: measure.
"""

from __future__ import annotations

import json

from ltp_core.data.paths import data_dir

MAKERS = {"sketches": "python benchmarks/overlap.py", "trace": "python benchmarks/film.py"}


def stored(name: str) -> list | dict | None:
    """The sketches or the trace in data/results; None if this installation has none.

    >>> stored("film")
    Traceback (most recent call last):
    ValueError: nothing is stored as 'film'; there are sketches, trace
    """
    if name not in MAKERS:
        raise ValueError(f"nothing is stored as {name!r}; there are {', '.join(MAKERS)}")
    path = data_dir() / "results" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def absent(name: str) -> str:
    """What a chapter says where `stored` has found nothing.

    >>> print(absent("trace"))
    data/results/trace.json is not on this machine: a clone of the repository has it,
    and python benchmarks/film.py makes it.
    """
    return (
        f"data/results/{name}.json is not on this machine: a clone of the repository has it,\n"
        f"and {MAKERS[name]} makes it."
    )
