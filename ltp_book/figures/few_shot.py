"""The figures of help from outside: a template's places, a dictionary's entries, what they buy.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. Orange is what a human had to bring.

Reading order: `worth` (own examples against English ones), `frames` (templates), `entries` (a
dictionary), `differences` (what was bought).

What it does not do: measure, or write the words of other scripts, for which the font has no forms.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure.bootstrap import Interval

from ..looks import BLUE, DEEP_ORANGE, GREY, GROUPS, INK, LINE, PALE_BLUE
from ..verdicts import findings
from .style import _apart, drawn, flush

WIDE = 3.0  # the width of a text, which may have any number of pieces
LOOKS = {code: (GROUPS[code].light, GROUPS[code].marker) for code in findings.GROUPS}
FORMS = {"^": "▲", "s": "■", "o": "●"}


@drawn
def worth(
    english: Mapping[str, Mapping[int, Interval]], own: Mapping[str, Interval], texts: int
) -> Figure:
    """Accuracy over the number of English texts, and what `texts` texts of the own language reach.

    english: group -> number of English texts -> accuracy. own: group -> accuracy.

    >>> accuracy = {n: Interval(x, x, x) for n, x in ((128, 0.3), (948, 0.5))}
    >>> figure = worth({"low": accuracy}, {"low": Interval(0.45, 0.4, 0.5)}, texts=128)
    >>> print(figure.axes[0].get_title("left"))
    To reach 128 texts of one's own, English
    needs 948 (low-resource)
    """
    figure, axes = plt.subplots(figsize=(4.8, 3.8))
    first, heights = {}, {}  # how many English texts reach the level, None if no number does
    sizes = sorted({n for of in english.values() for n in of})
    for group, of in english.items():
        (colour, marker), level = LOOKS[group], own[group]
        mine = sorted(of)
        axes.plot(mine, [100 * of[n].mean for n in mine], marker, color=colour, linestyle="-")
        axes.vlines(
            mine,
            [100 * of[n].low for n in mine],
            [100 * of[n].high for n in mine],
            color=colour,
            linewidth=1,
        )
        axes.axhspan(100 * level.low, 100 * level.high, color=colour, alpha=0.12, linewidth=0)
        axes.axhline(100 * level.mean, color=colour, linewidth=1.5, linestyle="--")
        heights[group] = 100 * level.mean
        first[group] = next((n for n in mine if of[n].mean >= level.mean), None)
    for group, height in _apart(heights, 6).items():
        axes.annotate(
            f"own {texts}",
            (1, height),
            xycoords=("axes fraction", "data"),
            va="center",
            xytext=(5, 0),
            textcoords="offset points",
            color=LOOKS[group][0],
        )
    axes.set_xscale("log")
    axes.set_xticks(sizes, sizes)
    axes.minorticks_off()
    axes.set_ylim(0, 100)
    axes.grid(axis="y")
    axes.set_xlabel("English texts; dashed: texts of the own language")
    axes.set_ylabel("mean % right, with 95 % interval")
    _key(axes, list(english))
    axes.set_title(_needed(first, texts, sizes[-1]))
    return flush(figure)


def _needed(first: Mapping[str, int | None], texts: int, most: int) -> str:
    """How many English texts each group needs to reach the level; None: the most are too few.

    >>> print(_needed({"low": None, "high": 499}, 128, 948))
    To reach 128 texts of one's own, English
    needs 499 (high-resource); 948 are too few (low-resource)
    """
    needs = [f"{n} ({findings.GROUPS[group]})" for group, n in first.items() if n]
    short = [findings.GROUPS[group] for group, n in first.items() if not n]
    if not needs:
        return f"{most} English texts are too few\nto reach {texts} of one's own"
    tail = f"; {most} are too few ({', '.join(short)})" if short else ""
    return f"To reach {texts} texts of one's own, English\nneeds {', '.join(needs)}{tail}"


def _key(axes: Axes, groups: Sequence[str]) -> None:
    """The names of the groups with their marks, under the axis."""
    for number, group in enumerate(groups):
        colour, marker = LOOKS[group]
        axes.annotate(
            f"{FORMS[marker]} {findings.GROUPS[group]}",
            (0.36 * number, 0),
            xytext=(0, -46),
            xycoords="axes fraction",
            textcoords="offset points",
            color=colour,
            fontsize=9.5,
        )


@drawn
def frames(parts: Mapping[str, Sequence], mask: int) -> Figure:
    """What a template puts around a text, one row per language: its words orange, the hole blue.

    parts: language -> what `cloze.frame` gives, ids where fixed and a field's name where text goes.

    >>> figure = frames({"en": [[0], "{text}", [5, 6, 9, 5, 2]], "sw": [[0], "{text}", [9, 2]]}, 9)
    >>> figure.axes[0].get_title("left")
    '2 templates: each adds 0 to 3 pieces'
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.0 + 0.22 * len(parts)))
    added, right = [], 0.0
    for y, row in enumerate(parts.values()):
        kinds = _kinds(row, mask)
        added.append(kinds.count("word"))
        x = 0.0
        for kind in kinds:
            wide = WIDE if kind == "text" else 1.0
            ground = {"text": PALE_BLUE, "word": DEEP_ORANGE, "hole": BLUE, "end": LINE}[kind]
            axes.add_patch(
                plt.Rectangle((x + 0.04, y - 0.4), wide - 0.08, 0.8, color=ground, linewidth=0)
            )
            x += wide
        axes.text(1 + WIDE / 2, y, "text", ha="center", va="center", fontsize=9.5, color=INK)
        right = max(right, x)
    axes.set_yticks(range(len(parts)), [LANGUAGES[code].name for code in parts], fontsize=9.5)
    axes.set(xlim=(0, right + 0.2), ylim=(len(parts) - 0.4, -0.6))
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_xlabel("a square is a piece. orange: a human's words; blue: the hole", fontsize=9.5)
    span = f"{min(added)} to {max(added)}" if min(added) < max(added) else f"{added[0]}"
    axes.set_title(f"{len(parts)} templates: each adds {span} pieces")
    return flush(figure)


