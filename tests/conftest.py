"""Every test, and every kernel a test starts, runs in the environment the book is made in.

Generated inputs are drawn from a fixed seed, so that a red test is red again, and for everybody.

Below it what several test files share: the toy model, a ticket of it, a lab, and a browser. They
are imported late: the environment must stand before torch reads it.
"""

import gc
import os

import pytest
from hypothesis import settings

from tools.book.environment import ENVIRONMENT

os.environ.update(ENVIRONMENT)
settings.register_profile("seeded", derandomize=True, deadline=None)
settings.load_profile("seeded")


@pytest.fixture(scope="module")
def lm():
    from ltp_core.model.toy import toy_backbone

    return toy_backbone()


@pytest.fixture(scope="session")
def embedded():
    """The model of the repository, loaded once; nobody may change it."""
    from ltp_core.model.backbone import load_backbone

    return load_backbone()


@pytest.fixture
def alone_in_memory():
    """All that other tests hold is left out of `gc.get_objects`, and need not be gone through."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(scope="module")
def ticket(lm):
    from ltp_core.model.parameters import eligible
    from ltp_core.ticket.ticket import Ticket, origin

    return Ticket.random(eligible(lm.model), 0.2, seed=0, **origin(lm.model))


@pytest.fixture
def lab():
    from tests.support.toy_lab import DELTAS, LM, SIZES, TASK, Lab, put_away

    it = Lab(LM, TASK, DELTAS, languages=("en", "qu"), **SIZES)
    yield it
    put_away(it)


@pytest.fixture(scope="module")
def browser():
    from tools.site import browser as site_browser

    if site_browser.find() is None:
        absent = "NO BROWSER HERE, no page was looked at: apt-get install chromium"
        (pytest.fail if os.environ.get("LTP_BROWSER") == "required" else pytest.skip)(absent)
    with site_browser.chromium() as running:
        yield running
