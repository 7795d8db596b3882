"""The figures of handing a result on: which file holds what, how large it is, and 20 % of what.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn.

Reading order: `flow` (the files, and the command that makes each), `sizes` (what each thing weighs
as a share of a whole), `denominators` (one density, two readings).

What it does not do: weigh files or count weights. The chapter does.
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ..looks import (
    BLUE,
    EDGE,
    FAINT,
    GREY,
    INK,
    LIGHT_BLUE,
    LINE,
    ORANGE,
    PALE_BLUE,
    TEXT,
    WHITE,
)
from .style import drawn

BOXES = {  # name -> (left, bottom, width, height, its lines); the canvas is 100 by 100
    "base": (0, 79, 40, 21, ["base model", "weights θ₀, tokenizer", "it has a fingerprint"]),
    "ticket": (60, 79, 40, 21, ["ticket", "places, no values", "knows the fingerprint"]),
    "model": (
        14,
        40,
        86,
        26,
        [
            "trained folder",
            "prompt.safetensors: P vectors of H",
            "ticket.safetensors: places, K values",
            "config.json: words, the fingerprint",
        ],
    ),
    "merged": (
        0,
        4,
        100,
        21,
        [
            "merged checkpoint, without the prompt",
            "model.safetensors: any program can read it",
            "unmerge.safetensors: the K weights of before",
        ],
    ),
}
ARROWS = [  # from, to, words, where the words stand, their turn
    ((40, 89), (60, 89), "ltp ticket", (50, 92), 0),
    ((30, 79), (30, 66), "ltp train", (32, 72.5), 0),
    ((80, 79), (80, 66), "ltp train", (82, 72.5), 0),
    ((57, 40), (57, 25), "ltp merge", (59, 32.5), 0),
    ((7, 25), (7, 79), "ltp merge --undo", (3.6, 52), 90),
]


def weight(size: float) -> str:
    """A number of bytes for people, in powers of 1,000.

    >>> weight(15_360), weight(188_300_000)
    ('15.4 kB', '188.3 MB')
    """
    if size < 1000:
        return f"{size:.0f} bytes"
    power = 1 + (size >= 1e6) + (size >= 1e9)
    return f"{size / 1000**power:.1f} {('kB', 'MB', 'GB')[power - 1]}"


@drawn
def flow(**of: int) -> Figure:
    """Which file holds what, which command makes it, and what it weighs.

    of: the bytes of base, ticket, model (the trained folder) and merged.

    >>> figure = flow(base=188_000_000, ticket=2_000_000, model=19_000_000, merged=207_000_000)
    >>> figure.axes[0].get_title("left")
    'Send 19.0 MB to whoever has the 188.0 MB of the base'
    """
    told = {name: weight(of[name]) for name in BOXES}
    figure, axes = plt.subplots(figsize=(4.8, 5.6))
    axes.set_xlim(-1, 101)
    axes.set_ylim(0, 101)
    axes.axis("off")
    for name, (left, bottom, width, height, lines) in BOXES.items():
        sent = name == "model"
        axes.add_patch(
            FancyBboxPatch(
                (left + 1, bottom + 1),
                width - 2,
                height - 2,
                boxstyle="round,pad=1",
                facecolor=PALE_BLUE if sent else WHITE,
                edgecolor=BLUE if sent else EDGE,
                linewidth=2 if sent else 1,
            )
        )
        head, *rest = lines
        top, middle = bottom + height - 3.6, left + width / 2
        axes.text(middle, top, head, ha="center", va="center", fontweight="bold", color=INK)
        for i, line in enumerate([*rest, told[name]], start=1):
            colour = BLUE if i > len(rest) else TEXT
            axes.text(
                middle, top - 4.9 * i, line, ha="center", va="center", fontsize=9.5, color=colour
            )
    for start, end, words, (x, y), turn in ARROWS:
        axes.annotate(
            "",
            end,
            start,
            arrowprops=dict(arrowstyle="-|>", color=ORANGE, linewidth=1.5, shrinkA=0, shrinkB=0),
        )
        where = "center" if turn or y > 90 else "left"
        axes.text(
            x,
            y,
            words,
            ha=where,
            va="center",
            rotation=turn,
            color=ORANGE,
            fontsize=9,
            family="DejaVu Sans Mono",
        )
    said = f"Send {told['model']} to whoever has the {told['base']} of the base"
    axes.set_title(said, wrap=True)
    return figure


@drawn
def sizes(of: Mapping[str, int], *, focus: str, whole: str) -> Figure:
    """What each thing weighs, in bytes, on a scale of powers of ten; `focus` as a share of `whole`.

    >>> figure = sizes({"prompt": 15_360, "model": 1_536_000}, focus="prompt", whole="model")
    >>> figure.axes[0].get_title("left")
    'prompt: 15.4 kB, 1.0 % of model'
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.0 + 0.36 * len(of)))
    least, most = min(of.values()), max(of.values())
    axes.set_xscale("log")
    axes.set_xlim(least / 3, most * 3)
    for y, (name, size) in enumerate(of.items()):
        colour = BLUE if name == focus else ORANGE if name == whole else GREY
        axes.plot([least / 3, size], [y, y], color=FAINT, linewidth=1, zorder=1)
        axes.plot(size, y, "o", color=colour)
        share = f" · {_percent(size / of[whole])}" if name != whole else ""
        axes.annotate(
            weight(size) + share,
            (1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(2, 0),
            textcoords="offset points",
            va="center",
            color=colour,
            fontsize=9.5,
        )
    axes.set_yticks(range(len(of)), list(of))
    axes.set_ylim(len(of) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"bytes, in powers of ten; share of {whole}")
    said = f"{focus}: {weight(of[focus])}, {_percent(of[focus] / of[whole])} of {whole}"
    axes.set_title(said, wrap=True)
    return figure


def _percent(share: float) -> str:
    """A share in percent, with the digits that it needs.

    >>> _percent(0.0912), _percent(1.1), _percent(0.0000804)
    ('9.1 %', '110 %', '0.008 %')
    """
    percent = 100 * share
    return f"{percent:.0f} %" if percent >= 10 else f"{percent:.{1 if percent >= 0.1 else 3}f} %"


@drawn
def denominators(models: Mapping[str, tuple[int, int]], density: float = 0.20) -> Figure:
    """One density, two readings: of the encoder, and of the whole base model.

    models: name -> how many weights (in the encoder, in all).

    >>> denominators({"XLM-R": (85_000_000, 277_500_000)}).get_suptitle()
    '"20 %" of XLM-R: 17.0 or 55.5 million weights'
    """
    figure, all_axes = plt.subplots(
        len(models), 1, squeeze=False, figsize=(4.8, 0.5 + 2.1 * len(models))
    )
    for axes, (name, (encoder, whole)) in zip(all_axes[:, 0], models.items(), strict=True):
        readings = {"of the encoder": density * encoder, "of all": density * whole}
        for y, (words, k) in enumerate(readings.items()):
            _bar(axes, y, k / 1e6, encoder / 1e6, whole / 1e6)
            other = _percent(k / whole) + " of all"
            if y:  # it may lie anywhere, so of the encoder it is only as many as
                other = f"as many as {_percent(k / encoder)} of the encoder"
            said = f"{_percent(density)} {words}: {k / 1e6:.1f} M, {other}"
            axes.text(0, y - 0.37, said, va="bottom", fontsize=9.5, color=BLUE)
        axes.set_ylim(1.4, -0.7)
        axes.set_xlim(0, whole / 1e6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_title(
            f"{name}: {encoder / 1e6:.1f} M in the encoder, {whole / 1e6:.1f} M in all",
            fontsize=10,
            fontweight="normal",
        )
    _note(all_axes[0, 0], *next(iter(models.values())))
    axes.set_xlabel("millions of weights; dark: the ticket")
    few, many = (density * n / 1e6 for n in (encoder, whole))
    said = f'"{_percent(density)}" of {name}: {few:.1f} or {many:.1f} million weights'
    figure.suptitle(said, x=0.01, ha="left", fontsize=11, fontweight="bold")
    return figure


def _bar(axes: Axes, y: float, k: float, encoder: float, whole: float) -> None:
    """The whole model, its encoder, and the ticket, one over the other."""
    for size, colour in ((whole, LINE), (encoder, LIGHT_BLUE), (k, BLUE)):
        axes.barh(y, size, height=0.6, color=colour, linewidth=0)


def _note(axes: Axes, encoder: float, whole: float) -> None:
    """Name the two parts of the uppermost bar."""
    for x, words in ((0.6 * encoder, "encoder"), ((encoder + whole) / 2, "embeddings")):
        axes.text(x / 1e6, 0, words, ha="center", va="center", fontsize=9.5, color=INK)
