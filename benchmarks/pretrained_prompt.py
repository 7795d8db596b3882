"""Train one prompt on English text without labels, as a start for prompts of any task.

    python benchmarks/pretrained_prompt.py            # about three minutes on two cores
    python benchmarks/pretrained_prompt.py --help

The model is frozen and only the prompt moves, on the task of `ltp_core/tasks/next_word.py`. It
begins at the words of `--start` and stands beside the hole. Written:
data/results/next_word.safetensors, where recipe_prompt_file.toml starts.

What this file does not do: say whether such a start is worth anything. The sweep does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import ltp_core as ltp
from ltp_core.data.corpora import text
from ltp_core.stage2 import prompt_start
from ltp_core.tasks.next_word import next_word


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--out", type=Path, default=Path("data/results/next_word.safetensors"), help="file")
    add("--backbone", help="folder or name of the language model (the embedded one)")
    add("--start", default="words: is a kind of", help="where the prompt starts itself")
    add("--classes", type=int, default=100, help="how many words (100)")
    add("--epochs", type=int, default=2, help="how long to train (2)")
    add("--rate", type=float, default=2e-3, help="the prompt's peak rate (2e-3)")
    add("--seed", type=int, default=0, help="of the order of the lines (0)")
    options = parser.parse_args(arguments)
    task = next_word(text("en", running_only=True), options.classes)
    trained = ltp.train(
        ltp.load_backbone(options.backbone),
        task.train("en"),
        task=task,
        prompt_start=options.start,
        prompt_place="hole",
        prompt_rate=options.rate,
        epochs=options.epochs,
        seed=options.seed,
        autocast="auto",
    )
    first, last = (sum(part) / len(part) for part in halves(trained.history))
    print(f"mean loss of the first half of the steps {first:.3f}, of the second {last:.3f}")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    prompt_start.save(options.out, trained.prompt)
    print(f"written: {options.out}")


def halves(numbers: list[float]) -> tuple[list[float], list[float]]:
    """The first half and the rest.

    >>> halves([1.0, 2.0, 3.0])
    ([1.0], [2.0, 3.0])
    """
    middle = len(numbers) // 2
    return numbers[:middle], numbers[middle:]


if __name__ == "__main__":
    main()
