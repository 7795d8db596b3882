"""What every check has in common: it never raises, it helps, and it does not tell the answer."""

import itertools
import sys
from inspect import signature

import numpy as np
import pytest
import torch

from ltp_book import checks
from ltp_book.checks import judge
from ltp_book.checks.answers import difference, plain
from tools.classroom import source

STUBS = {name: it for sheet in source.sheets() for name, it in source.stubs(sheet).items()}
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
    message = checks.check("jaccard", lambda: 0).message
    assert "TypeError" in message and "keep the line `def …` as it was" in message


# --- besides the answer ----------------------------------------------------------------------


def merge(weights, index, values):
    weights.view(-1)[index] = values
    return weights


def hide_pieces(ids, draws, rate, special, mask):
    hidden = (draws < rate) & ~torch.isin(ids, torch.tensor(special))
    labels = ids.masked_fill(~hidden, -100)
    ids[hidden] = mask
    return ids, labels


def packed_update(weights, gradients, index, rate, decay):
    values = torch.nn.Parameter(weights[index])
    optimizer = torch.optim.AdamW([values], lr=rate, weight_decay=decay)
    for gradient in gradients:
        values.grad = gradient[index]
        optimizer.step()
    weights[index] = values.detach()
    return weights


def gaps(places):
    places.insert(0, -1)
    return np.diff(places)


@pytest.mark.parametrize(
    "function, words",
    [
        (merge, "`weights`: write into a `clone()`."),
        (hide_pieces, "`ids`: write into a `clone()`."),
        (packed_update, "`weights`: write into a `clone()`."),
        (gaps, "`places`: work on a copy."),
    ],
)
def test_a_changed_argument_is_told(function, words):
    for _ in range(2):  # each call has a copy of its own
        verdict = checks.check(function.__name__, function)
        assert verdict.message == f"your function changed its argument {words}"
        assert not verdict.passed


@pytest.mark.parametrize("name, number", [("insert_prompt", 1), ("deep_prompt", 2)])
@pytest.mark.parametrize("cut", ["detach", "no_grad", "numpy", "lists"])
def test_a_gradient_reaches_what_is_trained(name, number, cut):
    right = checks.CHECKS[name].judge.right

    def answer(*args):
        own = list(args)
        if cut == "detach":
            own[number] = own[number].detach()
        if cut == "no_grad":
            with torch.no_grad():
                return right(*own)
        whole = right(*own)
        return whole.numpy() if cut == "numpy" else whole.tolist() if cut == "lists" else whole

    assert checks.check(name, right).passed
    assert "no gradient reaches" in checks.check(name, answer).message


@each
def test_an_argument_has_the_same_name_in_the_task_and_in_its_check(name):
    right = getattr(checks.CHECKS[name].judge, "right", None)
    task = list(signature(STUBS[name]).parameters)
    assert right is None or list(signature(right).parameters)[: len(task)] == task


@each
def test_a_sentence_is_one_sentence_of_ours(name):
    said = checks.CHECKS[name].mistakes
    assert len(set(said)) == len(said) >= 2
    for sentence in said:
        assert sentence[-1] in ".?" and len(sentence) <= 130 and "\n" not in sentence


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
        ({"a": [1, 3]}, {"a": [1, 2]}, "entry ['a'][1] is not right: you return 3"),
        (float("nan"), 1.0, "the answer is not right: you return nan"),
        ("A", "B", "you return 'A'"),
        (1 + 1e-3, 1, "you return 1.001"),
        ([2 / 3], [0.5], "entry [0] is not right: you return 0.6667"),
        ([[2 / 3]], {1: 2}, "should be a dictionary"),
        ([2 / 3], 0.5, "you return [0.6667]"),
        ("A" * 80, "B", "you return '" + "A" * 58 + "…"),
        ([[5], [6]], [5, 6], "the answer has the shape (2, 1); a shape with one axis is asked"),
        ([[5, 6]], [5, 6], "has the shape (1, 2); a shape with one axis"),
        ([5, 6], [[5], [6]], "has the shape (2,); a shape with 2 axes is asked"),
        ({"a": [[2]]}, {"a": [2]}, "entry ['a'] has the shape (1, 1)"),
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


def test_arguments_are_shown_where_they_help():
    def told(*args):
        return judge.Compared(lambda *given: 1, {"one": args})(lambda *given: 2)[1]

    assert told(3, "a").endswith("you return 2; its arguments: 3, 'a'.")
    assert told().endswith("you return 2.") and told([0] * 100).endswith("you return 2.")


def test_a_column_is_refused_where_a_row_is_asked():
    def hole_after_prompt(attention_mask, length):
        return attention_mask.sum(dim=1, keepdim=True) - 2 + length

    def moved_most(before, after, k):
        distance = (after - before).abs()
        return torch.nonzero(distance >= distance.topk(k).values[-1])

    for function, shape in ((hole_after_prompt, "(3, 1)"), (moved_most, "(2, 1)")):
        verdict = checks.check(function.__name__, function)
        assert not verdict.passed
        assert (
            f"the answer has the shape {shape}; a shape with one axis is asked" in verdict.message
        )
