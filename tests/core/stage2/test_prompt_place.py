"""A prompt after the start or beside the hole, against rows that are put together by hand."""

import pytest
import torch

from ltp_core import load_backbone, tasks
from ltp_core.model.architecture import position_range
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.prompt import PromptModel
from ltp_core.stage2.prompt_place import SILENCE, gated, order, position_ids
from ltp_core.stage2.train import train
from ltp_core.stage2.trained import Trained
from ltp_core.training.options import Form
from tests.core.stage2.test_deep_prompt import loud
from tests.core.stage2.test_train import QUICK, SHOTS
from tests.support.models import TEXTS, WORDS, bert, xlm_roberta

both = pytest.mark.parametrize("make", [loud(bert), loud(xlm_roberta)])
places = pytest.mark.parametrize("place", ["start", "hole"])
kept = pytest.mark.parametrize("keep", [False, True])
templates = pytest.mark.parametrize("template", [None, "{text} likes the {mask} car"])


def by_hand(model, row, place, keep):
    """The reference: one unpadded row, layer by layer, a list of embeddings and one of ids."""
    lm, length = model.lm, len(model.prompt)
    words, ids = list(lm.get_input_embeddings()(torch.tensor(row))), list(range(len(row)))
    at = row.index(40) if place == "hole" else 1
    words[at:at] = list(model.prompt)
    ids = [*ids[:at], *range(at, at + length), *ids[at:]] if keep else range(len(words))
    inputs, first = torch.stack(words)[None], position_range(model.lm)[0]
    ids = first + torch.tensor(list(ids))[None]
    kind = torch.zeros_like(ids)
    states = lm.base_model.embeddings(inputs_embeds=inputs, position_ids=ids, token_type_ids=kind)
    for number, layer in enumerate(lm.base_model.encoder.layer):
        if number > 0 and model.deep is not None:
            states = states.clone()
            states[:, at : at + length] = model.deep[number - 1]
        states = layer(states, None)
    return model.read(states[:, row.index(40) + length])[0]


@both
@places
@kept
@templates
@pytest.mark.parametrize("deep", [False, True])
def test_it_equals_rows_put_together_by_hand(make, place, keep, template, deep):
    form = dict(prompt_place=place, keep_positions=keep, template=template, deep=deep)
    model = PromptModel(make(), WORDS, 5, Form(**form))
    if deep:
        torch.nn.init.normal_(model.deep)
    rows = model.encode(TEXTS)
    for row, got in zip(rows, model(model.batch(rows)), strict=True):
        torch.testing.assert_close(got, by_hand(model, row, place, keep))


@both
@places
def test_a_deep_prompt_starts_as_the_shallow_one_in_an_empty_text(make, place):
    form = dict(prompt_place=place, template="{text} likes the {mask} car")
    shallow, deep = (
        PromptModel(make(), WORDS, length=5, form=Form(deep=d, **form)) for d in (False, True)
    )
    empty = shallow.batch(shallow.encode([""]))
    torch.testing.assert_close(deep(empty), shallow(empty))


@both
@places
def test_with_its_gate_shut_there_is_no_prompt_and_with_an_open_one_a_plain_one(make, place):
    lm = make()
    none = PromptModel(lm, WORDS, length=0)
    batch = none.batch(none.encode(TEXTS))
    form = dict(prompt_place=place, keep_positions=True)
    heard, silent = (
        PromptModel(lm, WORDS, length=5, form=Form(silent=s, **form)) for s in (False, True)
    )
    assert not torch.allclose(heard(batch), none(batch), rtol=0.01)
    silent.gate.data.zero_()
    torch.testing.assert_close(silent(batch), none(batch))
    silent.gate.data.fill_(-1)
    torch.testing.assert_close(silent(batch), heard(batch))


@pytest.mark.second
@torch.no_grad()
def test_before_training_a_silent_prompt_answers_as_no_prompt_does():
    lm, task = load_backbone(), tasks.emoji()
    none = PromptModel(lm, task.words, 0)
    batch = none.batch(none.encode(task.dev("en")["text"][:16]))
    plain = none(batch)  # logits from -10 to 5 or so
    form = dict(prompt_place="hole", keep_positions=True)
    heard, silent = (
        PromptModel(lm, task.words, form=Form(silent=s, **form))(batch) for s in (False, True)
    )
    assert (silent - plain).abs().max() < 0.1 < 1 < (heard - plain).abs().max()
    assert torch.equal(silent.argmax(dim=1), plain.argmax(dim=1))


