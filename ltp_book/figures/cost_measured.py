"""The figures of what was measured: time and memory of each rival, beside their bounds.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. A grey bar is what counting says: a share of
operations, the packed floor, or the yardstick of bytes.

Reading order: `measured` (rival by rival), `after_backward`. `dots` draws a row for each thing
measured, `flush` brings titles to the left edge.

What it does not do: read, or compute bounds. `costs` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ltp_core.measure import floors

from ..looks import BLUE, FAINT, GREY, INK
from ..verdicts import costs
from .style import drawn, flush

SIZES = {"embedded": ("our model", "o"), "xlm-r-base": ("XLM-R base", "D")}
WAYS = {
    "ours": "counting, in memory",
    "ours-file": "counting, two files in the cache",
    "ours-disk": "counting, two files on disk",
    "sort": "torch.sort",
    "topk": "torch.topk",
    "list": "list and np.partition",
}


def dots(
    axes: Axes,
    found: Mapping[str, Sequence[float]],
    least: Mapping[str, float],
    form: str,
    blue: Callable[[str], bool] = lambda name: name.startswith("packed"),
) -> None:
    """One row for each name: median and quartiles, the median in figures, the floor as a bar."""
    names = list(found)
    for y, name in enumerate(names):
        middle, low, high = floors.spread(found[name])
        colour = BLUE if blue(name) else GREY
        if name in least:
            axes.plot([least[name]] * 2, [y - 0.38, y + 0.38], color=FAINT, linewidth=4, zorder=0)
        axes.plot([low, high], [y, y], color=colour)
        axes.plot(middle, y, "s" if blue(name) else "o", color=colour)
        axes.annotate(
            form.format(middle),
            (high, y),
            xytext=(6, 0),
            fontsize=9.5,
            va="center",
            textcoords="offset points",
            color=colour,
        )
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0, labelsize=8.5)


@drawn
def measured(engine: dict, density: float) -> Figure:
    """A step, the state between steps, and the peak of memory: every method, one panel each."""
    names = [n for n in costs.methods(engine) if costs.density_of(n) in (0, density)]
    ours, base = f"ticket@{density:g}", costs.dense(engine)
    figure, (first, second, third) = plt.subplots(3, 1, figsize=(4.8, 1.7 + 0.62 * len(names)))

    steps = {costs.label(n): costs.ratios(engine, n, base, "step") for n in names}
    mine = steps[costs.label(ours)]
    dots(first, steps, dict.fromkeys(steps, costs.step_floor(engine)), "{:.2f}")
    first.axvline(1.0, color=INK, linewidth=0.8, zorder=0)
    says = costs.verdict(mine, costs.noise(engine))
    first.set_title(f"A step takes packed {median(mine):.2f} times\nas long as masked: {says}")

    state, least = {}, {}
    whole = costs.rows(engine, "train", ours)["0"]["eligible"]  # PEFT counts its own matrices, too
    for name in names:
        state[costs.label(name)] = [b / 1e6 for b in costs.values(engine, name, "state_bytes")]
        if "@" in name:
            entries = costs.values(engine, name, "entries")[0]
            least[costs.label(name)] = floors.state_floor(entries, whole) / 1e6
    dots(second, state, least, "{:.0f}")
    kept = [state[costs.label(name)][0] for name in (ours, base)]
    second.set_title(f"Between steps packed keeps {kept[0]:.0f} MB,\nmasked {kept[1]:.0f} MB")

    peak = {costs.label(n): costs.values(engine, n, "peak_mb") for n in names}
    dots(third, peak, {}, "{:.0f}")
    rest = median(peak[costs.label("prompt")]) / median(peak[costs.label(ours)])
    third.set_title(
        f"Peak above the model, MB: a prompt alone has\n{100 * rest:.0f} % of the peak of packed"
    )
    for axes in (first, second, third):
        axes.set_xlim(0, 1.15 * axes.get_xlim()[1])
    return flush(figure)


@drawn
def after_backward(engine: dict) -> Figure:
    """What follows the backward pass, in nanoseconds a weight of the encoder.

    Two models, so that one sees whether it is a matter of size. A grey bar is the time that its
    bytes (`floors.traffic`) take in a large copy; what reads more than it writes may be quicker.
    """
    speed = costs.memory_speed(engine)
    sizes = [size for size in SIZES if costs.rows(engine, "optimizer", size)]
    densities = engine["settings"]["densities"]
    height = 0.9 + 0.34 * len(sizes) * (2 + 3 * len(densities))
    canvas, all_axes = plt.subplots(
        len(sizes), 1, sharex=True, squeeze=False, figsize=(4.8, height)
    )
    for axes, size in zip(all_axes[:, 0], sizes, strict=True):
        repeats = costs.rows(engine, "optimizer", size).values()
        found, least = {}, {}
        for d in densities:
            for way in ("mask", "mask-fused", "ticket"):
                name = f"{way}@{d:g}"
                label = costs.label(name)
                found[label] = [1e9 * row[name] / row["eligible"] for row in repeats]
                if way != "mask":  # a loop over tensors reads the same numbers many times
                    least[label] = 1e9 * floors.traffic(d if way == "ticket" else None) / speed
        dots(axes, found, least, "{:.2f}")
        faster = [
            median(row[f"mask-fused@{d:g}"] / row[f"ticket@{d:g}"] for row in repeats)
            for d in densities
        ]
        told = ", ".join(
            f"{x:.1f} times at {100 * d:g} %" for x, d in zip(faster, densities, strict=True)
        )
        axes.set_title(f"In {SIZES[size][0]} packed is faster than masked,\n{told}")
    all_axes[0, 0].set_xlim(0, 1.15 * all_axes[0, 0].get_xlim()[1])
    all_axes[-1, 0].set_xlabel("ns a weight of the encoder")
    return flush(canvas)
