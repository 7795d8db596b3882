"""Three figures to play with, alive in a page that has no kernel and no network.

    layers(sketches, found)    where a ticket's places are: any density, layers and modules
    training(trace)            four quantities of every method, step by step
    languages(found, task)     who gains from what, language by language, with examples

Their data come from `sketch` (after stage 1), `record` (during stage 2) and `findings.stored`
(after a sweep); all of it is plain JSON or result rows, to be stored and shown later. `stored`
reads the sketches and the trace that lie in data/results.

Reading order: `page` (how such a figure is made), `which_layers` with `sketch`, `step_by_step` with
`trace`, `who_gains` with `draws`; `pictures` for readers without scripts; `files` for what lies
stored.

What it does not do: compute in the page what was not measured. Where no run exists it says so.
"""

from .files import absent, stored
from .page import Explorer
from .sketch import shares, sketch
from .step_by_step import training
from .trace import record
from .which_layers import layers
from .who_gains import languages

__all__ = [
    "Explorer",
    "absent",
    "languages",
    "layers",
    "record",
    "shares",
    "sketch",
    "stored",
    "training",
]
