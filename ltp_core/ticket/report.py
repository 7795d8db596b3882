"""What a ticket is, in Markdown, for the file that lies beside it.

Of what its density is a share, layer by layer and module by module; how it was made; and, if values
are stored with it, in which precision and how wrong they are.

What this file does not do: write anything. `Ticket.save` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .file import MaskFile
    from .ticket import Ticket


def report(ticket: Ticket, file: MaskFile | None = None) -> str:
    """The report of a ticket, and of its values if `file` has any.

    >>> import torch
    >>> from ltp_core.ticket.ticket import Ticket
    >>> name = "encoder.layer.0.output.dense.weight"
    >>> print(report(Ticket("toy", {name: (4, 4)}, {name: torch.tensor([1, 7])})))
    # A ticket of 2 parameters
    <BLANKLINE>
    Base model `toy`. How it was made: not recorded.
    <BLANKLINE>
    | of | share | parameters |
    |---|---:|---:|
    | eligible parameters | 12.50% | 16 |
    | encoder | 12.50% | 16 |
    | base model with embeddings | 12.50% | 16 |
    <BLANKLINE>
    | layer | module | chosen | of | share |
    |---|---|---:|---:|---:|
    | **0** | | | | **12.50%** |
    | 0 | output.dense | 2 | 16 | 12.50% |
    <BLANKLINE>
    """
    of = {
        "eligible parameters": (ticket.density, ticket.total),
        "encoder": (ticket.density_encoder, ticket.encoder_total),
        "base model with embeddings": (ticket.density_all, ticket.base_total),
    }
    made = ", ".join(f"{key} {value}" for key, value in ticket.made.items()) or "not recorded"
    lines = [f"# A ticket of {len(ticket):,} parameters\n"]
    lines += [f"Base model `{ticket.base}`. How it was made: {made}.\n"]
    if file is not None and file.values is not None:
        lines += [_about_values(file)]
    lines += ["| of | share | parameters |", "|---|---:|---:|"]
    lines += [f"| {what} | {share:.2%} | {total:,} |" for what, (share, total) in of.items()]
    lines += ["\n| layer | module | chosen | of | share |", "|---|---|---:|---:|---:|"]
    counts = ticket.counts()
    for layer, share in ticket.layer_shares().items():
        lines += [f"| **{layer}** | | | | **{share:.2%}** |"]
        row = counts[layer].items()
        lines += [f"| {layer} | {m} | {k:,} | {n:,} | {k / n:.2%} |" for m, (k, n) in row]
    return "\n".join(lines) + "\n"


def _about_values(file: MaskFile) -> str:
    kind = str(file.values.dtype).removeprefix("torch.")
    if kind == "float32":
        return "With trained weights in float32, exact.\n"
    largest = float(file.values.float().abs().max())
    return (
        f"With trained weights as movements from the base model in {kind}. The largest error of a "
        f"weight is {file.error:.1e}, the largest movement {largest:.1e}.\n"
    )
