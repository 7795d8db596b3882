"""The trimmed vocabulary still spells every language."""

import pytest

from ltp_core.data.corpora import text
from ltp_core.data.languages import LANGUAGES, TASK_LANGUAGES
from ltp_core.tasks import EMOJI_WORDS, emoji


@pytest.fixture(scope="module")
def tokenizer(embedded):
    return embedded.tokenizer


def unknown_share(tokenizer, lines: list[str]) -> float:
    ids = [i for line in tokenizer(lines, add_special_tokens=False)["input_ids"] for i in line]
    return ids.count(tokenizer.unk_token_id) / len(ids)


@pytest.mark.parametrize("language", TASK_LANGUAGES)
def test_the_task_is_spelled(tokenizer, language):
    rows = [row for split in ("train", "dev") for row in getattr(emoji(), split)(language)["text"]]
    rows += emoji().test(language)["text"]
    assert unknown_share(tokenizer, rows) < 0.001


@pytest.mark.parametrize("language", LANGUAGES)
def test_running_text_is_spelled(tokenizer, language):
    assert unknown_share(tokenizer, text(language)["text"][:2000]) < 0.005


def test_each_label_word_is_one_piece(tokenizer):
    pieces = tokenizer(list(EMOJI_WORDS.values()), add_special_tokens=False)["input_ids"]
    assert [len(p) for p in pieces] == [1] * len(EMOJI_WORDS)


def test_special_pieces_keep_their_places(tokenizer):
    assert tokenizer.convert_ids_to_tokens([0, 1, 2, 3]) == ["<s>", "<pad>", "</s>", "<unk>"]
    assert tokenizer.mask_token_id == len(tokenizer) - 1
