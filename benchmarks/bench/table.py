"""Results as tables: ratios with their spread, each beside its floor.

A ratio is made within a repeat, of two things measured one after the other; shown is the median and
in brackets the quartiles.

Reading order: `repeats`, `ratios`, then one function a table. What this file does not do: measure,
or judge (`claims`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from ltp_core.measure.floors import mask_floor, spread, state_floor

NAMES = {
    "full": "full fine-tuning",
    "prompt": "prompt tuning",
    "lora": "LoRA, rank 8",
    "mask": "mask × gradient",
    "mask-fused": "mask × gradient, fused",
    "shira": "SHiRA",
    "super": "Super-Tuning",
    "ticket": "**ticket**",
    "ours": "**ours**",
    "ours-file": "**ours**, from two files",
    "ours-disk": "**ours**, from the disk",
    "sort": "`torch.sort`",
    "topk": "`torch.topk`",
    "list": "Python list, `np.partition`",
}


def section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A heading and a table; nothing if there are no rows.

    >>> section("T", ("a", "b"), [("1", "2")])
    ['## T\\n', '| a | b |', '|---|---:|', '| 1 | 2 |', '']
    """
    rows = ["| " + " | ".join(row) + " |" for row in rows]
    rule = "|---|" + "---:|" * (len(head) - 1)
    return [f"## {title}\n", "| " + " | ".join(head) + " |", rule, *rows, ""] if rows else []


def label(method: str) -> str:
    """The name of a method for people.

    >>> label("ticket@0.2"), label("full")
    ('**ticket** 20 %', 'full fine-tuning')
    """
    name, _, density = method.partition("@")
    return NAMES[name] + (f" {100 * float(density):g} %" if density else "")


def ranged(values: Sequence[float], form: str = ".2f") -> str:
    """Median and quartiles.

    >>> ranged([1.0, 2.0, 3.0])
    '2.00 [1.50, 2.50]'
    """
    middle, low, high = (format(x, form) for x in spread(values))
    return f"{middle} [{low}, {high}]"


def rows_of(results: dict, kind: str) -> dict[tuple[str, ...], dict]:
    """The measured rows of a kind, by the rest of their key; rows that failed are left out."""
    found = {tuple(key.split("/")): row for key, row in results["rows"].items()}
    return {key[1:]: row for key, row in found.items() if key[0] == kind and "failed" not in row}


def repeats(results: dict, kind: str) -> dict[str, dict[str, dict]]:
    """name -> repeat -> row."""
    found: dict[str, dict[str, dict]] = {}
    for (name, repeat), row in rows_of(results, kind).items():
        found.setdefault(name, {})[repeat] = row
    return found


def ratios(of: dict[str, dict], to: dict[str, dict], key: str) -> list[float]:
    """of / to for each repeat that both have."""
    both = [(row[key], to[repeat][key]) for repeat, row in of.items() if repeat in to]
    return [a / b for a, b in both if b > 0]


MACHINE = ("rate", "median [quartiles]")


def machine_table(results: dict) -> list[tuple[str, ...]]:
    rows = [row for _, row in sorted(rows_of(results, "machine").items())]
    names = {
        "fp32_gflops": "fp32 matrices, GFLOP/s",
        "bf16_gflops": "bf16 matrices, GFLOP/s",
        "memory_gbs": "memory, copying, GB/s",
    }
    return [(text, ranged([r[key] for r in rows], ".0f")) for key, text in names.items() if rows]


WHOLE = ("what", "tokens/s", "of matrix rate")


def whole_table(results: dict) -> list[tuple[str, ...]]:
    rows = {repeat: row for (repeat,), row in rows_of(results, "whole").items()}
    rate, table = matrix_rate(results), []
    for what in rows["0"] if "0" in rows else ():
        speed = [row[what]["tokens"] / row[what]["seconds"] for row in rows.values()]
        work = rows["0"][what]["flops"]
        share = [work / row[what]["seconds"] / rate[r] for r, row in rows.items() if r in rate]
        table.append((what, ranged(speed, ",.0f"), ranged(share) if share else "–"))
    return table


def matrix_rate(results: dict) -> dict[str, float]:
    """repeat -> operations a second on square matrices, in the precision that was trained in."""
    key = "bf16_gflops" if results["settings"]["precision"] == "bf16" else "fp32_gflops"
    return {repeat: 1e9 * row[key] for (repeat,), row in rows_of(results, "machine").items()}


TRAIN = (
    "method",
    "trained",
    "step / full",
    "after backward, ms",
    "state, MB",
    "× its floor",
    "peak above model, MB",
    "file, MB",
    "× its floor",
    "tokens/s",
    "of matrix rate",
)


