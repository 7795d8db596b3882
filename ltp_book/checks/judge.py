"""How an answer is judged: beside a right solution, and beside solutions with one mistake each.

The idea. A student's function is called on small cases. Where it does not give what the right
solution gives, its answers are compared with those of functions that make one known mistake.
If one of them answers alike, its sentence is said: what is wrong and where to look, never the
answer. Otherwise the first case that differs is named, with what the student returned there.

So any design that answers alike is right: torch, numpy or plain Python, in any order of steps.
Each call gets its own copy of the arguments (`calls.py`), and should leave it as it was. A function
that raises is told its error and line.

The right solutions can be read here by whoever opens this package. A student copy has none.

Reading order: `Check`, `Compared`. What it does not do: stop a function that never ends, or keep
it from harm. Whoever grades strangers runs each in a process of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from inspect import signature
from typing import Any

from .answers import difference, plain
from .calls import Stopped, altered, reached, shown, watched
from .verdict import Exercise, Verdict

RIGHT = "right in all cases."
UNWRITTEN = "it returns nothing yet; write its lines in the place of the three dots, then return."
Wrong = Callable[..., Any]  # a function that makes a mistake
Judge = Callable[[Callable[..., Any]], "tuple[float, str]"]  # the share of the points, a sentence


@dataclass(frozen=True)
class Check:
    """An exercise and how its answer is judged. Call it with the student's function."""

    exercise: Exercise
    judge: Judge
    sentences: tuple[str, ...] = ()  # of a judge that is no `Compared`

    @property
    def mistakes(self) -> tuple[str, ...]:
        """What it may say of a wrong answer, a sentence for each mistake that it knows."""
        return self.sentences or tuple(getattr(self.judge, "mistakes", ()))

    def __call__(self, function: Callable[..., Any]) -> Verdict:
        """The verdict. Nothing that the function does wrong is raised."""
        name, out_of = self.exercise.name, self.exercise.points
        share, message = 0.0, f"pass the function itself: checks.{name}({name})"
        if callable(function):
            try:
                share, message = self.judge(function)
            except Stopped as error:
                message = str(error)
        return Verdict(name, share == 1, message, round(share * out_of, 2), out_of)


@dataclass(frozen=True)
class Compared:
    """A judge: `cases` are lists of arguments by name, `mistakes` wrong functions by sentence.

    Several functions under one sentence make the same mistake, seen from different sides. Of a
    function whose answers are all right it is asked that it left its arguments alone, and that a
    gradient reaches the argument `trained`, if there is one; that is tried in the last case.

    >>> judge = Compared(abs, {"minus": (-2,)}, {"the sign is kept.": lambda x: x})
    >>> judge(lambda x: (x * x) ** 0.5), judge(lambda x: x)
    ((1.0, 'right in all cases.'), (0.0, 'the sign is kept.'))
    >>> judge(lambda x: 7)
    (0.0, "in the case 'minus', the answer is not right: you return 7; its arguments: -2.")
    """

    right: Callable[..., Any]
    cases: Mapping[str, tuple[Any, ...]]
    mistakes: Mapping[str, Wrong | tuple[Wrong, ...]] = field(default_factory=dict)
    trained: str = ""
    seen: Callable[[Any], Any] = lambda answer: answer  # what of a plain answer is compared

    def __call__(self, function: Callable[..., Any]) -> tuple[float, str]:
        results = {name: watched(function, name, args) for name, args in self.cases.items()}
        answers = {name: self.seen(answer) for name, (answer, _) in results.items()}
        if all(answer is None or answer is ... for answer in answers.values()):
            return 0.0, UNWRITTEN
        wanted = {name: plain(self.right(*deepcopy(args))) for name, args in self.cases.items()}
        where = {name: difference(answers[name], wanted[name]) for name in self.cases}
        failed = [name for name in self.cases if where[name]]
        if not failed:
            fault = self._besides(function, [changed for _, changed in results.values()])
            return (0.0, fault) if fault else (1.0, RIGHT)
        for names in (list(self.cases), failed[:1]):  # alike everywhere, or where it first failed
            for sentence, wrong in self.mistakes.items():
                wrongs = wrong if isinstance(wrong, tuple) else (wrong,)
                if any(self._alike(one, names, answers, wanted) for one in wrongs):
                    return 0.0, sentence
        given = shown(self.cases[failed[0]])
        return 0.0, f"in the case {failed[0]!r}, {where[failed[0]]}{given}."

    def _besides(self, function: Callable[..., Any], changed: list[list[int]]) -> str | None:
        """What is wrong with a function whose answers are right."""
        names, last = list(signature(self.right).parameters), list(self.cases.values())[-1]
        for number in sorted(set().union(*changed)):
            return altered(names[number], last[number])
        if self.trained and not reached(function, last, names.index(self.trained)):
            way = "stay in torch, without `detach` or `no_grad`."
            return f"no gradient reaches `{self.trained}`: {way}"
        return None

    def _alike(self, wrong: Wrong, names: list[str], answers: Any, wanted: Any) -> bool:
        """Does the wrong function give these answers in these cases, and not the right ones?"""
        fails = False
        for name in names:
            try:
                given = plain(wrong(*deepcopy(self.cases[name])))
            except Exception:  # a mistake may not be possible in every case
                return False
            if difference(answers[name], given):
                return False
            fails = fails or difference(given, wanted[name]) is not None
        return fails
