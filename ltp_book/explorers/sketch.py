"""A few kilobytes from which any ticket's shares can be read: how far each part's weights went.

A ticket is everything above one threshold. So for each cell of the model (a layer's module) it is
enough to know how many of its weights went farther than u, for every u. We keep that as a curve:
at the shares s of LEVELS, the movement that the share s of the cell exceeds. To read it,

    share of the cell above u   =   s where its curve is at u (straight lines between the levels)
    the ticket's threshold      =   the u at which Σ n · share(u) = density · Σ n,

sums over the cells one allows. Any layers, any modules and any density can so be asked for later,
without the weights. Movements are kept as 16-bit codes: the logarithm, between the largest and the
smallest. Shares are right within 0.5 points or, in a cell of less than 400 weights, within two of
them: tests/test_explorers holds them beside the exact choice of `Ticket.select`. Where movements
are equal the sketch shares them out evenly; the ticket takes the first of them.

`which_layers.js` reads the sketch in the same way; tests/test_browser_explorers holds one to the
other.

Reading order: `sketch`, `shares`, `above`. What this file does not do: draw, or choose a ticket.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from itertools import product
from math import prod

import numpy as np
import torch
from torch import Tensor

from ltp_core.model.parameters import place, select_tensors
from ltp_core.ticket.chunks import shapes_of
from ltp_core.ticket.density import how_many

TOP = 65535  # the code of the farthest movement; 1 of the least, 0 of none at all
RANGE = 24.0  # octaves between them, at most
LEVELS = np.round(
    np.concatenate(
        [[0, 0.001, 0.002, 0.004, 0.007], np.arange(0.01, 0.1, 0.005), np.arange(0.1, 1.005, 0.01)]
    ),
    4,
)  # shares: dense where tickets are small


def sketch(
    deltas: Mapping[str, Tensor],
    *,
    languages: Sequence[str],
    steps: int,
    base: str = "",
    base_total: int | None = None,
    encoder_total: int | None = None,
) -> dict:
    """The sketch of a stage 1, as plain JSON: store it, and give it to `explorers.layers`.

    deltas: as for `Ticket.select`. base, base_total, encoder_total: `**origin(lm.model)`.

    >>> deltas = {f"layer.{i}.output.dense.weight": torch.full((2, 5), i + 1.0) for i in (0, 1)}
    >>> found = sketch(deltas, languages=["en"], steps=40)
    >>> found["layers"], found["modules"], found["sizes"]
    ([0, 1], ['output.dense'], [[10], [10]])
    >>> shares(found, 0.5)
    {(0, 'output.dense'): 0.0, (1, 'output.dense'): 1.0}
    """
    cells: dict[tuple, list[str]] = {}
    for name in deltas:
        cells.setdefault(place(name), []).append(name)
    layers = sorted({layer for layer, _ in cells}, key=lambda layer: str(layer).zfill(9))
    modules = list(dict.fromkeys(module for _, module in cells))
    shapes = shapes_of(deltas)
    sizes = {cell: sum(prod(shapes[name]) for name in names) for cell, names in cells.items()}
    curves = [
        _curve({name: deltas[name] for name in cells.get(cell, [])})
        for cell in product(layers, modules)
    ]
    codes, ends = _encode(np.stack(curves))
    total = sum(sizes.values())
    return {
        "format": 1,
        "languages": list(languages),
        "steps": int(steps),
        "base": base,
        "base_total": base_total or total,
        "encoder_total": encoder_total or total,
        "layers": layers,
        "modules": modules,
        "sizes": [[sizes.get((layer, module), 0) for module in modules] for layer in layers],
        "levels": LEVELS.tolist(),
        "octaves": ends,
        "codes": base64.b64encode(codes.astype("<u2").tobytes()).decode(),
    }


def shares(found: dict, density: float, layers=None, modules=None) -> dict[tuple, float]:
    """(layer, module) -> the share of its weights in the ticket of this density.

    layers, modules: what the ticket may choose from, as in `eligible`; the density is of that.
    """
    cells = list(product(found["layers"], found["modules"]))
    sizes, codes = np.ravel(found["sizes"]), decode(found)
    kept = [i for i in chosen(found, layers, modules) if sizes[i]]
    sizes, codes = sizes[kept], codes[kept]
    how_many(density, int(sizes.sum()))  # complain about 20 for 20 %
    target = density * sizes.sum()
    low, high = 0, TOP + 1  # from `low` up there are enough weights, from `high` up too few
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if sizes @ above(codes, middle) >= target else (low, middle)
    more, less = above(codes, low), above(codes, high)
    part = (target - sizes @ less) / (sizes @ more - sizes @ less)
    found_shares = less + part * (more - less)
    return {cells[i]: float(share) for i, share in zip(kept, found_shares, strict=True)}


def above(codes: np.ndarray, code: int) -> np.ndarray:
    """For each curve (C, M), the share of its weights that moved as far as `code`, (C,).

    >>> above(np.array([[9, 5] + [0] * (len(LEVELS) - 2)]), 7)  # half way from 0 to 0.001
    array([0.0005])
    """
    at = (codes >= code).sum(axis=1) - 1  # (C,): the last level that is as far; -1: none
    this, next_ = np.clip(at, 0, None), np.clip(at + 1, None, codes.shape[1] - 1)
    rows = np.arange(len(codes))
    drop = codes[rows, this] - codes[rows, next_]
    part = (codes[rows, this] - code) / np.maximum(drop, 1)
    share = LEVELS[this] + np.where(drop > 0, part, 0.0) * (LEVELS[next_] - LEVELS[this])
    return np.where(at < 0, 0.0, share)


def chosen(found: dict, layers=None, modules=None) -> list[int]:
    """The cells, row by row, that a choice as in `layers.select_tensors` allows."""
    names = {}
    for i, (layer, module) in enumerate(product(found["layers"], found["modules"])):
        names[f"layer.{layer}.{module}.w" if isinstance(layer, int) else f"{layer}.{module}.w"] = i
    return list(select_tensors(names, layers, modules).values())


def decode(found: dict) -> np.ndarray:
    """The codes of all cells, row by row, (C, M); ValueError if they do not fit the sketch."""
    if found.get("format") != 1 or found.get("levels") != LEVELS.tolist():
        raise ValueError("this sketch is of another format; make it again with `sketch`")
    cells = len(found["layers"]) * len(found["modules"])
    packed = base64.b64decode(found["codes"])
    if len(packed) != 2 * cells * len(LEVELS):
        raise ValueError(
            f"this sketch is damaged: {len(packed)} bytes of codes for {cells} cells of "
            f"{2 * len(LEVELS)}; make it again with `sketch`"
        )
    return np.frombuffer(packed, "<u2").astype(np.int64).reshape(cells, len(LEVELS))


def _curve(deltas: Mapping[str, Tensor]) -> np.ndarray:
    """log₂ of the movement that each share of LEVELS exceeds, (M,); -inf for no movement."""
    if not deltas:
        return np.full(len(LEVELS), -np.inf)
    moved = {name: t.detach().abs().flatten().float().cpu() for name, t in deltas.items()}
    for name, movement in moved.items():
        if not bool(movement.isfinite().all()):
            raise ValueError(
                f"the delta of {name} holds NaN or infinity; run stage 1 again with a lower "
                f"learning rate"
            )
    moved = np.sort(torch.cat(list(moved.values())).numpy())[::-1]
    rank = np.ceil(np.round(LEVELS * len(moved), 6)).astype(int)  # 0.07 · 100 is 7, not 8
    rank = np.maximum(rank, 1) - 1
    with np.errstate(divide="ignore"):
        return np.log2(moved[rank].astype(np.float64))


def _encode(curves: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Codes 0 … TOP of the logarithms (C, M), and the logarithms of the codes 1 and TOP."""
    there = curves[np.isfinite(curves)]
    if not len(there):
        raise ValueError("no weight moved at all; run stage 1 before sketching it")
    high = float(there.max())
    low = min(max(float(there.min()), high - RANGE), high - 1e-6)
    codes = 1 + np.round((np.clip(curves, low, high) - low) / (high - low) * (TOP - 1))
    return np.where(np.isfinite(curves), codes, 0), [round(low, 6), round(high, 6)]
