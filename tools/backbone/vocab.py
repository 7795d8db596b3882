"""Trim the XLM-R vocabulary to the pieces our languages use.

Most weights of a small multilingual model are its word embedding: 250,002 rows of which 50
languages need a fifth. A unigram tokenizer stays whole when pieces leave it, as long as every
single character stays: a word whose piece is gone is spelled with the next best ones.

Kept: the special tokens, every character seen in the text, the pieces of the English training rows
of the task and of its label words, then the most useful other pieces. A piece's use is how often it
will be read, in three kinds of text:

    use(piece) = sum over languages of  share(language) * (corpus(piece) + task(piece))
                 + PRIOR * general(piece)

corpus and task are relative frequencies in the language's text and in its *training* rows of the
task; the shares are those by which training draws the languages. From a count in the corpus 0.75
is taken off: a piece seen once in a small text is probably rarer than that. The corpus speaks of
menus and files, so a third voice is XLM-R's own unigram probability, over all pieces in our
scripts: it knows the words that no program says.

Why so careful: on the cross-lingual probe the untouched encoder has .579 with its whole vocabulary.
With 49,500 pieces chosen by the corpus alone it had .516; with 66,000, .547; with the task's
training rows and the third voice, .575.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tokenizers import Tokenizer

SPECIALS = ("<s>", "<pad>", "</s>", "<unk>")
DISCOUNT = 0.75
PRIOR = 0.3
# First words of the Unicode names of our languages' letters; "" stands for pieces without letters.
SCRIPTS = {
    "LATIN",
    "CYRILLIC",
    "GREEK",
    "ARABIC",
    "DEVANAGARI",
    "ETHIOPIC",
    "THAI",
    "LAO",
    "KHMER",
    "MYANMAR",
    "SINHALA",
    "CJK",
    "HANGUL",
    "",
}
# Letters of our languages that XLM-R cannot spell (Tajik, Akan, Yoruba, Igbo, Hausa, Wolof), each
# with the letter whose embedding it starts from.
NEW_LETTERS = dict(
    zip(
        "ҷҶԑƐᴐǹǸȯȮȧӮӢƁŊ",
        ["ч", "Ч", "ɛ", "ɛ", "ɔ", "n", "N", "o", "O", "a", "У", "И", "B", "ŋ"],
        strict=True,
    )
)
NEW_SCORE = -13.0  # the unigram log-probability of a rare letter


def count_pieces(tokenizer: Tokenizer, lines: Iterable[str], batch: int = 4096) -> Counter:
    """How often each piece id occurs in `lines`."""
    counts: Counter = Counter()
    lines = list(lines)
    for start in range(0, len(lines), batch):
        for encoded in tokenizer.encode_batch_fast(
            lines[start : start + batch], add_special_tokens=False
        ):
            counts.update(encoded.ids)
    return counts


def script_of(piece: str) -> str:
    """The script of a piece's first letter, "" if it has none.

    >>> script_of("▁dog"), script_of("собака"), script_of("▁12")
    ('LATIN', 'CYRILLIC', '')
    """
    letter = next((c for c in piece if c.isalpha()), None)
    return unicodedata.name(letter, "?").split()[0] if letter else ""


def choose_pieces(
    spec: dict,
    counts: dict[str, Counter],
    task: dict[str, Counter],
    shares: dict[str, float],
    characters: set[str],
    always: set[int],
    size: int,
) -> list[int]:
    """Ids of the pieces to keep, in the old order; `size` includes specials and `<mask>`."""
    ids = {piece: i for i, (piece, _) in enumerate(spec["model"]["vocab"])}
    keep = {ids[s] for s in (*SPECIALS, "<mask>")} | always
    keep |= {ids[c] for c in characters | {"▁"} if c in ids}
    general = {
        i: math.exp(score)
        for i, (piece, score) in enumerate(spec["model"]["vocab"])
        if piece not in (*SPECIALS, "<mask>") and script_of(piece) in SCRIPTS
    }
    all_of_them = sum(general.values())
    use = Counter({i: PRIOR * p / all_of_them for i, p in general.items()})
    for discount, source in ((DISCOUNT, counts), (0.0, task)):
        for language, counter in source.items():
            each = shares[language] / max(counter.total(), 1)
            for piece, n in counter.items():
                use[piece] += each * (n - discount)
    for piece, _ in sorted(use.items(), key=lambda item: (-item[1], item[0])):
        if len(keep) >= size:
            break
        keep.add(piece)
    return sorted(keep)


def new_letters(spec: dict) -> dict[str, int]:
    """Letter to add -> id of the piece it starts from; letters the vocabulary has are left out."""
    ids = {piece: i for i, (piece, _) in enumerate(spec["model"]["vocab"])}
    return {new: ids[old] for new, old in NEW_LETTERS.items() if new not in ids}


def trim_rows(weight, keep: list[int], letters: dict[str, int]):
    """Rows of an embedding (V, H) in the order of the trimmed tokenizer; `<mask>` stays last."""
    return weight[[*keep[:-1], *letters.values(), keep[-1]]].clone()


def trim_tokenizer(spec: dict, keep: list[int], letters: dict[str, int]) -> dict:
    """The tokenizer with the pieces `keep` and new letters, numbered 0, 1, 2 …; `<mask>` last."""
    new_id = {old: new for new, old in enumerate(keep)}
    new_id[keep[-1]] += len(letters)
    vocab = spec["model"]["vocab"]
    trimmed = json.loads(json.dumps({k: v for k, v in spec.items() if k != "model"}))
    trimmed["model"] = {
        **spec["model"],
        "vocab": [
            *(vocab[i] for i in keep[:-1]),
            *([letter, NEW_SCORE] for letter in letters),
            vocab[keep[-1]],
        ],
        "unk_id": new_id[spec["model"]["unk_id"]],
    }
    for token in trimmed["added_tokens"]:
        token["id"] = new_id[token["id"]]
        token["lstrip"] = token["content"] == "<mask>"  # as XLM-R does: the mask eats its space
    for token in trimmed["post_processor"]["special_tokens"].values():
        token["ids"] = [new_id[i] for i in token["ids"]]
    return trimmed


def write_tokenizer(spec: dict, folder: Path, positions: int) -> None:
    """tokenizer.json and the small config that makes `AutoTokenizer` load it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokenizer.json").write_text(json.dumps(spec, ensure_ascii=False))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": positions,
        "bos_token": "<s>",
        "cls_token": "<s>",
        "eos_token": "</s>",
        "sep_token": "</s>",
        "unk_token": "<unk>",
        "pad_token": "<pad>",
        "mask_token": "<mask>",
        "model_input_names": ["input_ids", "attention_mask"],
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=1) + "\n")
