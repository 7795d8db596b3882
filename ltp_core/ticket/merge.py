"""Merge a trained ticket into a plain Hugging Face checkpoint, and take it out again bit for bit.

The idea. A trained ticket differs from its base model in K numbers. Put them in, and what is left
is an ordinary masked LM, for any program that has never heard of tickets. The K numbers that stood
there before are kept beside it, in a ticket file of their own: putting them back is the way back.

    model.safetensors, config.json, tokenizer.json ...    the merged model
    unmerge.safetensors, unmerge.md                       the ticket with its original weights

`unmerge` believes nothing: what comes out must have the fingerprint of the base model.

Reading order: `gather`, `scatter`, `merge`, `unmerge`. What this file does not do: prompts. A soft
prompt has no place in such a checkpoint; it stays in the folder that `Trained.save` wrote.
"""

from __future__ import annotations

from pathlib import Path

from ..data import mask_file
from ..data.atomic import check_folder, replacing_folder
from ..model.backbone import Backbone, fingerprint, load_backbone
from .on_model import gather, scatter
from .ticket import Ticket

KIND, WAY_BACK = "merged model", "unmerge.safetensors"


def merge(lm: Backbone, trained: str | Path, folder: str | Path) -> None:
    """Write `folder`: the base model `lm` with the values of `trained` in it. `lm` stays as it is.

    A soft prompt is lost: a plain checkpoint has no place for it. So train with `prompt_length=0`
    what you want to merge. The folder holds the masked-LM head and the tokenizer of `lm`, and the
    weights in the precision that `lm` has.

    Args:
        lm: the model that the ticket was trained on.
        trained: a ticket file with values, or a folder that holds one (`Trained.save`).
        folder: new or empty, or a merged model, which is replaced.

    Raises:
        FileNotFoundError: there is no such ticket.
        ValueError: `trained` has no ticket with values, or one of another model; or `folder` holds
            something else.
    """
    trained = Path(trained)
    check_folder(folder, KIND, is_merged)
    if (trained / "config.json").is_file() and not (trained / "ticket.safetensors").is_file():
        raise ValueError(f"{trained} was trained without a ticket; only a ticket can be merged")
    file = mask_file.read(trained / "ticket.safetensors" if trained.is_dir() else trained)
    ticket = Ticket.of_file(file)
    ticket.check(lm.model)
    original = gather(lm.model, ticket)
    with replacing_folder(folder, KIND, is_merged) as temporary:
        try:
            scatter(lm.model, ticket, file.weights(original))
            lm.model.save_pretrained(temporary)
        finally:
            scatter(lm.model, ticket, original)
        lm.tokenizer.save_pretrained(temporary)
        ticket.save(temporary / WAY_BACK, original)


def is_merged(names: set[str]) -> bool:
    """Are these the names of the files that `merge` writes?

    >>> is_merged({"config.json", "model.safetensors"})
    False
    """
    return WAY_BACK in names


def unmerge(folder: str | Path) -> Backbone:
    """The base model that `merge` began with, from what lies in its folder alone.

    Raises:
        FileNotFoundError: the folder is not one that `merge` wrote.
        ValueError: other weights were changed after the merge.

    >>> import tempfile
    >>> import torch
    >>> from ltp_core.model.parameters import eligible
    >>> from ltp_core.ticket.ticket import origin
    >>> from ltp_core.model.toy import toy_backbone
    >>> lm = toy_backbone()
    >>> ticket = Ticket.random(eligible(lm.model), 0.2, seed=0, **origin(lm.model))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = ticket.save(f"{folder}/ones.safetensors", torch.ones(len(ticket)))
    ...     merge(lm, f"{folder}/ones.safetensors", f"{folder}/merged")
    ...     ticket.check(unmerge(f"{folder}/merged").model)  # no complaint: every bit is back
    """
    if not (Path(folder) / WAY_BACK).is_file():
        raise FileNotFoundError(f"{folder} has no {WAY_BACK}; only what `merge` wrote can go back")
    file = mask_file.read(Path(folder) / WAY_BACK)
    lm, ticket = load_backbone(folder), Ticket.of_file(file)
    scatter(lm.model, ticket, file.weights(gather(lm.model, ticket)))
    if fingerprint(lm.model) != ticket.base:
        why = "for other weights were changed after the merge; take the base model itself"
        raise ValueError(f"{folder} does not lead back to base {ticket.base}, {why}")
    return lm
