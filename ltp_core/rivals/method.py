"""What makes a function a method: rates of its own, and the options of `train` as keywords.

    @method
    def cloze(lm, shots, *, task, **options):          # the rates are in `options`
        return train(lm, shots, task=task, full=True, **options | {"prompt_length": 0})

A caller's rates replace the method's own. What a method cannot do without it writes over the
caller's options, as `cloze` does with the length of the prompt: a sweep gives one to all methods.

Reading order: `RATES`, `rates_key`, `method`.

What it does not do: tune. `RATES` is where the search starts; `study/tuning.py` searches.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Signature, signature
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..keywords import takes
from ..stage2.train import RATES as KINDS
from ..stage2.trained import Trained
from ..training.options import Stage2Options

if TYPE_CHECKING:
    from ..data.rows import Rows
    from ..model.backbone import Backbone

PROMPT, TICKET, FULL = KINDS["prompt"], KINDS["ticket"], KINDS["full"]
RATES = {  # peak rates (body, prompt or head): the middle of the grid in benchmarks/grid.toml
    "prompt_only": PROMPT,
    "deep_prompt": (0.0, 1e-2),
    "full": FULL,
    "cloze": FULL,
    "head": (FULL[0], 1e-3),
    "codeswitch": FULL,
    "lora": (5e-4, 5e-3),
    "bitfit": (1e-3, 5e-3),
    "ltp": TICKET,
    "ticket_only": TICKET,
    "random_ticket": TICKET,
    "magnitude_ticket": TICKET,
    "gradient_ticket": TICKET,
    "middle_layers": TICKET,
    "lt_sft": TICKET,
    "template_full": FULL,
    "template_ltp": TICKET,
}
Method = TypeVar("Method", bound=Callable[..., Trained])


def rates_key(name: str) -> str | None:
    """The method whose rates this one shares; None where nothing is trained.

    >>> rates_key("template_full_own"), rates_key("shuffled_ticket"), rates_key("template_zero")
    ('template_full', 'ltp', None)
    """
    name = name.removesuffix("_own").removesuffix("_language")
    name = "ltp" if name in ("shuffled_ticket", "layer_budget_ticket") else name
    return name if name in RATES else None


def method(function: Method) -> Method:
    """Give a function its own rates, and show and check the options that go on to `train`.

    Raises:
        TypeError: in the call, an unknown keyword; the sentence names the nearest right one.

    >>> @method
    ... def full(lm, shots, *, task, **options):
    ...     return options
    >>> full(None, None, task=None, epochs=3)
    {'learning_rate': 5e-05, 'prompt_rate': 0.005, 'epochs': 3}
    >>> full(None, None, task=None, epoch=3)
    Traceback (most recent call last):
    TypeError: full() has no keyword 'epoch'; did you mean 'epochs'?
    """
    key = rates_key(function.__name__)
    body, prompt = RATES[key] if key else (None, None)
    rates = {"learning_rate": body, "prompt_rate": prompt} if key else {}

    def keywords(**given: Any) -> dict[str, Any]:
        return rates | given

    _, _, *own, _ = signature(function).parameters.values()  # without lm, shots and **options
    names = {parameter.name for parameter in own}
    others = [p for name, p in signature(Stage2Options).parameters.items() if name not in names]
    vars(keywords)["__signature__"] = Signature([*own, *others])

    @takes(keywords)
    @wraps(function)
    def call(lm: Backbone, shots: Rows, given: dict[str, Any]) -> Trained:
        return function(lm, shots, **given)

    return cast(Method, call)
