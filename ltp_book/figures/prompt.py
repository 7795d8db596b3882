"""The figures of a soft prompt: what goes in, what is asked, what pulls, where it went.

Same style and same promise as `figures`: plain values in, a closed matplotlib figure out, and a
title that is computed from what is drawn. Orange is what may move.

Reading order: `entering` (the input), `chances` (the verbalizer), `pull` (the gradient), `drift`
(where the vectors went); then `prompt_scores.py`, whose figures have their names here too.

What it does not do: train, or look anything up in a vocabulary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from torch import Tensor

from ..looks import BLUE, GREY, INK, LINE, ORANGE, PALE_BLUE, PALE_ORANGE, SKY, WHITE
from .prompt_accuracy import LOOKS, answers, names_below, shortfall
from .style import drawn, grid

__all__ = ["answers", "chances", "drift", "entering", "pull", "shortfall"]

FRAME, FREE, TEXT = LINE, PALE_ORANGE, PALE_BLUE  # light grounds for dark words


@drawn
def entering(texts: Mapping[str, Sequence[str]], length: int) -> Figure:
    """What goes in, one column a text, read downwards; its prompt vectors in orange.

    texts: a name and its pieces, `<s>` first and `<mask> </s>` last.

    >>> figure = entering({"en": ["<s>", "▁ship", "<mask>", "</s>"]}, length=2)
    >>> [text.get_text() for text in figure.axes[0].texts]
    ['<s>', 'v1', 'v2', '▁ship', '<mask>', '</s>']
    """
    free = [f"v{i + 1}" for i in range(length)]
    columns = [[first, *free, *rest] for first, *rest in texts.values()]
    tall = max(map(len, columns))
    figure, axes = plt.subplots(figsize=(4.8, 0.9 + 0.22 * tall))
    for x, column in enumerate(columns):
        for y, piece in enumerate(column):
            answer = y == len(column) - 2
            ground = BLUE if answer else FREE if 0 < y <= length else TEXT
            ground = FRAME if y in (0, len(column) - 1) else ground
            cell = plt.Rectangle((x - 0.47, y - 0.44), 0.94, 0.88, color=ground, linewidth=0)
            axes.add_patch(cell)
            axes.text(
                x, y, piece, ha="center", va="center", fontsize=9, color=WHITE if answer else INK
            )
    axes.set(xlim=(-0.55, len(columns) - 0.45), ylim=(tall - 0.4, -0.6), ylabel="place")
    axes.set_xticks(range(len(columns)), list(texts))
    axes.set_yticks(range(0, tall, 5))
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    axes.set_title(f"{length} of {tall} places are free vectors")
    return figure


def chances(
    scores: Tensor, words: Sequence[str], names: Sequence[str], right: Sequence[int]
) -> Figure:
    """The share of each label word at the hole, a column a text; the right word is framed.

    scores: class logits (B, C). The title counts the texts whose right word has most.

    >>> import torch
    >>> figure = chances(torch.eye(2), ["cat", "dog"], ["a", "b"], right=[0, 0])
    >>> figure.axes[0].get_title("left")
    'The right word leads in 1 of 2 texts'
    """
    first = sum(int(best) == row for best, row in zip(scores.argmax(dim=1), right, strict=True))
    title = f"The right word leads in {first} of {len(right)} texts"
    figure = grid(scores.softmax(dim=1).T.numpy(), words, names, title=title)
    for column, row in enumerate(right):
        frame = plt.Rectangle(
            (column - 0.5, row - 0.5), 1, 1, fill=False, edgecolor=ORANGE, linewidth=2.5
        )
        figure.axes[0].add_patch(frame)
    return figure


@drawn
def pull(lengths: Sequence[float], names: Sequence[str], free: Sequence[bool]) -> Figure:
    """How long the gradient of the loss is at each place of one text; free places in orange.

    >>> figure = pull([0.1, 0.3, 0.2], ["<s>", "v1", "<mask>"], free=[False, True, False])
    >>> figure.axes[0].get_title("left").splitlines()
    ['The gradient reaches 3 of 3 places;', '1 of them may move']
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.1 + 0.2 * len(names)))
    axes.barh(
        range(len(names)),
        lengths,
        height=0.72,
        color=[ORANGE if may else SKY for may in free],
    )
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_xlabel("length of the gradient")
    reached = sum(length > 0 for length in lengths)
    axes.set_title(
        f"The gradient reaches {reached} of {len(names)} places;\n{sum(free)} of them may move"
    )
    return figure


@drawn
def drift(home: Sequence[float], moved: Sequence[float], chance: Sequence[float]) -> Figure:
    """Cosines: a vector with the piece it began as, its movement with the piece nearest to that.

    home, moved: one number a vector. chance: as `moved`, for movements that mean nothing.

    >>> figure = drift([0.9, 0.7], [0.3, 0.3], [0.2, 0.25, 0.3])
    >>> figure.axes[0].get_title("left")
    '0 of 2 movements come nearer to a piece\\nthan shuffled ones do'
    """
    figure, axes = plt.subplots(figsize=(4.8, 1.7 + 0.24 * len(home)))
    axes.axvspan(min(chance), max(chance), color=LINE, linewidth=0)
    for values, (colour, marker) in ((home, LOOKS[2]), (moved, LOOKS[1])):
        axes.plot(values, range(len(values)), marker, color=colour)
    names_below(
        axes,
        {"first piece": LOOKS[2], "nearest to its movement": LOOKS[1], "chance": (GREY, "")},
        (0, 0.28, 0.8),
    )
    axes.set_yticks(range(len(home)), [f"v{i + 1}" for i in range(len(home))])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(min(0, *home), 1.02)
    axes.invert_yaxis()
    axes.grid(axis="x")
    axes.set_xlabel("cosine (1: the same direction)")
    beyond = sum(value > max(chance) for value in moved)
    axes.set_title(
        f"{beyond} of {len(moved)} movements come nearer to a piece\nthan shuffled ones do"
    )
    return figure
