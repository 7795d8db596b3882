"""The methods with a hand-written prompt: a sentence around the text, and no soft prompt.

All train with the template of the source language, or with the one in the options. The plain ones
are tested with it in every language; those with `_own` with a language's own template; `_words`
with its own label words, too.

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
from .templates import follow
from .templates import template as sentence

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.backbone import Backbone
    from ..stage2.train import HasWords
    from ..ticket.ticket import Ticket


def _template(shots: Rows, source: str) -> str:
    return sentence(source, pair="text_pair" in column_names(shots))


def _form(shots: Rows, source: str, options: dict[str, Any]) -> dict[str, Any]:
    """The options with a template, and without a soft prompt."""
    return {"template": _template(shots, source)} | options | {"prompt_length": 0}


@method
def template_zero(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    source: str = "en",
    template: str | None = None,
    truncate: bool = False,
    **options: Any,
) -> Trained:
    """Train nothing; ask with a hand-written template.

    Of `shots` only the names of the columns matter, of the options `template` and `truncate`.
    """
    form = Form(template=template or _template(shots, source), truncate=truncate)
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
    return train(lm, shots, task=task, full=True, **_form(shots, source, options))


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
    return train(lm, shots, task=task, ticket=ticket, **_form(shots, source, options))


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
