"""Tickets that cannot be, and densities that are none."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import torch

from ltp_core.ticket.ticket import Ticket

from ..good import Good
from ..judge import Case

DENSITIES: tuple[Any, ...] = (
    0,
    -0.1,
    1.5,
    20,
    1e-9,
    float("nan"),
    float("inf"),
    "0.2",
    None,
    [],
    1j,
    -0.0,
    True and "1",
)
INDICES: tuple[Any, ...] = (
    [3, 1],
    [1, 1],
    [-1, 2],
    [0, 10],
    [2**62],
    [],
    [[0, 1]],
    [0.0, 1.0],
    [True, False],
    None,
    7,
    "a",
)
SHAPES: tuple[Any, ...] = ((2, -5), (0,), (2, 2), (), (2.5, 4), "25", None, 10, (2**40, 2**40, -1))
DELTAS: tuple[Any, ...] = (
    torch.tensor([1.0, float("nan")]),
    torch.tensor([float("inf")]),
    torch.ones(4).half(),
    torch.ones(4, dtype=torch.int64),
    torch.zeros(4),
    [1.0, 2.0],
    None,
    torch.ones(0),
)


def case(rng: Random, good: Good, home: Path) -> Case:
    """One thing wrong with a ticket that is made, chosen, cut or saved."""
    way = rng.choice(
        ["indices", "shapes", "density", "deltas", "totals", "restrict", "save", "values"]
    )
    if way == "indices":
        found = rng.choice(INDICES)
        index: Any = torch.tensor(found) if isinstance(found, list) else found
        if isinstance(index, torch.Tensor) and rng.random() < 0.2:
            index = torch.tensor(
                [0, 8], dtype=rng.choice([torch.int32, torch.uint8, torch.float32])
            )
        name = rng.choice(["w", "w", "w", "other"])
        return Case(f"indices {name} {index}", lambda: Ticket("toy", {"w": (2, 5)}, {name: index}))
    if way == "shapes":
        shape = rng.choice(SHAPES)
        where = {"w": torch.tensor([0, 8])}
        return Case(f"shape {shape}", lambda: Ticket("toy", {"w": shape}, where))
    if way == "density":
        density = rng.choice(DENSITIES)
        like = {"w": torch.ones(100)}
        calls = [
            lambda: Ticket.select(like, density, base="toy"),
            lambda: Ticket.random(like, density, seed=0, base="toy"),
            lambda: Ticket.by_magnitude(good.lm.model, density),
        ]
        return Case(f"density {density!r}", rng.choice(calls))
    if way == "deltas":
        delta = rng.choice(DELTAS)
        return Case(f"delta {delta}", lambda: Ticket.select({"w": delta}, 0.5, base="toy"))
    if way == "totals":
        totals = {
            rng.choice(["base_total", "encoder_total"]): rng.choice([-1, 3, 1.5, "a", [], None])
        }
        if totals == {"encoder_total": 3}:
            totals = {"base_total": 3}
        shapes, where = {"layer.0.w": (2, 5)}, {"layer.0.w": torch.tensor([0])}
        return Case(f"{totals}", lambda: Ticket("toy", shapes, where, **totals))
    if way == "restrict":
        part: dict[str, Any] = {
            rng.choice(["layers", "modules"]): rng.choice([99, -1, "x", [None], 1.5, ""])
        }
        return Case(f"restrict {part}", lambda: good.ticket.restrict(**part))
    file = home / rng.choice(["a.safetensors", "a.txt", "a", "task"])
    if way == "values":
        values: Any = rng.choice(
            [
                torch.ones(3),
                torch.ones(len(good.ticket), dtype=torch.int64),
                torch.ones(len(good.ticket), 1),
                [1.0],
                "a",
                torch.full((len(good.ticket),), float("nan")),
            ]
        )
        (home / "a.safetensors").unlink(missing_ok=True)
        return Case(
            f"values {values}"[:60], lambda: good.ticket.save(home / "a.safetensors", values)
        )
    mine = home / "mine"
    good.copy("task", mine)
    target = mine / rng.choice(["en.csv", "x", "x.bin", "en.safetensors"])
    if target.name == "en.safetensors":
        target.write_bytes(rng.choice([b"mine", b"", b"\0" * 99]))
    return Case(f"saved to {file.name}", lambda: good.ticket.save(target), keeps=mine)
