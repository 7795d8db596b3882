"""What holds for every choice of label words: their pieces, and the rows that stand for them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltp_core.model.architecture import decoder
from ltp_core.model.toy import WORDS, toy_backbone
from ltp_core.stage2.prompt import PromptModel, label_pieces

LM = toy_backbone()
word = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3)  # one word or several


@pytest.mark.second
@given(st.lists(word, min_size=1, max_size=6))
def test_each_label_has_its_own_pieces_or_is_refused(words):
    labels = [" ".join(word) for word in words]
    if len({tuple(sorted(word)) for word in words}) < len(words):  # a mean minds no order
        with pytest.raises(ValueError, match="two label words have the pieces of"):
            label_pieces(LM.tokenizer, labels)
        return
    found = label_pieces(LM.tokenizer, labels)
    assert found == [LM.tokenizer.convert_tokens_to_ids(word) for word in words]


@pytest.mark.second
@given(st.lists(word, min_size=1, max_size=3), st.sampled_from(["", " ", "tea xyz", "🐕"]))
def test_a_word_that_the_model_does_not_know_is_refused(words, unknown):
    labels = [*(" ".join(word) for word in words), unknown]
    with pytest.raises(ValueError, match="does not know the label word|two label words"):
        label_pieces(LM.tokenizer, labels)


@pytest.mark.second
@given(st.lists(word, min_size=1, max_size=6, unique_by=lambda word: tuple(sorted(word))))
def test_a_class_row_is_the_mean_of_its_pieces(words):
    model = PromptModel(LM, [" ".join(word) for word in words], length=0)
    rows, bias = model.class_rows()
    weight, own = decoder(LM.model)
    for ids, row, one in zip(model.label_pieces, rows, bias, strict=True):
        plain = sum(weight[i] for i in ids) / len(ids)
        assert torch.allclose(row, plain, atol=1e-6)
        assert torch.allclose(one, sum(own[i] for i in ids) / len(ids), atol=1e-6)
    assert (rows.shape, bias.shape) == ((len(words), LM.model.config.hidden_size), (len(words),))
