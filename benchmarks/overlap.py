"""Is the ticket real? Find it several times, independently, and count what the finds share.

    python benchmarks/overlap.py               # kill it when you like; the same line goes on
    python benchmarks/overlap.py --help

Reads `overlap.toml`, runs stage 1 for each entry and seed, takes the ticket of every density from
it, and compares all pairs. Written into --out:

    overlap.parquet        a row for each pair and density: Jaccard's overlap, beside what chance
                           brings if it is told only how many entries there are, or also how many
                           in each layer, or in each tensor
    overlap_runs.parquet   a row for each run and density: the losses, the share of each layer
    sketches.json          for the explorer of layers: how far each part's weights went, in the
                           first run of each language and number of steps

The tickets stay in --tickets, and with them stage 1's checkpoints, 250 MB a run while it goes on.

Reading order: `runs_of`, `found`, `pairs`. What this file does not do: judge; see `overlap` in
`ltp_core` for the two formulas.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from statistics import mean

import ltp_core as ltp
from ltp_book.explorers.sketch import sketch
from ltp_core.measure import results
from ltp_core.measure.overlap import overlap
from ltp_core.model.parameters import eligible
from ltp_core.stage1.mlm import adapt
from ltp_core.study.spec import read_toml
from ltp_core.ticket.chunks import Deltas
from ltp_core.ticket.ticket import Ticket, origin

HERE = Path(__file__).parent
PLAIN = {"text", "steps", "seed", "autocast", "batch_size", "max_length", "progress"}


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--spec", type=Path, default=HERE / "overlap.toml", help="what to run (overlap.toml)")
    add("--backbone", help="folder or name of the language model (the embedded one)")
    add("--out", type=Path, default=Path("data/results"), help="for the tables (data/results)")
    add("--tickets", type=Path, help="for the tickets (.cache/overlap below the current folder)")
    add("--only", nargs="+", default=[], metavar="NAME", help="find these only; compare nothing")
    options = parser.parse_args(arguments)
    spec = read_toml(options.spec)
    folder = options.tickets or Path(".cache/overlap")
    runs = runs_of(spec)
    if unknown := sorted(set(options.only) - {name for name, _ in runs}):
        parser.error(f"no run {unknown[0]!r}; there are {', '.join(name for name, _ in runs)}")
    wanted = [(n, s) for n, s in runs if not options.only or n in options.only]
    if any(not finished(folder, name).exists() for name, _ in wanted):
        lm = ltp.load_backbone(options.backbone)
        for number, (name, settings) in enumerate(wanted, 1):
            print(f"{number} of {len(wanted)}: {name}", flush=True)
            found(lm, name, settings, spec["densities"], folder)
    if options.only:
        return
    names = [name for name, _ in runs]
    about = [row for n in names for row in json.loads(finished(folder, n).read_text())]
    results.write(options.out / "overlap_runs.parquet", about)
    plain = [n for n, s in runs if not s["seed"] and not s.keys() - PLAIN]
    sketches = [json.loads(sketched(folder, name).read_text()) for name in plain]
    (options.out / "sketches.json").write_text(json.dumps(sketches) + "\n")
    results.write(options.out / "overlap.parquet", list(pairs(names, spec["densities"], folder)))
    print(f"written: {options.out / 'overlap.parquet'}")


def runs_of(spec: dict) -> list[tuple[str, dict]]:
    """Each run's name and settings; a name ends with its seed.

    >>> spec = {"settings": {"steps": 9, "seeds": [0, 1]}, "runs": {"a": {}, "b": {"seeds": [0]}}}
    >>> [(name, settings["seed"]) for name, settings in runs_of(spec)]
    [('a-0', 0), ('a-1', 1), ('b-0', 0)]
    """
    runs = []
    for name, own in spec["runs"].items():
        settings = spec.get("settings", {}) | own
        seeds = settings.pop("seeds", [0])
        runs += [(f"{name}-{seed}", settings | {"seed": seed}) for seed in seeds]
    return runs


def finished(folder: Path, name: str) -> Path:
    """The file that is there when a run is done and all its tickets are."""
    return folder / f"{name}.json"


def sketched(folder: Path, name: str) -> Path:
    return folder / f"{name}.sketch.json"


def at(folder: Path, name: str, density: float) -> Path:
    return folder / f"{name}-d{density:g}.ticket.safetensors"


def found(lm, name: str, settings: dict, densities: list[float], folder: Path) -> None:
    """Run stage 1 and keep the ticket of each density, unless they are there."""
    if finished(folder, name).exists():
        return
    about, settings, losses = {"run": name, **settings}, dict(settings), []
    languages = settings.pop("text")
    which = {key: settings.pop(key) for key in ("running_only", "sources") if key in settings}
    checkpoint = folder / f"stage1-{name}"
    before = eligible(lm.model)
    after = adapt(
        lm,
        ltp.text(*languages, **which),
        names=list(before),
        checkpoint=checkpoint,
        callback=lambda step, info: losses.append(info["loss"]),
        **settings,
    )
    rows, deltas = [], Deltas(before, after)
    drawn = sketch(deltas, languages=languages, steps=settings["steps"], **origin(lm.model))
    sketched(folder, name).write_text(json.dumps(drawn))
    for density in densities:
        ticket = Ticket.select(deltas, density, made=about, **origin(lm.model))
        ticket.save(at(folder, name, density))
        shares = {str(layer): share for layer, share in ticket.layer_shares().items()}
        rows.append(
            {
                "run": name,
                "density": density,
                "settings": json.dumps(about),
                "last_losses": mean(losses[-20:]) if losses else float("nan"),
                "layer_shares": json.dumps(shares),
            }
        )
    part = finished(folder, name).with_suffix(".part")
    part.write_text(json.dumps(rows))
    part.replace(finished(folder, name))
    shutil.rmtree(checkpoint, ignore_errors=True)


def pairs(names: list[str], densities: list[float], folder: Path) -> Iterator[dict]:
    """The overlap of all pairs at each density."""
    for density in densities:
        tickets = {name: Ticket.load(at(folder, name, density)) for name in names}
        for a, b in combinations(names, 2):
            row = {"a": a, "b": b, "density": density}
            for given in ("total", "layer", "tensor"):
                row["jaccard"], row[f"chance_{given}"] = overlap(tickets[a], tickets[b], given)
            yield row


if __name__ == "__main__":
    main()
