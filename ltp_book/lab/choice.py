"""What a run of the lab is made of: what a reader chose, and what all runs share.

A `Choice` is a value that checks itself. A `Bench` turns it into a ticket and into the arguments of
`train`, so that everything the lab does can be repeated in a cell:

    train(bench.lm, bench.shots(choice), **bench.options(choice))

Reading order: `Choice`, `Bench`. What this file does not do: run (`lab_run`), show (`lab`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from ltp_core.model.parameters import in_encoder, place, select_tensors
from ltp_core.stage2.train import RATES
from ltp_core.ticket.density import how_many
from ltp_core.ticket.ticket import Ticket, origin

MOST_LANGUAGES = 4


@dataclass(frozen=True)
class Choice:
    """What to train, how fast, and where to look. It checks itself.

    >>> Choice(density=0.2, layers=(4, 7)).what
    '20 % of layers 4–7 + prompt of 10'
    >>> Choice(density=0, prompt_length=0)
    Traceback (most recent call last):
    ValueError: nothing to train: choose a density or a prompt length above 0
    """

    density: float = 0.20  # of the chosen layers; 0: no ticket
    chosen: str = "movement"  # or "chance": the control
    layers: tuple[int, int] | None = None  # first and last; None: all
    prompt_length: int = 10
    rate: float = 1.0  # times the package's rates, `train.RATES`
    languages: tuple[str, ...] = ("en",)
    draw: int = 0  # which examples, which first prompt, which order

    def __post_init__(self) -> None:
        if not (self.density or self.prompt_length):
            raise ValueError("nothing to train: choose a density or a prompt length above 0")
        if self.layers and self.layers[0] > self.layers[1]:
            raise ValueError(
                f"layers must run upwards, got {self.layers[0]} to {self.layers[1]}; exchange them"
            )
        if not 1 <= len(self.languages) <= MOST_LANGUAGES:
            raise ValueError(
                f"choose 1 to {MOST_LANGUAGES} languages to look at, got {len(self.languages)}"
            )

    @property
    def what(self) -> str:
        """What is trained, in words."""
        where = f"layers {self.layers[0]}–{self.layers[1]}" if self.layers else "all layers"
        by = ", by chance" if self.chosen == "chance" else ""
        body = f"{100 * self.density:g} % of {where}{by}" if self.density else ""
        prompt = f"prompt of {self.prompt_length}" if self.prompt_length else ""
        return " + ".join(filter(None, [body, prompt]))


@dataclass(frozen=True)
class Bench:
    """What all runs share: model, task, the movements |θ₁ − θ₀| of stage 1, and the sizes.

    >>> import torch
    >>> from types import SimpleNamespace
    >>> from ltp_core.model.parameters import eligible
    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> deltas = {name: torch.ones(p.shape) for name, p in eligible(lm.model).items()}
    >>> bench = Bench(lm, SimpleNamespace(words=("food", "animals")), deltas)
    >>> bench.layers, bench.weights(Choice()), bench.weights(Choice(layers=(1, 1)))
    ([0, 1], 890, 445)
    """

    lm: object
    task: object
    deltas: Mapping[str, Tensor]
    language: str = "en"  # of the examples
    k: int = 4  # examples a class
    epochs: int = 6
    batch_size: int = 8
    looks: int = 4  # after the first, before any step
    every: int = 8  # one in so many test items

    def __post_init__(self) -> None:
        tensors = dict(self.lm.model.base_model.named_parameters())
        if strange := [name for name in self.deltas if name not in tensors]:
            raise ValueError(f"the model has no weights {strange[0]!r}; take deltas of this model")

    @property
    def layers(self) -> list[int]:
        """The layers that a ticket may lie in."""
        places = {place(name)[0] for name in self.deltas}
        return sorted(layer for layer in places if isinstance(layer, int))

    def moved(self, choice: Choice) -> dict[str, Tensor]:
        """The movements in the chosen layers."""
        first, last = choice.layers or (self.layers[0], self.layers[-1])
        return select_tensors(self.deltas, layers=list(range(first, last + 1)))

    def weights(self, choice: Choice) -> int:
        """How many weights the ticket holds."""
        total = sum(delta.numel() for delta in self.moved(choice).values())
        return how_many(choice.density, total) if choice.density else 0

    def ticket(self, choice: Choice) -> Ticket | None:
        """The ticket of a choice."""
        if not choice.density:
            return None
        deltas, about = self.moved(choice), origin(self.lm.model)
        if choice.chosen == "chance":
            return Ticket.random(deltas, choice.density, seed=0, **about)
        return Ticket.select(deltas, choice.density, **about)

    def options(self, choice: Choice) -> dict:
        """Arguments of `train`: this call in a cell of its own ends in the same bits."""
        body, prompt = RATES["ticket" if choice.density else "prompt"]
        return dict(
            task=self.task,
            ticket=self.ticket(choice),
            prompt_length=choice.prompt_length,
            epochs=self.epochs,
            batch_size=self.batch_size,
            learning_rate=choice.rate * body,
            prompt_rate=choice.rate * prompt,
            seed=choice.draw,
            progress=False,
        )

    def shots(self, choice: Choice):
        """The labelled rows of a choice."""
        return self.task.few_shot(self.language, k=self.k, seed=choice.draw)

    @property
    def sizes(self) -> tuple[int, int]:
        """How many weights the encoder has, and the whole model without its head."""
        tensors = dict(self.lm.model.base_model.named_parameters())
        encoder = sum(p.numel() for name, p in tensors.items() if in_encoder(name))
        return encoder, sum(p.numel() for p in tensors.values())

    @property
    def width(self) -> int:
        """Numbers in one prompt vector, H."""
        return self.lm.model.get_input_embeddings().weight.shape[1]

    @property
    def steps(self) -> int:
        """How many steps a run has."""
        return self.epochs * math.ceil(self.k * len(self.task.words) / self.batch_size)
