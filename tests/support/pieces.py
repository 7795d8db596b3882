"""Tokenizers of the kinds that masked LMs come with, over the toy's words, made here."""

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from ltp_core.model.toy import WORDS

LETTERS = sorted({letter for word in WORDS for letter in word})


def named(core, start, pad, end, unknown, mask, **more):
    """The tokenizer with its special pieces by name."""
    names = {"cls_token": start, "sep_token": end, "pad_token": pad, "unk_token": unknown}
    return PreTrainedTokenizerFast(tokenizer_object=core, mask_token=mask, **names, **more)


def wordpiece():
    """As BERT's: a piece inside a word is marked, the space is not."""
    special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]  # padding is 1, as MPNet wants it
    ids = {piece: i for i, piece in enumerate([*special, *WORDS, *(f"##{c}" for c in LETTERS)])}
    core = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return named(core, "[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]")


def trained_bpe(core, texts, **how):
    """The tokenizer with merges, until each text is one piece."""
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    trainer = trainers.BpeTrainer(
        vocab_size=1000, special_tokens=special, show_progress=False, **how
    )
    core.train_from_iterator(texts, trainer)
    return named(core, *special, bos_token="<s>", eos_token="</s>")


def byte_level():
    """As RoBERTa's and ModernBERT's: a word after a space begins with "Ġ"."""
    core = Tokenizer(models.BPE(unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return trained_bpe(core, [" ".join(["", *WORDS])] * 3, initial_alphabet=alphabet)


def spaced():
    """As mmBERT's: BPE in which a space is "▁", and the first word has none."""
    core = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    core.normalizer = normalizers.Replace(" ", "▁")
    return trained_bpe(core, [f" {word}" for word in WORDS] * 3, initial_alphabet=["▁", *LETTERS])


def unigram():
    """As XLM-R's: "▁" before each word, the first one too."""
    rest = [("▁", -3.0), *((f"▁{w}", -2.0) for w in WORDS), *((c, -6.0) for c in LETTERS)]
    special = [(piece, 0.0) for piece in ("<s>", "<pad>", "</s>", "<unk>")]
    core = Tokenizer(models.Unigram([*special, *rest, ("<mask>", 0.0)], unk_id=3))
    core.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    core.decoder = decoders.Metaspace(prepend_scheme="always")
    return named(core, "<s>", "<pad>", "</s>", "<unk>", "<mask>", bos_token="<s>", eos_token="</s>")
