"""A trimmed model gets its vocabulary back and computes what it did before."""

import copy

import pytest
import torch
from transformers import BertForMaskedLM

from ltp_core.model.backbone import Backbone
from ltp_core.model.toy import toy_backbone
from tools.backbone import widen as backbone_widen


@pytest.fixture
def pair():
    """The toy, trained; and an untrained one with five pieces more, the toy's turned round."""
    small, config = toy_backbone(seed=1), copy.deepcopy(toy_backbone().model.config)
    pieces = list(small.tokenizer.get_vocab())
    order = [*pieces[::-1], *(f"new{i}" for i in range(5))]
    config.vocab_size = len(order)
    whole = BertForMaskedLM(config)
    place = {piece: i for i, piece in enumerate(order)}
    with torch.no_grad():
        words = small.model.get_input_embeddings().weight
        for piece, i in small.tokenizer.get_vocab().items():
            whole.get_input_embeddings().weight[place[piece]] = words[i]
            small.model.get_output_embeddings().bias[i] = i
    tokenizer = copy.copy(small.tokenizer)
    tokenizer.get_vocab = lambda: place
    return small, Backbone(whole, tokenizer)


def test_the_same_scores_for_the_same_pieces(pair):
    small, whole = pair
    backbone_widen.widen(small, whole)
    vocabulary, place = small.tokenizer.get_vocab(), whole.tokenizer.get_vocab()
    ids = torch.tensor([[0, 5, 9, 7]])
    names = {i: piece for piece, i in vocabulary.items()}
    there = torch.tensor([[place[names[int(i)]] for i in ids[0]]])
    with torch.inference_mode():
        ours, theirs = small.model.eval()(ids).logits, whole.model.eval()(there).logits
    columns = [place[names[i]] for i in range(len(vocabulary))]
    assert torch.allclose(ours, theirs[..., columns], atol=1e-5)
    new = whole.model.get_output_embeddings().bias[-5:]
    assert torch.allclose(new, small.model.get_output_embeddings().bias.mean())


def test_another_model_is_refused(pair):
    small, whole = pair
    with torch.no_grad():
        whole.model.get_input_embeddings().weight += 1
    with pytest.raises(ValueError, match="the word embeddings differ by 1; they must be the same"):
        backbone_widen.widen(small, whole)
    whole.tokenizer.get_vocab = lambda: {"a": 0}
    with pytest.raises(ValueError, match="the whole vocabulary lacks"):
        backbone_widen.widen(small, whole)
