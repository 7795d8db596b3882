"""What stage 2 returns: a prompt model that knows what was trained, and can be saved.

A `Trained` model is a clone of the language model it was made from. Untouched tensors are shared
with it and only what is trained is a copy, so the first model stays as it was, bit for bit, and
several trained models cost little more than one.

On disk it is a folder. Nothing in it is larger than what was trained:

    config.json            words, settings, losses, and the fingerprint of the base model
    prompt.safetensors     the prompt (P, H) and, if learned, deep prompts, label rows, head
    ticket.safetensors     the ticket with its trained values      (ticket training)
    weights.safetensors    every weight, or LoRA's added matrices  (full fine-tuning, LoRA)

Reading order: `Trained.open`, `Trained.save`, `Trained.load`.

What it does not do: train. `train.py` does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ..data.atomic import replacing
from ..model.backbone import Backbone, fingerprint
from . import body as bodies
from .body import Body
from .prompt import PromptModel

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ..ticket.ticket import Ticket
    from ..training.options import FormKeywords

FORMAT = 1
FORM = ("learned_labels", "truncate", "template", "deep", "head")  # what rebuilds a prompt model


class Trained(PromptModel):
    """A prompt model over a clone of `lm`, and the `body`: what of the language model is trained.

    `base` is the fingerprint of `lm`, where the caller has it; it is taken here otherwise.

    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> model = Trained(lm, ["people", "food"], length=4)
    >>> model.trains, model.trained_parameters
    ('prompt', 64)
    >>> model.lm is lm.model, model.lm.get_input_embeddings().weight is lm.model
    (False, False)
    """

    def __init__(
        self,
        lm: Backbone,
        words: Sequence[str],
        length: int = 10,
        *,
        ticket: Ticket | None = None,
        full: bool = False,
        lora: int = 0,
        base: str | None = None,
        seed: int = 0,
        **form: Unpack[FormKeywords],
    ) -> None:
        body = Body(ticket, full, lora, new_head=form.get("head", False))
        base = base or fingerprint(lm.model)
        if ticket is not None:
            ticket.check(lm.model, base)
        clone = Backbone(body.clone(lm.model, seed), lm.tokenizer)
        super().__init__(clone, words, length, seed=seed, **form)
        self.body, self.base = body, base
        self.history: list[float] = []
        self.end: Callable[[], None] = lambda: None  # of the training that is under way

    @property
    def ticket(self) -> Ticket | None:
        """The ticket that is trained, if one is."""
        return self.body.ticket

    @property
    def trains(self) -> str:
        """What is trained, in words."""
        return " + ".join(filter(None, [self.body.says(), self.part()])) or "nothing"

    @property
    def trained_parameters(self) -> int:
        """How many numbers are trained (with the prompt as it is used, folded)."""
        return self.body.numbers(self.lm) + sum(p.numel() for p in self.prompt_parameters())

    def open(self) -> tuple[list[nn.Parameter], Callable[[], None]]:
        """Make the body trainable: its leaves, and what to call when they have changed."""
        leaves, write, self.end = self.body.open(self.lm, self.base)
        return leaves, write

    def close(self) -> Trained:
        """End of training: drop hooks and gradients, fold the prompt, set evaluation mode."""
        self.end()
        self.end = lambda: None
        self.fold()
        return self.requires_grad_(False).eval()

    def save(
        self, folder: str | Path, dtype: torch.dtype = torch.float32, lm: Backbone | None = None
    ) -> None:
        """Write the folder described above; what changes with the language is not in it.

        dtype: of the ticket's values. torch.float16 and bfloat16 halve them, and need `lm`, the
        model this one was trained from; the error stands in ticket.md.
        """
        from safetensors.torch import save_file

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if lm is not None and self.ticket is not None:
            self.ticket.check(lm.model)
        self.body.save(self.lm, folder, dtype, None if lm is None else lm.model)
        with replacing(folder / "prompt.safetensors") as temporary:
            save_file(self.prompt_tensors(), temporary)
        config = {
            "format": FORMAT,
            "base": self.base,
            "trains": self.trains,
            "words": self.words,
            "prompt_length": len(self.prompt),
            "full": self.body.full,
            "ticket": self.ticket is not None,
            "learned_labels": self.label_rows is not None,
            "truncate": self.truncate,
            "history": self.history,
            "lora": self.body.lora,
            "template": self.template,
            "deep": self.deep is not None,
            "head": self.head is not None,
        }
        with replacing(folder / "config.json") as temporary:
            temporary.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path, lm: Backbone) -> Trained:
        """Read a folder that `save` wrote; `lm` must be the model it was trained from.

        >>> import tempfile
        >>> from ltp_core.model.toy import toy_backbone
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Trained(toy_backbone(), ["people", "food"], length=4).save(folder)
        ...     Trained.load(folder, toy_backbone()).prompt.shape
        torch.Size([4, 16])
        """
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        folder = Path(folder)
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"{folder} holds no trained model; make one with `ltp train`")
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            base = _checked_base(folder, config["base"], lm)
            kind = {name: config.get(name, 0) for name in ("full", "lora")}
            body, fill = bodies.load(folder, ticket=config["ticket"], **kind)
            stored: dict[str, Tensor] = load_file(folder / "prompt.safetensors")
            form = {name: config[name] for name in FORM if name in config}
            words, length, history = (config[n] for n in ("words", "prompt_length", "history"))
        except (SafetensorError, json.JSONDecodeError, KeyError, OSError) as error:
            raise ValueError(f"{folder} is damaged ({error}); train and save it again") from None
        model = cls(lm, words, length, ticket=body.ticket, base=base, **kind, **form)
        model.history = history
        model.fill(stored)
        fill(model.lm)
        return model.close()


def _checked_base(folder: Path, base: str, lm: Backbone) -> str:
    if (now := fingerprint(lm.model)) != base:
        raise ValueError(
            f"{folder} was trained from base {base}, but the model given is {now}; "
            "load the model it was trained from"
        )
    return base
