"""What the engine promises, beside what was measured: reached, or missed and by how much.

Reading order: `verdict`, `claims`. What this file does not do: explain. Why a figure is missed
stands in `benchmarks/README.md`.
"""

from __future__ import annotations

from statistics import median

from ltp_core.measure.floors import mask_floor, state_floor

from .table import ratios, repeats, rows_of

FASTER = {"0.2": 5.0, "0.01": 25.0}  # than mask × gradient, after the backward pass
HEAD = ("figure", "measured", "bound", "")


def verdict(text: str, value: float, bound: float, least: bool = False) -> tuple[str, ...]:
    """One line; the bound is the most there may be, or the `least`.

    >>> verdict("a step against full fine-tuning", 0.9, 1.0)
    ('a step against full fine-tuning', '0.90', '≤ 1', 'reached')
    >>> verdict("optimizer part", 4.0, 5.0, least=True)
    ('optimizer part', '4.00', '≥ 5', 'missed by 20 %')
    """
    reached = value >= bound if least else value <= bound
    short = 100 * abs(value / bound - 1)
    told = "reached" if reached else f"missed by {short:{'.0f' if short > 10 else '.2g'}} %"
    return text, f"{value:.2f}", f"{'≥' if least else '≤'} {bound:g}", told


def claims(results: dict) -> list[tuple[str, ...]]:
    """All figures that the results allow to judge."""
    return [
        *of_training(results),
        *of_optimizer(results),
        *of_selection(results),
        *of_files(results),
    ]


def of_training(results: dict) -> list[tuple[str, ...]]:
    found, lines = repeats(results, "train"), []
    for name, by_repeat in found.items():
        if not name.startswith("ticket@"):
            continue
        percent = f"{100 * float(name[7:]):g} %"
        if step := ratios(by_repeat, found.get("full", {}), "step"):
            lines.append(verdict(f"step / full fine-tuning, {percent}", median(step), 1.0))
        if row := by_repeat.get("0"):
            state = row["state_bytes"] / state_floor(row["entries"], row["eligible"])
            lines.append(verdict(f"training state / floor, {percent}", state, 1.65))
    return lines


def of_optimizer(results: dict) -> list[tuple[str, ...]]:
    lines = []
    for size, by_repeat in repeats(results, "optimizer").items():
        rows = list(by_repeat.values())
        for density, bound in FASTER.items():
            if f"ticket@{density}" in rows[0]:
                faster = median(r[f"mask@{density}"] / r[f"ticket@{density}"] for r in rows)
                text = f"optimizer part, times faster, {100 * float(density):g} %, {size}"
                lines.append(verdict(text, faster, bound, least=True))
    return lines


def of_selection(results: dict) -> list[tuple[str, ...]]:
    lines = []
    for (size, way), row in rows_of(results, "selection").items():
        if way.startswith("ours") and "skipped" not in row:
            times = zip(row["seconds"], row["reading"], strict=True)
            place = {"ours": "in memory", "ours-file": "cached files", "ours-disk": "from the disk"}
            text = f"selection / reading both models, {size}, {place[way]}"
            lines.append(verdict(text, median(t / r for t, r in times), 3.0))
        if way == "ours":
            extra = 1e6 * (row["peak_mb"] - row["answer_mb"]) / row["total"]
            text = f"selection, bytes a parameter beside the answer, {size}"
            lines.append(verdict(text, extra, 0.7))
    return lines


def of_files(results: dict) -> list[tuple[str, ...]]:
    lines = []
    for (size,), row in rows_of(results, "files").items():
        for density, of in ((name, of) for name, of in row.items() if name != "total"):
            percent, k = f"{100 * float(density):g} %", of["entries"]
            least = mask_floor(k, row["total"])
            values = of["float32"] / (least + 4 * k)
            lines.append(
                verdict(f"ticket / entropy, {percent}, {size}", of["mask_bytes"] / least, 1.05)
            )
            lines.append(verdict(f"ticket with values / floor, {percent}, {size}", values, 1.05))
            lines.append(verdict(f"seconds to read, {percent}, {size}", median(of["read"]), 1.0))
    return lines
