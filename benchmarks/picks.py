"""What does a score pick? The worth of each ticket of the recipe study, before any training.

    python benchmarks/picks.py                 # kill it when you like; finished tickets are kept

Reads the tickets of the specs recipe_score*.toml, finds those that no sweep has found yet, and
writes <out>/picks.parquet with a row for each ticket, density and draw of the examples:

    held_task    the share of the task's squared gradient at θ₀ that lies in the ticket, with the
                 prompt of the spec, on the examples of this draw
    held_text    the same of the masked-LM loss, with other masks than the scores have seen
    jaccard      the overlap with the ticket of a second stage 1, beside `expected` by chance

A random ticket holds its density. What a share means: `ltp_core/measure/squares.py`.

Reading order: `main`, `tickets_of`, `task_of`. What this file does not do: train on the task.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from torch import Tensor

import ltp_core as ltp
from ltp_core.measure import results
from ltp_core.measure.overlap import overlap
from ltp_core.model.backbone import Backbone
from ltp_core.rivals.worth import shares, task_squares, text_squares
from ltp_core.study.shared_tickets import shared_ticket
from ltp_core.study.spec import Run, read_spec
from ltp_core.ticket.ticket import Ticket

HERE = Path(__file__).parent
SPECS = ("recipe_score", "recipe_score_densities", "recipe_score_more")
FORM = ("prompt_start", "prompt_place", "prompt_length", "keep_positions", "silent")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--specs", type=Path, nargs="+", default=[HERE / f"{name}.toml" for name in SPECS])
    add("--out", type=Path, default=Path("data/results"), help="for the table (data/results)")
    add("--twins", type=int, default=400, help="longest stage 1 that is run twice, in steps")
    options = parser.parse_args(arguments)
    runs = [run for spec in options.specs for run in read_spec(spec)]
    lm, folder = ltp.load_backbone(), options.out / "tickets"
    of_text = other_lines(lm)
    by_draw = {seed: task_of(lm, runs, seed) for seed in sorted({run.seed for run in runs})}
    found = []
    for run in tickets_of(runs):
        print(f"{run.ticket['name']}, {run.density:.1%}", flush=True)
        ticket = shared_ticket(lm, run, folder)
        about = {"ticket": run.ticket["name"], "density": run.density, "settings": told(run)}
        about |= {"jaccard": None, "expected": None, "held_text": held(of_text, ticket)}
        if run.ticket.get("steps", 0) <= options.twins:
            twin = replace(run, ticket=run.ticket | {"seed": run.ticket["seed"] + 1})
            both = overlap(ticket, shared_ticket(lm, twin, folder))
            about |= {"jaccard": both.jaccard, "expected": both.expected}
        found += [
            about | {"seed": seed, "held_task": held(of_task, ticket)}
            for seed, of_task in by_draw.items()
        ]
        results.write(options.out / "picks.parquet", found)
    print(f"written: {options.out / 'picks.parquet'}")


def tickets_of(runs: Iterable[Run]) -> Iterator[Run]:
    """One run for each ticket and density.

    >>> two = [Run("ltp", seed=s, density=0.2, ticket={"name": "a", "seed": 0}) for s in (1, 2)]
    >>> [run.seed for run in tickets_of([*two, Run("full", seed=1)])]
    [1]
    """
    seen = set()
    for run in runs:
        mark = (run.ticket.get("name"), run.density)
        if run.ticket.get("name") and mark not in seen:
            seen.add(mark)
            yield run


def held(squares: dict[str, Tensor], ticket: Ticket) -> float:
    """The share of some squared gradients that lies in a ticket."""
    return shares(squares, it=ticket)["it"]


def told(run: Run) -> str:
    """What made a ticket, as text."""
    return json.dumps(run.ticket, sort_keys=True)


def task_of(lm: Backbone, runs: Iterable[Run], seed: int) -> dict[str, Tensor]:
    """The squared gradient of the task's loss on the examples of one draw."""
    run = next(run for run in runs if run.seed == seed)
    task = ltp.tasks.emoji()
    form = {name: run.train[name] for name in FORM if name in run.train}
    return task_squares(lm, task.few_shot("en", run.k, seed=seed), task=task, seed=seed, **form)


def other_lines(lm: Backbone) -> dict[str, Tensor]:
    """The squared gradient of the masked-LM loss, masked by a seed that no score used."""
    return text_squares(lm, ltp.text("en"), seed=1000)


if __name__ == "__main__":
    main()
