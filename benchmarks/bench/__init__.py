"""The parts of `benchmarks/engine.py`: what is measured, on what, against whom, how it is told.

Reading order: `measure` (clocks, counters, floors), `workloads` (models and data), `rivals` (the
methods, a few lines each), `selections` (ways to choose a ticket), `rows` (one measurement each),
`table`, `claims` (what was promised), `report` (the page and the figure).
"""
