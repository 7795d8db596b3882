"""What a lab shows of its runs: a picture, a table and sentences, as plain strings.

The picture is SVG, made of numbers by a few lines: quick enough for several times a second, and no
pyplot is touched, which a second thread may not do. One panel for the loss, one for the accuracy in
each language; a run is a colour, and its number stands at the end of its line. It lies on a light
card, which a dark page turns to dark: lightness is inverted, and hues are turned back.

Reading order: `picture`, `rows` with `table` and `html_table`, then the sentences. What this
file does not do: train (`lab_run`), or hold widgets (`lab`).
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ltp_core.data.languages import LANGUAGES
from ltp_core.measure.evaluate import wilson

from ..explorers.pictures import text
from ..looks import CARD, INK, LINE, SERIES, SOFT, WHITE
from .choice import Bench, Choice
from .run import Run

PALETTE = [look.light for look in SERIES]  # one a run, in turn
WIDTH, HIGH, LEFT, RIGHT = 372, 140, 34, 274  # on a telephone the words are still 10 px high
NOTE = (
    "On a web page this is a picture of runs made before, and its buttons do nothing: they need a "
    "kernel. In a notebook whose buttons do nothing, run the chapter from its top."
)
STYLE = f"""<style>
.ltp-lab {{ background: {CARD}; color: {INK}; padding: 10px; --jp-widgets-label-color: {INK};
  --jp-ui-font-color1: {INK}; --jp-widgets-color: {INK}; --jp-widgets-input-color: {INK};
  --jp-widgets-input-background-color: {WHITE}; }}
.ltp-lab p {{ margin: 4px 0; color: {INK}; line-height: 1.4; }}
.ltp-lab p.ltp-note {{ font-size: 13px; }}
.ltp-lab .widget-html-content {{ min-width: 0; }}
.ltp-lab .ltp-scroll {{ overflow-x: auto; animation: ltp-more linear both;
  animation-timeline: scroll(self inline); }}
@keyframes ltp-more {{
  from, 98% {{ mask-image: linear-gradient(to left, rgb(0 0 0 / .2), black 3rem); }}
  to {{ mask-image: none; }}
}}
.ltp-lab table {{ border-collapse: collapse; color: {INK}; background: {CARD}; }}
.ltp-lab th, .ltp-lab td {{ padding: 2px 8px; text-align: right; white-space: nowrap;
  border-bottom: 1px solid {LINE}; background: {CARD}; }}
:is(html[data-theme="dark"], html[theme="dark"], [data-jp-theme-light="false"], .vscode-dark)
  .ltp-lab {{ filter: invert(.88) hue-rotate(180deg); }}
</style>"""


def colour(run: Run) -> str:
    """The run's colour; the next six runs have the same six."""
    return PALETTE[(run.number - 1) % len(PALETTE)]


def language(code: str) -> str:
    """The name of a language, or its code."""
    return LANGUAGES[code].name if code in LANGUAGES else code


def panel(
    top: int,
    title: str,
    curves: Sequence[tuple[Run, Sequence[tuple[float, float]]]],
    steps: int,
    most: float,
) -> list[str]:
    """One pair of axes with one line per run: points are (step, value), values from 0 to `most`."""
    low, high = top + HIGH - 24, top + 26
    parts = [text(8, top + 16, title), text(LEFT - 6, low + 4, "0", "end", SOFT)]
    parts += [
        text(LEFT - 6, high + 4, f"{most:g}", "end", SOFT),
        text(LEFT, low + 16, "0", "middle", SOFT),
        text(RIGHT, low + 16, f"step {steps}", "middle", SOFT),
    ]
    parts.append(f'<path d="M{LEFT} {high}H{RIGHT}" stroke="{LINE}"/>')
    parts.append(f'<path d="M{LEFT} {high}V{low}H{RIGHT}" fill="none" stroke="{SOFT}"/>')
    for place, (run, points) in enumerate(curves):
        at = [
            (LEFT + (RIGHT - LEFT) * x / steps, low - (low - high) * min(y / most, 1))
            for x, y in points
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        end_x, end_y = at[-1]
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour(run)}" '
            f'stroke-width="2"/><circle cx="{end_x:.1f}" cy="{end_y:.1f}" r="3" '
            f'fill="{colour(run)}"/>'
        )
        # Every run has a column of its own for its number, so that no two lie on each other.
        parts.append(
            text(RIGHT + 12 + 14 * place, end_y + 4, str(run.number), "middle", colour(run))
        )
    return parts


def picture(runs: Sequence[Run]) -> str:
    """The curves of all runs.

    >>> picture([]).count("<svg"), "no run yet" in picture([])
    (1, True)
    """
    steps = max((run.bench.steps for run in runs), default=1)
    losses = [(run, list(enumerate(run.losses, start=1))) for run in runs if run.losses]
    most = max((y for _, points in losses for _, y in points), default=1.0)
    panels = [("loss on the examples", losses, _round_up(most))]
    for code in dict.fromkeys(code for run in runs for code in run.looks):
        curves = [
            (run, [(step, 100 * right / of) for step, right, of in run.looks[code]])
            for run in runs
            if code in run.looks
        ]
        panels.append((f"% right in {language(code)}", curves, 100))
    parts: list[str] = []
    for number, (title, curves, most) in enumerate(panels):
        parts += panel(HIGH * number, title, curves, steps, most)
    if not runs:
        parts.append(text((LEFT + RIGHT) / 2, HIGH / 2, "no run yet: press Train", "middle", SOFT))
    height = HIGH * len(panels) + 6
    return (
        f'<svg role="img" aria-label="{escape(says(runs))}" viewBox="0 0 {WIDTH} {height}" '
        f'style="max-width:{WIDTH}px;width:100%" font-family="sans-serif" font-size="13" '
        f'fill="{INK}"><rect width="{WIDTH}" height="{height}" fill="{CARD}"/>'
        + "".join(parts)
        + "</svg>"
    )


