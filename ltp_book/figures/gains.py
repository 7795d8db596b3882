"""The figure of a gain in every language: two marks a row, joined by a line.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn.

Reading order: `gains`.

What it does not do: measure, or show how sure each gain is. `findings.rule` says which are clear.
"""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_core.data.languages import HIGH
from ltp_core.measure.bootstrap import Interval

from ..looks import INK, METHODS, STRIPE
from ..verdicts import findings
from .languages import name_of
from .style import drawn


@drawn
def gains(
    before: tuple[str, Mapping[str, float]],
    after: tuple[str, Mapping[str, float]],
    gap: Mapping[str, Interval],
    *,
    does: str,
    floor: tuple[str, float],
) -> Figure:
    """Accuracy with two methods, a row a language, sorted by the second.

    before, after: the code of a method, and language -> accuracy. gap: language -> the paired
    difference. does: how the title names what lies between the two. floor: a name and an accuracy.

    >>> figure = gains(("prompt_only", {"qu": 0.1}), ("ltp", {"qu": 0.3}),
    ...                {"qu": Interval(0.2, 0.1, 0.3)}, does="More", floor=("one answer", 0.2))
    >>> figure.axes[0].get_title("left")
    'More lifts 1 of 1 languages'
    """
    codes = sorted(gap, key=lambda code: (-after[1][code], code))
    figure, axes = plt.subplots(figsize=(4.8, 1.6 + 0.17 * len(codes)))
    for row in range(1, len(codes), 2):  # a stripe leads the eye from the name to the marks
        axes.axhspan(row - 0.5, row + 0.5, color=STRIPE, zorder=0)
    for row, code in enumerate(codes):
        clear = findings.rule(gap[code]) == "better"
        line = dict(linewidth=2.2, color=METHODS[after[0]].light, alpha=0.45)
        ends = [100 * of[code] for _, of in (before, after)]
        axes.plot(ends, [row, row], "-" if clear else ":", zorder=1, **line)
    for x, (method, of) in zip((0.02, 0.36), (before, after), strict=True):
        name, colour, _, marker = METHODS[method]
        axes.plot([100 * of[code] for code in codes], range(len(codes)), marker, color=colour,
                  markersize=4.5, linestyle="none")  # fmt: skip
        where = dict(transform=axes.get_yaxis_transform(), color=colour)
        axes.plot(x, -2.6, marker, markersize=6, clip_on=False, **where)
        axes.text(x + 0.03, -2.6, name, va="center", fontsize=10, **where)
    axes.vlines(100 * floor[1], -1, len(codes) - 0.4, color=INK, linewidth=1, linestyle=":")
    axes.text(100 * floor[1], -1.1, floor[0], va="bottom", ha="center", fontsize=9)
    axes.set_yticks(range(len(codes)), [name_of(code) for code in codes], fontsize=9)
    for label, code in zip(axes.get_yticklabels(), codes, strict=True):
        label.set_fontweight("bold" if code in HIGH else "normal")
    axes.set_ylim(len(codes) - 0.4, -3.8)
    axes.set_xlim(0, 80)
    axes.grid(axis="x")
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("% right; bold: high-resource")
    lifted = sum(findings.rule(one) == "better" for one in gap.values())
    axes.set_title(f"{does} lifts {lifted} of {len(codes)} languages")
    return figure
