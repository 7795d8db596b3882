"""A student's function as a check sees it: called here, run in the student's process.

`Student` starts that process, loads a program into it, and gives a proxy. A call that takes too
long, or that ends the process, raises `Ended`; the next program starts a new process. What a call
changed in its arguments is changed in the originals too: tensors, arrays, lists and dicts.

A function that the check hands over is called here, when the student's process asks for it.

Reading order: `Student`, then what makes a proxy look like the function.

What it does not do: send an object. Then the check cannot be made, and `Student.trouble` tells it.
"""

from __future__ import annotations

import builtins
import inspect
import linecache
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from . import found, walls
from .limits import Limits
from .student import ANSWER
from .wire import Ended, Pipe, Unsendable

START_SECONDS = 120  # torch is imported meanwhile, on a machine that may be busy
SETTINGS = {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8", "USER": "student"}


class Student:
    """The process of one notebook; it is started when first needed, and again after it died."""

    def __init__(self, notebook: str, limits: Limits, hidden: list[Path], folder: Path) -> None:
        self.notebook, self.limits, self.hidden, self.folder = notebook, limits, hidden, folder
        self.walled = walls.there()
        self.left = limits.total_seconds
        self.trouble = ""  # why the last program did not come to its end
        self.process: subprocess.Popen[bytes] | None = None

    def load(self, program: list[str], name: str) -> Callable[..., Any]:
        """A proxy for the function that this program defines.

        Raises:
            ValueError: the program does not run.
            Ended: the process is gone, or the time is up.
        """
        self.trouble = ""
        if self.process is None:
            self._start()
        said = self._ask({"do": "load", "program": program, "name": name})
        if said["error"]:
            raise ValueError(str(said["error"]))

        def answer(*args: Any, **kwargs: Any) -> Any:
            return self._call(program[-1], args, kwargs)

        answer.__name__ = answer.__qualname__ = name
        answer.__signature__ = _signature(program[-1])  # type: ignore[attr-defined]
        return answer

    def end(self) -> None:
        """End the process and all that it started."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            os.close(self.pipe.reads)
            os.close(self.pipe.writes)
        self.process = None

    def _start(self) -> None:
        to_child, from_child = os.pipe(), os.pipe()
        ends = to_child[0], from_child[1]
        program = [sys.executable, "-s", "-B", "-m", "ltp_book.grading.student", *map(str, ends)]
        environment = SETTINGS | {
            "PATH": os.defpath,
            "TMPDIR": str(self.folder),
            "HOME": str(self.folder),
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        }
        self.process = subprocess.Popen(
            walls.command(program) if self.walled else program,
            env=environment,
            cwd=self.folder,
            pass_fds=ends,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        for end in ends:
            os.close(end)
        self.pipe = Pipe(from_child[0], to_child[1])
        first = {
            "limits": tuple(self.limits),
            "notebook": self.notebook,
            "walled": self.walled,
            "hidden": [str(path) for path in self.hidden],
        }
        try:
            self.pipe.send(first)
            self.pipe.receive(START_SECONDS)
        except Ended as problem:
            self.end()
            raise OSError(f"a student's process did not start: {problem}") from None

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """One question, one reply, in the time that is left."""
        if self.process is None:
            raise Ended(self.trouble or "the process has ended")
        begun = time.monotonic()
        seconds = min(self.left, self.limits.call_seconds)
        handed: list[Any] = []
        try:
            self.pipe.send(question, lambda function: _append(handed, function))
            reply = self._reply(begun + seconds)
            while "back" in reply:
                args, kwargs = reply["given"]
                self.pipe.send({"value": handed[reply["back"]](*args, **kwargs)})
                reply = self._reply(begun + seconds)
        except Unsendable as problem:
            self.trouble = f"its check hands over {problem}"
            raise
        except Exception as problem:  # a call back with arguments that do not fit, too
            said = str(problem) if isinstance(problem, Ended) else f"a wrong call ({problem})"
            self.trouble = f"{said} (bounds: {seconds:.0f} s, {self.limits.memory_mb} MB)"
            self.end()
            raise Ended(self.trouble) from None
        finally:
            self.left -= time.monotonic() - begun
        return reply

    def _reply(self, until: float) -> dict[str, Any]:
        reply = self.pipe.receive(max(0.0, until - time.monotonic()), lambda number: None)
        if not isinstance(reply, dict) or not {"error", "back"} & reply.keys():
            raise Ended("an answer that is none")
        return reply

    def _call(self, definition: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        given = [list(args), kwargs]
        reply = self._ask({"do": "call", "given": given})
        if reply["error"]:
            _raise(_exception(str(reply["error"])), definition, reply.get("line"))
        _carry_over(given, reply.get("given"))
        return reply.get("value")


def _append(handed: list[Any], function: Any) -> int:
    handed.append(function)
    return len(handed) - 1


def _signature(definition: str) -> inspect.Signature:
    """The parameters of a function's text; where one is optional its default is `...`."""
    parameters = [
        inspect.Parameter(
            name, getattr(inspect.Parameter, kind), default=... if optional else empty
        )
        for name, kind, optional in found.signature(definition)
    ]
    return inspect.Signature(parameters)


empty = inspect.Parameter.empty


def _exception(said: str) -> Exception:
    """The exception that a line from the student's process names, if it is one of Python's own."""
    name, _, text = said.partition(": ")
    kind = getattr(builtins, name, None)
    simple = isinstance(kind, type) and issubclass(kind, Exception)
    try:
        return kind(text) if simple else RuntimeError(said)  # type: ignore[misc]
    except TypeError:  # UnicodeDecodeError wants five arguments
        return RuntimeError(said)


def _raise(problem: Exception, definition: str, line: object) -> None:
    """Raise it from a line of the student's text, so that a traceback shows that line."""
    lines = definition.splitlines(keepends=True)
    place = line if isinstance(line, int) and 0 < line <= len(lines) else 1
    linecache.cache[ANSWER] = len(definition), None, lines, ANSWER
    exec(compile("\n" * (place - 1) + "raise problem", ANSWER, "exec"), {"problem": problem})


def _carry_over(before: Any, after: Any) -> None:
    """Make the same changes to the originals as the function made to their copies."""
    if type(before) is not type(after):
        return
    if isinstance(before, torch.Tensor):
        if before.shape == after.shape and before.dtype == after.dtype:
            if not torch.equal(before.detach(), after.detach()):
                before.data.copy_(after.data)
            before.requires_grad_(after.requires_grad) if before.is_leaf else None
            before.grad = after.grad if before.is_leaf else before.grad
    elif isinstance(before, np.ndarray):
        if before.shape == after.shape and before.dtype == after.dtype and before.flags.writeable:
            before[...] = after
    elif isinstance(before, (list, tuple)):
        for one, other in zip(before, after, strict=False):
            _carry_over(one, other)
        if isinstance(before, list) and len(before) != len(after):
            before[:] = after
    elif isinstance(before, dict):
        for key in before.keys() & after.keys():
            _carry_over(before[key], after[key])
