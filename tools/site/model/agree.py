"""How often does a model whose movements are stored in few levels answer as it did before?

    python -m tools.site.model.agree NAME [--levels L] [--each 6]

Some test texts of every language; the trained model lies in `_build/try` or is trained now. It
says the size of the file, the share of equal answers, the largest difference of a score, and how
many answers are right before and after.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
import torch

from ltp_core import tasks
from ltp_core.model.backbone import Model, load_backbone
from ltp_core.stage2.trained import Trained

from . import movement, recipe
from .__main__ import BUILD
from .lay import header


@torch.no_grad()
def put(model: Trained, before: Model, path: Path) -> None:
    """Replace what was trained by what the file holds of it."""
    found, old = movement.stored(path, header(path)), dict(before.named_parameters())
    for name, p in model.lm.named_parameters():
        if name in found:
            p.copy_(old[name] + torch.from_numpy(found[name]).view(p.shape))


@torch.no_grad()
def scores(model: Trained, texts: list[str]) -> np.ndarray:
    """The scores of the words, (texts, classes)."""
    parts = [texts[i : i + 64] for i in range(0, len(texts), 64)]
    return torch.cat([model(model.batch(model.encode(part))) for part in parts]).numpy()


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("name", choices=list(recipe.read()["models"]))
    parser.add_argument("--levels", type=int)
    parser.add_argument("--each", type=int, default=6, help="texts of each language")
    args = parser.parse_args()
    settings, lm, task = recipe.read(), load_backbone(), tasks.emoji()
    chosen = [task.test(code) for code in task.languages]
    step = [len(rows) // args.each for rows in chosen]  # each language other emoji
    chosen = [
        rows.select(range(7 * i % step[i], len(rows), step[i])) for i, rows in enumerate(chosen)
    ]
    texts = [text for rows in chosen for text in rows["text"]]
    labels = np.array([label for rows in chosen for label in rows["label"]])
    model = recipe.trained(lm, settings, args.name, BUILD)
    before = scores(model, texts)
    levels = args.levels or settings["models"][args.name].get("levels", 256)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "it.safetensors"
        movement.store(path, model, lm.model, levels)
        put(model, lm.model, path)
        size = path.stat().st_size
    after = scores(model, texts)
    answers = [before.argmax(axis=1), after.argmax(axis=1)]
    print(f"{args.name}, {levels} levels: {size:,} bytes; {len(texts)} texts")
    print(f"  equal answers {(answers[0] == answers[1]).mean():.1%}, "
          f"largest difference {np.abs(before - after).max():.4f}")  # fmt: skip
    print("  right before and after " + ", ".join(f"{(a == labels).mean():.1%}" for a in answers))


if __name__ == "__main__":
    main()
