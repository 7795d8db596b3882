"""The parts of a prompt model one by one: what is refused, what is trained, what is said of it."""

import inspect

import pytest
import torch

from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.prompt import (
    PromptModel,
    PromptReparametrization,
    label_pieces,
    linear_head,
    mean_state,
)
from ltp_core.training.options import Form, Stage2Options
from tests.support.architectures import miniature
from tests.support.models import TEXTS, WORDS, backbones


def built(length=5, words=WORDS, seed=0, **form):
    return PromptModel(toy_backbone(), words, length, Form(**form), seed)


# --- what is refused -------------------------------------------------------------------------


def test_a_prompt_has_from_no_vector_to_all_but_four_positions():
    for length in (0, 1, 28):
        assert len(built(length).prompt) == length
    for length in (-1, 29):
        with pytest.raises(ValueError, match=rf"prompt_length must be in \[0, 28\], got {length}"):
            built(length)


def test_without_a_table_of_positions_none_can_be_kept_or_hushed():
    lm = miniature("ModernBERT")
    for form in (Form(silent=True), Form(keep_positions=True), Form(silent=True, deep=True)):
        with pytest.raises(ValueError, match="need a table of positions; modernbert has none"):
            PromptModel(lm, ["a", "b"], 2, form)


def test_two_words_of_the_same_pieces_are_one_whatever_their_order():
    tokenizer = toy_backbone().tokenizer
    with pytest.raises(ValueError, match="two label words have the pieces of 'big street'"):
        label_pieces(tokenizer, ["big street", "food", "street big"])
    assert label_pieces(tokenizer, ["street", "big", "big street"]) == [[26], [7], [7, 26]]
    for word in ("", " ", "big xylophone"):
        with pytest.raises(ValueError, match=f"does not know the label word '{word}'"):
            label_pieces(tokenizer, ["food", word])


# --- what it starts as -----------------------------------------------------------------------


def test_what_is_not_said_is_as_in_the_options():
    plain = PromptModel(toy_backbone(), WORDS)
    assert len(plain.prompt) == Stage2Options().prompt_length
    assert inspect.signature(PromptModel).parameters["seed"].default == Stage2Options().seed
    assert torch.equal(plain.prompt, built(10, seed=0).prompt)


def test_an_empty_prompt_asks_for_no_gradient():
    assert [built(length).prompt.requires_grad for length in (0, 1, 2)] == [False, True, True]


def test_a_head_starts_small_and_without_a_bias():
    torch.manual_seed(0)
    head = linear_head(400, 50)
    assert head.weight.std().item() == pytest.approx(0.02, rel=0.05)
    assert abs(head.weight.mean()) < 0.001 and not head.bias.any()
    assert torch.equal(built(head=True).head.weight, built(head=True).head.weight)
    assert not torch.equal(built(head=True).head.weight, built(head=True, seed=1).head.weight)


def test_the_plain_form_is_a_tanh_between_two_matrices():
    torch.manual_seed(0)
    form, x = PromptReparametrization(16, 4), torch.randn(3, 16)
    assert torch.equal(form(x), x), "it starts at the vectors themselves"
    torch.nn.init.normal_(form.up.weight)
    torch.nn.init.normal_(form.up.bias)
    inner = (x @ form.down.weight.T + form.down.bias).tanh()
    torch.testing.assert_close(form(x), x + inner @ form.up.weight.T + form.up.bias)


def test_a_deep_prompt_starts_in_an_empty_row_of_its_template():
    model = built(3, deep=True, template="{text} likes the {pair} {mask}")
    assert model.deep.shape == (1, 3, 16)
    shallow = built(3, template="{text} likes the {pair} {mask}")
    empty = shallow.batch(shallow.encode([""], [""]))
    torch.testing.assert_close(model(empty), shallow(empty))


# --- where it reads --------------------------------------------------------------------------


@pytest.mark.parametrize("template", [None, "{text} {mask} big car", "big {mask} {text}"])
def test_the_hole_and_the_first_place_of_each_row(template):
    for place in ("start", "hole"):
        model = built(prompt_place=place, template=template)
        rows = model.encode(["the cat", "a <mask>", ""])
        batch = model.batch(rows)
        holes = [row.index(40) for row in rows]
        assert model.hole(batch).tolist() == holes
        assert model.first_place(batch).tolist() == (holes if place == "hole" else [1, 1, 1])


def test_reword_reads_with_other_words_where_the_new_template_has_its_hole():
    model = built(2)
    model.reword(["animals", "food"], "{text} {mask} car")
    fresh = built(2, words=["animals", "food"], template="{text} {mask} car")
    rows = model.encode(TEXTS)
    assert rows == fresh.encode(TEXTS) and model.words == ("animals", "food")
    torch.testing.assert_close(model(model.batch(rows)), fresh(fresh.batch(rows)))


@backbones
def test_a_head_reads_the_mean_of_what_is_no_padding(make):
    model = PromptModel(make(), WORDS, 2, Form(head=True))
    rows = model.encode(TEXTS)
    assert not [row for row in rows if 40 in row], "no hole"
    together = model(model.batch(rows))
    for row, got in zip(rows, together, strict=True):
        words = model.lm.get_input_embeddings()(torch.tensor([row]))
        words = torch.cat([words[:, :1], model.prompt[None], words[:, 1:]], dim=1)
        states = model.lm.base_model(inputs_embeds=words).last_hidden_state[0]
        by_hand = model.head.weight @ states.mean(dim=0) + model.head.bias
        torch.testing.assert_close(got, by_hand)


def test_a_mean_of_states_is_taken_row_by_row():
    hidden = torch.arange(12.0).view(2, 3, 2)
    seen = torch.tensor([[1, 1, 0], [1, 1, 1]])
    assert mean_state(hidden, seen).tolist() == [[1.0, 2.0], [8.0, 9.0]]


# --- what is trained and kept ----------------------------------------------------------------


@pytest.mark.parametrize(
    "length, form, says, names",
    [
        (5, {}, "prompt", {"prompt"}),
        (0, {}, "", set()),
        (5, {"deep": True}, "deep prompt", {"prompt", "deep"}),
        (5, {"silent": True}, "prompt", {"prompt", "gate"}),
        (0, {"head": True}, "head", {"head.weight", "head.bias"}),
        (5, {"learned_labels": True}, "prompt + labels", {"prompt", "label_rows", "label_bias"}),
        (0, {"learned_labels": True}, "labels", {"label_rows", "label_bias"}),
    ],
)
def test_what_is_trained_beside_the_language_model(length, form, says, names):
    model = built(length, **form)
    assert model.part() == says
    own = {id(p): name for name, p in model.named_parameters()}
    assert {own[id(p)] for p in model.prompt_parameters()} == names
    assert set(model.prompt_tensors()) == names | {"prompt"}  # an empty one is kept, too


def test_what_is_filled_in_is_what_was_kept():
    model, other = built(learned_labels=True, seed=1), built(learned_labels=True)
    other.load_state_dict(model.prompt_tensors(), strict=False)
    batch = model.batch(model.encode(TEXTS))
    assert torch.equal(model(batch), other(batch))
    folded = built(mlp_width=4)
    assert set(folded.prompt_tensors()) == {"prompt"}, "the matrices are not kept"
    assert len(folded.prompt_parameters()) == 5
