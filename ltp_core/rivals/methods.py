"""The rivals, a few lines each. All go through the same loop; they differ in what may move.

    method               trains                                  reads the answer
    prompt_only          the soft prompt, the model is frozen    cloze
    deep_prompt          a prompt in every layer                 cloze
    full                 every weight and the prompt             cloze
    cloze                every weight, no prompt                 cloze
    head                 every weight, no prompt                 new linear layer, mean of states
    codeswitch           as full, on code-switched texts         cloze
    lora                 LoRA and the prompt                     cloze
    bitfit               the encoder's biases and the prompt     cloze
    ltp                  the winning ticket and the prompt       cloze
    ticket_only          the winning ticket, no prompt           cloze
    random_ticket        a ticket drawn by chance                cloze
    magnitude_ticket     the largest |θ₀|                        cloze
    gradient_ticket      the largest |∂L/∂θ| of the task         cloze
    middle_layers        whole tensors in the middle             cloze
    lt_sft               what the task itself moves most         cloze
    lt_sft_language      the same, on top of language tickets    cloze
    template_zero …      nothing                                 hand-written cloze
    template_full …      every weight                            hand-written cloze
    template_ltp …       the winning ticket                      hand-written cloze

The template methods have no soft prompt; they train with the English template. Plain, they are
tested with it in every language; with `_own`, with a language's own template; with `_words`, with
its own label words too. All other methods have English label words and no template.

A random ticket is the control: if it does as well, the choice of the ticket taught us nothing.

A method takes `(lm, shots, *, task, ...)` and whatever else it names; `sweep.py` hands it the
ticket, density, source language and so on by those names. Other options go to `train`.

Reading order: `RATES`, then top to bottom.

What it does not do: tune. `RATES` is where the search starts; `tuning.py` searches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import signature
from typing import TYPE_CHECKING

from accelerate import Accelerator

from ..model.parameters import eligible
from ..stage2.train import RATES as KINDS
from ..stage2.train import train
from ..stage2.trained import Trained
from ..ticket.ticket import Ticket, origin
from ..training.options import DENSITY, Stage2Options, takes
from . import criteria
from .codeswitch import dictionary, switch
from .lt_sft import apply_language_ticket, swap_language_ticket, task_ticket
from .templates import follow, template

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..data.rows import Rows
    from ..model.backbone import Backbone
    from ..model.parameters import Layers
    from ..stage2.train import HasWords
    from ..training.options import Stage2Keywords

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
# What a sweep gives a method, by name, if the method asks for it.
INPUTS = {
    "lm",
    "shots",
    "task",
    "ticket",
    "adapted",
    "density",
    "layers",
    "modules",
    "split",
    "source",
}


def _options(name: str, options: dict, **fixed) -> dict:
    """The method's own rates, unless `options` say others, and what it cannot do without."""
    body, prompt = RATES[name]
    return {"learning_rate": body, "prompt_rate": prompt} | options | fixed


# --- the soft prompt, and full fine-tuning ---


