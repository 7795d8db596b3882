"""What the cases spoil: a toy model, a task, and one good file of each kind the library writes.

Reading order: `Good.make`.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch

from ltp_core.measure import results
from ltp_core.model.backbone import Backbone
from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.train import train
from ltp_core.ticket.merge import merge
from ltp_core.ticket.ticket import Ticket, origin

WORDS = ("animals", "food")  # in the order of the folder's labels
TASK = SimpleNamespace(words=WORDS)
SHOTS = {"text": ["rice", "the bread", "cat", "the dog"], "label": [1, 1, 0, 0]}
TEST = SHOTS | {"language": ["en"] * 4}
QUICK: dict[str, Any] = dict(task=TASK, prompt_length=2, epochs=2, progress=False)
TABLE = "id,text,label,split\n" + "".join(
    f"{i},{text},{label},{split}\n"
    for i, (text, label, split) in enumerate(
        (word, label, split)
        for split in ("train", "dev", "test")
        for label, both in (("food", ("rice", "tea")), ("animals", ("cat", "dog")))
        for word in both
    )
)
SPEC = """
task = "{task}"
methods = ["prompt_only", "ltp"]
k = [2]
seeds = [0]
density = [0.2]
[ticket]
text = ["en"]
sources = ["udhr"]
max_length = 16
steps = 4
[train]
epochs = 1
prompt_length = 2
"""


@dataclass(frozen=True)
class Good:
    """Good things, in a folder; nobody changes them, a case spoils its own copy."""

    home: Path
    lm: Backbone
    ticket: Ticket

    @classmethod
    def make(cls, home: Path) -> Good:
        """Write everything below `home`."""
        torch.set_num_threads(1)
        lm = toy_backbone()
        ticket = Ticket.random(eligible(lm.model), 0.2, seed=0, **origin(lm.model))
        good = cls(home, lm, ticket)
        ticket.save(home / "ticket" / "en.safetensors")
        for name, how in KINDS_OF_TRAINED.items():
            extra = {"ticket": ticket} if how is None else how
            train(lm, SHOTS, **QUICK, **extra).save(home / "trained" / name)
        train(lm, SHOTS, **QUICK, **CHECKPOINTED, checkpoint=home / "checkpoint")
        lm.model.save_pretrained(home / "backbone")
        lm.tokenizer.save_pretrained(home / "backbone")
        merge(lm, home / "trained" / "ticket", home / "merged")
        (home / "task").mkdir()
        (home / "task" / "en.csv").write_text(TABLE)
        (home / "spec").mkdir()
        (home / "spec" / "mini.toml").write_text(SPEC.format(task=home / "task"))
        rows = [
            {"language": c, "accuracy": 0.5, "n": 9, "correct": b"\xa0\x80"} for c in ("en", "qu")
        ]
        results.write(home / "results" / "a.parquet", rows)
        return good

    def copy(self, name: str, to: Path) -> Path:
        """A copy of one of the folders, to be spoiled."""
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(self.home / name, to)
        return to


KINDS_OF_TRAINED: dict[str, dict[str, Any] | None] = {
    "prompt": {},
    "ticket": None,
    "full": {"full": True},
    "lora": {"lora": 2},
}
CHECKPOINTED: dict[str, Any] = {"full": True, "every": 1}
