"""Where a soft prompt starts: the P vectors before anything is learned.

    prompt_start       the vectors                                                 how many
    pieces             pieces of the vocabulary, drawn with the seed               prompt_length
    labels             for each class the mean of its label word's pieces          one a class
    query              the pieces of "query: ", which the embedded model knows     as many as it has
    words: SENTENCE    the pieces of any sentence: "words: is a kind of"           as many as it has
    file: PATH         a prompt that was trained before: a file that `save` wrote, or the
                       folder of a trained model                                   as it has

A start that says how many vectors it has makes a prompt of as many, and `prompt_length` is the most
there may be. With `prompt_length=0` there is no prompt, whatever the start.

Reading order: `vectors`, `save`.

What it does not do: say where in its row a prompt stands (`prompt_place.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from ..data import tensor_file
from ..model import tokens
from ..model.backbone import Tokenizer

KIND, FILE = "prompt", "prompt.safetensors"  # in the folder of a trained model
HOW = "pieces, labels, query, words: SENTENCE, or file: PATH"


def vectors(
    how: str, length: int, table: Tensor, tokenizer: Tokenizer, labels: Sequence[Sequence[int]]
) -> Tensor:
    """The first vectors of a prompt, (P, H), as `how` says; random ones with torch's own seed.

    Args:
        how: "pieces", "labels", "query", "words: SENTENCE" or "file: PATH"; see the list above.
        length: P for "pieces". The others have as many vectors as they say, which may be fewer;
            0 for no prompt at all.
        table: the embeddings of the pieces, (V, H).
        tokenizer: cuts the words of a sentence into pieces.
        labels: the pieces of each label word.

    Raises:
        ValueError: there is no such start, or it gives more than `length` vectors.

    >>> from ltp_core.model.toy import toy_backbone
    >>> model, tokenizer = toy_backbone()
    >>> table = model.get_input_embeddings().weight.detach()
    >>> found = vectors("words: the cat", 10, table, tokenizer, labels=[[23], [7, 26]])
    >>> torch.equal(found, table[[4, 12]])
    True
    >>> vectors("labels", 10, table, tokenizer, labels=[[23], [7, 26]]).shape
    torch.Size([2, 16])
    """
    kind, _, given = (part.strip() for part in how.partition(":"))
    if kind == "pieces":
        ordinary = set(range(len(tokenizer))) - set(tokenizer.all_special_ids)
        known = torch.tensor(sorted(ordinary))
        return table[known[torch.randint(len(known), (length,))]]
    if kind == "labels":
        found = torch.stack([table[list(ids)].mean(dim=0) for ids in labels])
    elif kind in ("query", "words"):
        found = table[_pieces(tokenizer, "query:" if kind == "query" else given)]
    elif kind == "file":
        found = _stored(Path(given), table.shape[1]).to(table)
    else:
        raise ValueError(f"prompt_start must be {HOW}; got {how!r}")
    if length and len(found) > length:
        many = f"prompt_length must be at least {len(found)} for the start {how!r}, got {length}"
        raise ValueError(f"{many}; raise it, or start with less")
    return found[:length]


def save(path: str | Path, prompt: Tensor) -> None:
    """Write a prompt, (P, H), for `prompt_start="file: PATH"`.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/english.safetensors", torch.ones(3, 16))
    ...     how = f"file: {folder}/english.safetensors"
    ...     vectors(how, 10, torch.zeros(41, 16), None, labels=[]).shape
    torch.Size([3, 16])
    """
    tensor_file.write(path, KIND, {"prompt": prompt.float()})


def _pieces(tokenizer: Tokenizer, sentence: str) -> list[int]:
    ids = tokens.pieces(tokenizer, [tokens.opening(tokenizer) + sentence])[0]
    if not ids or tokenizer.unk_token_id in ids:
        raise ValueError(f"the model does not know the words {sentence!r}; start with others")
    return ids


def _stored(path: Path, size: int) -> Tensor:
    path = path / FILE if path.is_dir() else path
    way_out = "write one with prompt_start.save"
    tensors = tensor_file.read(path, KIND, way_out, sealed=False).tensors
    found = tensors.get("prompt")
    if found is None or found.dim() != 2 or found.shape[1] != size:
        what = "no prompt" if found is None else f"a prompt of shape {tuple(found.shape)}"
        needs = f"{path} holds {what}, and the model needs (P, {size})"
        raise ValueError(f"{needs}; take one that was trained on this model")
    return found
