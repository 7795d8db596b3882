"""One page for each student, to be printed: the picture, the words, a place for guesses.

`python -m tools.classroom build` writes it to book/exercises/handout.html: one file, with nothing
beside it, that fits on one side of A4 or Letter. A guess is asked for and never answered.

What it does not do: print. A browser does.
"""

from __future__ import annotations

from ..site import set_repository
from .source import FOLDER, ROOT

HANDOUT = FOLDER / "handout.html"
PICTURE = ROOT / "book" / "figures" / "method.svg"
WORDS = {
    "masked language model": "says which word is at <code>&lt;mask&gt;</code>; no more",
    "cloze": "a text with a hole; the word in the hole is the answer",
    "verbalizer": "eight English words that stand for the eight classes",
    "soft prompt": "ten trained vectors before the text, not words",
    "encoder": "the twelve layers, without the table of words",
    "θ₀, θ₁": "the weights before and after reading English",
    "ticket": "the <i>places</i> of the fifth of the encoder's weights that moved most",
    "frozen": "not changed, not by one bit",
    "random ticket": "as many places, chosen by chance: the control",
    "zero-shot": "asked in a language in which it saw no <i>labelled</i> example",
    "low-resource": "with little text and few data, as Quechua",
    "point": "one percent of all answers; from 20 % to 25 % right are 5 points",
}
WEIGHTS = {  # the example by hand of the chapter; the last line is for the student
    "weight": "1 2 3 4 5",
    "at the start, θ₀": "0.30 −0.20 0.10 0.50 −0.40",
    "after reading English, θ₁": "0.31 −0.20 0.05 0.53 −0.41",
    "moved by": "? ? ? ? ?",
}
GUESSES = {
    "A ticket holds 20 % of the encoder. What share of the whole model is that?": "%",
    "How many weights outside the ticket change in stage 2?": "",
    "Low-resource languages: LTP minus prompt only": "points",
    "Low-resource languages: LTP minus random ticket": "points",
}
PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Lottery Ticket Prompt-learning on one page</title>
<style>
  @page {{ size: auto; margin: 11mm }}
  body {{ max-width: 186mm; margin: 0 auto; font: 9pt/1.25 Arial, "DejaVu Sans", sans-serif }}
  h1 {{ font-size: 15pt; margin: 0 0 2mm }}
  h2 {{ font-size: 11pt; margin: 3mm 0 1mm }}
  p {{ margin: 0 0 1.5mm }}
  main {{ display: grid; grid-template-columns: 72mm 1fr; gap: 0 5mm }}
  svg {{ width: 72mm; height: auto }}
  dl {{ display: grid; grid-template-columns: 24mm 1fr; gap: 0.8mm 2mm; margin: 0 }}
  dt {{ font-weight: bold }}
  dd {{ margin: 0 }}
  table {{ border-collapse: collapse; width: 100% }}
  td, th {{ border: 0.3mm solid #777; padding: 0.8mm 2mm; text-align: left; height: 4.5mm }}
  .line {{ border-bottom: 0.3mm solid #777; height: 7mm }}
  .empty {{ width: 27mm; white-space: nowrap; text-align: right; color: #555 }}
</style>
</head>
<body>
<h1>Lottery Ticket Prompt-learning on one page</h1>
<p>A small model learns from 128 English examples to sort emoji by their names. <b>Can it then sort
them in Quechua, with no labelled example there? Does it help to train a fifth of its encoder, and
does it matter which fifth?</b></p>
<main>
<div>
{picture}
</div>
<div>
<h2 style="margin-top: 0">The words</h2>
<dl>
{words}
</dl>
</div>
</main>
<h2>By hand: which weight is the ticket?</h2>
<p>One fifth of five weights. Fill in the last line, and mark the ticket.</p>
<table>
{weights}
</table>
<h2>Guess before you run</h2>
<table>
<tr><th></th><th class="empty">your guess</th><th class="empty">what came out</th></tr>
{guesses}
</table>
<h2>Of every result, ask</h2>
<p>What was the control? What would we have seen if the idea were wrong?</p>
<h2>At the end: what surprised you, in one sentence?</h2>
<p class="line"></p>
<h2>Save, and hand in</h2>
<p>In Colab, before you write: <i>File → Save a copy in Drive</i>. At the end: <i>Runtime → Restart
session and run all</i>, then <i>File → Download → Download .ipynb</i>. In JupyterLab hand in the
file itself. Call it <code>method-your-name.ipynb</code>. The book: {site}</p>
</body>
</html>
"""


def handout() -> str:
    """The page, with the picture of the method in it."""
    words = "\n".join(f"<dt>{word}</dt><dd>{means}</dd>" for word, means in WORDS.items())
    weights = "\n".join(
        f"<tr><th>{name}</th>{''.join(f'<td>{number}</td>' for number in line.split())}</tr>"
        for name, line in WEIGHTS.items()
    )
    cell = '<td class="empty">{}</td>'
    guesses = "\n".join(
        f"<tr><td>{question}</td>{2 * cell.format(unit)}</tr>" for question, unit in GUESSES.items()
    )
    return PAGE.format(
        picture=PICTURE.read_text(encoding="utf-8").strip(),
        words=words,
        weights=weights,
        guesses=guesses,
        site=set_repository.site(set_repository.current()),
    )
