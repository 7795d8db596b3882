"""What every check has in common: it never raises, it helps, and it does not tell the answer."""

import itertools
import sys

import numpy as np
import pytest
import torch

from ltp_book import checks
from ltp_book.checks import judge
from ltp_book.checks.answers import difference, plain

each = pytest.mark.parametrize("name", checks.EXERCISES)


class Hostile:
    """It raises whatever it is asked."""

    def __eq__(self, other):
        raise RuntimeError("hostile")

    __hash__ = None
    __bool__ = __iter__ = __len__ = __repr__ = __eq__


def raises(*args, **options):
    raise KeyError("qu")


@each
def test_nothing_that_is_handed_in_makes_a_check_raise(name):
    answers = [None, ..., 3, "word", [], {}, float("nan"), object(), Hostile(), [Hostile()]]
    answers += [torch.zeros(0), [[1], [2, 3]], {1: {2: 3}}, {(1, 2): 3}, itertools.count()]
    ring = []
    ring.append(ring)
    answers.append(ring)
    for answer in answers:
        verdict = checks.check(name, lambda *args, answer=answer, **options: answer)
        assert not verdict.passed and verdict.points == 0 and verdict.message
    assert "pass the function itself" in checks.check(name, 3).message


@each
def test_an_error_is_told_with_its_line(name):
    verdict = checks.check(name, raises)
    assert "it stopped with KeyError: 'qu'" in verdict.message
    assert 'raise KeyError("qu")' in verdict.message


def test_a_function_that_ends_the_program_ends_nothing():
    assert "SystemExit" in checks.check("jaccard", lambda a, b: sys.exit(1)).message


def test_a_wrong_number_of_arguments_is_told():
    assert "TypeError" in checks.check("jaccard", lambda: 0).message


def test_a_student_may_write_into_the_arguments():
    def merge(weights, index, values):
        weights.view(-1)[index] = values
        return weights

    assert checks.check("merge", merge).passed and checks.check("merge", merge).passed


@each
def test_a_sentence_is_one_sentence_of_ours(name):
    said = checks.CHECKS[name].mistakes
    assert len(set(said)) == len(said) >= 2
    for sentence in said:
        assert sentence[-1] in ".?" and len(sentence) <= 100 and "\n" not in sentence


def test_an_unknown_exercise_is_refused():
    with pytest.raises(ValueError, match="no exercise 'jacard'; there are: two_densities"):
        checks.check("jacard", lambda: 0)
    with pytest.raises(AttributeError, match="jacard"):
        _ = checks.jacard
    assert checks.jaccard is checks.CHECKS["jaccard"] and "jaccard" in dir(checks)


@pytest.mark.parametrize("field", ["difficulty", "importance", "minutes", "points"])
def test_an_exercise_that_cannot_be_is_refused(field):
    good = {"minutes": 5, "difficulty": 1, "importance": 1, "points": 1}
    with pytest.raises(ValueError, match=field):
        checks.Exercise("x", "real", **good | {field: 0})


def test_half_of_the_exercises_take_ten_minutes_or_less():
    minutes = [one.minutes for one in checks.EXERCISES.values()]
    assert len(minutes) >= 24 and sum(m <= 10 for m in minutes) >= len(minutes) / 2


@pytest.mark.parametrize(
    "answer, wanted, words",
    [
        ([1, 2], [1, 2, 3], "too few"),
        ([[1]], [[1, 2]], "entry [0] has too few"),
        (3, [3], "should be a list"),
        ([3], {"a": 3}, "should be a dictionary"),
        ({"a": 1, "b": 2}, {"a": 1}, "'b' is one too many"),
        ({"a": [1, 3]}, {"a": [1, 2]}, "entry ['a'][1] is another"),
        (float("nan"), 1.0, "is another"),
        ("A", "B", "is another"),
        (1 + 1e-3, 1, "is another"),
    ],
)
def test_where_two_answers_part(answer, wanted, words):
    assert words in difference(answer, wanted)


def test_the_same_in_another_form():
    for answer in (torch.tensor(2.0), torch.tensor([2.0]), 2, 2 + 1e-6):
        assert difference(plain(answer), 2) is None
    weights = torch.ones(2, requires_grad=True)
    assert plain(zip([1], [2], strict=True)) == [[1, 2]] and plain({1: 2}.values()) == [2]
    assert plain({np.int64(1): np.True_}) == {1: True}
    assert plain(weights) == [1, 1] and plain(range(2)) == [0, 1] and plain({2, 1}) == [1, 2]


def test_a_mistake_in_some_cases_only_is_found_at_the_first_that_fails():
    compared = judge.Compared(
        abs, {"plus": (1,), "minus": (-2,), "small": (-3,)}, {"the sign is kept.": lambda x: x}
    )
    assert compared(lambda x: {-2: -2, -3: 5}.get(x, 1)) == (0.0, "the sign is kept.")
    assert "case 'small'" in compared(lambda x: 7 if x == -3 else abs(x))[1]
