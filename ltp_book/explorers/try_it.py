"""The embedded model in the page: the data of the explorer that asks it (`try_it.html`).

The model itself is no part of this piece of HTML. It lies on the site, is loaded after a click, and
runs in a worker: book/_site/try/*.js, `python -m tools.site.model`. So the explorer works on the
built pages, and says so elsewhere.

Reading order: `try_it`. What this file does not do: answer.
"""

from __future__ import annotations

from ltp_core import tasks
from ltp_core.data.languages import LANGUAGES
from ltp_core.data.paths import data_dir

from .. import looks
from .page import Explorer, explorer

UNTRAINED = "template_zero"  # its grey-green; a model that nothing trained has no look of its own
EXAMPLE = "lemon; citrus, fruit"  # of the kind that the model was made for
FIRST = ("weights.safetensors", "tokenizer.json", "config.json")


def try_it(example: str = EXAMPLE) -> Explorer:
    """The explorer; `example` is the text that stands there at first.

    >>> try_it()
    Explorer(try_it, ... bytes)
    """
    methods = {"untrained": looks.look(UNTRAINED)._replace(name="untrained")}
    methods |= {code: looks.look(code) for code in ("prompt_only", "ltp", "full")}
    methods["full"] = methods["full"]._replace(name="all weights")
    task = tasks.emoji()
    data = {
        "bytes": sum((data_dir() / "backbone" / name).stat().st_size for name in FIRST),
        "example": example,
        "labels": task.labels,
        "words": task.words,
        "languages": {code: LANGUAGES[code].name for code in task.languages},
        "methods": {code: look._asdict() for code, look in methods.items()},
        "modules": looks.MODULES,
    }
    return explorer("try_it", data, "<p>This figure runs a model; it needs scripts.</p>")
