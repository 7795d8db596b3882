"""The rivals: each trains exactly what it says, nothing else moves a bit, and it learns."""

from types import SimpleNamespace

import pytest
import torch

from ltp_core.model.parameters import eligible
from ltp_core.rivals import criteria as choices
from ltp_core.rivals import lt_sft, methods, plain_methods
from ltp_core.rivals.method import RATES, rates_key
from ltp_core.stage2.lora import MARK
from ltp_core.stage2.prompt import PromptModel
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.ticket.on_model import gather
from ltp_core.training.options import Form

pytestmark = pytest.mark.slow

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {
    "text": ["rice", "the bread", "a soup", "tea", "cat", "the dog", "a bird", "big child"],
    "label": [0, 0, 0, 0, 1, 1, 1, 1],
}
QUICK = dict(task=TASK, prompt_length=4, epochs=15, batch_size=4, progress=False)

# The toy model by hand: 16 wide, 2 layers of 32, 41 pieces, 32 positions, 2 token types, 2 classes.
LAYER = 4 * (16 * 16 + 16) + (16 * 32 + 32) + (32 * 16 + 16) + 2 * 2 * 16
EMBEDDINGS = (41 + 32 + 2) * 16 + 2 * 16
HEAD = 16 * 16 + 16 + 2 * 16 + 41  # of masked LM; its decoder is the embeddings
ALL = EMBEDDINGS + 2 * LAYER + HEAD
TICKET = round(0.2 * 2 * LAYER)
BIASES = 2 * (4 * 16 + 32 + 16 + 2 * 16)
LORA = 2 * 8 * (4 * (16 + 16) + 2 * (16 + 32))
PROMPT = 4 * 16
TRAINED = {
    "prompt_only": PROMPT,
    "deep_prompt": 2 * PROMPT,
    "full": ALL + PROMPT,
    "cloze": ALL,
    "head": ALL - HEAD + 2 * 16 + 2,
    "codeswitch": ALL + PROMPT,
    "lora": LORA + PROMPT,
    "bitfit": BIASES + PROMPT,
    "ltp": TICKET + PROMPT,
    "ticket_only": TICKET,
    "random_ticket": TICKET + PROMPT,
    "shuffled_ticket": TICKET + PROMPT,
    "layer_budget_ticket": TICKET + PROMPT,
    "magnitude_ticket": TICKET + PROMPT,
    "gradient_ticket": TICKET + PROMPT,
    "middle_layers": TICKET + PROMPT,
    "lt_sft": TICKET + PROMPT,
    "lt_sft_language": TICKET + PROMPT,
    "template_zero": 0,
    "template_zero_own": 0,
    "template_zero_words": 0,
    "template_full": ALL,
    "template_full_own": ALL,
    "template_ltp": TICKET,
    "template_ltp_own": TICKET,
}


@pytest.fixture(scope="module")
def adapted(lm):
    found = {}

    def find(code):
        if code not in found:
            lines = {"text": [f"the {word} eats" for word in ("cat", "dog", "man", code)]}
            found[code] = lt_sft.language(lm, lines, 0.3, steps=3, progress=False)
        return found[code]

    return find


def run(name, lm, ticket, adapted, **settings):
    asked = methods.required_inputs(name)
    extra = dict(ticket=ticket, adapted=adapted, languages=["sw"])
    extra = {key: value for key, value in extra.items() if key in asked}
    return methods.METHODS[name](lm, SHOTS, **QUICK | extra | settings)


def weights(model):
    """Tensors by name; LoRA's wrapping of a matrix does not change what it is called."""
    return {n.replace(".base_layer", ""): p.detach().clone() for n, p in model.named_parameters()}


def test_every_method_is_counted():
    assert list(TRAINED) == list(methods.METHODS)


@pytest.mark.parametrize("name", methods.METHODS)
def test_what_trains_and_what_does_not(lm, ticket, adapted, name, tmp_path):
    home = lt_sft.apply_language_ticket(lm, adapted("en")) if name == "lt_sft_language" else lm
    given, before = weights(lm.model), weights(home.model)
    model = run(name, lm, ticket, adapted)
    assert all(torch.equal(p, given[n]) for n, p in lm.model.named_parameters()), "lm was changed"
    assert model.trained_parameters == TRAINED[name]

    now, moved = weights(model.lm), 0
    for key, old in before.items():
        chosen = torch.zeros(old.numel(), dtype=torch.bool)
        if model.body.full:
            chosen[:] = True
        elif model.ticket is not None and (base := key.removeprefix("bert.")) in eligible(lm.model):
            chosen = model.ticket.mask(base).view(-1)
        assert torch.equal(now[key].view(-1)[~chosen], old.view(-1)[~chosen]), key
        moved += int((now[key] != old).sum())
    added = {key for key in now if MARK in key}
    assert set(now) - set(before) == added and bool(added) == (name == "lora")
    body = 0 if name.startswith("template_zero") else TRAINED[name] - prompt_size(model)
    if name != "lora":  # positions and token types that no text used, for one, do not move
        assert moved <= body and moved >= (0.8 * body if not model.body.full else 0.5 * body)
    else:
        assert sum(int((now[key] != 0).sum()) for key in added) > 0.99 * body

    assert not any(p.requires_grad for p in model.parameters())
    assert not any(p.grad is not None for p in model.parameters() if p.numel())

    model.save(tmp_path)
    loaded = Trained.load(tmp_path, home)
    batch = model.batch(model.encode(SHOTS["text"]))
    assert torch.equal(loaded(loaded.batch(loaded.encode(SHOTS["text"]))), model(batch))
    assert loaded.trains == model.trains and loaded.trained_parameters == TRAINED[name]


