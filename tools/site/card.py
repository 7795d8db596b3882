"""Draw the card that messengers show beside a link to the book: book/_site/card.png.

1200 by 630 pixels, the size they ask for. On the left the title; on the right a hundred weights,
twenty of them the ticket. The twenty are drawn by chance with a fixed seed, so the same matplotlib
gives the same file; tests/site/test_site.py compares the stored card with a new one.

    python -m tools.site.card

What it does not do: show a result. A picture on a link is seen without its interval.
"""

import io
import random
from pathlib import Path

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from ltp_book.looks import BLUE, INK, SOFT, TEXT, WEIGHT

ROOT = Path(__file__).resolve().parents[2]
CARD = ROOT / "book" / "_site" / "card.png"
STYLE = ROOT / "ltp_book" / "figures" / "ltp.mplstyle"
TITLE = "Lottery Ticket\nPrompt-learning"
LINES = "Train ten vectors and a fifth\nof a small model's encoder\nin English. Ask it in Quechua."


def squares(axes, rows: int = 10, density: float = 0.20) -> None:
    """A square of weights, a share of them in the ticket."""
    places = [(x, y) for y in range(rows) for x in range(rows)]
    ticket = set(random.Random(4).sample(places, round(density * len(places))))
    for x, y in places:
        colour = BLUE if (x, y) in ticket else WEIGHT
        axes.add_patch(
            FancyBboxPatch(
                (x + 0.1, y + 0.1),
                0.8,
                0.8,
                facecolor=colour,
                linewidth=0,
                boxstyle="round,pad=0,rounding_size=0.12",
            )
        )
    axes.set(xlim=(0, rows), ylim=(0, rows), aspect="equal")
    axes.axis("off")


def draw() -> Figure:
    """The card as a figure."""
    with plt.style.context(STYLE):
        figure = plt.figure(figsize=(12, 6.3), dpi=100, layout="none")
        figure.text(
            0.055,
            0.86,
            TITLE,
            fontsize=42,
            weight="bold",
            color=INK,
            va="top",
            linespacing=1.25,
        )
        figure.text(0.055, 0.46, LINES, fontsize=23, color=TEXT, va="top", linespacing=1.5)
        figure.text(0.055, 0.09, "A book of notebooks that run", fontsize=17, color=SOFT)
        squares(figure.add_axes((0.585, 0.13, 0.389, 0.74)))
        plt.close(figure)
        return figure


def png() -> bytes:
    """The card as a file; without matplotlib's name in it, so that only pixels count."""
    file = io.BytesIO()
    draw().savefig(file, format="png", dpi=100, metadata={"Software": None})
    return file.getvalue()


if __name__ == "__main__":
    CARD.write_bytes(png())
    print(f"{CARD.relative_to(ROOT)}: {CARD.stat().st_size:,} bytes")