@both
def test_the_gate_weighs_each_vector_in_every_softmax(make):
    lm = make()
    model = PromptModel(lm, WORDS, length=2, form=Form(silent=True))
    model.prompt.data[1] = model.prompt.data[0]
    ids = model.lm.base_model.embeddings.position_embeddings.weight.data
    ids[position_range(model.lm)[0] + 2] = ids[position_range(model.lm)[0] + 1]
    batch = model.batch(model.encode(TEXTS))
    answers = []
    for gate in ([1.0, 0.0], [0.25, 0.75], [0.5, -0.5]):  # two equal vectors share one's attention
        model.gate.data = torch.tensor(gate)
        answers.append(model(batch))
    torch.testing.assert_close(answers[0], answers[1])
    torch.testing.assert_close(answers[0], answers[2])
    model.gate.data = torch.tensor([1.0, 1.0])
    assert not torch.allclose(answers[0], model(batch))


def test_the_places_of_a_row_by_hand():
    """Two rows of three pieces, a prompt of two: after the start, and at the end."""
    places = order(torch.tensor([1, 3]), length=2, width=3)
    assert places.tolist() == [[0, 3, 4, 1, 2], [0, 1, 2, 3, 4]]
    assert position_ids(places, 3, keep=False).tolist() == [[0, 1, 2, 3, 4]] * 2
    assert position_ids(places, 3, keep=True).tolist() == [[0, 1, 2, 1, 2], [0, 1, 2, 3, 4]]
    gate = torch.tensor([0.5, 0.0])
    shares = gated(torch.tensor([[1, 1, 0], [1, 1, 1]]), gate, places)
    assert shares.shape == (2, 1, 1, 5)
    by_hand = torch.tensor([[1, 0.5, 0, 1, 0], [1, 1, 1, 0.5, 0]])
    torch.testing.assert_close(shares.flatten(1).exp(), by_hand)
    assert (shares.flatten(1)[by_hand == 0] == torch.finfo(torch.float32).min).all(), (
        "nothing at all"
    )


def test_a_silent_prompt_learns_to_be_heard():
    how = QUICK | dict(silent=True, keep_positions=True, prompt_rate=0.02)
    model = train(toy_backbone(), SHOTS, **how)
    assert model.gate.abs().min() > SILENCE and model.gate.abs().max() > 5 * SILENCE
    assert model.trained_parameters == 4 * 16 + 4
    start = Trained(toy_backbone(), model.words, 4)
    assert (model.prompt - start.prompt).abs().min() > 0


def test_a_head_has_no_hole_to_stand_beside():
    with pytest.raises(ValueError, match='a head reads no hole; leave prompt_place="start"'):
        PromptModel(toy_backbone(), WORDS, form=Form(head=True, prompt_place="hole"))
    with pytest.raises(ValueError, match="prompt_place must be one of start, hole, got 'end'"):
        PromptModel(toy_backbone(), WORDS, form=Form(prompt_place="end"))


def test_a_text_that_spells_the_mask_does_not_move_the_prompt():
    model = PromptModel(toy_backbone(), WORDS, length=2, form=Form(prompt_place="hole"))
    batch = model.batch(model.encode(["the <mask> cat"]))
    assert model.first_place(batch).tolist() == [3]


def test_a_prompt_stands_beside_a_hole_between_two_texts():
    form = Form(prompt_place="hole", template="{text} {mask} {pair}")
    model = PromptModel(toy_backbone(), WORDS, length=2, form=form)
    batch = model.batch(model.encode(["the cat", "a"], ["a dog eats", "one"]))
    assert model.hole(batch).tolist() == model.first_place(batch).tolist() == [3, 2]
    rows = torch.stack([model(model.batch([row]))[0] for row in model.encode(["a"], ["one"])])
    torch.testing.assert_close(model(batch)[1:], rows)


@pytest.mark.second
@pytest.mark.parametrize(
    "form",
    [
        {"prompt_place": "hole"},
        {"keep_positions": True},
        {"silent": True},
        {"mlp_width": 8, "mlp_norm": True},
        {"prompt_start": "words: the cat"},
    ],
)
def test_what_is_saved_comes_back_and_answers_the_same(tmp_path, form):
    model = train(toy_backbone(), SHOTS, **QUICK | form | {"prompt_rate": 0.1})
    model.save(tmp_path)
    again = Trained.load(tmp_path, toy_backbone())
    batch = model.batch(model.encode(TEXTS))
    assert torch.equal(again(batch), model(batch))