def _kinds(row: Sequence, mask: int) -> list[str]:
    """What stands at each place of a row: the ends, a text, a hole, or a human's word.

    >>> _kinds([[0], "{text}", [5, 9, 5, 2]], mask=9)
    ['end', 'text', 'word', 'hole', 'word', 'end']
    """
    flat = [piece for part in row for piece in ([part] if isinstance(part, str) else part)]
    middle = ["text" if isinstance(p, str) else "hole" if p == mask else "word" for p in flat[1:-1]]
    return ["end", *middle, "end"]


@drawn
def entries(counts: Mapping[str, tuple[int, int]], names: int) -> Figure:
    """For how many English names a dictionary has a translation, and how often it is the same word.

    counts: language -> (names that differ from the English, names that are the same).
    names: how many English names there are.

    >>> figure = entries({"qu": (800, 50), "de": (948, 0)}, names=948)
    >>> print(figure.axes[0].get_title("left"))
    Of 948 names 850 (Quechua) to 948 (German)
    have a translation; up to 50 are the English word
    """
    order = sorted(counts, key=lambda code: -sum(counts[code]))
    figure, axes = plt.subplots(figsize=(4.8, 1.5 + 0.27 * len(order)))
    for y, code in enumerate(order):
        differ, same = counts[code]
        axes.barh(y, differ, height=0.66, color=DEEP_ORANGE)
        axes.barh(y, same, left=differ, height=0.66, color=GREY)
        axes.annotate(
            f"{differ} + {same}",
            (differ + same, y),
            xytext=(4, 0),
            va="center",
            textcoords="offset points",
            fontsize=9.5,
        )
    axes.set_yticks(range(len(order)), [LANGUAGES[code].name for code in order])
    axes.set(xlim=(0, 1.22 * names), ylim=(len(order) - 0.4, -0.6))
    axes.set_xticks([tick for tick in axes.get_xticks() if tick <= names])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x")
    axes.set_xlabel("entries. orange: another word; grey: the English one", fontsize=9.5)
    last, first = order[-1], order[0]
    axes.set_title(
        f"Of {names} names {sum(counts[last])} ({LANGUAGES[last].name}) to "
        f"{sum(counts[first])} ({LANGUAGES[first].name})\nhave a translation; up to "
        f"{max(same for _, same in counts.values())} are the English word"
    )
    return flush(figure)


