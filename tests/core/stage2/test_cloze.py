"""Rows with a hole: where the hole is, and which templates are refused."""

import pytest

from ltp_core.model.toy import toy_backbone
from ltp_core.stage2.cloze import cloze, frame, literal

TOKENIZER = toy_backbone().tokenizer
MASK = 40


def row(text, template=None, pair=None, hole=True, **options):
    pairs = None if pair is None else [pair]
    parts = frame(TOKENIZER, template, paired=pair is not None, hole=hole)
    return cloze(TOKENIZER, parts, [text], pairs, room=30, **options)[0]


def test_rows_of_every_form():
    assert row("the cat") == [0, 4, 12, MASK, 2]
    assert row("the cat", hole=False) == [0, 4, 12, 2]
    assert row("the cat", pair="a dog") == [0, 4, 12, 2, 2, 5, 13, MASK, 2]
    assert row("the cat", pair="a dog", hole=False) == [0, 4, 12, 2, 2, 5, 13, 2]
    assert row("the cat", "{text} likes {mask} car") == [0, 4, 12, 10, MASK, 27, 2]
    assert row("the cat", "big {text} {mask}") == [0, 7, 4, 12, MASK, 2]
    assert row("the cat", "{pair} a {text} {mask}", "one") == [0, 37, 5, 4, 12, MASK, 2]
    assert row("the cat", "{text} {mask} {pair}", "a dog") == [0, 4, 12, MASK, 5, 13, 2]
    assert row("the cat", "the <mask> {text} {mask}") == [0, 4, 4, 12, MASK, 2]


@pytest.mark.parametrize(
    "template, hole",
    [(None, 3), ("{text} likes {mask}", 4), ("{mask} {text}", 1), ("a {mask} {text} big car", 2)],
)
@pytest.mark.parametrize("text", ["the cat", "the <mask> cat", "<mask> the cat <mask>"])
def test_there_is_one_hole_whatever_a_text_contains(template, hole, text):
    found = row(text, template)
    assert [place for place, piece in enumerate(found) if piece == MASK] == [hole]


@pytest.mark.parametrize(
    "template, pair, hole",
    [
        ("{text}", None, True),
        ("{text} {text} {mask}", None, True),
        ("{text} {mask} {mask}", None, True),
        ("{text} {name} {mask}", None, True),
        ("{text} {mask}", "a dog", True),
        ("{text} {pair} {mask}", None, True),
        ("{text} {pair}", "a dog", True),
        ("{text} {mask}", None, False),
    ],
)
def test_a_template_that_does_not_fit_is_refused(template, pair, hole):
    with pytest.raises(ValueError, match="does not fit: it needs {text}"):
        row("the cat", template, pair, hole=hole)


def test_room_counts_the_template():
    long, parts = ["the cat eats"], frame(TOKENIZER, "{text} likes the {mask}")
    assert len(cloze(TOKENIZER, parts, long, room=8)[0]) == 8
    with pytest.raises(ValueError, match="text 0 needs 8 positions but the prompt leaves 7"):
        cloze(TOKENIZER, parts, long, room=7)
    short = cloze(TOKENIZER, parts, long, room=7, truncate=True)[0]
    assert short == [0, 4, 12, 10, 4, MASK, 2]
    bare = cloze(TOKENIZER, parts, long, room=5, truncate=True)[0]
    assert bare == [0, 10, 4, MASK, 2], "room for the template, and for nothing else"
    with pytest.raises(ValueError, match="leaves 4"):  # no room for the template itself
        cloze(TOKENIZER, parts, long, room=4, truncate=True)


def test_of_two_texts_the_longer_loses_its_end_and_of_equal_ones_the_second():
    def cut(text, pair, room):
        parts = frame(TOKENIZER, paired=True)
        found = cloze(TOKENIZER, parts, [text], [pair], room=room, truncate=True)[0]
        return found[1 : found.index(2)], found[found.index(2) + 2 : -2]

    the, cat, a, dog, eats = (
        TOKENIZER.convert_tokens_to_ids(w) for w in "the cat a dog eats".split()
    )
    assert cut("the cat", "a dog eats", 8) == ([the, cat], [a])
    assert cut("the cat eats", "a dog", 9) == ([the, cat], [a, dog])
    assert cut("the cat", "a dog", 8) == ([the, cat], [a])
    assert cut("the cat", "a dog", 7) == ([the], [a])
    assert cut("the cat eats", "", 6) == ([the], [])


def test_each_text_has_its_pair():
    parts = frame(TOKENIZER, paired=True)
    with pytest.raises(ValueError, match="zip"):
        cloze(TOKENIZER, parts, ["the cat", "a dog"], ["eats"], room=30)


def test_no_space_before_a_full_stop():
    """With SentencePiece's pieces: "dog." and not "dog ."; a space of the template stays one."""

    class Pieces:
        known = ["▁", ".", "▁The"]
        cls_token_id, sep_token_id, mask_token_id, pad_token_id = 10, 11, 12, 13

        def __call__(self, texts, **_):
            ids = {"": [], "a": [2], " a": [2], ".": [0, 1], "The": [2], ". The": [0, 1, 2]}
            return {"input_ids": [ids[text] for text in texts]}

        def convert_ids_to_tokens(self, ids):
            return [self.known[i] for i in ids]

    assert literal(Pieces(), ".") == [1] and literal(Pieces(), ". The ") == [1, 2]
    assert literal(Pieces(), " The ") == [2] and literal(Pieces(), " .") == [0, 1]
    assert literal(Pieces(), " ") == []


def byte_level():
    """A tokenizer whose pieces keep the space before a word, as RoBERTa's do."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = [
        "<s>",
        "<pad>",
        "</s>",
        "<unk>",
        "<mask>",
        "Ġ",
        "a",
        "c",
        "t",
        ".",
        "Ġa",
        "ca",
        "cat",
        "Ġc",
        "Ġcat",
    ]
    merges = [("Ġ", "a"), ("c", "a"), ("ca", "t"), ("Ġ", "cat")]
    places = {word: place for place, word in enumerate(words)}
    model = models.BPE(places, merges, unk_token="<unk>")
    raw = Tokenizer(model)
    raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    raw.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=raw,
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        mask_token="<mask>",
    )


def test_where_pieces_keep_their_space_words_after_a_text_have_one(embedded):
    from ltp_core.model import tokens
    from ltp_core.stage2.prompt import label_pieces

    tokenizer = byte_level()
    known = tokenizer.convert_tokens_to_ids
    assert tokens.opening(tokenizer) == " "
    assert label_pieces(tokenizer, ["cat", "a"]) == [[known("Ġcat")], [known("Ġa")]]
    assert literal(tokenizer, " cat") == [known("Ġcat")]
    assert literal(tokenizer, ".") == [known(".")], "and none where the template has none"
    assert literal(tokenizer, " ") == [], "the word in the hole brings its own"
    for plain in (toy_backbone().tokenizer, embedded.tokenizer):
        assert tokens.opening(plain) == ""
