"""What training costs: the engine's measurements, read back, and the floors they stand beside.

`python benchmarks/engine.py --out data/results` measures and writes engine-cpu.json; here the file
is only read. Of N weights that could be trained K may move, d = K/N. The floors:

    H(d)             −d log₂ d − (1−d) log₂ (1−d), the fewest bits per weight that tell a mask
    state            12·K + H·N/8 bytes: a value and AdamW's two moments an entry, and the mask
    file             4·K + H·N/8 bytes: values in fp32, and the mask
    step             the operations of a step without a single weight gradient
    after backward   the bytes that must pass (`traffic`) at the speed of the memory

Ratios are made within a repeat, of two things measured one after the other. A spread is the median
with the quartiles of the repeats, and a verdict is the rule: is 1 outside the quartiles, and is
the median farther from it than two rows of equal work are from each other (`noise`)?

Reading order: `stored`, `rows`, `ratios`, `spread`, `noise`, `verdict`, `cells`, `held`; the floors
at the end. What this file does not do: measure, or draw (`cost_figures`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from statistics import median

from ltp_core.data.paths import data_dir
from ltp_core.measure.floors import spread

NAMES = {
    "full": "full + prompt",
    "mask": "masked (loop)",  # AdamW in a Python loop over tensors
    "mask-fused": "masked",
    "shira": "SHiRA",
    "super": "Super-Tuning",
    "ticket": "packed",
    "lora": "LoRA (rank 8)",
    "prompt": "prompt only",
}


def stored(name: str = "engine-cpu") -> dict:
    """The measurements of this name: `about`, `settings` and `rows`.

    >>> stored("a machine that nobody has")
    Traceback (most recent call last):
    FileNotFoundError: no measurements 'a machine that nobody has'; `python benchmarks/engine.py
    --out data/results` makes them
    """
    path = data_dir() / "results" / f"{name}.json"
    if not path.is_file():
        cure = "`python benchmarks/engine.py --out data/results` makes them"
        raise FileNotFoundError(f"no measurements {name!r}; {cure}")
    return json.loads(path.read_text(encoding="utf-8"))


def rows(engine: dict, *place: str) -> dict[str, dict]:
    """The rows at a place, by the last part of their key; those that failed are left out.

    >>> both = {"train/full/0": {"step": 2.0}, "train/full/1": {"failed": "no memory"}}
    >>> rows({"rows": both}, "train", "full")
    {'0': {'step': 2.0}}
    """
    start = "/".join(place) + "/"
    found = {
        key.removeprefix(start): row for key, row in engine["rows"].items() if key.startswith(start)
    }
    return {last: row for last, row in found.items() if "/" not in last and "failed" not in row}


def methods(engine: dict) -> list[str]:
    """The methods whose training was measured: "full", "ticket@0.2" and so on, as in `NAMES`."""
    found = dict.fromkeys(key.split("/")[1] for key in engine["rows"] if key.startswith("train/"))
    order = list(NAMES)
    there = [name for name in found if rows(engine, "train", name)]
    return sorted(there, key=lambda name: (order.index(name.split("@")[0]), -density_of(name)))


def density_of(name: str) -> float:
    """The density in a method's name; 0 for a dense one.

    >>> density_of("ticket@0.2"), density_of("full")
    (0.2, 0.0)
    """
    return float(name.partition("@")[2] or 0)


def label(name: str) -> str:
    """A method for people.

    >>> label("ticket@0.2"), label("prompt")
    ('packed 20 %', 'prompt only')
    """
    share = f" {100 * density_of(name):g} %" if "@" in name else ""
    return NAMES[name.partition("@")[0]] + share


def dense(engine: dict) -> str:
    """The method that trains the whole encoder: masked, with the fused AdamW of today.

    What the mask leaves of a gradient does not change what it costs, so any density will do.
    """
    return next(name for name in methods(engine) if name.startswith("mask-fused@"))


def values(engine: dict, name: str, key: str) -> list[float]:
    """One number of a method in each repeat that has it."""
    return [row[key] for row in rows(engine, "train", name).values() if key in row]


def ratios(engine: dict, name: str, to: str, key: str) -> list[float]:
    """A number of one method over that of another, in each repeat that has both.

    >>> times = {"train/ticket@0.2/0": 3.0, "train/full/0": 4.0, "train/full/1": 9.0}
    >>> engine = {"rows": {place: {"step": seconds} for place, seconds in times.items()}}
    >>> ratios(engine, "ticket@0.2", "full", "step")
    [0.75]
    """
    mine, theirs = rows(engine, "train", name), rows(engine, "train", to)
    return [row[key] / theirs[r][key] for r, row in mine.items() if r in theirs and key in row]


def noise(engine: dict) -> float:
    """How far the steps of rows that do the same work differ: a mask costs the same at any density.

    >>> noise({"rows": {"train/mask@0.2/0": {"step": 5.0}, "train/mask@0.01/0": {"step": 4.0}}})
    0.25
    """
    masks = [name for name in methods(engine) if name.startswith("mask")]
    same = [(a, b) for a in masks for b in masks if a.split("@")[0] == b.split("@")[0]]
    return max((median(ratios(engine, a, b, "step")) - 1 for a, b in same), default=0.0)


def verdict(ratios: Sequence[float], noise: float = 0.0) -> str:
    """A ratio in words: less or more if 1 is outside its quartiles, and its median beyond noise.

    Anything else is within the noise. (*No clear difference* is for 95 % intervals.)

    >>> verdict([0.5, 0.6, 0.7]), verdict([0.9, 1.0, 1.2])
    ('less', 'within the noise')
    >>> verdict([0.95, 0.96, 0.97], noise=0.05)
    'within the noise'
    """
    middle, low, high = spread(ratios)
    if 1 / (1 + noise) <= middle <= 1 + noise:
        return "within the noise"
    return "less" if high < 1 else "more" if low > 1 else "within the noise"


def told(ratios: Sequence[float]) -> str:
    """The median of ratios, with their quartiles.

    >>> told([0.5, 0.6, 0.7])
    '0.60 [0.55, 0.65]'
    """
    middle, low, high = spread(ratios)
    return f"{middle:.2f} [{low:.2f}, {high:.2f}]"


def about(engine: dict) -> str:
    """On what, and how often, it was measured."""
    settings = engine["settings"]
    return (
        f"{engine['about']['machine']}; {engine['about']['versions']}\n"
        f"{settings['repeats']} repeats of {settings['steps']} steps, "
        f"{settings['batch_size']} texts per step, {settings['precision']}"
    )


COLUMNS = ("method", "time ÷ masked 20 %", "ms a step", "weights that may move", "file, MB")


def cells(engine: dict) -> list[tuple[str, ...]]:
    """Every method, below `COLUMNS`: a step, what it may move, and the file of what it trained."""
    found = []
    for name in methods(engine):
        moving, size = (values(engine, name, key)[0] for key in ("entries", "file_bytes"))
        found.append(
            (
                label(name),
                told(ratios(engine, name, dense(engine), "step")),
                f"{1e3 * median(values(engine, name, 'step')):.0f}",
                f"{moving:,}",
                f"{size / 1e6:.2f}",
            )
        )
    return found


def held_by_mask(engine: dict) -> float:
    """MB that a masked run keeps for its ticket: the mask, 1 byte a weight, and its copy, 4."""
    return float(5 * rows(engine, "train", dense(engine))["0"]["eligible"] / 1e6)


def held(moving: int, entries: int | None = None, *, gpu: bool = False) -> int:
    """Bytes that training adds to one model, without activations.

    The base model stays as it was, so training moves a copy: 4 bytes for each weight of the tensors
    that move. On a CPU both lie in one memory. With a GPU the base stays outside, and the model
    there is the copy. Beside it, trained whole: gradient 4 and moments 8 a weight. Packed: value 4,
    gradient 4, moments 8 and a place of 8 (on a GPU 4) an entry.

    Args:
        moving: The weights of the tensors that move.
        entries: Those of a ticket; None trains the tensors whole.

    >>> held(100), held(100, 20), held(100, gpu=True), held(100, 20, gpu=True)
    (1600, 880, 1200, 400)
    """
    copy = 0 if gpu else 4 * moving
    return copy + (12 * moving if entries is None else (20 if gpu else 24) * entries)


def speed(engine: dict, stage: str) -> float:
    """Pieces a second in a stage, the median of the repeats. The prompt's vectors count as pieces.

    >>> speed({"rows": {"whole/0": {"stage 1": {"seconds": 0.5, "tokens": 300}}}}, "stage 1")
    600.0
    """
    measured = [row[stage] for row in rows(engine, "whole").values()]
    return median(row["tokens"] / row["seconds"] for row in measured)


# --- floors ---


def step_floor(engine: dict) -> float:
    """The operations of a step without weight gradients, as a share of those with all of them."""
    prompt, every = (rows(engine, "train", name)["0"] for name in ("prompt", dense(engine)))
    return prompt["flops"] / every["flops"]


def memory_speed(engine: dict) -> float:
    """Bytes a second that a large copy reads and writes."""
    return 1e9 * median(row["memory_gbs"] for row in rows(engine, "machine").values())
