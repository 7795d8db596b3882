"""Film four methods while they train, for the explorer "training, step by step".

    python benchmarks/film.py            # about ten minutes on two cores
    python benchmarks/film.py --help

Each method trains on the same 16 English examples per class, with the rates of `method.RATES`, and
is looked at every few steps: how far prompt and weights have moved, and how much of the test of a
few languages is right. The ticket is that of first light. Written: data/results/trace.json.

What this file does not do: draw (`ltp_book.explorers.training`).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from datasets import concatenate_datasets

import ltp_core as ltp
from ltp_book.explorers.trace import record
from ltp_core.rivals.method import RATES
from ltp_core.ticket.ticket import Ticket

LANGUAGES = ["en", "de", "hi", "sw", "am", "cy", "qu", "so"]
TICKET = Path(__file__).parents[1] / "data/results/tickets/en-d0.2-62e17a.ticket.safetensors"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, default=Path("data/results/trace.json"), help="file to write")
    add("--backbone", help="folder or name of the language model (the embedded one)")
    add("--ticket", type=Path, default=TICKET, help="the ticket (that of first light)")
    add("--epochs", type=int, default=12, help="how long to train (12)")
    add("--every", type=int, default=8, help="steps between two looks (8)")
    add("--items", type=int, default=100, help="test rows per language (100)")
    options = parser.parse_args(arguments)
    lm, task = ltp.load_backbone(options.backbone), ltp.tasks.emoji()
    ticket = Ticket.load(options.ticket, lm.model)
    test = [task.test(code) for code in LANGUAGES]
    # The rows of a language come class by class: take them evenly spread.
    few = [rows.select(spread(len(rows), options.items)) for rows in test]
    runs = {
        "prompt only": rates("prompt_only"),
        "LTP": rates("ltp") | {"ticket": ticket},
        "random ticket": rates("random_ticket") | {"ticket": ticket.random_like(seed=0)},
        "full + prompt": rates("full") | {"full": True},
    }
    trace = record(
        lm,
        task.few_shot("en", k=16, seed=0),
        concatenate_datasets(few),
        runs,
        task=task,
        every=options.every,
        epochs=options.epochs,
        autocast="auto",
        predict={"autocast": "auto", "batch_size": 64},
    )
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(trace) + "\n", encoding="utf-8")
    print(f"written: {options.out}")


def rates(method: str) -> dict[str, float]:
    body, prompt = RATES[method]
    return {"learning_rate": body, "prompt_rate": prompt}


def spread(total: int, wanted: int) -> list[int]:
    """`wanted` places evenly spread over `total`, or all of them.

    >>> spread(10, 3), spread(2, 3)
    ([0, 3, 6], [0, 1])
    """
    return [i * total // wanted for i in range(wanted)] if wanted < total else [*range(total)]


if __name__ == "__main__":
    main()
