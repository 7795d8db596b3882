"""Does anything go wrong in silence? Bad inputs, kills, and mutants, each in one command.

    python -m tools.torture             10^5 bad inputs over all entry points
    python -m tools.torture.kills       kill -9 at random moments
    python -m tools.torture.mutants     small changes of the code: does a test notice?

Reading order: `judge` (a case, and what may come of it), `good` (what the cases spoil), the areas,
`__main__`; then `kills`; then `mutants`, `mutate`.
"""
