"""The emoji task: names and keywords of 1,580 emoji in 51 languages, eight groups to tell apart.

Names and keywords come from the CLDR annotations; group and subgroup from emojibase.  The splits
are by emoji and the same in every language, so no training row translates a test row:

- ``random``: in every group 60 % train, 10 % dev, 30 % test;
- ``subgroup``: whole subgroups on one side, so that no sibling of a test emoji is trained on.

Chance is replaced by a hash (`rank`), which is the same everywhere and for ever.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa

from ltp_core.data.languages import LANGUAGES

SEED = "ltp-emoji-1"
SHARES = {"test": 0.30, "dev": 0.10}
GROUPS = {
    "smileys-emotion": "smileys",
    "people-body": "people",
    "animals-nature": "animals",
    "food-drink": "food",
    "travel-places": "travel",
    "activities": "activities",
    "objects": "objects",
    "symbols": "symbols",
}
SCHEMA = pa.schema(
    {
        "id": pa.string(),
        "name": pa.string(),
        "keywords": pa.list_(pa.string()),
        "group": pa.string(),
        "subgroup": pa.string(),
        "language": pa.string(),
        "split_random": pa.string(),
        "split_subgroup": pa.string(),
        "same_as_english": pa.bool_(),
        "same_as_major": pa.bool_(),
    }
)
Emoji = tuple[str, str, str]  # emoji, group, subgroup


def plain(emoji: str) -> str:
    """Return the emoji without variation selectors, the form CLDR uses as its key."""
    return emoji.replace("\ufe0f", "")


def rank(text: str) -> str:
    """Return a fixed pseudo-random sort key for ``text``."""
    return hashlib.sha256(f"{SEED}:{text}".encode()).hexdigest()


def read_annotations(cldr: Path, language: str) -> dict[str, tuple[str, list[str]]]:
    """Return {emoji: (name, keywords)}; no nameless rows, inherit marks or repeated keywords."""
    path = cldr / "package" / "annotations" / language / "annotations.json"
    entries = json.loads(path.read_text(encoding="utf-8"))["annotations"]["annotations"]
    rows = {}
    for emoji, entry in entries.items():
        name = " ".join(entry.get("tts", [""])[0].split())
        keywords = [" ".join(keyword.split()) for keyword in entry.get("default", [])]
        keywords = [k for k in dict.fromkeys(keywords) if k and k.casefold() != name.casefold()]
        if name and "↑" not in name + "".join(keywords):
            rows[plain(emoji)] = name, keywords
    return rows


def read_emoji(emojibase: Path, named: set[str]) -> list[Emoji]:
    """Return the emoji of the eight groups that are in ``named``, in Unicode's order."""
    package = emojibase / "package"
    meta = json.loads((package / "meta" / "groups.json").read_text(encoding="utf-8"))
    entries = json.loads((package / "en" / "data.json").read_text(encoding="utf-8"))
    found = []
    for entry in sorted((e for e in entries if "group" in e), key=lambda e: e["order"]):
        group = GROUPS.get(meta["groups"][str(entry["group"])])
        if group and plain(entry["emoji"]) in named:
            found.append((entry["emoji"], group, meta["subgroups"][str(entry["subgroup"])]))
    return found


def split_random(emoji: list[Emoji]) -> dict[str, str]:
    """Return {emoji: split}: of each group's hash order the first 30 % test, the next 10 % dev."""
    split = {}
    for group in dict.fromkeys(group for _, group, _ in emoji):
        members = sorted((e for e, g, _ in emoji if g == group), key=rank)
        test = round(SHARES["test"] * len(members))
        dev = test + round(SHARES["dev"] * len(members))
        for i, member in enumerate(members):
            split[member] = "test" if i < test else "dev" if i < dev else "train"
    return split


def split_subgroup(emoji: list[Emoji]) -> dict[str, str]:
    """Return {emoji: split}, whole subgroups, each group as near to the shares as they allow."""
    side: dict[str, str] = {}
    for group in dict.fromkeys(group for _, group, _ in emoji):
        sizes = Counter(subgroup for _, g, subgroup in emoji if g == group)
        left = sorted(sizes, key=rank)
        for part, share in SHARES.items():
            chosen = nearest_subset([sizes[s] for s in left], share * sizes.total())
            side |= {left[i]: part for i in chosen}
            left = [s for s in left if s not in side]
        side |= dict.fromkeys(left, "train")
    return {e: side[subgroup] for e, _, subgroup in emoji}


def nearest_subset(sizes: list[int], target: float) -> tuple[int, ...]:
    """Return indices whose sizes add up nearest to ``target``; not empty; the first found.

    >>> nearest_subset([50, 7, 20, 4], 30)
    (1, 2, 3)
    """
    reached: dict[int, tuple[int, ...]] = {0: ()}
    for i, size in enumerate(sizes):
        for total, chosen in list(reached.items()):
            reached.setdefault(total + size, (*chosen, i))
    del reached[0]
    return reached[min(reached, key=lambda total: (abs(total - target), total))]


def emoji_tables(cldr: Path, emojibase: Path, languages: tuple[str, ...]) -> dict[str, pa.Table]:
    """Return {language: table}, rows in Unicode's order."""
    english = read_annotations(cldr, "en")
    emoji = read_emoji(emojibase, set(english))
    splits = split_random(emoji), split_subgroup(emoji)
    tables = {}
    for code in languages:
        names = read_annotations(cldr, code)
        major = read_annotations(cldr, LANGUAGES[code].major or code)
        rows = []
        for e, group, subgroup in emoji:
            if plain(e) in names:
                name, keywords = names[plain(e)]
                same = [code != "en" and same_name(plain(e), name, o) for o in (english, major)]
                parts = [split[e] for split in splits]
                rows.append((e, name, keywords, group, subgroup, code, *parts, *same))
        columns = zip(zip(*rows, strict=True), SCHEMA.types, strict=True)
        tables[code] = pa.Table.from_arrays([pa.array(c, t) for c, t in columns], schema=SCHEMA)
    return tables


def same_name(emoji: str, name: str, other: dict[str, tuple[str, list[str]]]) -> bool:
    """Tell whether the emoji has that name in ``other``, letter case aside."""
    return emoji in other and name.casefold() == other[emoji][0].casefold()
