"""Files of the library that are cut, changed, swapped, missing, or of another kind."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import torch

from ltp_core.model.backbone import fingerprint, load_backbone, outer_fingerprint
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.merge import merge, unmerge
from ltp_core.ticket.ticket import Ticket

from ..good import CHECKPOINTED, KINDS_OF_TRAINED, QUICK, SHOTS, Good
from ..judge import Case
from ..spoil import dangling, folder, garbage, huge_header, missing, spoil, swapped, truncate


def ticket_file(rng: Random, good: Good, home: Path) -> Case:
    """A ticket's file."""
    file = good.copy("ticket", home / "ticket") / "en.safetensors"
    wrong = spoil(rng, file)
    return Case(wrong, lambda: Ticket.load(file, good.lm.model), lambda t: t == good.ticket)


def trained(rng: Random, good: Good, home: Path) -> Case:
    """A trained model's folder, or merging it."""
    name = rng.choice(list(KINDS_OF_TRAINED))
    spoiled = good.copy(f"trained/{name}", home / "trained")
    files = sorted(file for file in spoiled.iterdir() if file.suffix != ".md")
    wrong = f"{name}: {spoil(rng, rng.choice(files))}"
    wanted = state(Trained.load(good.home / "trained" / name, good.lm))
    return Case(
        wrong, lambda: Trained.load(spoiled, good.lm), lambda model: same(state(model), wanted)
    )


def state(model: Any) -> dict[str, Any]:
    """All tensors of a trained model, and what it remembers."""
    about = json.dumps([model.words, model.labels, model.task, model.history, model.template])
    return {**model.state_dict(), "about": torch.tensor(list(about.encode()))}


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """Equal names and equal bits."""
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def checkpoint(rng: Random, good: Good, home: Path) -> Case:
    """The checkpoint of a run that goes on."""
    spoiled = good.copy("checkpoint", home / "checkpoint")
    wrong = spoil(rng, spoiled / "state.safetensors")
    model = Trained.load(good.home / "trained" / "full", good.lm)
    call = lambda: train(good.lm, SHOTS, **QUICK, **CHECKPOINTED, checkpoint=spoiled)  # noqa: E731
    return Case(wrong, call, lambda found: same(state(found), state(model)))


def backbone(rng: Random, good: Good, home: Path) -> Case:
    """A folder of Hugging Face: it has no digest, so only what cannot be a model is bad."""
    spoiled = good.copy("backbone", home / "backbone")
    files = [spoiled / name for name in ("config.json", "model.safetensors", "tokenizer.json")]
    ways = (truncate, garbage, missing, folder, dangling, swapped, huge_header)
    wrong = spoil(rng, rng.choice(files), ways)
    wanted = [fingerprint(good.lm.model), outer_fingerprint(good.lm)]

    def unchanged(lm: Any) -> bool:
        return [fingerprint(lm.model), outer_fingerprint(lm)] == wanted

    return Case(wrong, lambda: load_backbone(spoiled), unchanged)


def merged(rng: Random, good: Good, home: Path) -> Case:
    """Merging a spoiled model, taking a spoiled merge apart, or writing over something."""
    way = rng.choice(["merge", "unmerge", "over"])
    if way == "unmerge":
        spoiled = good.copy("merged", home / "merged")
        names = ("config.json", "model.safetensors", "tokenizer.json", "unmerge.safetensors")
        wrong = spoil(rng, spoiled / rng.choice(names), (truncate, garbage, missing, huge_header))
        wanted = fingerprint(good.lm.model)
        return Case(
            wrong, lambda: unmerge(spoiled), lambda lm: fingerprint(lm.model) == wanted, home
        )
    spoiled, target = good.copy("trained/ticket", home / "trained"), home / "out"
    call: Callable[[], object] = lambda: merge(good.lm, spoiled, target)  # noqa: E731
    good.copy("task" if way == "over" else "merged", target)
    if way == "over":
        return Case("over a table", call, keeps=target)
    wrong = spoil(rng, spoiled / "ticket.safetensors")
    before = (target / "model.safetensors").read_bytes()
    unchanged = lambda _: before == (target / "model.safetensors").read_bytes()  # noqa: E731
    return Case(f"merge {wrong}", call, unchanged, keeps=target)
