"""The figure of stage 2 in motion: what is trained is drawn, what is not is not."""

import matplotlib
import numpy as np

from ltp_book.figures import training_trace as motion

RUNS = [
    {
        "name": "prompt only",
        "loss": [2.0] * 9,
        "at": [3, 6, 9],
        "prompt": [0.1, 0.2, 0.3],
        "weights": [None] * 3,
    },
    {
        "name": "ticket only",
        "loss": [2.0, 1.0, 0.0] * 3,
        "at": [3, 6, 9],
        "prompt": [None] * 3,
        "weights": [1e-4, 2e-4, 3e-4],
    },
    {
        "name": "both",
        "loss": [1.0] * 9,
        "at": [3, 6, 9],
        "prompt": [0.1, 0.2, 0.2],
        "weights": [1e-4, 2e-4, 2e-4],
    },
]


def test_each_panel_has_the_lines_of_what_was_trained():
    matplotlib.use("agg")
    figure = motion.motion(RUNS, window=3)
    assert [len(axes.lines) for axes in figure.axes] == [3, 2, 2]
    first, second = figure.get_suptitle().splitlines()
    assert first in ("Ticket only ends with the lowest loss:", "Both ends with the lowest loss:")
    assert second == "prompt only 2.00, ticket only 1.00, both 1.00"
    assert figure.axes[0].get_title("left") == "loss on the examples, mean of 3 steps"
    names = [[text.get_text() for text in axes.texts] for axes in figure.axes]
    assert names[1:] == [["prompt only", "both"], ["ticket only", "both"]]
    heights = [text.xy[1] for text in figure.axes[1].texts]
    assert heights == [0.3, 0.2]  # each name at the end of its line
    assert np.allclose(figure.axes[2].lines[0].get_ydata(), [1e-4, 2e-4, 3e-4])
    assert not matplotlib.pyplot.get_fignums() and figure.get_figwidth() == 4.8