@pytest.mark.parametrize("name", RATES)
def test_it_learns(lm, ticket, adapted, name):
    # A random model knows no words, so a frozen one needs label rows that can move; and to the toy
    # all Swahili is <unk>.
    settings = dict(prompt_rate=3e-2, learned_labels=name != "head")
    settings |= {"share": 0.1} if name == "codeswitch" else {}
    model = run(name, lm, ticket, adapted, **settings)
    assert len(model.history) == 30
    assert sum(model.history[-6:]) < sum(model.history[:6]) - 0.05


def prompt_size(model):
    return sum(p.numel() for p in model.prompt_parameters())


def test_each_says_what_it_trains(lm, ticket, adapted):
    quick = dict(epochs=1)
    said = {name: run(name, lm, ticket, adapted, **quick).trains for name in methods.METHODS}
    assert said["deep_prompt"] == "deep prompt" and said["cloze"] == "all weights"
    assert said["head"] == "all weights + head" and said["lora"] == "LoRA of rank 8 + prompt"
    assert said["template_zero"] == "nothing" and said["template_ltp"] == "20.0% of the encoder"
    assert said["bitfit"] == f"{BIASES / 2 / LAYER:.1%} of the encoder + prompt"


def test_rates_of_a_method_can_be_replaced_and_its_form_cannot(lm, ticket, monkeypatch):
    seen = []
    monkeypatch.setattr(plain_methods, "train", lambda *_, **options: seen.append(options))
    methods.lora(lm, SHOTS, task=TASK)
    methods.lora(lm, SHOTS, task=TASK, learning_rate=1e-5)
    methods.cloze(lm, SHOTS, task=TASK, prompt_length=10)
    assert [options["learning_rate"] for options in seen] == [5e-4, 1e-5, 5e-5]
    assert seen[2]["prompt_length"] == 0
    for name in methods.METHODS:
        if not name.startswith("template_zero"):
            assert rates_key(name) in RATES


@pytest.mark.parametrize("name", methods.METHODS)
def test_an_unknown_keyword_is_reported_under_the_methods_name(name):
    near = rf"^{name}\(\) has no keyword 'epoch'; did you mean 'epochs'\?$"
    with pytest.raises(TypeError, match=near):
        methods.METHODS[name](None, None, task=TASK, epoch=3)


def test_code_switching_takes_as_many_steps_and_switches_each_time(lm):
    plain = methods.full(lm, SHOTS, **QUICK)
    switched = methods.codeswitch(lm, SHOTS, languages=["sw"], **QUICK)
    assert len(plain.history) == len(switched.history) and plain.history != switched.history
    again = methods.codeswitch(lm, SHOTS, languages=["sw"], **QUICK)
    assert again.history == switched.history
    alone = methods.codeswitch(lm, SHOTS, languages=["sw"], share=0.0, **QUICK)
    assert alone.history == plain.history, "only the texts should differ"


def test_the_head_learns_from_the_mean_of_the_states(lm):
    model = methods.head(lm, SHOTS, **QUICK)
    rows = model.encode(["the cat", "a big red boat"])
    assert rows[0] == [0, 4, 12, 2]  # no hole
    logits = model(model.batch(rows))
    for row, got in zip(rows, logits, strict=True):
        mean = model.lm.base_model(torch.tensor([row])).last_hidden_state[0].mean(dim=0)
        torch.testing.assert_close(got, model.head.weight @ mean + model.head.bias)


def test_two_heads_with_one_seed_are_one(lm):
    a, b, c = (
        PromptModel(lm, TASK.words, 0, Form(head=True), seed=s).head.weight for s in (0, 0, 1)
    )
    assert torch.equal(a, b) and not torch.equal(a, c)


def test_lt_sft_takes_its_own_full_rate(lm):
    slow, fast = (methods.lt_sft(lm, SHOTS, full_rate=rate, **QUICK) for rate in (1e-6, 1e-3))
    assert slow.ticket != fast.ticket
    again = lt_sft.task_ticket(lm, SHOTS, 0.2, full_rate=1e-3, prompt_rate=5e-3, **QUICK)
    assert again == fast.ticket


def test_tickets_of_one_budget_differ_only_in_the_choice(lm, ticket, adapted):
    names = (
        "ltp random_ticket shuffled_ticket layer_budget_ticket magnitude_ticket gradient_ticket "
        "middle_layers lt_sft"
    )
    tickets = [run(name, lm, ticket, adapted, epochs=1, seed=3).ticket for name in names.split()]
    assert {len(ticket) for ticket in tickets} == {TICKET}
    assert all(a != b for i, a in enumerate(tickets) for b in tickets[:i])


def test_training_a_ticket_again_is_the_same_as_the_method(lm):
    method = methods.gradient_ticket(lm, SHOTS, **QUICK)
    ticket = choices.by_gradient(lm, SHOTS, 0.2, task=TASK, prompt_length=4)
    assert torch.equal(
        gather(train(lm, SHOTS, ticket=ticket, **QUICK).lm, ticket), gather(method.lm, ticket)
    )
