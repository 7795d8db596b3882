"""A masked language model small enough to read: for doctests, unit tests and first experiments.

Forty-one words, two layers, sixteen numbers wide, random weights. It knows nothing, and that is the
point: whatever holds for it (shapes, freezing, resuming, saving) holds for any `BertForMaskedLM`.

What it does not do: predict anything. Use `load_backbone()` for a model that does.
"""

from __future__ import annotations

from typing import Any

import torch

from .backbone import Backbone

WORDS = (
    "the a small big eats sees likes buys "
    "cat dog bird man woman child people animals "
    "rice bread soup food tea house street car boat train travel "
    "sun star heart red blue green one two three"
).split()


def toy_backbone(seed: int = 0, layers: int = 2, width: int = 16, positions: int = 32) -> Backbone:
    """A random `Backbone` in fp32 and eval mode; the same seed gives the same weights.

    >>> model, tokenizer = toy_backbone()
    >>> len(tokenizer), sum(p.numel() for p in model.base_model.encoder.parameters())
    (41, 4448)
    """
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *WORDS, "<mask>"]
    ids = {word: i for i, word in enumerate(vocabulary)}
    core = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {"bos_token": "<s>", "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>"}
    names |= {"pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>"}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=core, **names)  # type: ignore[no-untyped-call]  # unannotated there
    sizes: dict[str, Any] = {"hidden_size": width, "intermediate_size": 2 * width}
    sizes |= {"num_hidden_layers": layers, "num_attention_heads": 2}
    sizes |= {"max_position_embeddings": positions}
    config = BertConfig(vocab_size=len(ids), pad_token_id=1, **sizes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BertForMaskedLM(config)
    return Backbone(model.eval(), tokenizer)  # type: ignore[no-untyped-call]  # unannotated there
