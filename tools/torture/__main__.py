"""Bad inputs over all public entry points and the shell.

    python -m tools.torture                                100,000, in less than half an hour
    python -m tools.torture --only tables --count 500      one area
    python -m tools.torture --only tables --from 17 --count 1      one case again, by its number

Case number i of an area is the same everywhere: it is made by a generator seeded with (seed, area,
i). Two processes share the work. The table counts what came of the cases (`judge`); examples of
what must not be follow, one for each sentence. Exit status 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import re
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from .about import about, new_file

CHUNK, WORST = 100, ("traceback", "accepted", "lost", "costly")


class Found(NamedTuple):
    """A case that went wrong."""

    area: str
    number: int
    kind: str
    wrong: str
    said: str


def chunk(area: str, numbers: range, seed: int) -> tuple[str, Counter[str], list[Found]]:
    """Some cases of an area: how many of each kind, and those that went wrong."""
    from .areas import AREAS
    from .judge import judge

    good, home = workshop()
    counts: Counter[str] = Counter()
    found = []
    for number in numbers:
        case = AREAS[area][0](Random(f"{seed} {area} {number}"), good, home)
        verdict = judge(case)
        counts[verdict.kind] += 1
        if verdict.kind in WORST:
            found.append(Found(area, number, verdict.kind, case.wrong[:300], verdict.said))
    return area, counts, found


@lru_cache(maxsize=1)
def workshop() -> tuple[Any, Path]:
    """The good things of this process, and a folder to spoil copies in."""
    from .good import Good

    logging.disable(logging.CRITICAL)  # transformers tells of each load
    warnings.simplefilter("ignore")
    kept = tempfile.mkdtemp(prefix=f"torture-{os.getpid()}-", dir=os.environ.get("TORTURE_HOME"))
    good, home = Path(kept, "good"), Path(kept, "spoiled")
    home.mkdir()
    os.chdir(home)
    return Good.make(good), home


def plan(only: list[str], count: int, start: int) -> Iterator[tuple[str, range]]:
    """Chunks of cases: each area's share of `count`, or all for the areas named."""
    from .areas import AREAS

    names = only or list(AREAS)
    whole = sum(AREAS[name][1] for name in names)
    for name in names:
        end = start + max(1, count * AREAS[name][1] // whole)
        for first in range(start, end, CHUNK):
            yield name, range(first, min(first + CHUNK, end))


def torture(
    only: list[str], count: int, seed: int, start: int = 0, workers: int = 2
) -> tuple[dict[str, Counter[str]], list[Found]]:
    """Run the plan; counts by area, and all that went wrong."""
    from tqdm import tqdm

    table: dict[str, Counter[str]] = {}
    wrong: list[Found] = []
    chunks = list(plan(only, count, start))
    Random(seed).shuffle(chunks)
    with tempfile.TemporaryDirectory() as home:
        os.environ["TORTURE_HOME"] = home
        with ProcessPoolExecutor(workers) as pool:
            jobs = [pool.submit(chunk, area, numbers, seed) for area, numbers in chunks]
            for job in tqdm(jobs, unit=f"x{CHUNK}", disable=len(jobs) < 10):
                area, counts, found = job.result()
                table.setdefault(area, Counter()).update(counts)
                wrong += found
    return {area: table[area] for area, _ in plan(only, count, start)}, sorted(wrong)


def shown(table: dict[str, Counter[str]]) -> str:
    """The counts, area by area."""
    from .judge import KINDS

    total = sum(table.values(), Counter())
    lines = [f"{'area':<18}{'inputs':>9}" + "".join(f"{kind:>11}" for kind in KINDS)]
    for area, counts in [*table.items(), ("all", total)]:
        numbers = "".join(f"{counts[kind]:>11,}" for kind in KINDS)
        lines.append(f"{area:<18}{counts.total():>9,}{numbers}")
    return "\n".join(lines)


def examples(wrong: list[Found]) -> str:
    """One case for each sentence; numbers in it do not make another sentence."""
    seen: dict[tuple[str, ...], Found] = {}
    for found in wrong:
        seen.setdefault(
            (found.area, found.kind, re.sub(r"[\d.]+|'.*?'", "", found.said)[:60]), found
        )
    return "\n".join(
        f"{f.area} {f.number} {f.kind}: {f.wrong}\n    {f.said}" for f in seen.values()
    )


def main() -> int:
    """Read the arguments, run, print, perhaps write."""
    from .areas import AREAS

    parser = argparse.ArgumentParser(prog="python -m tools.torture", description=__doc__)
    parser.add_argument("--only", action="append", default=[], choices=list(AREAS))
    parser.add_argument("--count", type=int, default=100_000, help="cases, all areas together")
    parser.add_argument("--from", type=int, default=0, dest="start", help="number of the first")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=new_file, help="where to write the counts")
    args = parser.parse_args()
    begin = time.monotonic()
    table, wrong = torture(args.only, args.count, args.seed, args.start, args.workers)
    print(shown(table))
    print(examples(wrong))
    if args.json:
        args.json.write_text(json.dumps(record(table, wrong, args.seed, begin), indent=1) + "\n")
    return bool(wrong)


def record(
    table: dict[str, Counter[str]], wrong: list[Found], seed: int, begin: float
) -> dict[str, object]:
    """What a page can quote: counts, command, seed, commit, versions."""
    from ltp_core.study.provenance import versions

    return about(seed, begin) | {
        "counts": {area: dict(counts) for area, counts in table.items()},
        "wrong": [found._asdict() for found in wrong[:100]],
        "versions": versions(),
    }


if __name__ == "__main__":
    sys.exit(main())