def train_table(results: dict) -> list[tuple[str, ...]]:
    found, table = repeats(results, "train"), []
    rate = matrix_rate(results)
    for name, by_repeat in found.items():
        rows, first = list(by_repeat.values()), by_repeat.get("0")
        k, total = rows[0]["entries"], rows[0]["eligible"]
        chosen = k if "@" in name else 0  # a dense method needs no mask
        state = first["state_bytes"] if first else 0
        step = ratios(by_repeat, found["full"], "step") if "full" in found else []
        share = [
            first["flops"] / row["step"] / rate[r]
            for r, row in by_repeat.items()
            if first and r in rate
        ]
        size = first["file_bytes"] if first else 0
        table.append(
            (
                label(name),
                f"{k:,}",
                ranged(step) if step else "–",
                f"{1e3 * median(row['rest'] for row in rows):.1f}",
                f"{state / 1e6:.1f}",
                f"{state / floor(chosen, k, total):.2f}" if k else "–",
                f"{median(row['peak_mb'] for row in rows):.0f}",
                f"{size / 1e6:.2f}",
                f"{size / (4 * k + mask_floor(chosen, total)):.2f}" if k and size else "–",
                f"{median(row['tokens'] / row['step'] for row in rows):,.0f}",
                f"{median(share):.0%}" if share else "–",
            )
        )
    if "prompt" in found and "full" in found and {"0"} <= found["prompt"].keys() & found["full"]:
        least = found["prompt"]["0"]["flops"] / found["full"]["0"]["flops"]
        table.append(("*floor of the step*: no weight gradient", "", f"{least:.2f}", *[""] * 8))
    return table


def floor(chosen: int, entries: int, total: int) -> float:
    """State floor of a sparse method, or of a dense one (`chosen` 0), which needs no mask."""
    return state_floor(chosen, total) if chosen else 12 * entries


OPTIMIZER = (
    "tensors",
    "density",
    "mask × gradient, ms",
    "fused, ms",
    "ticket, ms",
    "times faster",
    "than fused",
    "ticket's floor, ms",
    "× its floor",
)


def optimizers(results: dict) -> list[tuple[str, ...]]:
    table = []
    speed = [row["memory_gbs"] for row in rows_of(results, "machine").values()]
    for size, by_repeat in repeats(results, "optimizer").items():
        rows = list(by_repeat.values())
        for name in (name for name in rows[0] if name.startswith("ticket@") and " " not in name):
            density = float(name[7:])
            mask, fused = (name.replace("ticket", way) for way in ("mask", "mask-fused"))
            least = 28 * rows[0][f"{name} entries"] / median(speed) / 1e9 if speed else 0.0
            table.append(
                (
                    size,
                    f"{100 * density:g} %",
                    f"{1e3 * median(r[mask] for r in rows):.1f}",
                    f"{1e3 * median(r[fused] for r in rows):.1f}",
                    f"{1e3 * median(r[name] for r in rows):.1f}",
                    ranged([r[mask] / r[name] for r in rows], ".1f"),
                    ranged([r[fused] / r[name] for r in rows], ".1f"),
                    f"{1e3 * least:.1f}",
                    f"{median(r[name] for r in rows) / least:.1f}" if least else "–",
                )
            )
    return table


SELECTION = (
    "tensors",
    "way",
    "seconds",
    "× reading both models",
    "peak, bytes a parameter",
    "of these its answer",
)


def selection_table(results: dict) -> list[tuple[str, ...]]:
    table = []
    for (size, way), row in rows_of(results, "selection").items():
        if "skipped" in row:
            table.append((size, NAMES[way], row["skipped"], "", "", ""))
            continue
        times = [t / r for t, r in zip(row["seconds"], row["reading"], strict=True)]
        peak, answer = (1e6 * row[key] / row["total"] for key in ("peak_mb", "answer_mb"))
        # Pages of a mapped file count as this process's memory, though they can go at any time.
        told = ("–", "–") if way in ("ours-file", "ours-disk") else (f"{peak:.2f}", f"{answer:.2f}")
        table.append((size, NAMES[way], f"{median(row['seconds']):.3f}", ranged(times), *told))
    return table


FILES = (
    "tensors",
    "density",
    "ticket, MB",
    "× entropy",
    "bitmap × entropy",
    "with fp32, MB",
    "× floor",
    "with bf16, MB",
    "× floor",
    "write, s",
    "read, s",
)


def files_table(results: dict) -> list[tuple[str, ...]]:
    table = []
    for (size,), row in rows_of(results, "files").items():
        for density, of in ((name, of) for name, of in row.items() if name != "total"):
            least, k = mask_floor(of["entries"], row["total"]), of["entries"]
            table.append(
                (
                    size,
                    f"{100 * float(density):g} %",
                    f"{of['mask_bytes'] / 1e6:.2f}",
                    f"{of['mask_bytes'] / least:.3f}",
                    f"{of['bitmap_bytes'] / least:.2f}",
                    f"{of['float32'] / 1e6:.2f}",
                    f"{of['float32'] / (least + 4 * k):.3f}",
                    f"{of['bfloat16'] / 1e6:.2f}",
                    f"{of['bfloat16'] / (least + 2 * k):.3f}",
                    f"{median(of['write']):.2f}",
                    f"{median(of['read']):.2f}",
                )
            )
    return table
