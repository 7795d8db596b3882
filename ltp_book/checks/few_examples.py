"""Checks of *A few examples of your language*: few shots, a template, unknown pieces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from .calls import altered, watched
from .judge import RIGHT, UNWRITTEN, Check, Compared
from .verdict import Exercise

# --- few shots -------------------------------------------------------------------------------

_SPLITS = ("train", "train", "train", "dev", "test")
ROWS = [
    {"id": f"{label}{n}", "label": label, "split": _SPLITS[n % 5], "language": "qu"}
    for n in range(25)
    for label in ("animals", "food", "travel")
]
SAID = {
    "rows": "return a list of rows.",
    "test": "test rows are used for training: look at the column `split`.",
    "dev": "dev rows are used for training; they are kept for choices: look at `split`.",
    "twice": "a row stands twice in the sample: draw without putting back.",
    "all": "k rows of each class are asked, and you have k in all.",
    "class": "the classes have not k rows each: count them by their label.",
    "seed": "one seed gives two samples: look at where the chance comes from.",
    "same": "every seed gives the same sample: look at what the seed is used for.",
    "changed": altered("rows", ROWS),
}


def _ids(answer: Any) -> list[str] | None:
    if not isinstance(answer, list):
        return None
    ids = [row.get("id") if isinstance(row, dict) else None for row in answer]
    known = {row["id"] for row in ROWS}
    return ids if all(isinstance(one, str) and one in known for one in ids) else None


def _fault(ids: list[str], k: int) -> str | None:
    """What is wrong with one sample, a key of SAID."""
    by_id = {row["id"]: row for row in ROWS}
    splits = {by_id[one]["split"] for one in ids}
    counts = Counter(by_id[one]["label"] for one in ids)
    if "test" in splits:
        return "test"
    if "dev" in splits:
        return "dev"
    if len(set(ids)) < len(ids):
        return "twice"
    if len(ids) == k:
        return "all"
    return (
        "class" if [counts[label] for label in ("animals", "food", "travel")] != [k] * 3 else None
    )


def _sampled(function: Callable[..., Any]) -> tuple[float, str]:
    """Judge samples by what they must have; which rows they hold is left to the student."""
    results = [watched(function, f"k = {k}, seed {s}", (ROWS, k, s)) for k, s in _ASKED]
    answers = [answer for answer, _ in results]
    if all(answer is None for answer in answers):
        return 0.0, UNWRITTEN
    samples = [_ids(answer) for answer in answers]
    for sample, (k, _) in zip(samples, _ASKED, strict=True):
        fault = "rows" if sample is None else _fault(sample, k)
        if fault:
            return 0.0, SAID[fault]
    sets = [frozenset(sample or ()) for sample in samples]
    if sets[0] != sets[1]:
        return 0.0, SAID["seed"]
    if len(set(sets[1:6])) == 1:
        return 0.0, SAID["same"]
    return (0.0, SAID["changed"]) if any(changed for _, changed in results) else (1.0, RIGHT)


_ASKED = [(4, 0), (4, 0), (4, 1), (4, 2), (4, 3), (4, 4), (15, 0)]

few_shot = Check(
    Exercise("few_shot", "few_examples", minutes=15, difficulty=2, importance=3, points=2),
    _sampled,
    tuple(SAID.values()),
)

# --- a template ------------------------------------------------------------------------------


def _filled(template: str, text: str, mask: str) -> str:
    before, _, after = template.partition("{text}")
    return before.replace("{mask}", mask) + text + after.replace("{mask}", mask)


_TEMPLATE = "{text} is a kind of {mask}."

fill_template = Check(
    Exercise("fill_template", "few_examples", minutes=10, difficulty=1, importance=2),
    Compared(
        _filled,
        {
            "a rooster": (_TEMPLATE, "rooster", "<mask>"),
            "a text with braces": (_TEMPLATE, "a {mask} of wood", "<mask>"),
            "another mask": ("Topic of {text}: {mask}", "carpenter {0}", "[MASK]"),
        },
        {
            "the row has two holes: look at a text that spells {mask} itself.": (
                lambda template, text, mask: template.replace("{text}", text).replace(
                    "{mask}", mask
                )
            ),
            "the mask is not always <mask>: it is an argument.": (
                lambda template, text, mask: _filled(template, text, "<mask>")
            ),
            "there is no hole in it: look at {mask}.": (
                lambda template, text, mask: template.replace("{text}", text)
            ),
        },
    ),
)

# --- unknown pieces --------------------------------------------------------------------------


def _rate(rows: Sequence[Sequence[int]], unknown: int, special: Sequence[int] = ()) -> float:
    own = [piece for row in rows for piece in row if piece not in special]
    return own.count(unknown) / len(own)


_ROWS = [[0, 3, 3, 7, 2], [0, 9, 8, 7, 6, 5, 4, 11, 12, 2, 1], [0, 3, 10, 2]]

unknown_rate = Check(
    Exercise("unknown_rate", "few_examples", minutes=10, difficulty=1, importance=3, points=2),
    Compared(
        _rate,
        {"three texts": (_ROWS, 3, [0, 1, 2]), "none unknown": (_ROWS[1:2], 3, [0, 1, 2])},
        {
            "<s>, </s> and padding are counted as pieces of the text.": (
                lambda rows, unknown, special: _rate(rows, unknown)
            ),
            "a short text counts as much as a long one: count pieces over all texts.": (
                lambda rows, unknown, special: (
                    sum(_rate([row], unknown, special) for row in rows) / len(rows)
                )
            ),
            "this is a share of texts; the share of pieces is asked.": (
                lambda rows, unknown, special: sum(unknown in row for row in rows) / len(rows)
            ),
            "this is the share of known pieces.": (
                lambda rows, unknown, special: 1 - _rate(rows, unknown, special)
            ),
            "these are percent; a share lies between 0 and 1.": (
                lambda rows, unknown, special: 100 * _rate(rows, unknown, special)
            ),
        },
    ),
)

CHECKS = (few_shot, fill_template, unknown_rate)
