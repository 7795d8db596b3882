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
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from ..data.atomic import replacing
from ..model.backbone import Backbone, fingerprint
from ..ticket.sparse import opened
from ..ticket.ticket import Ticket
from ..training.options import Form
from .body import TICKET, Body
from .prompt import PromptModel

FORMAT = 1


class Trained(PromptModel):
    """A prompt model over a clone of `lm`, and the `body`: what of the language model is trained.

    `form` are keywords of `PromptModel`. `base` is the fingerprint of `lm`, where the caller has
    it; it is taken here otherwise.

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
        **form: Any,
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

    def open(self) -> tuple[Sequence[Tensor], Callable[[], None]]:
        """Make the body trainable: its leaves, and what to call when they have changed."""
        whole = self.body.dense(self.lm).values()
        leaves, write, self.end = opened(self.lm, self.ticket, whole, self.base)
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
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if lm is not None and self.ticket is not None:
            self.ticket.check(lm.model)
        self.body.save(self.lm, folder, dtype, None if lm is None else lm.model)
        with replacing(folder / "prompt.safetensors") as temporary:
            save_file(self.prompt_tensors(), temporary)
        config = {"format": FORMAT, "base": self.base, "trains": self.trains, "words": self.words}
        config |= {"prompt_length": len(self.prompt), "history": self.history}
        config |= {"labels": self.labels}
        config |= {"full": self.body.full, "lora": self.body.lora}
        config |= {"truncate": self.truncate, "template": self.template}
        config |= {"learned_labels": self.label_rows is not None, "deep": self.deep is not None}
        config |= {"head": self.head is not None, "ticket": self.ticket is not None}
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
        folder = Path(folder)
        if not (folder / "config.json").is_file():
            raise FileNotFoundError(f"{folder} holds no trained model; make one with `ltp train`")
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            if (base := fingerprint(lm.model)) != config["base"]:
                other = f"{folder} was trained from base {config['base']}"
                way_out = "load the model it was trained from"
                raise ValueError(f"{other}, but the model given is {base}; {way_out}")
            how = {name: config.get(name, 0) for name in ("full", "lora")}
            how |= {f.name: config[f.name] for f in fields(Form) if f.name in config}
            ticket = Ticket.load(folder / TICKET) if config["ticket"] else None
            words, length = config["words"], config["prompt_length"]
            model = cls(lm, words, length, ticket=ticket, base=base, **how)
            model.history = config["history"]
            model.labels = tuple(config["labels"]) if config.get("labels") else None  # 0.1 had none
            model.fill(load_file(folder / "prompt.safetensors"))
            model.body.fill(model.lm, folder)
        except (SafetensorError, json.JSONDecodeError, KeyError, OSError) as error:
            raise ValueError(f"{folder} is damaged ({error}); train and save it again") from None
        return model.close()


load = Trained.load
