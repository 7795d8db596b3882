"""What stage 2 returns: a prompt model that knows what was trained, and can be saved.

A `Trained` model is a clone of the language model it was made from. Untouched tensors are shared
with it and only what is trained is a copy, so the first model stays as it was, bit for bit, and
several trained models cost little more than one.

On disk it is a folder. Nothing in it is larger than what was trained:

    config.json            task, words, settings, losses, versions; the fingerprints of the base
                           model and of its head and tokenizer; the digests of the other files
    prompt.safetensors     the prompt (P, H) and, if learned, deep prompts, label rows, head
    ticket.safetensors     the ticket with its trained values      (ticket training)
    weights.safetensors    every weight, or LoRA's added matrices  (full fine-tuning, LoRA)

Reading order: `Trained.open`, `Trained.save`, `Trained.load`.

What it does not do: train. `train.py` does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from importlib.metadata import version
from pathlib import Path

import torch
from torch import Tensor

from ..data import sealed_json, tensor_file
from ..data.atomic import replacing_folder, settle
from ..model.backbone import Backbone, fingerprint, outer_fingerprint
from ..ticket.sparse import opened
from ..ticket.ticket import Ticket
from ..training.options import PLAIN, Form
from . import prompt_start
from .body import REPORT, TICKET, WAY_OUT, WEIGHTS, Body
from .prompt import PromptModel
from .prompt_start import FILE as PROMPT

FORMAT, KIND, CONFIG = 2, "trained model", "config.json"
FILES = {CONFIG, PROMPT, TICKET, REPORT, WEIGHTS}
REMEMBERED = ("base", "outer", "task", "trains", "words", "labels", "history")


class Trained(PromptModel):
    """A prompt model over a clone of `lm`, and the `body`: what of the language model is trained.

    `train` makes it. The scores of the classes for some texts, (B, C), are
    `model(model.batch(model.encode(texts)))`.

    Args:
        lm: the model that it is a clone of.
        words: one label word per class.
        length: number of prompt vectors.
        form: how the prompt model is built.
        ticket: the weights that are trained.
        full: every weight is trained.
        lora: rank of LoRA's matrices; 0 for none.
        base: the fingerprint of `lm`, where the caller has it; it is taken here otherwise.
        seed: decides the first vectors of the prompt, and LoRA's first matrices.

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
        form: Form = PLAIN,
        *,
        ticket: Ticket | None = None,
        full: bool = False,
        lora: int = 0,
        base: str | None = None,
        seed: int = 0,
    ) -> None:
        body = Body(ticket, full, lora, new_head=form.head)
        base = base or fingerprint(lm.model)
        if ticket is not None:
            ticket.check(lm.model, base)
        clone = Backbone(body.clone(lm.model, seed), lm.tokenizer)
        super().__init__(clone, words, length, form, seed=seed)
        self.body, self.base, self.outer, self.task = body, base, outer_fingerprint(lm), ""
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
        """Write a folder with what was trained; what changes with the language is not in it.

        config.json holds task, words, options, losses and versions; prompt.safetensors the prompt;
        ticket.safetensors the ticket with its trained values, or weights.safetensors all weights or
        LoRA's matrices. The base model is not in it: `load` needs it again.

        Args:
            folder: new or empty, or a trained model, which is replaced.
            dtype: of the ticket's values. torch.float16 and bfloat16 halve them, and need `lm`; the
                error stands in ticket.md.
            lm: the model this one was trained from.
        """
        if lm is not None and self.ticket is not None:
            self.ticket.check(lm.model)
        with replacing_folder(folder, KIND, is_trained) as new:
            self.body.save(self.lm, new, dtype, None if lm is None else lm.model)
            tensor_file.write(new / PROMPT, prompt_start.KIND, self.prompt_tensors())
            written = sorted(new.glob("*.safetensors"))
            files = {path.name: tensor_file.sha256_of(path) for path in written}
            config = {name: getattr(self, name) for name in REMEMBERED} | {"format": FORMAT}
            config |= {"full": self.body.full, "lora": self.body.lora, "files": files}
            config |= {"prompt_length": len(self.prompt), "ticket": self.ticket is not None}
            own = {"truncate": self.truncate, "template": self.template, "versions": versions()}
            sealed_json.write(new / CONFIG, config | asdict(self.form) | own)

    @classmethod
    def load(cls, folder: str | Path, lm: Backbone) -> Trained:
        """Read a folder that `save` wrote; `lm` must be the model it was trained from.

        Raises:
            FileNotFoundError: the folder holds no trained model.
            ValueError: it is damaged, or `lm` is another model.

        >>> import tempfile
        >>> from ltp_core.model.toy import toy_backbone
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     Trained(toy_backbone(), ["people", "food"], length=4).save(f"{folder}/model")
        ...     Trained.load(f"{folder}/model", toy_backbone()).prompt.shape
        torch.Size([4, 16])
        """
        settle(folder)
        folder = Path(folder)
        if not (folder / CONFIG).is_file():
            raise FileNotFoundError(f"{folder} holds no trained model; make one with `ltp train`")
        config = sealed_json.read(folder / CONFIG, KIND, [FORMAT], WAY_OUT, unsealed=[1])
        sealed = config["format"] == FORMAT
        other = f"{folder} was trained from another"
        try:
            if (base := fingerprint(lm.model)) != config["base"]:
                which = f"base, {config['base']}, but the model given is {base}"
                raise ValueError(f"{other} {which}; load the model it was trained from")
            how = {name: config.get(name, 0) for name in ("full", "lora")}
            how["ticket"] = Ticket.load(folder / TICKET) if config["ticket"] else None
            form = Form(**{f.name: config[f.name] for f in fields(Form) if f.name in config})
            form = replace(form, prompt_start="pieces", mlp_width=0, mlp_norm=False)  # it is there
            model = cls(lm, config["words"], config["prompt_length"], form, base=base, **how)
            if sealed and model.outer != config["outer"]:  # version 0.1 did not know it
                which = "head or tokenizer over the same base"
                raise ValueError(f"{other} {which}; load the model it was trained from")
            model.history, model.task = config["history"], config.get("task", "")
            model.labels = tuple(config["labels"]) if config.get("labels") else None
            path = folder / PROMPT
            _, stored = tensor_file.read(path, prompt_start.KIND, WAY_OUT, sealed=sealed)
            tensor_file.check_like(path, stored, model.prompt_tensors(), WAY_OUT)
            model.load_state_dict(stored, strict=False)  # the language model is not in it
            model.body.fill(model.lm, folder, sealed=sealed)
            files = config["files"] if sealed else {}
            if any(tensor_file.sha256_of(folder / name) != files[name] for name in files):
                raise ValueError(f"the files of {folder} are of two models; {WAY_OUT}")
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{folder} is damaged ({error!r}); {WAY_OUT}") from None
        return model.close()


def is_trained(names: set[str]) -> bool:
    """Are these the names of the files that `Trained.save` writes?

    >>> is_trained({"config.json", "model.safetensors"})
    False
    """
    return names <= FILES


def versions() -> dict[str, str]:
    """With what a model was made, for people to read.

    >>> sorted(versions())
    ['ltp-core', 'torch', 'transformers']
    """
    return {name: version(name) for name in ("ltp-core", "torch", "transformers")}


load = Trained.load
