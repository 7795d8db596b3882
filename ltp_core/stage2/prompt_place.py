"""Where in its row a prompt stands, which position ids there are, and how loudly it speaks.

    "start"    <s> [v₁ … v_P] text <mask> </s>        the paper's: the prompt is put in front
    "hole"     <s> text [v₁ … v_P] <mask> </s>        the prompt is put beside what is asked

Positions. By default each place has the id of its number, so the text moves aside. With
`keep_positions` each piece of the text has the id it has without a prompt, and the prompt's places
have theirs all the same: some ids then come twice.

Silence. No choice of vectors makes a prompt that nobody looks at: each layer asks anew, each head
with another question. So a silent prompt has one number more a vector, its gate g. In every
softmax of every layer the prompt's part is weighed with it,

    attention to v_j  ∝  |g_j| · exp(score of v_j),            g_j = 0.001 at first,

and the gate is trained at the prompt's rate, as in LLaMA-Adapter (arXiv 2303.16199). Because it
multiplies, and is not added to the score, a step of AdamW can open it. With `keep_positions` an
untrained silent prompt answers as no prompt does, up to about P · 0.001 of the attention.

Reading order: `order`, `position_ids`, `gated`.

What it does not do: say what the vectors are (`prompt_start.py`).
"""

from __future__ import annotations

import torch
from torch import Tensor

SILENCE = 1e-3  # of its usual attention a silent prompt gets at first


def order(first: Tensor, length: int, width: int) -> Tensor:
    """Where each place of the row with its prompt comes from: (B,) -> (B, P+T).

    Numbers below T are pieces of the text, T … T+P−1 are the prompt's vectors.

    Args:
        first: where the prompt begins in each row.
        length: P, the number of prompt vectors.
        width: T, the number of ids in a row.

    >>> order(torch.tensor([1, 3]), length=2, width=4)
    tensor([[0, 4, 5, 1, 2, 3],
            [0, 1, 2, 4, 5, 3]])
    """
    place = torch.arange(length + width, device=first.device)
    inside = place - first[:, None]  # (B, P+T): how far behind the prompt's beginning
    behind = torch.where(inside < length, width + inside, place - length)
    return torch.where(inside < 0, place, behind)


def position_ids(order: Tensor, width: int, keep: bool) -> Tensor:
    """The number of each place, or with `keep` the number that a piece has without the prompt.

    >>> position_ids(torch.tensor([[0, 4, 5, 1, 2, 3]]), width=4, keep=True)
    tensor([[0, 1, 2, 1, 2, 3]])
    """
    place = torch.arange(order.shape[1], device=order.device)
    return torch.where((order < width) & keep, order, place)


def gated(seen: Tensor, gate: Tensor, order: Tensor) -> Tensor:
    """What is added to the attention scores, (B, 1, 1, P+T): 0, or log |g| for the prompt.

    >>> seen, gate = torch.tensor([[1, 1, 0]]), torch.tensor([0.5])
    >>> gated(seen, gate, order(torch.tensor([1]), 1, 3)).exp()
    tensor([[[[1.0000, 0.5000, 1.0000, 0.0000]]]])
    """
    share = torch.cat([seen.to(gate.dtype), gate.abs().expand(len(seen), -1)], dim=1)
    least = torch.finfo(gate.dtype)
    bias = share.clamp(min=least.tiny).log().masked_fill(share == 0, least.min)
    return bias.gather(1, order)[:, None, None]