@drawn
def differences(gaps: Mapping[str, Mapping[str, Interval]], what: str) -> Figure:
    """Several differences with 95 % intervals, by group of languages; hollow: zero is inside.

    gaps: what minus what -> group ("low", "high", "en") -> Interval. what: what the first of each
    pair has that the second lacks; the title says what that was good for.

    >>> gaps = {"with minus without": {"low": Interval(0.02, 0.01, 0.03)}}
    >>> print(differences(gaps, "A sentence").axes[0].get_title("left"))
    A sentence: 2 points better
    """
    groups = [group for group in LOOKS if any(group in of for of in gaps.values())]
    figure, axes = plt.subplots(figsize=(4.8, 1.7 + 0.62 * len(gaps)))
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    for y, (name, of) in enumerate(gaps.items()):
        axes.text(
            0, y - 0.36, name, transform=axes.get_yaxis_transform(), va="center", fontsize=9.5
        )
        for number, group in enumerate(group for group in groups if group in of):
            _mark(axes, of[group], y + 0.2 * number - 0.1, LOOKS[group])
    axes.set_ylim(len(gaps) - 0.35, -0.75)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.12 * (high - low))
    axes.grid(axis="x")
    axes.set_xlabel("points, with 95 % interval; hollow: zero is inside (no correction)")
    _key(axes, groups)
    axes.set_title(f"{what}: {_bought([gap for of in gaps.values() for gap in of.values()])}")
    return figure


def _bought(gaps: Sequence[Interval]) -> str:
    """From the least to the largest difference, and whether all are told from zero.

    >>> better, unclear = Interval(0.03, 0.01, 0.05), Interval(0.01, -0.01, 0.03)
    >>> _bought([better]), _bought([better, Interval(0.08, 0.07, 0.09)])
    ('3 points better', '3 to 8 points better')
    >>> print(_bought([better, unclear]))
    from +1 to +3 points,
    a clear difference in 1 of 2
    """
    said = [findings.rule(gap) for gap in gaps]
    points = sorted((round(100 * gap.mean) + 0 for gap in gaps), key=abs)
    for verdict in ("better", "worse"):
        if said.count(verdict) == len(said):
            ends = dict.fromkeys(str(abs(point)) for point in (points[0], points[-1]))
            return f"{' to '.join(ends)} points {verdict}"
    clear = len(said) - said.count("no clear difference")
    return (
        f"from {min(points):+d} to {max(points):+d} points,\n"
        f"a clear difference in {clear} of {len(said)}"
    )


def _mark(axes: Axes, gap: Interval, y: float, look: tuple[str, str]) -> None:
    """A difference with its interval and its number, full where it is told from zero."""
    middle, low, high = (100 * x for x in gap)
    colour, marker = look
    ground = axes.get_facecolor() if findings.rule(gap) == "no clear difference" else colour
    axes.plot([low, high], [y, y], color=colour, linewidth=1.5)
    axes.plot(middle, y, marker, markerfacecolor=ground, markeredgecolor=colour)
    axes.annotate(
        f"{round(middle, 1) + 0.0:+.1f}",
        (high, y),
        xytext=(5, 0),
        va="center",
        textcoords="offset points",
        color=colour,
        fontsize=9.5,
    )
