"""A run of the lab: exact, whoever interrupts it; refused in one sentence where it cannot be."""

import pytest
import torch

from ltp_book.lab.choice import Bench, Choice
from ltp_book.lab.run import Run
from tests.support.toy_lab import DELTAS, LM, SIZES, TASK, alone, hold, same


@pytest.mark.parametrize(
    "choice",
    [
        Choice(density=0, prompt_length=5, languages=("qu",)),
        Choice(density=0.2, prompt_length=0, draw=1),
        Choice(density=0.5, layers=(1, 1), prompt_length=2, rate=3.0, chosen="chance"),
    ],
)
@pytest.mark.parametrize("stops", [(), (1,), (1, 2, 5)])
def test_a_run_ends_in_the_bits_of_one_that_nobody_touched(choice, stops):
    bench = Bench(LM, TASK, DELTAS, **SIZES)
    before = {name: p.detach().clone() for name, p in LM.model.named_parameters()}
    run = Run(1, choice, bench, hear=lambda run: None)
    if stops:
        hold(run, stops[0])
    run.start()
    for at, following in zip(stops, (*stops, None)[1:], strict=True):
        run.wait()
        assert (run.standing, len(run.losses), run.model) == ("stopped", at, None)
        if following:
            hold(run, following)
        run.go_on()
    run.wait()
    assert (run.standing, len(run.losses)) == ("done", bench.steps) and bench.steps == 6
    expected = alone(run)
    assert run.losses == expected.history and same(run.model, expected)
    assert all(torch.equal(p, before[name]) for name, p in LM.model.named_parameters())
    looks = [[step for step, _, _ in look] for look in run.looks.values()]
    assert looks == [[0, 2, 3, 4, 6]] * len(choice.languages)


def test_stop_in_the_last_step_comes_too_late():
    run = Run(1, Choice(density=0), Bench(LM, TASK, DELTAS, **SIZES), hear=lambda run: None)
    hold(run, 6)
    run.start()
    run.wait()
    assert run.standing == "done"


def test_the_ticket_of_a_choice_lies_where_it_was_chosen():
    bench = Bench(LM, TASK, DELTAS, **SIZES)
    for choice in (Choice(), Choice(layers=(1, 1)), Choice(layers=(0, 0), chosen="chance")):
        ticket = bench.ticket(choice)
        assert len(ticket) == bench.weights(choice) == round(0.2 * ticket.total)
        first, last = choice.layers or (0, 1)
        assert set(ticket.layer_shares()) == set(range(first, last + 1))
    assert bench.ticket(Choice(density=0)) is None and bench.weights(Choice(density=0)) == 0


def test_what_cannot_be_is_refused_in_one_sentence():
    with pytest.raises(ValueError, match="layers must run upwards, got 3 to 1; exchange them"):
        Choice(layers=(3, 1))
    for number, languages in ((0, ()), (5, tuple("abcde"))):
        with pytest.raises(ValueError, match=f"1 to 4 languages to look at, got {number}"):
            Choice(languages=languages)
    with pytest.raises(ValueError, match="the model has no weights 'other'; take deltas of this"):
        Bench(LM, TASK, {"other": torch.ones(1)})
