"""Two processes train what one trains, and send only what is trained."""

import os
import sys
from types import SimpleNamespace

import pytest
import torch
from safetensors.torch import load_file, save_file

from ltp_core.model.parameters import eligible
from ltp_core.model.toy import WORDS, toy_backbone
from ltp_core.stage1.find import find_ticket
from ltp_core.stage1.mlm import adapt
from ltp_core.stage2.train import train
from ltp_core.ticket.ticket import Ticket, origin
from ltp_core.training.distributed import same_start, share
from tests.support.processes import launch

# Seven rows in batches of three: the last batch of an epoch has one row, fewer than processes.
LINES = {"text": [" ".join(WORDS[i : i + 3 + i % 4]) for i in range(0, 28, 4)]}
TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {
    "text": ["rice", "the bread", "a soup", "tea", "cat", "the dog", "a bird"],
    "label": [0, 0, 0, 0, 1, 1, 1],
}
STEPS, PROMPT = 9, 4 * 16
COLLECTIVES = ("all_reduce", "all_gather", "all_gather_into_tensor", "broadcast", "reduce")


def run() -> dict[str, torch.Tensor]:
    """Both stages; what they ended with."""
    lm = toy_backbone()
    stage1 = dict(steps=6, batch_size=3, progress=False)
    after = adapt(lm, LINES, learning_rate=1e-3, **stage1)
    found = find_ticket(lm, LINES, 0.2, learning_rate=1e-3, **stage1)
    ticket = Ticket.random(eligible(lm.model), 0.2, seed=0, **origin(lm.model))
    sent = count_bytes()
    model = train(
        lm,
        SHOTS,
        task=TASK,
        ticket=ticket,
        prompt_length=4,
        epochs=3,
        batch_size=3,
        learning_rate=1e-2,
        progress=False,
    )
    return {
        "stage 1": torch.cat([p.flatten() for p in after.values()]),
        "found": torch.cat([found.mask(name).flatten() for name in found.shapes]).float(),
        "weights": torch.cat([p.detach().flatten() for p in model.lm.parameters()]),
        "prompt": model.prompt.detach(),
        "history": torch.tensor(model.history),
        "sent": torch.tensor(float(sum(sent))),
    }


def count_bytes() -> list[int]:
    """From now on, list the bytes of every tensor that a process sends."""
    sent: list[int] = []
    for name in COLLECTIVES if torch.distributed.is_initialized() else ():
        plain = getattr(torch.distributed, name)

        def counted(*args, plain=plain, **options):
            sent.append(next(x for x in reversed(args) if torch.is_tensor(x)).nbytes)
            return plain(*args, **options)

        setattr(torch.distributed, name, counted)
    return sent


@pytest.mark.process
@pytest.mark.slow
def test_two_processes_end_where_one_does(tmp_path):
    launch(__file__, tmp_path)
    first, second = (load_file(tmp_path / f"{rank}.safetensors") for rank in (0, 1))
    assert all(torch.equal(first[name], second[name]) for name in first)  # ticket and all

    alone = run()
    for name in ("stage 1", "weights", "prompt", "history"):
        torch.testing.assert_close(first[name], alone[name], rtol=1e-4, atol=1e-5, msg=name)
    both, either = (first["found"] * alone["found"]).sum(), first["found"].sum()
    assert either == alone["found"].sum() and both / either > 0.98

    in_a_step = 4 * (890 + PROMPT + 1)  # the ticket, the prompt, the loss
    assert STEPS * in_a_step <= first["sent"] <= STEPS * in_a_step + 64
    assert alone["sent"] == 0


def test_every_row_is_counted_once():
    for size in range(1, 9):
        rows = list(range(size))
        parts = [share(rows, rank, 3) for rank in range(3)]
        assert sorted(i for part, counts in parts for i in part * counts) == rows
        assert all(part for part, _ in parts)


def test_processes_with_different_checkpoints_are_told():
    accelerator = SimpleNamespace(device="cpu", gather=lambda step: torch.tensor([50, 0]))
    with pytest.raises(ValueError, match=r"different steps, \[50, 0\]; give them one checkpoint"):
        same_start(50, accelerator)


if __name__ == "__main__":  # one of the processes that `launch` starts
    save_file(run(), f"{sys.argv[1]}/{os.environ['RANK']}.safetensors")
    torch.distributed.destroy_process_group()
