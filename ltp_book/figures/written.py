"""How numbers are written in tables and titles: 5.5e-4, 12.3 %, −1.7 [−2.6, −0.8].

Shares come in as parts of one, and are written in percent or in points. A minus is a real one.

What it does not do: lay out. `table` and the figures do.
"""

from __future__ import annotations

from collections.abc import Iterable


def power(x: float, digits: int = 1) -> str:
    """A small or a large number, its exponent without padding.

    >>> power(5.548e-4), power(2e-4, 0), power(-3e12, 0)
    ('5.5e-4', '2e-4', '−3e12')
    """
    number, _, exponent = f"{x:.{digits}e}".partition("e")
    return f"{number}e{int(exponent)}".replace("-", "−", 1 if x < 0 else 0)


def percent(share: float, digits: int = 1) -> str:
    """A share.

    >>> percent(0.2), percent(-0.0049, 0), percent(-0.011)
    ('20.0 %', '0 %', '−1.1 %')
    """
    return f"{round(100 * share, digits) + 0.0:.{digits}f} %".replace("-", "−")


def points(shares: Iterable[float]) -> str:
    """A difference of two shares, in points, with its interval.

    >>> points((-0.017, -0.026, 0.0004))
    '−1.7 [−2.6, +0.0]'
    """
    mean, low, high = (f"{round(100 * x, 1) + 0.0:+.1f}".replace("-", "−") for x in shares)
    return f"{mean} [{low}, {high}]"