def prompt_only(
    lm: Backbone, shots: Rows, *, task: HasWords, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train only the soft prompt (Lester et al. 2021, arXiv 2104.08691)."""
    return train(lm, shots, task=task, **_options("prompt_only", options))


def deep_prompt(
    lm: Backbone, shots: Rows, *, task: HasWords, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train a prompt in every layer, after P-tuning v2 (arXiv 2110.07602)."""
    return train(lm, shots, task=task, **_options("deep_prompt", options, deep=True))


def full(
    lm: Backbone, shots: Rows, *, task: HasWords, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train every weight, with the same prompt and cloze."""
    return train(lm, shots, task=task, **_options("full", options, full=True))


def cloze(
    lm: Backbone, shots: Rows, *, task: HasWords, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train every weight with the cloze, and no soft prompt."""
    return train(lm, shots, task=task, **_options("cloze", options, full=True, prompt_length=0))


def head(
    lm: Backbone, shots: Rows, *, task: HasWords, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train every weight and a new classification layer on the mean of the last states."""
    fixed = dict(full=True, head=True, prompt_length=0)
    return train(lm, shots, task=task, **_options("head", options, **fixed))


def codeswitch(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    split: str = "random",
    source: str = "en",
    languages: Sequence[str] = (),
    share: float = 0.5,
    epochs: int = 12,
    seed: int = 0,
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """As `full`, on texts switched anew in each epoch, into `languages` (default: all of them)."""
    book = dictionary(languages, split=split, source=source)
    switched = switch(shots, book, copies=epochs, share=share, seed=seed)
    options = _options("codeswitch", options, full=True, copies=epochs)
    return train(lm, switched, task=task, epochs=epochs, seed=seed, **options)


# --- few weights, by other means than a ticket ---


def lora(
    lm: Backbone, shots: Rows, *, task: HasWords, rank: int = 8, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train LoRA's matrices and the prompt."""
    return train(lm, shots, task=task, **_options("lora", options, lora=rank))


def bitfit(
    lm: Backbone, shots: Rows, *, task: HasWords, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train the encoder's biases and the prompt."""
    ticket = criteria.biases(lm.model)
    return train(lm, shots, task=task, **_options("bitfit", options, ticket=ticket))


# --- tickets ---


def ltp(
    lm: Backbone, shots: Rows, *, task: HasWords, ticket: Ticket, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train the ticket and the prompt: Lottery Ticket Prompt-learning."""
    return train(lm, shots, task=task, **_options("ltp", options, ticket=ticket))


def ticket_only(
    lm: Backbone, shots: Rows, *, task: HasWords, ticket: Ticket, **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train the ticket without a prompt: what is the prompt good for?"""
    fixed = dict(ticket=ticket, prompt_length=0)
    return train(lm, shots, task=task, **_options("ticket_only", options, **fixed))


def random_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: str | Sequence[str] | None = None,
    seed: int = 0,
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train a ticket drawn by chance from the encoder, and the prompt; `seed` draws it too."""
    tensors = eligible(lm.model, layers, modules)
    ticket = Ticket.random(tensors, density, seed=seed, **origin(lm.model))
    options = _options("random_ticket", options, ticket=ticket)
    return train(lm, shots, task=task, seed=seed, **options)


def shuffled_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    ticket: Ticket,
    seed: int = 0,
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train as many weights in each tensor as the ticket, drawn by chance, and the prompt."""
    options = _options("ltp", options, ticket=ticket.shuffled(seed))
    return train(lm, shots, task=task, seed=seed, **options)


def magnitude_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: str | Sequence[str] | None = None,
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train the weights that are largest at θ₀, and the prompt."""
    ticket = Ticket.by_magnitude(lm.model, density, layers, modules)
    return train(lm, shots, task=task, **_options("magnitude_ticket", options, ticket=ticket))


def gradient_ticket(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: str | Sequence[str] | None = None,
    seed: int = 0,
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train the weights with the largest gradient on these very examples, and the prompt."""
    where = dict(layers=layers, modules=modules, seed=seed)
    where |= {key: options[key] for key in ("prompt_length", "truncate") if key in options}
    ticket = criteria.by_gradient(lm, shots, density, task=task, **where)
    options = _options("gradient_ticket", options, ticket=ticket)
    return train(lm, shots, task=task, seed=seed, **options)


def middle_layers(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train whole tensors of the middle layers, as many numbers as a ticket has, and the prompt."""
    ticket = criteria.middle(lm.model, density)
    return train(lm, shots, task=task, **_options("middle_layers", options, ticket=ticket))


def lt_sft(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    density: float = DENSITY,
    layers: Layers = None,
    modules: str | Sequence[str] | None = None,
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train what full fine-tuning on these very examples moves most, and the prompt."""
    where = dict(task=task, density=density, layers=layers, modules=modules)
    full_rate, options = options.pop("full_rate", FULL[0]), _options("lt_sft", options)
    ticket = task_ticket(lm, shots, full_rate=full_rate, **where, **options)
    return train(lm, shots, task=task, ticket=ticket, **options)


def lt_sft_language(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    adapted,
    density: float = DENSITY,
    source: str = "en",
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """LT-SFT on top of the source language's ticket, exchanged for each language it is tested in.

    adapted: from a language's code to what `lt_sft.language` gives for it.
    """
    home = apply_language_ticket(lm, adapted(source))
    model = lt_sft(home, shots, task=task, density=density, **options)
    return swap_language_ticket(model, lm, home, adapted)


# --- hand-written prompts ---


def _template(shots, source: str) -> str:
    return template(source, pair="text_pair" in getattr(shots, "column_names", shots))


def template_zero(
    lm: Backbone, shots: Rows, *, task: HasWords, source: str = "en", truncate=False, **_
) -> Trained:
    """Train nothing; of `shots` only the columns are looked at."""
    form = dict(template=_template(shots, source), truncate=truncate)
    return Trained(lm, task.words, 0, **form).to(Accelerator().device).close()


def template_zero_own(
    lm: Backbone, shots: Rows, *, source: str = "en", **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train nothing; ask in the language's own template."""
    return follow(template_zero(lm, shots, source=source, **options))


def template_zero_words(
    lm: Backbone, shots: Rows, *, source: str = "en", **options: Unpack[Stage2Keywords]
) -> Trained:
    """Train nothing; ask in the language's own template, with its own label words."""
    return follow(template_zero(lm, shots, source=source, **options), words=True)


def template_full(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    source: str = "en",
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train every weight behind a hand-written template."""
    fixed = dict(full=True, template=_template(shots, source), prompt_length=0)
    return train(lm, shots, task=task, **_options("template_full", options, **fixed))


def template_full_own(
    lm: Backbone, shots: Rows, *, source: str = "en", **options: Unpack[Stage2Keywords]
) -> Trained:
    """As `template_full`; ask in the language's own template."""
    return follow(template_full(lm, shots, source=source, **options))


def template_ltp(
    lm: Backbone,
    shots: Rows,
    *,
    task: HasWords,
    ticket: Ticket,
    source: str = "en",
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """Train the ticket behind a hand-written template in place of the soft prompt."""
    fixed = dict(ticket=ticket, template=_template(shots, source), prompt_length=0)
    return train(lm, shots, task=task, **_options("template_ltp", options, **fixed))


def template_ltp_own(
    lm: Backbone,
    shots: Rows,
    *,
    ticket: Ticket,
    source: str = "en",
    **options: Unpack[Stage2Keywords],
) -> Trained:
    """As `template_ltp`; ask in the language's own template."""
    return follow(template_ltp(lm, shots, ticket=ticket, source=source, **options))


METHODS: dict[str, Callable[..., Trained]] = {
    method.__name__: takes(Stage2Options)(method)
    for method in (
        prompt_only,
        deep_prompt,
        full,
        cloze,
        head,
        codeswitch,
        lora,
        bitfit,
        ltp,
        ticket_only,
        random_ticket,
        shuffled_ticket,
        magnitude_ticket,
        gradient_ticket,
        middle_layers,
        lt_sft,
        lt_sft_language,
        template_zero,
        template_zero_own,
        template_zero_words,
        template_full,
        template_full_own,
        template_ltp,
        template_ltp_own,
    )
}


def rates_key(name: str) -> str | None:
    """The method whose rates this one shares; None where nothing is trained.

    >>> rates_key("template_full_own"), rates_key("shuffled_ticket"), rates_key("template_zero")
    ('template_full', 'ltp', None)
    """
    name = name.removesuffix("_own").removesuffix("_language").replace("shuffled_ticket", "ltp")
    return name if name in RATES else None


def required_inputs(name: str) -> set[str]:
    """Which of `INPUTS` a method wants, as its signature tells.

    >>> sorted(required_inputs("random_ticket"))
    ['density', 'layers', 'lm', 'modules', 'shots', 'task']
    """
    return INPUTS & set(signature(METHODS[name]).parameters)
