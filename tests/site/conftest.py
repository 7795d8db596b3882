"""The built pages, served: what the browser tests of this folder look at."""

import os

import pytest


@pytest.fixture(scope="module")
def site():
    from tools.site import browser  # needs playwright, which those who ask for this have

    if not (browser.HTML / ".complete").exists() and not os.environ.get("CI"):
        pytest.skip("no pages yet: make pages")
    with browser.serve() as address:
        yield address
