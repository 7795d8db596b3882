"""Deep prompts on both kinds of encoder, against a loop over the layers that can be read."""

import pytest
import torch

from ltp_core.model.architecture import position_range
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2 import deep_prompt
from ltp_core.stage2.prompt import PromptModel
from ltp_core.training.options import Form
from tests.support.models import TEXTS, WORDS, bert, xlm_roberta


def loud(make):
    """A toy whose layers have a say: as it comes, they hardly change what they read."""

    def made():
        lm = make()
        torch.manual_seed(0)
        for p in lm.model.base_model.encoder.parameters():
            if p.dim() == 2:
                torch.nn.init.normal_(p, std=0.5)
        return lm

    return made


backbones = pytest.mark.parametrize("make", [loud(bert), loud(xlm_roberta)])


def by_hand(model, row):
    """The reference: one unpadded row, layer by layer, prompts put in before each."""
    lm, length = model.lm, len(model.prompt)
    words = lm.get_input_embeddings()(torch.tensor([row]))
    words = torch.cat([words[:, :1], model.prompt[None], words[:, 1:]], dim=1)
    place = position_range(lm)[0] + torch.arange(words.shape[1])[None]
    kind = torch.zeros_like(place)
    states = lm.base_model.embeddings(inputs_embeds=words, position_ids=place, token_type_ids=kind)
    for number, layer in enumerate(lm.base_model.encoder.layer):
        if number > 0:
            states = states.clone()
            states[:, 1 : 1 + length] = model.deep[number - 1]
        states = layer(states, None)
    return model.read(states[:, -2])[0]


@backbones
def test_it_equals_a_loop_over_the_layers(make):
    model = PromptModel(make(), WORDS, length=5, form=Form(deep=True))
    torch.nn.init.normal_(model.deep)
    rows = model.encode(TEXTS)
    for row, got in zip(rows, model(model.batch(rows)), strict=True):
        torch.testing.assert_close(got, by_hand(model, row))


@backbones
def test_with_the_states_of_the_shallow_prompt_it_is_the_shallow_prompt(make):
    lm = make()
    shallow, deep = (
        PromptModel(lm, WORDS, length=5, form=Form(deep=flag)) for flag in (False, True)
    )
    row = shallow.encode(TEXTS)[:1]
    states = []
    layers = deep_prompt.layers(lm.model)
    handles = [
        layer.register_forward_pre_hook(lambda _, args: states.append(args[0][0, 1:6]))
        for layer in layers[1:]
    ]
    expected = shallow(shallow.batch(row))
    for handle in handles:
        handle.remove()
    assert not torch.allclose(deep(deep.batch(row)), expected, rtol=0.01)
    deep.deep.data = torch.stack(states).detach()
    assert torch.equal(deep(deep.batch(row)), expected)


@backbones
def test_it_starts_as_the_shallow_prompt_in_an_empty_text(make):
    lm = make()
    shallow, deep = (
        PromptModel(lm, WORDS, length=5, form=Form(deep=flag)) for flag in (False, True)
    )
    assert deep.deep.shape == (len(lm.model.base_model.encoder.layer) - 1, 5, 16)
    empty = shallow.batch(shallow.encode([""]))
    assert torch.equal(deep(empty), shallow(empty))


def test_every_layer_learns_and_the_hooks_are_gone():
    lm = toy_backbone(layers=4)
    model = PromptModel(lm, WORDS, length=5, form=Form(deep=True))
    model(model.batch(model.encode(TEXTS))).square().sum().backward()
    assert (model.deep.grad.abs().sum(dim=(1, 2)) > 0).all()
    assert model.prompt.grad.abs().sum() > 0  # it still speaks through the first layer
    layers = deep_prompt.layers(lm.model)
    assert not any(layer._forward_pre_hooks for layer in layers)
    with pytest.raises(KeyError), deep_prompt.inserted(lm.model, model.deep, torch.tensor([[1]])):
        raise KeyError
    assert not any(layer._forward_pre_hooks for layer in layers)


def test_what_cannot_work_is_refused():
    lm = toy_backbone()
    with pytest.raises(ValueError, match="needs prompt_length of at least 1, got 0"):
        PromptModel(lm, WORDS, length=0, form=Form(deep=True))
