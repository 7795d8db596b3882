"""Give the library very many bad inputs and count what it makes of them.

    python -m tools.torture                         # 100,000 inputs, at most half an hour
    python -m tools.torture --only tickets --count 500

The inputs follow from the seed. One line per area; after it what should not have happened, each
kind once. Exit status 1 if there was any. With --save the table is written as JSON.

Reading order: `run`, then `areas.py` for the inputs and `judge.py` for the verdict.
"""

import argparse
import json
import platform
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from tqdm import tqdm

from .areas import AREAS
from .judge import OUTCOMES, judge

BAD = ("accepted", "traceback", "lost", "dear")


def run(area: str, count: int, seed: int, folder: Path) -> tuple[Counter[str], dict[str, str]]:
    """So many cases of an area: how often each outcome, and one example of each kind of fault."""
    share, make = AREAS[area]
    del share
    counts: Counter[str] = Counter()
    faults: dict[str, str] = {}
    cases = make(folder, np.random.default_rng([seed, sorted(AREAS).index(area)]))
    for _, case in tqdm(zip(range(count), cases, strict=False), total=count, desc=area):
        outcome, said = judge(case)
        counts[outcome] += 1
        if outcome in BAD:
            faults.setdefault(f"{outcome}: {said[-160:]}", case.about)
    return counts, faults


def main() -> None:
    """Read the arguments, run the areas, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", choices=sorted(AREAS), help="one area")
    parser.add_argument("--count", type=int, default=100_000, help="how many inputs in all")
    parser.add_argument("--seed", type=int, default=0, help="decides the inputs")
    parser.add_argument("--save", help="a JSON file for the table")
    args = parser.parse_args()
    areas = [args.only] if args.only else list(AREAS)
    whole = sum(AREAS[area][0] for area in areas)
    start, table, failed = time.monotonic(), {}, False
    print(f"{'area':<12}{'inputs':>8}" + "".join(f"{name:>11}" for name in OUTCOMES))
    for area in areas:
        with tempfile.TemporaryDirectory() as folder:
            count = round(args.count * AREAS[area][0] / whole)
            counts, faults = run(area, count, args.seed, Path(folder))
        table[area] = {"inputs": sum(counts.values()), **{name: counts[name] for name in OUTCOMES}}
        print(
            f"{area:<12}"
            + "".join(f"{n:>{8 if i == 0 else 11}}" for i, n in enumerate(table[area].values())),
            flush=True,
        )
        for fault, about in list(faults.items())[:20]:
            print(f"    {fault}\n        input: {about[:300]}")
        failed = failed or bool(faults)
    print(f"{time.monotonic() - start:.0f} s")
    if args.save:
        made = {"command": " ".join(["python -m tools.torture", *sys.argv[1:]]), "areas": table}
        made |= {"seconds": round(time.monotonic() - start), "python": platform.python_version()}
        Path(args.save).write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    sys.exit(failed)


if __name__ == "__main__":
    main()
