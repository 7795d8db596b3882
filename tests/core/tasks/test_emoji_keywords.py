"""Names and keywords in pairs: what a row says, and that one text alone gives nothing away."""

import unicodedata
from collections import Counter, defaultdict

import pytest

from ltp_core.tasks import emoji, emoji_pairs
from ltp_core.tasks.emoji_groups import emoji_dir, entries
from ltp_core.tasks.emoji_keywords import neighbours, shares_string

SOME = ("en", "sw", "am", "zh")  # am and zh: scripts in which a letter says more


@pytest.fixture(params=[False, True], ids=["all", "apart"])
def task(request):
    return emoji_pairs(apart=request.param)


def ours(task, language, item):
    """The rows of one name, without what they share."""
    rows = [row for row in task.read(language) if row["id"].startswith(f"{item}|")]
    return [(row["id"], row["text"], row["text_pair"], row["label"]) for row in rows]


def test_a_rooster_meets_its_own_keywords_and_its_neighbours():
    assert ours(emoji_pairs(), "sw", "🐓") == [
        ("🐓|🐓", "jogoo", "jimbi", "fits"),
        ("🐓|🐥", "jogoo", "kifaranga, mtoto", "other"),
    ]
    assert ours(emoji_pairs(), "en", "🍋") == [
        ("🍋|🍋", "lemon", "citrus, fruit, sour", "fits"),
        ("🍋|🍓", "lemon", "berry, fruit", "other"),
    ]


@pytest.mark.slow
def test_a_row_says_what_the_annotations_say(task):
    """Name of one, keywords of one, both of a split and a subgroup; `fits` if they are one."""
    apart = task.name.endswith("apart")
    after = dict(neighbours(emoji_dir("random"), "random"))
    for language in SOME:
        known = {row["id"]: row for row in entries(emoji_dir("random"), language, "random")}
        for row in task.read(language):
            one, other = (known[item] for item in row["id"].split("|"))
            assert row["text"] == one["name"] and row["split"] == one["split"]
            assert (one["split"], one["subgroup"]) == (other["split"], other["subgroup"])
            assert row["label"] == ("fits" if one == other else "other")
            said = other["keywords"]
            if apart:
                names = (one["name"], known[after[one["id"]]]["name"])
                said = [k for k in said if not any(shares_string(n, k, language) for n in names)]
            assert said and row["text_pair"] == ", ".join(said)


@pytest.mark.second
def test_one_text_alone_gives_nothing_away(task):
    """Every name has both answers, and the two lists of keywords differ."""
    for language in SOME:
        answers, lists = defaultdict(list), defaultdict(set)
        for row in task.read(language):
            item = row["id"].split("|")[0]
            answers[item].append(row["label"])
            lists[item].add(row["text_pair"])
        assert {tuple(both) for both in answers.values()} == {("fits", "other")}
        assert {len(both) for both in lists.values()} == {2}


def test_keywords_too_come_with_both_answers_where_the_circle_is_whole():
    """In a language that lacks a neighbour, some do not; they must stay few."""
    for language in SOME:
        answers = defaultdict(set)
        for row in emoji_pairs().read(language):
            answers[row["id"].split("|")[1]].add(row["label"])
        sizes = Counter(map(len, answers.values()))
        assert sizes[2] > 0.9 * sizes.total(), language


def test_each_emoji_has_one_neighbour_in_every_language(task):
    after = dict(neighbours(emoji_dir("random"), "random"))
    assert sorted(after) == sorted(after.values()) and all(a != b for a, b in after.items())
    for language in SOME:
        other = [row["id"] for row in task.read(language) if row["label"] == "other"]
        assert {tuple(item.split("|")) for item in other} <= set(after.items())


@pytest.mark.second
def test_a_test_emoji_is_a_test_emoji_here_too(task):
    groups = emoji()
    for language in SOME:
        for part in ("train", "dev", "test"):
            known = set(getattr(groups, part)(language)["id"])
            both = {item for row in getattr(task, part)(language)["id"] for item in row.split("|")}
            assert both and both <= known


def test_sizes_and_names():
    assert [len(emoji_pairs().test(code)) for code in SOME] == [898, 864, 838, 904]
    assert [len(emoji_pairs(apart=True).test(code)) for code in SOME] == [710, 556, 678, 846]
    named = [emoji_pairs(split, apart=a).name for split in ("random", "subgroup") for a in (0, 1)]
    assert named == [
        "emoji-pairs",
        "emoji-pairs-apart",
        "emoji-pairs-subgroup",
        "emoji-pairs-apart-subgroup",
    ]
    assert (emoji_pairs().labels, emoji_pairs().words) == (("fits", "other"), ("yes", "no"))
    with pytest.raises(ValueError, match="split must be 'random' or 'subgroup', got 'odd'"):
        emoji_pairs("odd")


def test_a_thinned_test_keeps_both_rows_of_a_name():
    kept = Counter(item.split("|")[0] for item in emoji_pairs().test("sw", every=4)["id"])
    assert set(kept.values()) == {2}


@pytest.mark.parametrize(
    ("one", "other", "language", "shared"),
    [
        ("red apple", "apple, fruit", "en", True),  # a word
        ("Grinning face", "GRIN, smile", "en", True),  # four letters of a word, whatever the case
        ("cat", "catalogue", "en", False),  # a word of three letters is no run of four
        ("red cat", "cat food", "en", True),
        ("pine tree", "pinetree", "en", True),
        ("狗脸", "狗脸面", "zh", True),  # two letters are enough here
        ("狗脸", "小狗", "zh", False),
        ("ውሻ", "ውሻዎች", "am", True),
        ("ab cd", "abx", "en", False),
        ("ab cd", "abx", "zh", True),
    ],
)
def test_strings_that_two_texts_share(one, other, language, shared):
    for a, b in ((one, other), (other, one)):
        assert shares_string(a, b, language) is shared
        assert shares_string(a, unicodedata.normalize("NFC", b), language) is shared
