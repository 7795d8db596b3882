"""Small models of real classes."""

import pytest
import torch

from ltp_core.model.backbone import Backbone
from ltp_core.model.toy import toy_backbone

TEXTS = ["the cat eats rice", "a house", "big red boat likes the small blue star"]
WORDS = ["food", "animals", "big street"]


def tiny_xlm_roberta():
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    torch.manual_seed(0)
    sizes = dict(vocab_size=41, hidden_size=16, num_hidden_layers=2, num_attention_heads=2)
    sizes |= dict(intermediate_size=32, max_position_embeddings=34, type_vocab_size=1)
    return XLMRobertaForMaskedLM(XLMRobertaConfig(**sizes, pad_token_id=1)).eval()


def bert():
    return toy_backbone()


def xlm_roberta():
    return Backbone(tiny_xlm_roberta(), toy_backbone().tokenizer)


backbones = pytest.mark.parametrize("make", [bert, xlm_roberta])
