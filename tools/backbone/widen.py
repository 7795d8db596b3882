"""The embedded model with its whole vocabulary back: for benchmarks in words it was trimmed of.

    python -m tools.backbone.build --vocab full unpack      the untrained model, 250,000 pieces
    python -m tools.backbone.widen                          the trained weights put into it
    ltp evaluate --backbone FOLDER ...

The training of the backbone did not touch the word embedding, so nothing is lost: each piece that
the embedded model kept has the same row in both, which is checked. All other weights come from the
embedded model. A piece it does not have gets the mean output bias of those it has.

What this file does not do: train.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parents[2]

WORDS, BIAS = "bert.embeddings.word_embeddings.weight", "cls.predictions.bias"
SAME = (WORDS, BIAS, "cls.predictions.decoder.weight", "cls.predictions.decoder.bias")


@torch.no_grad()
def widen(trained, whole) -> None:
    """Put everything but the word embedding of `trained` into `whole`, in place.

    trained, whole: as `load_backbone` gives them; each piece of the first is one of the second.
    """
    theirs = whole.tokenizer.get_vocab()
    pieces = trained.tokenizer.get_vocab()  # piece -> id
    if lacking := sorted(pieces.keys() - theirs.keys()):
        raise ValueError(f"the whole vocabulary lacks {lacking[0]!r}; unpack it from the same file")
    ours = torch.tensor(list(pieces.values()))
    there = torch.tensor([theirs[piece] for piece in pieces])
    small, large = trained.model.state_dict(), whole.model.state_dict()
    far = (small[WORDS][ours] - large[WORDS][there]).abs().max().item()
    if far > 1e-6:
        raise ValueError(f"the word embeddings differ by {far:.2g}; they must be the same rows")
    for name, tensor in small.items():
        if name not in SAME:
            large[name].copy_(tensor)
    large[BIAS].fill_(small[BIAS].mean())
    large[BIAS][there] = small[BIAS][ours]


def main() -> None:
    from ltp_core import load_backbone

    from .build import default_cache, load_folder

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, default=default_cache(), help="working folder")
    parser.add_argument("--out", type=Path, help="default: CACHE/wide")
    args = parser.parse_args()
    folder = args.cache / "base-full"
    if not folder.is_dir():
        sys.exit(f"no {folder}; first: python -m tools.backbone.build --vocab full unpack")
    out, whole = args.out or args.cache / "wide", load_folder(folder)
    widen(load_backbone(), whole)
    whole.model.save_pretrained(out)
    whole.tokenizer.save_pretrained(out)
    print(out)


if __name__ == "__main__":
    main()
