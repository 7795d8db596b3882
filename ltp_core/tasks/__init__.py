"""Tasks: labels, the words that stand for them, and the rows of every language.

    emoji()          an emoji's name and keywords -> one of eight groups     51 languages
    emoji_pairs()    do these keywords fit this name?                        51 languages
    kinds()          what kind of thing does a name name?                    41 languages
    xnli()           does the second sentence follow from the first?         15, benchmark folder
    americasnli()    the same in ten languages of the Americas               benchmark folder
    nli()            both: trained in English, tested in 25 languages        benchmark folder
    sib200()         the topic of a sentence                                 from the hub
    next_word()      which word comes next?                                  any text, no labels
    from_folder()    a task of your own files

Each gives a `Task`: `few_shot`, `train`, `dev`, `test`, `labels`, `words`.  Splits
belong to items, not to rows: an emoji of the test split is a test emoji in every language.

Reading order: `task`, `emoji_groups`, `emoji_keywords`, `name_kinds`, `inference`, `tables`,
`folder`, `topics`, `next_word`.

What it does not do: tokenize, train, or know any model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from .emoji_groups import EMOJI_WORDS, emoji, emoji_text
from .emoji_keywords import emoji_pairs
from .folder import from_folder
from .inference import americasnli, bench_dir, nli, xnli
from .name_kinds import KINDS, kinds
from .names import NAMES
from .next_word import next_word
from .task import Row, Task
from .topics import sib200

__all__ = [
    "EMOJI_WORDS",
    "KINDS",
    "NAMES",
    "Row",
    "Task",
    "americasnli",
    "bench_dir",
    "emoji",
    "emoji_pairs",
    "emoji_text",
    "from_folder",
    "kinds",
    "load",
    "next_word",
    "nli",
    "sib200",
    "xnli",
]


def load(
    name: str,
    split: str = "random",
    *,
    words: Mapping[str, str] | None = None,
    languages: Sequence[str] = (),
    download: bool = False,
) -> Task:
    """Return a task by its name, as specs and the shell give it, or by the folder that holds it.

    `emoji-pairs-apart` leaves out keywords that repeat a string of a name; `americasnli-own`
    keeps 32 rows per class of each language for training in that language.

    Args:
        name: one of `NAMES`, or a folder.
        split: where a task has several.
        words: {label: word}, a word for every label in place of the task's own. A folder's labels
            take this order.
        languages, download: of `sib200`, and of no other task.

    Raises:
        ValueError: no such task or split; a label without a word, or a word without a label.
        FileNotFoundError: the benchmark folder is not there.

    >>> load("emoji-pairs").labels
    ('fits', 'other')
    >>> load("emoji-pairs", words={"other": "wrong", "fits": "right"}).words
    ('right', 'wrong')
    """
    if name and name not in NAMES and Path(name).is_dir():
        if split != "random":
            raise ValueError(f"the rows of folder {name!r} name their splits; leave out {split!r}")
        return from_folder(name, words=words)
    task = _named(name, split, languages, download)
    if words is None:
        return task
    if set(words) != set(task.labels):
        raise ValueError(
            f"task {name!r} needs a word for each of its labels {', '.join(task.labels)}, "
            f"got words for {', '.join(words)}"
        )
    return replace(task, words=tuple(words[label] for label in task.labels))


def _named(name: str, split: str, languages: Sequence[str], download: bool) -> Task:
    if name == "emoji":
        return emoji(split)
    if name in ("emoji-pairs", "emoji-pairs-apart"):
        return emoji_pairs(split, apart=name.endswith("apart"))
    if name == "kinds":
        return kinds(split)
    if name == "xnli":
        return xnli(split)
    if name in ("americasnli", "americasnli-own"):
        return americasnli(split, pool=32 if name.endswith("own") else 0)
    if name == "nli":
        return nli(split)
    if name == "sib200":
        return sib200(*languages, download=download)
    raise ValueError(
        f"unknown task {name!r}; give {', '.join(NAMES)}, or a folder with files of your own"
    )
