"""Hand-written prompts: whole for each high-resource language, scored as the plain model does."""

import re
from types import SimpleNamespace

import pytest
import torch

from ltp_core.data.languages import HIGH
from ltp_core.model.toy import toy_backbone
from ltp_core.rivals import templates
from ltp_core.rivals.methods import METHODS
from ltp_core.rivals.templates import ONE, TWO, WORDS, follow, template, translated
from ltp_core.stage2.cloze import cloze, frame
from ltp_core.stage2.prompt import PromptModel, label_pieces
from ltp_core.tasks import EMOJI_WORDS
from ltp_core.training.options import Form
from tests.support.models import TEXTS, backbones

TASK = SimpleNamespace(words=("food", "animals"))
SHOTS = {"text": ["rice", "cat"], "label": [0, 1]}


def test_every_high_resource_language_has_its_own():
    for table in (ONE, TWO, WORDS):
        assert set(table) == set(HIGH)
    for table, fields in ((ONE, ["text", "mask"]), (TWO, ["text", "pair", "mask"])):
        assert all(re.findall(r"{(\w+)}", text) == fields for text in table.values())
    own = [re.sub(r"{\w+}|\W", "", text) for text in [*ONE.values(), *TWO.values()]]
    assert len(own) == len(set(own)) == 2 * len(HIGH)
    for language in HIGH:
        assert list(WORDS[language]) == list(WORDS["en"])
        assert len(set(WORDS[language].values())) == 11, language
        assert all(word == word.strip() for word in WORDS[language].values())
    assert translated(["food"], "en") == ("food",) and translated(["food"], "qu") == ("food",)
    assert template("qu") == ONE["en"] and template("qu", pair=True) == TWO["en"]
    with pytest.raises(ValueError, match="the label word 'rice' has no translation here"):
        translated(["rice"], "de")


@pytest.mark.slow
def test_the_embedded_model_knows_their_letters(embedded):
    tokenizer = embedded.tokenizer
    for language in HIGH:
        label_pieces(tokenizer, translated(tuple(EMOJI_WORDS.values()), language))
        for pair, table in ((None, ONE), (["dog"], TWO)):
            parts = frame(tokenizer, table[language], paired=pair is not None)
            row = cloze(tokenizer, parts, ["dog"], pair, room=40)[0]
            assert tokenizer.unk_token_id not in row and row.count(tokenizer.mask_token_id) == 1


@backbones
@pytest.mark.parametrize("form", ["{text} likes {mask}", "{text} eats {mask} big car"])
def test_scores_are_those_of_the_plain_model(make, form):
    lm = make()
    model = PromptModel(lm, TASK.words, 0, Form(template=form))
    rows = model.encode(TEXTS)
    for row, got in zip(rows, model(model.batch(rows)), strict=True):
        plain = lm.model(input_ids=torch.tensor([row])).logits[0, row.index(40)]
        torch.testing.assert_close(got, plain[[23, 19]])  # food, animals


def test_it_follows_the_language_and_comes_back(monkeypatch):
    lm = toy_backbone()
    monkeypatch.setitem(ONE, "de", "{text} likes {mask}")
    monkeypatch.setitem(ONE, "en", "{text} eats the {mask}")
    monkeypatch.setitem(WORDS, "de", {"food": "rice", "animals": "cat"})
    model = follow(PromptModel(lm, TASK.words, 0, Form(template=template("en"))), words=True)
    there = PromptModel(lm, ("rice", "cat"), 0, Form(template="{text} likes {mask}"))
    here = PromptModel(lm, TASK.words, 0, Form(template="{text} eats the {mask}"))

    def scores(model):
        return model(model.batch(model.encode(TEXTS)))

    for language, same in (("de", there), ("qu", here), ("de", there), ("en", here)):
        model.set_language(language)
        assert torch.equal(scores(model), scores(same)), language


def test_what_is_trained_does_not_depend_on_the_language_it_is_asked_in():
    lm, quick = toy_backbone(), dict(task=TASK, epochs=2, progress=False)
    plain, own = (
        METHODS[name](lm, SHOTS, **quick) for name in ("template_full", "template_full_own")
    )
    assert plain.history == own.history and plain.set_language is None
    own.set_language("de")
    assert own.template == ONE["de"] and own.words == TASK.words
    zero = METHODS["template_zero_words"](lm, SHOTS, **quick)
    with pytest.raises(ValueError, match="'animals' has no translation"):
        zero.set_language("de")


def test_pairs_get_the_template_of_pairs():
    pairs = SHOTS | {"text_pair": ["a dog", "a dog"]}
    model = METHODS["template_zero_own"](toy_backbone(), pairs, task=TASK, source="de")
    assert model.template == TWO["de"]
    model.set_language("tr")
    assert model.template == TWO["tr"] == templates.template("tr", pair=True)
    assert len(model.encode(pairs["text"], pairs["text_pair"])) == 2


def test_a_sentence_of_ones_own_takes_the_place_of_ours():
    own = {"template": "{text} likes the {mask}", "prompt_length": 5}
    quick = dict(task=TASK, epochs=1, progress=False, **own)
    model = METHODS["template_full"](toy_backbone(), SHOTS, **quick)
    assert model.template == own["template"] and len(model.prompt) == 0
    assert METHODS["template_zero"](toy_backbone(), SHOTS, **quick).template == own["template"]
    assert METHODS["full"](toy_backbone(), SHOTS, **quick).prompt.shape == (5, 16)
