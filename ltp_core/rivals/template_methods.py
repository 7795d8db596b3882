"""The methods with a hand-written prompt: a sentence around the text, and no soft prompt.

All train with the template of the source language. The plain ones are tested with it in every
language; those with `_own` with a language's own template; `_words` with its own label words, too.

Reading order: top to bottom.

What it does not do: hold the sentences (`templates.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accelerate import Accelerator

from ..data.rows import column_names
from ..stage2.train import train
from ..stage2.trained import Trained
from ..training.options import Form
from .method import method
from .templates import follow, template

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.backbone import Backbone
    from ..stage2.train import HasWords
    from ..ticket.ticket import Ticket


def _template(shots: Rows, source: str) -> str:
    return template(source, pair="text_pair" in column_names(shots))


@method
def template_zero(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    source: str = "en",
    truncate: bool = False,
    **options: Any,
) -> Trained:
    """Train nothing: of `shots` only the names of the columns matter, of the options `truncate`."""
    form = Form(template=_template(shots, source), truncate=truncate)
    model = Trained(lm, task.words, 0, form)
    model.labels = getattr(task, "labels", None)
    return model.to(Accelerator().device).close()


@method
def template_zero_own(
    lm: Backbone, shots: Rows, *, task: HasWords, source: str = "en", **options: Any
) -> Trained:
    """Train nothing; test with each language's own template."""
    return follow(template_zero(lm, shots, task=task, source=source, **options))


@method
def template_zero_words(
    lm: Backbone, shots: Rows, *, task: HasWords, source: str = "en", **options: Any
) -> Trained:
    """Train nothing; test with each language's own template and its own label words."""
    return follow(template_zero(lm, shots, task=task, source=source, **options), words=True)


@method
def template_full(
    lm: Backbone, shots: Rows, *, task: HasWords, source: str = "en", **options: Any
) -> Trained:
    """Train every weight behind a hand-written template."""
    form = {"template": _template(shots, source), "prompt_length": 0}
    return train(lm, shots, task=task, full=True, **options | form)


@method
def template_full_own(
    lm: Backbone, shots: Rows, *, task: HasWords, source: str = "en", **options: Any
) -> Trained:
    """As `template_full`; test with each language's own template."""
    return follow(template_full(lm, shots, task=task, source=source, **options))


@method
def template_ltp(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    ticket: Ticket,
    source: str = "en",
    **options: Any,
) -> Trained:
    """Train the ticket behind a hand-written template in place of the soft prompt."""
    form = {"template": _template(shots, source), "prompt_length": 0}
    return train(lm, shots, task=task, ticket=ticket, **options | form)


@method
def template_ltp_own(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    ticket: Ticket,
    source: str = "en",
    **options: Any,
) -> Trained:
    """As `template_ltp`; test with each language's own template."""
    return follow(template_ltp(lm, shots, task=task, ticket=ticket, source=source, **options))