def says(runs: Sequence[Run]) -> str:
    """The picture in words."""
    lines = [
        f"Run {run.number}, {run.choice.what}: loss {run.losses[0]:.2f} at the first step, "
        f"{run.losses[-1]:.2f} at step {len(run.losses)}."
        for run in runs
        if run.losses
    ]
    return " ".join(["Loss and accuracy over the steps, one line per run.", *lines])


def rows(runs: Sequence[Run]) -> list[list[str]]:
    """A head and one row per run: what came of it (a telephone cuts the end), and of what."""
    codes = list(dict.fromkeys(code for run in runs for code in run.looks))
    spoken = [f"{language(code)}, % right" for code in codes]
    head = ["run", *spoken, "loss", "trained", "numbers", "rate", "draw", "steps"]
    body = []
    for run in runs:
        choice, bench = run.choice, run.bench
        numbers = bench.weights(choice) + choice.prompt_length * bench.width
        loss = f"{run.losses[-1]:.2f}" if run.losses else "–"
        last = [run.looks.get(code, [None])[-1] for code in codes]
        body.append(
            [
                str(run.number),
                *map(share, last),
                loss,
                choice.what,
                f"{numbers:,}",
                f"×{choice.rate:.2g}",
                str(choice.draw),
                f"{len(run.losses)}/{bench.steps}",
            ]
        )
    return [head, *body]


def share(look: tuple[int, int, int] | None) -> str:
    """The share of right answers and its 95 % Wilson interval, in percent.

    >>> share((24, 8, 10)), share(None)
    ('80.0 [49.0, 94.3]', '–')
    """
    if look is None:
        return "–"
    _, right, of = look
    mean, low, high = (f"{100 * x:.1f}" for x in (right / of, *wilson(right, of)))
    return f"{mean} [{low}, {high}]"


def table(runs: Sequence[Run]) -> str:
    """The runs as text."""
    if not runs:
        return "a lab, no run yet"
    cells = rows(runs)
    wide = [max(map(len, column)) for column in zip(*cells, strict=True)]
    align = [str.ljust if name in ("run", "trained") else str.rjust for name in cells[0]]
    lines = [
        "  ".join(how(*at) for how, *at in zip(align, row, wide, strict=True)) for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def html_table(runs: Sequence[Run]) -> str:
    """The runs as a table of a page; nothing if there are none."""
    if not runs:
        return ""
    head, *body = rows(runs)
    lines = ["".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)]
    for run, (number, *cells) in zip(runs, body, strict=True):
        first = f'<th scope="row" style="color:{colour(run)}">{number}</th>'
        lines.append(first + "".join(f"<td>{escape(cell)}</td>" for cell in cells))
    trs = "".join(f"<tr>{line}</tr>" for line in lines)
    return (
        '<div class="ltp-scroll" tabindex="0" role="region" aria-label="the runs">'
        f"<table>{trs}</table></div>"
    )


def progress(run: Run) -> str:
    """How far a run is, and for how long it will go on.

    The time is told while it runs and never after, so that what is stored is the same every time.
    """
    loss = f", loss {run.losses[-1]:.2f}" if run.losses else ""
    left = run.seconds_left if run.busy else None
    time = f", about {max(1, round(left))} s left" if left is not None else ""
    return f"step {len(run.losses)} of {run.bench.steps}{loss}{time}"


def plan(bench: Bench, choice: Choice) -> str:
    """What a run with this choice would train."""
    chosen = bench.weights(choice)
    of_encoder, of_all = (f"{100 * chosen / size:.1f} %" for size in bench.sizes)
    parts = [f"{chosen:,} weights ({of_encoder} of the encoder, {of_all} of the model)"]
    parts = parts * bool(chosen)
    parts += [f"a prompt of {choice.prompt_length}"] * bool(choice.prompt_length)
    return (
        f"Train will train {' and '.join(parts)}: {bench.steps} steps on {bench.k} "
        f"{language(bench.language)} examples a class."
    )


def saying(run: Run) -> str:
    """How a run stands, in a sentence."""
    words = {
        "running": "is training.",
        "stopping": "stops after this step.",
        "done": "is done.",
        "stopped": "is stopped; press Continue, or choose something else and press Train.",
        "failed": f"failed: {run.error}. All runs are still here.",
    }
    return f"Run {run.number} {words[run.standing]}"


def _round_up(value: float) -> float:
    """The next half.

    >>> _round_up(2.07), _round_up(0.2)
    (2.5, 0.5)
    """
    return max(0.5, -(-value // 0.5) * 0.5)
