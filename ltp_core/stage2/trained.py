"""What stage 2 returns: a prompt model that knows what was changed, and can be put away.

A `Trained` model is a *twin* of the language model it was made from. Untouched tensors are shared
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

import torch
from torch import nn

from ..model.backbone import Backbone, fingerprint
from ..model.clone import clone_sharing_weights
from ..ticket import file as mask_file
from ..ticket.on_model import gather, scatter
from ..ticket.sparse import SparseModel
from ..ticket.ticket import Ticket
from . import lora as adapters
from .prompt import PromptModel

FORMAT = 1
FORM = ("template", "deep", "head", "lora")  # options that make it one of the rivals


class Trained(PromptModel):
    """A prompt model over a twin of `lm`, with what is trained in it: a ticket, all, or neither.

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
        lm,
        words: Sequence[str],
        length: int = 10,
        *,
        ticket: Ticket | None = None,
        full: bool = False,
        lora: int = 0,
        **options,
    ):
        if ticket is not None and full:
            raise ValueError("full=True trains every weight and takes no ticket; drop one of them")
        if lora and (full or ticket is not None):
            raise ValueError(f"LoRA (rank {lora}) takes neither a ticket nor full=True; drop one")
        prefix = lm.model.base_model_prefix
        if ticket is not None:
            ticket.check(lm.model)
            own = [f"{prefix}.{name}" for name, index in ticket.indices.items() if len(index)]
        else:
            own = [name for name, _ in lm.model.named_parameters()] if full else []
        super().__init__(Backbone(clone_sharing_weights(lm.model, own), lm.tokenizer), words, length, **options)
        self.base = ticket.base if ticket else fingerprint(lm.model)
        self.ticket, self.full, self.lora = ticket, full, lora
        if lora:
            adapters.add_lora(self.lm, lora, options.get("seed", 0))
        self.history: list[float] = []
        self.packed = None

    @property
    def trains(self) -> str:
        """What is trained, in words."""
        body = "all weights" if self.full else f"LoRA of rank {self.lora}" if self.lora else ""
        if self.ticket is not None:
            body = f"{self.ticket.density_encoder:.1%} of the encoder"
        return " + ".join(filter(None, [body, self.part()])) or "nothing"

    @property
    def trained_parameters(self) -> int:
        """How many numbers are trained (with the prompt as it is used, folded)."""
        body = sum(p.numel() for p in self.dense().values()) + len(self.ticket or ())
        return body + sum(p.numel() for p in self.prompt_parameters())

    def dense(self) -> dict[str, nn.Parameter]:
        """The tensors of the language model that are trained whole: all, LoRA's, or none."""
        named = dict(self.lm.named_parameters())
        if self.full:  # a head of its own leaves the masked-LM head without a gradient
            prefix = self.lm.base_model_prefix if self.head is not None else ""
            return {name: p for name, p in named.items() if name.startswith(prefix)}
        return {name: p for name, p in named.items() if adapters.MARK in name}

    def open(self) -> tuple[list[nn.Parameter], Callable[[], None]]:
        """Make the body trainable: its leaves, and what to call when they have changed."""
        if self.ticket is not None:
            self.packed = SparseModel(self.lm, self.ticket)
            return [self.packed.values], self.packed.write
        leaves = list(self.dense().values())
        for leaf in leaves:
            leaf.requires_grad_()
        return leaves, lambda: None

    def close(self) -> Trained:
        """End of training: drop hooks and gradients, fold the prompt, set evaluation mode."""
        if self.packed is not None:
            self.packed.close()
            self.packed = None
        self.fold()
        return self.requires_grad_(False).eval()

    def save(self, folder: str | Path, dtype: torch.dtype = torch.float32, lm=None) -> None:
        """Write the folder described above; what makes a model `set_language` is not in it.

        dtype: of the ticket's values. torch.float16 and bfloat16 halve them, and need `lm`, the
        model this one was trained from; the error stands in ticket.md.
        """
        from safetensors.torch import save_file

        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        own = dict(self.named_parameters())
        small = {name: p for name, p in own.items() if not name.startswith(("lm.", "bend."))}
        save_file({name: p.detach().cpu().contiguous() for name, p in small.items()},
                  folder / "prompt.safetensors")  # fmt: skip
        if self.ticket is not None:
            if lm is not None:
                self.ticket.check(lm.model)
            original = None if lm is None else gather(lm.model, self.ticket)
            values = mask_file.stored(gather(self.lm, self.ticket), original, dtype)
            self.ticket.save(folder / "ticket.safetensors", *values)
        if dense := self.dense():
            weights = {name: p.detach().cpu().contiguous() for name, p in dense.items()}
            save_file(weights, folder / "weights.safetensors")
        config = {
            "format": FORMAT, "base": self.base, "trains": self.trains, "words": self.words,
            "prompt_length": len(self.prompt), "full": self.full, "ticket": self.ticket is not None,
            "learned_labels": self.label_rows is not None, "truncate": self.truncate,
            "history": self.history, "lora": self.lora, "template": self.template,
            "deep": self.deep is not None, "head": self.head is not None,
        }  # fmt: skip
        (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: str | Path, lm) -> Trained:
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
            _check_base(folder, config["base"], lm)
            stored = load_file(folder / "prompt.safetensors")
            dense = config["full"] or config.get("lora")
            weights = load_file(folder / "weights.safetensors") if dense else {}
            names = ("full", "learned_labels", "truncate")
            options = {name: config[name] for name in names} | {"words": config["words"]}
            options |= {name: config[name] for name in FORM if name in config}
        except (SafetensorError, json.JSONDecodeError, KeyError, OSError) as error:
            raise ValueError(f"{folder} is damaged ({error}); train and save it again") from None
        file = mask_file.read(folder / "ticket.safetensors") if config["ticket"] else None
        if file is not None:
            options["ticket"] = Ticket.of_file(file)
        model = cls(lm, length=config["prompt_length"], **options)
        model.history = config["history"]
        model._fill(stored, weights)
        if file is not None:
            scatter(model.lm, model.ticket, file.weights(gather(model.lm, model.ticket)))
        return model.close()

    @torch.no_grad()
    def _fill(self, stored: dict, weights: dict) -> None:
        """Put stored numbers in their places."""
        for name, value in stored.items():
            self.get_parameter(name).copy_(value)
        for name, value in weights.items():
            self.lm.get_parameter(name).copy_(value)


def _check_base(folder: Path, base: str, lm) -> None:
    if (now := fingerprint(lm.model)) != base:
        raise ValueError(
            f"{folder} was trained from base {base}, but the model given is {now}; "
            "load the model it was trained from"
        )
