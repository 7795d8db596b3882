"""Runs first in every kernel the book's tools start (PYTHONSTARTUP): progress bars stay silent.

A bar tells the time, and the time differs from run to run: it has no place in a stored output.
A reader's own kernel does not run this file and shows every bar.
"""

from tqdm.std import tqdm as _bar


def _silence(init):
    def silent(self, *args, **kwargs):
        init(self, *args, **{**kwargs, "disable": True})

    return silent


_bar.__init__ = _silence(_bar.__init__)
