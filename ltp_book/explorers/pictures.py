"""The still first view of each explorer, as SVG: for readers whose browser runs no script.

A light card with dark text, like the figures of the book, so that it can be read in a dark page.

Reading order: `svg`, then one function per picture. What this file does not do: answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from .. import looks
from ..looks import BLUE, CARD, INK, ORANGE, SOFT

TEXT = '<text x="{:g}" y="{:g}" fill="{}" text-anchor="{}">{}</text>'


def svg(width: int, height: int, says: str, parts: Sequence[str]) -> str:
    """A picture with its words, which also stand below it.

    >>> svg(10, 10, "a < b", []).count("a &lt; b")
    2
    """
    words = escape(says)
    return (
        f'<svg role="img" aria-label="{words}" viewBox="0 0 {width} {height}" '
        f'style="max-width:{width}px;width:100%" font-family="sans-serif" font-size="12">'
        f'<rect width="{width}" height="{height}" fill="{CARD}"/>{"".join(parts)}</svg>'
        f"<p>{words} (Sliding and choosing needs JavaScript.)</p>"
    )


def heat(
    values: Sequence[Sequence[float | None]],
    rows: Sequence[str],
    columns: Sequence[str],
    chance: float,
    says: str,
) -> str:
    """A map (R, C) of shares: blue where above `chance`, orange where below; None stays empty.

    >>> heat([[0.3, None]], ["layer 0"], ["query", "key"], 0.2, "a map").count(">30<")
    1
    """
    wide, high, left, top = 52, 20, 70, 30
    parts = [text(left + wide * (c + 0.5), 20, name, "middle") for c, name in enumerate(columns)]
    for r, name in enumerate(rows):
        y = top + high * r
        parts.append(text(left - 6, y + 14, name, "end"))
        for c, value in enumerate(values[r]):
            if value is not None:
                strength = min(abs(value / chance - 1), 1) * 0.5
                parts.append(
                    f'<rect x="{left + wide * c}" y="{y}" width="{wide - 1}" height="{high - 1}" '
                    f'fill="{BLUE if value > chance else ORANGE}" fill-opacity="{strength:.2f}"/>'
                )
                middle = left + wide * (c + 0.5)
                parts.append(text(middle, y + 14, f"{100 * value:.0f}", "middle"))
    return svg(left + wide * len(columns) + 8, top + high * len(rows) + 8, says, parts)


def lines(curves: Mapping[str, Sequence[tuple[float, float]]], ends: Sequence[str], says: str):
    """Curves of (x, y) from 0 up, one a method; `ends` names the two axes.

    >>> lines({"LTP": [(0, 1.0), (8, 0.5)]}, ["step", "loss"], "a curve").count("<polyline")
    1
    """
    right = max((x for curve in curves.values() for x, _ in curve), default=1) or 1
    top = max((y for curve in curves.values() for _, y in curve), default=1) or 1
    parts = [f'<path d="M40 20V200H400" fill="none" stroke="{SOFT}"/>']
    parts += [text(400, 216, f"{ends[0]} {right:g}", "end"), text(6, 14, f"{ends[1]}, to {top:g}")]
    for number, (name, look) in enumerate(looks.series(curves).items()):
        curve, colour = curves[name], look.light
        points = " ".join(f"{40 + 360 * x / right:.1f},{200 - 180 * y / top:.1f}" for x, y in curve)
        line = f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>'
        parts += [line, text(408, 34 + 18 * number, name, fill=colour)]
    return svg(530, 224, says, parts)


def gaps(rows: Sequence[tuple[str, float, float, float]], says: str) -> str:
    """Differences in points with their intervals, one row each: name, mean, low, high.

    >>> gaps([("Quechua", 3.0, 1.0, 5.0)], "one gap").count("<circle")
    1
    """
    reach = max((abs(end) for row in rows for end in row[1:]), default=1) or 1
    parts = [f'<path d="M300 8V{18 * len(rows) + 10}" stroke="{SOFT}"/>']
    for number, (name, *values) in enumerate(rows):
        y = 18 * number + 18
        mean, low, high = (300 + 170 * value / reach for value in values)
        parts += [
            text(124, y + 4, name, "end"),
            f'<path d="M{low:.1f} {y}H{high:.1f}" stroke="{BLUE}" stroke-width="2"/>',
            f'<circle cx="{mean:.1f}" cy="{y}" r="4" fill="{BLUE}"/>',
            text(520, y + 4, f"{values[0]:+.1f}".replace("-", "−"), "end"),
        ]
    return svg(530, 18 * len(rows) + 16, says, parts)


def text(x: float, y: float, words: str, anchor: str = "start", fill: str = INK) -> str:
    """One line of text."""
    return TEXT.format(x, y, fill, anchor, escape(words))
