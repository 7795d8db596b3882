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
    random_ticket        a random ticket                         cloze
    shuffled_ticket      the ticket's number in each tensor      cloze
    layer_budget_ticket  the ticket's number in each layer       cloze
    magnitude_ticket     the largest |θ₀|                        cloze
    gradient_ticket      the largest |∂L/∂θ| of the task         cloze
    middle_layers        whole tensors in the middle             cloze
    lt_sft               what the task itself moves most         cloze
    lt_sft_language      the same, on top of language tickets    cloze
    template_zero …      nothing                                 hand-written cloze
    template_full …      every weight                            hand-written cloze
    template_ltp …       the winning ticket                      hand-written cloze

The template methods have no soft prompt. All others have English label words and no template.

A method takes `(lm, shots, *, task, ...)`. What else it needs, such as a ticket, a density or the
source language, is in its signature, and `sweep.py` passes it by that name. Other options go to
`train`.

Reading order: `METHODS`; then `method.py`, `plain_methods.py`, `ticket_methods.py`,
`template_methods.py`.

What it does not do: train. The files above do.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature

from ..stage2.trained import Trained
from .plain_methods import (
    cloze,
    codeswitch,
    deep_prompt,
    full,
    head,
    lora,
    prompt_only,
)
from .template_methods import (
    template_full,
    template_full_own,
    template_ltp,
    template_ltp_own,
    template_zero,
    template_zero_own,
    template_zero_words,
)
from .ticket_methods import (
    bitfit,
    gradient_ticket,
    layer_budget_ticket,
    lt_sft,
    lt_sft_language,
    ltp,
    magnitude_ticket,
    middle_layers,
    random_ticket,
    shuffled_ticket,
    ticket_only,
)

METHODS: dict[str, Callable[..., Trained]] = {
    method.__name__: method
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
        layer_budget_ticket,
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
# What a sweep gives a method, by name, if the method needs it.
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


def required_inputs(name: str) -> set[str]:
    """Which of `INPUTS` a method needs: those in its signature.

    >>> sorted(required_inputs("random_ticket"))
    ['density', 'layers', 'lm', 'modules', 'shots', 'task']
    """
    return INPUTS & set(signature(METHODS[name]).parameters)
