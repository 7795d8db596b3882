"""The quick checks, written for Moodle and read back."""

import re

import pytest

from tests.support.lessons import LOOKED_UP
from tools.book import chapters as book
from tools.classroom import quizzes

CHAPTERS = [path for path in book.chapters() if path.stem not in LOOKED_UP]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("quizzes")
    return folder, quizzes.write(folder)


def test_each_chapter_has_its_file(written):
    folder, numbers = written
    assert set(numbers) == {path.stem for path in CHAPTERS}
    assert all(number >= 3 for number in numbers.values())
    assert {path.stem for path in folder.glob("*.gift")} == set(numbers)


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_what_is_read_back_is_what_the_chapter_asks(written, path):
    asked = quizzes.questions(path)
    back = quizzes.read_back((written[0] / f"{path.stem}.gift").read_text(encoding="utf-8"))
    assert len(back) == len(asked)
    for before, after in zip(asked, back, strict=True):
        assert letters(before.text) == letters(after.text) and after.text
        assert not any(one.reply in before.text for one in before.answers), "the answer is told"
        assert [one.right for one in after.answers] == [one.right for one in before.answers]
        assert sum(one.right for one in after.answers) == 1 and len(after.answers) >= 3
        for one, other in zip(before.answers, after.answers, strict=True):
            assert letters(one.text) == letters(other.text) and other.text
            assert letters(one.reply) == letters(other.reply) and other.reply


def letters(text: str) -> str:
    """What is left without markup: TeX and code look otherwise in HTML."""
    text = re.sub(r"</?code>|\\[()]|\]\([^)]*\)", "", text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return re.sub(r"[`$\[\]\s]", "", text)


def test_no_markup_of_the_page_is_shown_as_text(written):
    for path in written[0].glob("*.gift"):
        shown = path.read_text(encoding="utf-8")
        assert not re.search(r"&lt;/?(details|summary|code|b|i|em)\b", shown), path


def test_every_character_of_the_format_survives():
    text = "a = {b} ~ #1: c\\d < 2"
    one = quizzes.Question("n: 1", text, (quizzes.Answer(text, True, text),))
    [back] = quizzes.read_back(quizzes.gift([one], "c"))
    shown = text.replace("<", "&lt;")
    assert back == quizzes.Question("n: 1", shown, (quizzes.Answer(shown, True, shown),))
