r"""What a training moved, in a few levels a weight: how the page *Try it* gets a trained model.

    moved weight ~ (2 d / (L - 1) - 1) · t        d in 0 … L-1,  t the top of its row

L is 256, 16, 6, 3 or 2; digits are packed as many to a byte as go in, so 3 levels are five weights
a byte. t is the one of a few candidates that comes nearest to the row. Where the weights are:

    all       every weight of a tensor
    rows      some of its rows: pieces that were in no text did not move
    places    a ticket's places

Rows and places are gaps in Rice's code (`ltp_core.arrays.rice`). A file is safetensors, with

    prompt (P, H)    <name>:digits    <name>:tops    <name>:places       and JSON: {"method": ...}

Reading order: `moved`, `store`, `stored` (the slow and obvious reader; the page's own is
book/_site/try/movement.js). What it does not do: train.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from safetensors.torch import load_file

from ltp_core.arrays import rice
from ltp_core.model.backbone import Model
from ltp_core.stage2 import cloze
from ltp_core.stage2.trained import Trained

LEVELS = (256, 16, 6, 3, 2)
TRIES = np.linspace(0.3, 1.0, 8)  # shares of a row's largest movement that t is chosen from
ROWWISE = ("word_embeddings.weight", "position_embeddings.weight", "predictions.bias")
SAME = {"cls.predictions.decoder.weight", "cls.predictions.decoder.bias"}  # tied
UNKNOWN = ("head", "deep", "silent", "learned_labels")  # forms the page cannot compute


def per_byte(levels: int) -> int:
    """How many digits go into a byte.

    >>> [per_byte(levels) for levels in LEVELS]
    [1, 2, 3, 5, 8]
    """
    return int(np.log(256.5) / np.log(levels))


def moved(before: Model, after: Model) -> dict[str, np.ndarray]:
    """Name -> movement (rows, columns) of each tensor that is not as it was."""
    old = dict(before.named_parameters())
    pairs = ((n, p, old[n]) for n, p in after.named_parameters() if n not in SAME)
    found = {n: (p - q).detach().float().numpy() for n, p, q in pairs if p is not q}
    return {
        n: d.reshape(len(d), 1) if n in ("cls.predictions.bias",) else np.atleast_2d(d)
        for n, d in found.items()
        if d.any()
    }


def tops(rows: np.ndarray, chosen: np.ndarray, levels: int) -> np.ndarray:
    """For each row of movements (R, C) its top t, fp16, so that the squared error is least.

    chosen: (R, C), which of them are stored.

    >>> float(tops(np.float32([[1, -1, 1, -1]]), np.ones((1, 4), bool), 2)[0])
    1.0
    """
    most = np.abs(np.where(chosen, rows, 0)).max(axis=1, keepdims=True)  # (R, 1)
    best, error = most.copy(), np.full_like(most, np.inf)
    for share in TRIES if levels < 256 else TRIES[-1:]:
        top = (most * share).astype(np.float16).astype(np.float32)
        wrong = (values(digits(rows, top, levels), top, levels) - rows) ** 2
        total = np.where(chosen, wrong, 0).sum(axis=1, keepdims=True)
        best, error = np.where(total < error, top, best), np.minimum(total, error)
    return best[:, 0].astype(np.float16)


def digits(rows: np.ndarray, top: np.ndarray, levels: int) -> np.ndarray:
    """The nearest digit of each movement; top: (R, 1)."""
    share = np.divide(rows, top, out=np.zeros_like(rows), where=top > 0)
    return np.clip(np.rint((share + 1) * (levels - 1) / 2), 0, levels - 1).astype(np.uint8)


def values(digit: np.ndarray, top: np.ndarray, levels: int) -> np.ndarray:
    """The movement of each digit."""
    return (2 * digit.astype(np.float32) / (levels - 1) - 1) * top


def packed(digit: np.ndarray, levels: int) -> np.ndarray:
    """Digits, as many to a byte as go in; the first is the lowest.

    >>> packed(np.uint8([1, 2, 0, 0, 1, 2]), 3)
    array([88,  2], dtype=uint8)
    """
    many = per_byte(levels)
    filled = np.pad(digit, (0, -len(digit) % many)).reshape(-1, many)
    return (filled * levels ** np.arange(many)).sum(axis=1).astype(np.uint8)


def unpacked(data: np.ndarray, levels: int, count: int) -> np.ndarray:
    """The inverse of `packed`.

    >>> unpacked(np.uint8([88, 2]), 3, 6)
    array([1, 2, 0, 0, 1, 2])
    """
    many = per_byte(levels)
    return (data[:, None] // levels ** np.arange(many) % levels).ravel()[:count]


def entry(name: str, delta: np.ndarray, ticket: np.ndarray | None, levels: int) -> tuple:
    """One tensor: what the header says of it, and its arrays."""
    (rows, columns), where, arrays = delta.shape, "all", {}
    about: dict[str, Any] = {"name": name, "shape": [rows, columns], "levels": levels}
    chosen = np.ones_like(delta, bool)
    if ticket is not None:
        where, index = "places", ticket
        chosen = np.zeros(rows * columns, bool)
        chosen[index] = True
        chosen = chosen.reshape(rows, columns)
    elif name.endswith(ROWWISE):
        where, index = "rows", np.flatnonzero(np.abs(delta).max(axis=1) > 0)
        about["levels"] = levels = 16 if columns > 1 else 2
        delta, chosen = delta[index], chosen[index]
    if where != "all":
        b, code = rice.encode(index, rows * columns if where == "places" else rows)
        about |= {"k": len(index), "b": int(b)}
        arrays["places"] = code
    about["where"] = where
    arrays["tops"] = tops(delta, chosen, levels)
    digit = digits(delta, arrays["tops"].astype(np.float32)[:, None], levels)
    arrays["digits"] = packed(digit[chosen], levels)
    return about, {f"{name}:{part}": array for part, array in arrays.items()}


def store(path: Path, model: Trained, before: Model, levels: int, **about: Any) -> None:
    """Write what `model` has that `before` has not; `about` goes into the header."""
    if unknown := [name for name in UNKNOWN if getattr(model.form, name)]:
        raise ValueError(f"the page cannot compute a model with {unknown[0]}; train one without")
    entries, arrays = [], {"prompt": model.prompt.detach().numpy()}
    places = {
        f"bert.{n}": i.numpy() for n, i in (model.ticket.indices if model.ticket else {}).items()
    }
    for name, delta in moved(before, model.lm).items():
        one, own = entry(name, delta, places.get(name), levels)
        entries.append(one)
        arrays |= own
    method = about | {
        "row": row(model),
        "tensors": entries,
        "weights": model.body.numbers(model.lm),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(arrays, path, {"method": json.dumps(method)})


def row(model: Trained) -> dict[str, Any]:
    """How a text's row is built: the ids before and after it, and where the prompt goes."""
    before, _, after = cloze.frame(model.tokenizer, model.template)
    place, keep = model.form.prompt_place, model.form.keep_positions
    return {"before": before, "after": after, "place": place, "keep_positions": keep}


def stored(path: Path, about: dict[str, Any]) -> dict[str, np.ndarray]:
    """Name -> movement (rows, columns), read back; `about` is the header's "method"."""
    file, found = load_file(path), {}
    for it in about["tensors"]:
        own = {part: file[f"{it['name']}:{part}"].numpy() for part in ("digits", "tops")}
        (rows, columns), levels = it["shape"], it["levels"]
        index = np.arange(rows)
        if "k" in it:
            code = file[f"{it['name']}:places"].numpy()
            index = rice.decode(
                code, rows if it["where"] == "rows" else rows * columns, it["k"], it["b"]
            )
        top = own["tops"].astype(np.float32)
        delta = np.zeros((rows, columns), np.float32)
        if it["where"] == "places":
            digit = unpacked(own["digits"], levels, len(index))
            delta.ravel()[index] = values(digit, top[index // columns], levels)
        else:
            digit = unpacked(own["digits"], levels, len(index) * columns).reshape(-1, columns)
            delta[index] = values(digit, top[:, None], levels)
        found[it["name"]] = delta
    return found
