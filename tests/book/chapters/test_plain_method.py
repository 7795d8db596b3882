"""The method in plain PyTorch, as a chapter shows it, does what the chapter says."""

import re

import torch
from torch import nn

from tests.support import lessons
from tools.book import chapters as book


def shown() -> str:
    """The block of code in *The whole method, once* that defines `ltp`."""
    blocks = re.findall(r"```python\n(.*?)```", lessons.prose(book.BOOK / "method.ipynb"), re.S)
    (block,) = [it for it in blocks if it.startswith("def ltp(")]
    return block


def test_the_plain_method_moves_the_ticket_and_the_prompt_and_nothing_else():
    names = {"torch": torch}
    exec(shown(), names)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 2))
    encoder, prompt = dict(model.named_parameters()), nn.Parameter(torch.randn(8))
    before, first = {n: w.detach().clone() for n, w in encoder.items()}, prompt.detach().clone()
    lines, rows, labels = torch.randn(16, 8), torch.randn(16, 8), torch.randint(2, (16,))
    mask = names["ltp"](
        model,
        encoder,
        prompt,
        english_loss=lambda it: it(lines).square().mean(),
        task_loss=lambda it, v: nn.functional.cross_entropy(it(rows + v), labels),
        steps=(5, 5),
    )
    total, chosen = (
        sum(int(it.numel()) for it in mask.values()),
        sum(map(torch.sum, mask.values())),
    )
    assert round(0.2 * total) <= chosen < total / 2  # equals at the threshold all get in
    moved = {name: weight.detach() != before[name] for name, weight in encoder.items()}
    assert not any((moved[name] & ~mask[name]).any() for name in mask)
    assert sum(map(torch.sum, moved.values())) > 0.9 * chosen
    assert not torch.equal(prompt.detach(), first)
