"""Measure the ticket engine beside its rivals, on this machine, in one command.

    python benchmarks/engine.py --smoke            # a toy, in seconds: does it run at all?
    python benchmarks/engine.py                    # the embedded model; kill it when you like
    python benchmarks/engine.py --device cuda --precision bf16 --model xlm-r-base

Full fine-tuning, mask × gradient as composable-sft does it, PEFT's LoRA, SHiRA and Super-Tuning,
prompt tuning, and the ticket: the same model, the same texts, one after the other, several times
over. Written into --out, with every row as soon as it is there:

    engine-<device>.json     the rows; the same command again measures only what is missing
    engine-<device>.md       the tables
    engine-<device>.png      the figure

Each row is measured in a process of its own, so that none inherits the memory of another (with
--smoke all in this one). What the rows are is told in `bench/rows.py`, the floors in
`bench/measure.py`, the methods in `bench/rivals.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
HERE = Path(__file__).parent
PARTS = ["machine", "whole", "train", "optimizer", "selection", "files"]


def options_of(arguments: list[str] | None = None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add(
        "--model",
        default="embedded",
        help="embedded, toy, xlm-r-base (random weights), or any masked LM by folder or name",
    )
    add(
        "--sizes",
        nargs="+",
        default=["embedded", "xlm-r-base"],
        metavar="MODEL",
        help="whose tensors selection, optimizer part and files are measured on",
    )
    add("--parts", nargs="+", default=PARTS, choices=PARTS, help="what to measure (all)")
    add(
        "--densities",
        nargs="+",
        type=float,
        default=[0.20, 0.01],
        metavar="D",
        help="of the tickets (0.2 0.01)",
    )
    add("--repeats", type=int, default=5, help="how often each is measured (5)")
    add("--steps", type=int, default=10, help="steps in a repeat (10)")
    add("--batch-size", type=int, default=16, help="texts in a batch (16)")
    add("--device", default="cpu", choices=["cpu", "cuda"], help="where (cpu)")
    add("--precision", default="fp32", choices=["fp32", "bf16"], help="autocast (fp32)")
    add("--out", type=Path, default=HERE / "results", help="folder (benchmarks/results)")
    add("--smoke", action="store_true", help="the toy in this process: seconds, no real numbers")
    add("--row", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.smoke:
        options.model, options.sizes, options.repeats, options.steps = "toy", ["toy"], 2, 2
        options.out = HERE / "results" / "smoke" if options.out == HERE / "results" else options.out
    return options


def main(arguments: list[str] | None = None) -> None:
    options = options_of(arguments)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if options.row:
        print(json.dumps(row_here(options.row, options)))
        return
    from bench.rows import plan

    path = options.out / f"{stem(options)}.json"
    results = begun(path, options)
    todo = [key for key in plan(options) if "failed" in results["rows"].get(key, ["failed"])]
    for number, key in enumerate(todo, 1):
        print(f"{number:>4} of {len(todo)}: {key}", flush=True)
        row = row_here(key, options) if options.smoke else row_apart(key, arguments)
        results["rows"][key] = row
        write(path, json.dumps(results, indent=1) + "\n")
    report(path, results)


def stem(options: argparse.Namespace) -> str:
    """engine-cpu, engine-cuda-bf16-xlm-r-base ...: what is not the default stands in the name."""
    words = ["engine", options.device, "" if options.precision == "fp32" else options.precision]
    if options.model not in ("embedded", "toy"):
        words.append(Path(options.model).name)
    return "-".join(word for word in words if word)


def begun(path: Path, options: argparse.Namespace) -> dict:
    """The results so far; those of another run are refused."""
    from ltp_core.study import provenance as machine

    names = ("model", "densities", "repeats", "steps", "batch_size", "device", "precision")
    settings = {name: getattr(options, name) for name in names}
    settings["smoke"] = options.smoke
    about = {"machine": machine.machine(), "versions": machine.versions()}
    if not path.exists():
        return {"about": about, "settings": settings, "rows": {}}
    results = json.loads(path.read_text(encoding="utf-8"))
    for name, value in (settings | about).items():
        if (old := (results["settings"] | results["about"]).get(name)) != value:
            sys.exit(f"{path} was measured with {name} {old}, now {value}; give another --out")
    return results


def row_here(key: str, options: argparse.Namespace) -> dict:
    """Measure in this process; what cannot be measured becomes a row that says so."""
    from bench.rows import measured

    try:
        return measured(key, options)
    except ImportError as error:  # PEFT is missing, or too old to know a method
        return {"failed": f"{error}; pip install 'ltp-core[bench]' with the newest peft"}


def row_apart(key: str, arguments: list[str] | None) -> dict:
    """Measure in a new process."""
    command = [sys.executable, __file__, *(sys.argv[1:] if arguments is None else arguments)]
    place = {"ACCELERATE_USE_CPU": str("cuda" not in command).lower()}
    env = os.environ | place
    done = subprocess.run([*command, "--row", key], capture_output=True, text=True, env=env)
    if done.returncode == 0:
        return json.loads(done.stdout.splitlines()[-1])
    why = (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
    print(f"      {why}", flush=True)
    return {"failed": why}


def report(path: Path, results: dict) -> None:
    """Write the tables and the figure beside the results."""
    from bench.report import figure, markdown

    write(path.with_suffix(".md"), markdown(results))
    if any(key.startswith("train/full") for key in results["rows"]):
        figure(results).savefig(path.with_suffix(".png"))
    print(f"written: {path.with_suffix('.md')}")


def write(path: Path, text: str) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)


if __name__ == "__main__":
    main()
