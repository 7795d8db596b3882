"""A masked language model small enough to read: for doctests, unit tests and first experiments.

Forty-one words, two layers, sixteen numbers wide, random weights. It knows nothing, and that is the
point: whatever holds for it (shapes, freezing, resuming, saving) holds for any `BertForMaskedLM`.

What it does not do: predict anything. Use `load_backbone()` for a model that does.
"""

from __future__ import annotations

WORDS = (
    "the a small big eats sees likes buys "
    "cat dog bird man woman child people animals "
    "rice bread soup food tea house street car boat train travel "
    "sun star heart red blue green one two three"
).split()


def toy_backbone(seed: int = 0, layers: int = 2, width: int = 16, positions: int = 32):
    """A random `Backbone` in fp32 and eval mode; the same seed gives the same weights.

    >>> model, tokenizer = toy_backbone()
    >>> len(tokenizer), sum(p.numel() for p in model.base_model.encoder.parameters())
    (41, 4448)
    """
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    from .backbone import Backbone

    vocabulary = ["<s>", "<pad>", "</s>", "<unk>", *WORDS, "<mask>"]
    ids = {word: i for i, word in enumerate(vocabulary)}
    core = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    names = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>"}
    names |= {"pad": "<pad>", "unk": "<unk>", "mask": "<mask>"}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, **{f"{role}_token": token for role, token in names.items()}
    )
    config = BertConfig(
        vocab_size=len(ids),
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=positions,
        pad_token_id=1,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = BertForMaskedLM(config).eval()
    return Backbone(model, tokenizer)
