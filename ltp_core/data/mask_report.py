"""A mask file, and beside it what it holds, in Markdown, for people.

Of what its density is a share, layer by layer and module by module; how it was made; and, if values
are stored with it, in which precision and how wrong they are.

Reading order: `save`, `report`. What this file does not do: count. It is given the numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from . import mask_file
from .atomic import replacing
from .mask_file import MaskFile

Counts = Mapping[int | str, Mapping[str, tuple[int, int]]]  # layer -> module -> chosen, of how many


def save(
    path: str | Path, file: MaskFile, shares: Mapping[str, tuple[float, int]], counts: Counts
) -> str:
    """Write `path` (.safetensors) and its report (.md); the digest of the first.

    Raises:
        ValueError: something else stands there, or the values do not fit the mask.

    >>> import tempfile
    >>> import torch
    >>> file = MaskFile({"base": "toy"}, {"w": (2, 5)}, {"w": torch.tensor([0, 8])})
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = save(f"{folder}/en.safetensors", file, {}, {})
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['en.md', 'en.safetensors']
    """
    beside = mask_file.check_free(path)
    if file.values is not None:
        mask_file.check_values(file.values, sum(map(len, file.indices.values())))
    sha256 = mask_file.write(path, file)
    with replacing(beside) as temporary:
        temporary.write_text(report(file, shares, counts), encoding="utf-8")
    return sha256


def report(file: MaskFile, shares: Mapping[str, tuple[float, int]], counts: Counts) -> str:
    """The report of a ticket's file.

    Args:
        shares: of what its density is a share -> share, total.

    >>> import torch
    >>> name = "encoder.layer.0.output.dense.weight"
    >>> file = MaskFile({"base": "toy"}, {name: (4, 4)}, {name: torch.tensor([1, 7])})
    >>> print(report(file, {"encoder": (0.125, 16)}, {0: {"output.dense": (2, 16)}}))
    # A ticket of 2 parameters
    <BLANKLINE>
    Base model `toy`. How it was made: not recorded.
    <BLANKLINE>
    | of | share | parameters |
    |---|---:|---:|
    | encoder | 12.50% | 16 |
    <BLANKLINE>
    | layer | module | chosen | of | share |
    |---|---|---:|---:|---:|
    | **0** | | | | **12.50%** |
    | 0 | output.dense | 2 | 16 | 12.50% |
    <BLANKLINE>
    """
    made = ", ".join(f"{key} {value}" for key, value in file.header.get("made", {}).items())
    lines = [f"# A ticket of {sum(map(len, file.indices.values())):,} parameters\n"]
    base = file.header["base"]
    lines += [f"Base model `{base}`. How it was made: {made or 'not recorded'}.\n"]
    if file.values is not None:
        lines += [_about_values(file.values, file.error)]
    lines += ["| of | share | parameters |", "|---|---:|---:|"]
    lines += [f"| {what} | {share:.2%} | {total:,} |" for what, (share, total) in shares.items()]
    lines += ["\n| layer | module | chosen | of | share |", "|---|---|---:|---:|---:|"]
    for layer, row in counts.items():
        chosen, of = (sum(numbers) for numbers in zip(*row.values(), strict=True))
        lines += [f"| **{layer}** | | | | **{chosen / of:.2%}** |"]
        lines += [f"| {layer} | {m} | {k:,} | {n:,} | {k / n:.2%} |" for m, (k, n) in row.items()]
    return "\n".join(lines) + "\n"


def _about_values(values: Tensor, error: float) -> str:
    kind = str(values.dtype).removeprefix("torch.")
    if kind == "float32":
        return "With trained weights in float32, exact.\n"
    about = f"With trained weights as movements from the base model in {kind}."
    largest = f"the largest movement {float(values.float().abs().max()):.1e}"
    return f"{about} The largest error of a weight is {error:.1e}, {largest}.\n"
