"""What the chapters need beside the method: figures, verdicts, explorers, and the lab.

    verdicts    numbers into sentences: what stored results say
    figures     numbers into pictures
    explorers   figures to play with, alive in a page without a kernel
    lab         a ticket chosen and trained live, in a notebook
    checks      exercises that say what is wrong with an answer
    grading     handed-in notebooks, each judged apart from the others: `ltp grade`

`own_language` brings a language that a reader chooses; `shell` is the `ltp` command.

It is a package of its own, so that `ltp_core` stays small. matplotlib and ipywidgets are needed
here and nowhere else.

What it does not do: compute a result. It shows what `ltp_core` computed, and judges exercises.
"""
