"""Which word comes next?  A task that any text makes by itself, to train a prompt before its task.

    You can drag content as if sliding a physical piece of   ->   paper

The classes are the commonest words of the text.  Each line gives one row: it is cut before the
rarest of these words in it, and that word is the label.  No label was written by anybody.

A prompt that is trained on it once is a start for prompts of other tasks (Gu et al. 2022, arXiv
2109.04332, pre-train prompts on unlabelled text in this sense; their tasks are about sentence
pairs, ours is about one word, because the tasks of this book are):

    task = next_word(text("en", running_only=True))
    train(lm, task.train("en"), task=task).save("prompt")
    train(lm, shots, task=emoji(), prompt_start="file: prompt")

Reading order: `next_word`.

What it does not do: train.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ..data.languages import check_language
from .task import Row, Task

FIRST = 3  # words that stay before the hole, at least


def next_word(lines: Mapping[str, Iterable[str]], classes: int = 100, language: str = "en") -> Task:
    """Return the task of these lines: text up to a word, and the word.

    Args:
        lines: a column `text`, as `data.corpora.text` gives it.
        classes: how many words; each is a class of its own, and its own label word.
        language: the code of the lines' language.

    Raises:
        ValueError: the lines have fewer different words than `classes`.

    >>> lines = {"text": ["You may drag the old file", "Then you open the new window again"]}
    >>> task = next_word(lines, classes=3)
    >>> task.words, list(task.train("en")["text"]), list(task.train("en")["label"])
    (('the', 'old', 'file'), ['You may drag the', 'Then you open'], [1, 0])
    """
    check_language(language)
    cut = [line.split() for line in lines["text"]]
    counts = Counter(word for words in cut for word in words[FIRST:] if _plain(word))
    if not 2 <= classes <= len(counts):
        found = f"these lines have {len(counts)} different words"
        raise ValueError(f"classes must be at least 2, and {found}, got {classes}")
    chosen = dict(counts.most_common(classes))
    rows: list[Row] = []
    for number, words in enumerate(cut):
        places = [i for i, word in enumerate(words) if i >= FIRST and word in chosen]
        if places:
            place = min(places, key=lambda i: chosen[words[i]])
            row = {"id": str(number), "text": " ".join(words[:place]), "label": words[place]}
            rows.append(row | {"language": language, "split": "train"})
    names = tuple(chosen)
    return Task("next-word", names, names, (language,), {language: rows}.__getitem__)


def _plain(word: str) -> bool:
    """Letters alone, and no capital: a name or a sentence's last word, with its stop, is no class.

    >>> [_plain(word) for word in ("paper", "paper.", "Paper")]
    [True, False, False]
    """
    return word.isalpha() and word == word.lower()
