"""LT-SFT: both rounds, and languages that are exchanged for each other."""

from types import SimpleNamespace

import pytest
import torch

from ltp_core.model.parameters import eligible
from ltp_core.model.toy import toy_backbone
from ltp_core.rivals import lt_sft, methods
from ltp_core.stage1.mlm import adapt
from ltp_core.stage2.train import train
from ltp_core.ticket.on_model import gather
from ltp_core.ticket.ticket import Ticket

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["rice", "the bread", "cat", "the dog"], "label": [0, 0, 1, 1]}
QUICK = dict(task=TASK, prompt_length=4, epochs=3, progress=False)
LINES = {
    "en": ["the cat eats rice", "a big house"],
    "sw": ["one bird sees two stars"],
    "qu": ["tea"],
}


@pytest.fixture(scope="module")
def languages(lm):
    quick = dict(steps=3, learning_rate=1e-2, progress=False)
    return {c: lt_sft.language(lm, {"text": t * 4}, 0.2, **quick) for c, t in LINES.items()}


def base(model):
    return {name: p.detach().clone() for name, p in model.base_model.named_parameters()}


def test_a_task_ticket_is_the_top_of_what_full_fine_tuning_moved(lm):
    ticket = lt_sft.task_ticket(lm, SHOTS, 0.1, full_rate=1e-3, learning_rate=5.0, **QUICK)
    after = train(lm, SHOTS, full=True, learning_rate=1e-3, **QUICK).lm
    before, moved = eligible(lm.model), []
    for name in sorted(before):
        moved.append((eligible(after)[name] - before[name]).detach().abs().flatten())
    threshold = torch.cat(moved).sort(descending=True).values[len(ticket) - 1]
    for name, delta in zip(sorted(before), moved, strict=True):
        assert (delta[ticket.mask(name).flatten()] >= threshold).all()
        assert (delta[~ticket.mask(name).flatten()] <= threshold).all()


@pytest.mark.second
def test_a_language_moves_its_ticket_and_nothing_else(lm, languages):
    ticket, values = languages["sw"]
    model, before = lt_sft.apply_language_ticket(lm, languages["sw"]).model, base(lm.model)
    for name, p in model.base_model.named_parameters():
        inside = ticket.mask(name) if name in ticket.shapes else torch.zeros(p.shape, dtype=bool)
        assert torch.equal(p[~inside], before[name][~inside])
        assert (p[inside] != before[name][inside]).float().mean() > 0.9 or not inside.any()
    assert torch.equal(gather(model, ticket), values)
    ticket.check(lm.model)  # the model given is as it was


def test_masked_lm_on_a_ticket_is_dense_training_with_the_rest_put_back(lm):
    """With SGD-like equality out of reach for AdamW's clipping, one step says enough."""
    ticket = Ticket.by_magnitude(lm.model, 0.3)
    quick = dict(steps=1, warmup=0.0, clip=1e9, progress=False)
    lines = {"text": LINES["en"]}
    packed, dense = adapt(lm, lines, ticket=ticket, **quick), adapt(lm, lines, **quick)
    for name, old in base(lm.model).items():
        inside = ticket.mask(name) if name in ticket.shapes else torch.zeros(old.shape, dtype=bool)
        torch.testing.assert_close(packed[name][inside], dense[name][inside])
        assert torch.equal(packed[name][~inside], old[~inside])


def test_a_killed_language_goes_on_and_knows_its_ticket(lm, tmp_path):
    ticket, other = (Ticket.by_magnitude(lm.model, density) for density in (0.3, 0.2))
    lines, quick = {"text": LINES["en"]}, dict(steps=4, progress=False)
    whole = adapt(lm, lines, ticket=ticket, **quick)

    def kill(step, _):
        if step == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        adapt(lm, lines, ticket=ticket, checkpoint=tmp_path, every=1, callback=kill, **quick)
    resumed = adapt(lm, lines, ticket=ticket, checkpoint=tmp_path, every=1, **quick)
    assert all(torch.equal(whole[name], resumed[name]) for name in whole)
    with pytest.raises(ValueError, match="belongs to another run: ticket was"):
        adapt(lm, lines, ticket=other, checkpoint=tmp_path, **quick)


@pytest.mark.second
def test_a_language_is_exchanged_and_the_task_stays(lm, languages):
    before = base(lm.model)
    model = methods.lt_sft_language(lm, SHOTS, adapted=languages.__getitem__, **QUICK)
    home = lt_sft.apply_language_ticket(lm, languages["en"])
    trained, start = base(model.lm), base(home.model)
    task = {name: trained[name] - start[name] for name in start}
    assert sum(int((delta != 0).sum()) for delta in task.values()) <= len(model.ticket)

    for code in ("sw", "qu", "en", "sw"):
        model.set_language(code)
        there = base(lt_sft.apply_language_ticket(lm, languages[code]).model)
        for name, p in model.lm.base_model.named_parameters():
            torch.testing.assert_close(p, there[name] + task[name])
    model.set_language("en")
    for name, p in model.lm.base_model.named_parameters():
        torch.testing.assert_close(p, trained[name])
    for name, p in lm.model.base_model.named_parameters():
        assert torch.equal(p, before[name]), "the base model was changed"
    for code, (ticket, values) in languages.items():
        assert torch.equal(
            gather(lt_sft.apply_language_ticket(lm, (ticket, values)).model, ticket), values
        ), code
    assert model.lm.get_output_embeddings().weight is model.lm.get_input_embeddings().weight


def test_another_base_is_refused(lm, languages):
    with pytest.raises(ValueError, match="found on base"):
        lt_sft.apply_language_ticket(toy_backbone(seed=1), languages["en"])


@pytest.mark.second
def test_both_rounds_can_be_killed(lm, tmp_path):
    """The first round has a state of its own, or the second would take it for another run's."""
    plain = methods.lt_sft(lm, SHOTS, **QUICK)
    for _ in range(2):
        again = methods.lt_sft(lm, SHOTS, checkpoint=tmp_path, **QUICK)
        assert again.ticket == plain.ticket and again.history == plain.history
