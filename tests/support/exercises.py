"""Wrong and right answers to exercises, as students write them, against the checks."""

import numpy as np

from ltp_book import checks


def a(tensor):
    """An array of a tensor: so an answer in numpy is tried, too."""
    return np.asarray(tensor)


def finds(name, words, function):
    """The check of this exercise says the one sentence that holds these words."""
    check = checks.CHECKS[name]
    sentences = [sentence for sentence in check.mistakes if words in sentence]
    assert len(sentences) == 1, f"{words!r} is in {len(sentences)} sentences of {name}"
    verdict = check(function)
    assert not verdict.passed and verdict.points < verdict.out_of
    assert sentences[0] in verdict.message, verdict


def all_proven(wrong, chapters):
    """Every mistake that the checks of these chapters know is made by one of these answers."""
    for name, exercise in checks.EXERCISES.items():
        if exercise.chapter in chapters:
            for sentence in checks.CHECKS[name].mistakes:
                assert any(words in sentence for words in wrong[name]), (name, sentence)


def passes(name, function):
    """The check of this exercise takes the answer, with all its points."""
    verdict = checks.check(name, function)
    assert verdict.passed and verdict.points == verdict.out_of, verdict


def flat(table):
    """The entries of a table of tables, for pytest."""
    return [(name, words, function) for name, of in table.items() for words, function in of.items()]
