"""The prompt model against the plain language model, for both ways of counting positions."""

import pytest
import torch

from ltp_core.measure.evaluate import predict
from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.prompt import PromptModel, cloze, frame, position_range
from ltp_core.training.options import Form
from tests.support.models import TEXTS, WORDS, backbones, bert, xlm_roberta


def full_logits(lm, row, prompt=None):
    """The reference: one unpadded row through the whole model, logits of all pieces at <mask>."""
    words = lm.model.get_input_embeddings()(torch.tensor([row]))
    if prompt is not None:
        words = torch.cat([words[:, :1], prompt[None], words[:, 1:]], dim=1)
    return lm.model(inputs_embeds=words).logits[0, -2]


def by_word(lm, model, logits):
    return torch.stack([logits[ids].mean() for ids in model.label_pieces])


@backbones
def test_without_a_prompt_it_is_the_plain_model(make):
    lm = make()
    model = PromptModel(lm, WORDS, length=0)
    rows = model.encode(TEXTS)
    logits = model(model.batch(rows))
    for row, got in zip(rows, logits, strict=True):
        plain = lm.model(input_ids=torch.tensor([row])).logits[0, row.index(40)]
        torch.testing.assert_close(got, by_word(lm, model, plain))


@backbones
def test_with_a_prompt_it_equals_full_logits_row_by_row(make):
    lm = make()
    model = PromptModel(lm, WORDS, length=5, seed=1)
    rows = model.encode(TEXTS)
    logits = model(model.batch(rows))
    assert logits.shape == (3, 3)
    for row, got in zip(rows, logits, strict=True):
        full = full_logits(lm, row, model.prompt)
        torch.testing.assert_close(got, by_word(lm, model, full))


@backbones
def test_learned_labels_start_as_the_words_and_learn(make):
    lm = make()
    words, learned = (
        PromptModel(lm, WORDS, form=Form(learned_labels=flag)) for flag in (False, True)
    )
    batch = words.batch(words.encode(TEXTS))
    torch.testing.assert_close(words(batch), learned(batch))
    learned(batch).sum().backward()
    assert learned.label_rows.grad.abs().sum() > 0 and learned.label_bias.grad.abs().sum() > 0


def test_class_rows_are_the_means_of_their_pieces_looked_up_at_once():
    model = PromptModel(toy_backbone(), ["food", "big street"], 0)
    decoder = model.lm.get_output_embeddings().requires_grad_()
    rows, bias = model.class_rows()
    for n, ids in enumerate(model.label_pieces):  # the slow reference: a lookup for each class
        assert torch.equal(rows[n], decoder.weight[ids].mean(dim=0))
        assert torch.equal(bias[n], decoder.bias[ids].mean(dim=0))
    nodes, lookups = [rows.grad_fn], set()
    while nodes:
        node = nodes.pop()
        lookups |= {node} if "IndexBackward" in node.name() else set()
        nodes += [after for after, _ in node.next_functions if after is not None]
    assert len(lookups) == 1  # each would fill a decoder with zeros


def test_a_row_can_use_every_position_and_no_more():
    for lm in (bert(), xlm_roberta()):
        assert position_range(lm.model)[1] == 32
        model = PromptModel(lm, WORDS, length=10)
        fits = " ".join(["cat"] * 19)  # 10 + 19 + <s>, <mask>, </s>
        assert model(model.batch(model.encode([fits]))).shape == (1, 3)
        with pytest.raises(ValueError, match="text 1 needs 23 positions but the prompt leaves 22"):
            model.encode(["a cat", fits + " dog"])
        model.truncate = True
        assert [len(row) for row in model.encode([fits + " dog"])] == [22]
        with pytest.raises(ValueError, match=r"prompt_length must be in \[0, 28\], got 29"):
            PromptModel(lm, WORDS, length=29)


def test_pairs_have_their_template_and_lose_the_longer_end():
    tokenizer = toy_backbone().tokenizer
    parts = frame(tokenizer, paired=True)
    row = cloze(tokenizer, parts, ["the cat"], ["a dog"], room=20)[0]
    assert row == [0, 4, 12, 2, 2, 5, 13, 40, 2]
    short = cloze(tokenizer, parts, ["the cat eats rice"], ["a dog"], room=9, truncate=True)[0]
    assert short == row


def test_a_text_that_spells_the_mask_changes_nothing_about_where_we_read():
    model = PromptModel(toy_backbone(), WORDS)
    row = model.encode(["the <mask> cat"])[0]
    assert row[-2] == 40 and row.count(40) == 1
    alone = model(model.batch([row]))
    padded = model(model.batch([row, *model.encode([TEXTS[2]])]))
    torch.testing.assert_close(alone[0], padded[0])


def test_prompt_starts_from_vocabulary_by_seed():
    lm = toy_backbone()
    first, again, other = (PromptModel(lm, WORDS, seed=s).prompt for s in (0, 0, 1))
    assert torch.equal(first, again) and not torch.equal(first, other)
    table = lm.model.get_input_embeddings().weight
    places = [int((table == vector).all(dim=1).nonzero()[0]) for vector in first]
    assert not set(places) & {0, 1, 2, 3, 40}


def test_reparametrisation_starts_as_identity_and_folds_away():
    lm = toy_backbone()
    plain, bent = PromptModel(lm, WORDS), PromptModel(lm, WORDS, form=Form(mlp_width=8))
    batch = plain.batch(plain.encode(TEXTS))
    assert torch.equal(plain(batch), bent(batch))
    torch.nn.init.normal_(bent.reparametrization.up.weight)
    before = bent(batch)
    bent.fold()
    torch.testing.assert_close(bent(batch), before)
    assert len(bent.prompt_parameters()) == 1


def test_label_words_must_be_known_and_distinct():
    with pytest.raises(ValueError, match="does not know the label word 'xylophone'"):
        PromptModel(toy_backbone(), ["food", "xylophone"])
    with pytest.raises(ValueError, match="two label words have the pieces of 'food'"):
        PromptModel(toy_backbone(), ["food", "food"])


def test_making_it_leaves_the_random_state_alone():
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    PromptModel(toy_backbone(), WORDS, form=Form(mlp_width=4))
    assert torch.equal(torch.rand(1), expected)


def test_making_it_looks_at_no_gpu(monkeypatch):
    """All draws are on the CPU, and each GPU that is looked at gets a context of half a GB."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    looked = []
    monkeypatch.setattr(torch.cuda, "get_rng_state", looked.append)
    monkeypatch.setattr(torch.cuda, "set_rng_state", lambda *_: None)
    PromptModel(toy_backbone(), WORDS)
    assert not looked


def test_a_model_trained_on_short_texts_can_be_told_to_cut_long_ones():
    model, long = PromptModel(toy_backbone(), WORDS), {"text": ["the cat " * 20]}
    with pytest.raises(ValueError, match="model.truncate = True"):
        predict(model, long)
    model.truncate = True
    assert predict(model, long).shape == (1,)


@pytest.mark.parametrize("words", [None, 7, "food", [], ["food", 3], [float("nan")], [b"food"]])
def test_label_words_are_strings_in_a_list(words):
    with pytest.raises(ValueError, match="words must be a list|label word must be a string"):
        PromptModel(toy_backbone(), words)
