"""What tests of figures share: a made-up sweep, contrast, a full drawing."""

import warnings

import numpy as np

from ltp_book.verdicts import findings
from ltp_core.measure import results

CARD = "#f7f7f4"  # the ground of every figure


def a_sweep(accuracy: dict[str, float], languages=("en", "de", "qu"), items=200, seeds=3):
    """Rows as a sweep writes them; a better method is right wherever a worse one is."""
    ease = np.random.default_rng(0).random((seeds, len(languages), items))
    rows = [
        {
            "method": method,
            "seed": s,
            "k": 16,
            "language": code,
            "n": items,
            "base": "b",
            "run": f"{method}-{s}",
            "trained_parameters": 3840,
            "accuracy": share,
            "correct": results.pack(ease[s, i] < share),
        }
        for method, share in accuracy.items()
        for s in range(seeds)
        for i, code in enumerate(languages)
    ]
    return findings.Stored(rows, {code: [f"{i:03}" for i in range(items)] for code in languages})


def luminance(colour: str) -> float:
    rgb = [int(colour.lstrip("#")[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def contrast(a: str, b: str) -> float:
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def draw_whole(figure) -> None:
    """Draw a figure. What cannot be drawn is an error, and a letter that the font lacks is one."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.draw_without_rendering()  # the canvas of a closed figure draws nothing
