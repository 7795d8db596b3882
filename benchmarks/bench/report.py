"""The report: one Markdown page and one figure from a file of results.

Reading order: `markdown`, `figure`. What this file does not do: measure, compute (`table`), judge
(`claims`).
"""

from __future__ import annotations

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from ltp_book.figures.style import drawn
from ltp_book.looks import BLUE, FAINT
from ltp_core.measure.floors import spread

from . import claims, table


def markdown(results: dict) -> str:
    """The whole page."""
    about, settings = results["about"], results["settings"]
    failed = {key: row["failed"] for key, row in results["rows"].items() if "failed" in row}
    lines = [
        "# The ticket engine, side by side\n",
        "Written by `python benchmarks/engine.py`; not edited by hand. Ratios are medians over "
        f"{settings['repeats']} repeats, in brackets the quartiles.\n",
        f"Machine: {about['machine']}. {about['versions']}. Model: {settings['model']}, batches of "
        f"{settings['batch_size']}, {settings['precision']}.\n",
        *table.section("What was promised", claims.HEAD, claims.claims(results)),
        *table.section("The machine", table.MACHINE, table.machine_table(results)),
        *table.section("The whole", table.WHOLE, table.whole_table(results)),
        *table.section("Training on the same texts", table.TRAIN, table.train_table(results)),
        *table.section("After the backward pass", table.OPTIMIZER, table.optimizers(results)),
        *table.section("Choosing the ticket", table.SELECTION, table.selection_table(results)),
        *table.section("On disk", table.FILES, table.files_table(results)),
        *table.section("Not measured", ("row", "why"), failed.items()),
    ]
    return "\n".join(lines)


@drawn
def figure(results: dict) -> Figure:
    """For each method, in units of full fine-tuning: step, what follows the backward pass, memory.

    A dot is the median, a line the quartiles, a grey bar the floor. Titles give the first ticket's.
    """
    found = table.repeats(results, "train")
    names = [name for name in found if name != "full"][::-1]
    ours = next((name for name in found if name.startswith("ticket")), None)
    panels = {"step": "A step", "rest": "After the backward pass", "peak_mb": "Peak memory"}
    size = (4.8, 0.9 + len(panels) * (0.55 + 0.2 * len(names)))
    canvas, all_axes = plt.subplots(len(panels), 1, figsize=size)
    for axes, (key, title) in zip(all_axes, panels.items(), strict=True):
        for y, name in enumerate(names):
            if not (ratios := table.ratios(found[name], found["full"], key)):
                continue  # memory cannot be measured here
            middle, low, high = spread(ratios)
            colour = BLUE if name.startswith("ticket") else "#5f5f66"
            axes.plot([low, high], [y, y], color=colour)
            axes.plot(middle, y, marker="o", color=colour)
        if key == "step" and "0" in found.get("prompt", {}):
            least = found["prompt"]["0"]["flops"] / found["full"]["0"]["flops"]
            axes.axvline(least, color=FAINT, linewidth=4, zorder=0)
        axes.axvline(1.0, color="#33333a", linewidth=0.8, zorder=0)
        axes.set_yticks(range(len(names)), [table.label(n).replace("**", "") for n in names])
        axes.tick_params(axis="y", length=0, labelsize=8)
        axes.set_xlim(left=0)
        if ours and (ratios := table.ratios(found[ours], found["full"], key)):
            title += f": a ticket {spread(ratios)[0]:.2f}, full fine-tuning 1"
        axes.set_title(title, fontsize=10, x=-0.55)
    return canvas
