"""Fixtures of the explorers' tests."""

from tests.support.explorer_pages import shown, site, visit  # noqa: F401
from tests.support.explorers import quick, sweep  # noqa: F401
