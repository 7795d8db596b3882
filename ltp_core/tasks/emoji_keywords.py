"""Do these keywords fit this name?  A task on two texts, in 51 languages, made of the emoji.

    dog     animal, pet            fits
    dog     cat, feline, whiskers  other      keywords of an emoji of the same subgroup

In each split, the emoji of a subgroup stand in a circle, in a fixed random order, and each emoji's
name meets its own keywords and those of its neighbour.  So every name comes once with each answer,
and so does every list of keywords: one text alone tells nothing about the answer.  Both emoji are
of the same split, and the pairs are the same in every language.  Both rows of a name are left out
in a language that lacks one of the two emoji or its keywords, or in which the neighbour's keywords
are all among its own.

**Strings.**  Keywords repeat words of their own name, so comparing strings is worth much here (see
`emoji_pairs`), in every language alike: what transfers may be that.  With `apart` no keyword is
shown that shares a word, or a run of letters, with either of the two names.  Fewer rows remain, and
what remains asks for meaning.  Report both.

Reading order: `emoji_pairs`, `neighbours`, `shares_string`.

What it does not do: guarantee that a neighbour's keywords never fit.  Emoji overlap in meaning.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from ..data.items import shuffle_key
from ..data.languages import LANGUAGES, TASK_LANGUAGES
from .emoji_groups import emoji_dir, entries
from .task import Row, Task

PAIR_WORDS = {"fits": "yes", "other": "no"}
RUN = {"Han": 2, "Hangul": 2, "Ethiopic": 2}  # letters; these scripts say more with each
OTHER_SCRIPTS = 4


def emoji_pairs(split: str = "random", *, apart: bool = False) -> Task:
    """Return the pair task; the id of a row is "emoji of the name|emoji of the keywords".

    How far strings alone lead, "fits" if name and keywords share one, on the English test rows:

    >>> def by_string(task):
    ...     rows = task.test("en")
    ...     says = [not shares_string(a, b, "en") for a, b in zip(rows["text"], rows["text_pair"])]
    ...     return round(sum(a == b for a, b in zip(says, rows["label"])) / len(rows), 2)
    >>> by_string(emoji_pairs()), by_string(emoji_pairs(apart=True))
    (0.73, 0.5)
    """
    folder = emoji_dir(split)
    name = "emoji-pairs" + "-apart" * apart + (f"-{split}" if split != "random" else "")
    return Task(
        name,
        tuple(PAIR_WORDS),
        tuple(PAIR_WORDS.values()),
        TASK_LANGUAGES,
        lambda language: _rows(folder, language, split, apart),
    )


@lru_cache(maxsize=2)
def neighbours(folder: Path, split: str) -> list[tuple[str, str]]:
    """Return (emoji, its neighbour) for all emoji that are not alone in subgroup and split."""
    circles = defaultdict(list)
    for row in entries(folder, "en", split):
        circles[row["split"], row["subgroup"]].append(row["id"])
    found: list[tuple[str, str]] = []
    for members in circles.values():
        members.sort(key=lambda item: shuffle_key("ltp-pairs-1", item))
        if len(members) > 1:
            found += zip(members, [*members[1:], members[0]], strict=True)
    return found


@lru_cache(maxsize=128)
def _rows(folder: Path, language: str, split: str, apart: bool) -> list[Row]:
    here = {row["id"]: row for row in entries(folder, language, split)}
    rows = []
    for one, other in neighbours(folder, split):
        if one not in here or other not in here:
            continue
        names = [here[item]["name"] for item in (one, other)]
        lists = [
            [
                k
                for k in here[item]["keywords"]
                if not apart or not any(shares_string(name, k, language) for name in names)
            ]
            for item in (one, other)
        ]
        own, foreign = ({k.casefold() for k in keywords} for keywords in lists)
        if not own or foreign <= own:  # also when there is no foreign one
            continue
        rows += [
            {
                "id": f"{one}|{item}",
                "text": names[0],
                "text_pair": ", ".join(keywords),
                "label": label,
                "language": language,
                "split": here[one]["split"],
            }
            for item, keywords, label in zip((one, other), lists, PAIR_WORDS, strict=True)
        ]
    return rows


def shares_string(one: str, other: str, language: str) -> bool:
    """Return whether two texts share a word or, in words, a run of four letters (or two; `RUN`).

    >>> shares_string("grinning face", "grin, smile", "en"), shares_string("狗脸", "小狗", "zh")
    (True, False)
    """
    script = LANGUAGES[language].script if language in LANGUAGES else ""
    size = RUN.get(script, OTHER_SCRIPTS)
    return not _strings(one, size).isdisjoint(_strings(other, size))


def _strings(text: str, size: int) -> set[str]:
    """The words of a text, and all runs of `size` letters in them."""
    words = set(re.findall(r"\w+", text.casefold()))
    return words | {word[i : i + size] for word in words for i in range(len(word) - size + 1)}
