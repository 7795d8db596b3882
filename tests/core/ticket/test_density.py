"""How many are chosen is what was asked for, or one sentence says why not."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ltp_core.ticket.density import quotas
from ltp_core.ticket.ticket import Ticket
from tests.support.movements import pairs


def test_unmoved_entries_are_not_chosen_silently():
    deltas = {"a": torch.tensor([0.0, 1.0, -0.0, 2.0, 0.0])}
    assert pairs(Ticket.select(deltas, 0.4, base="toy").indices) == [("a", 1), ("a", 3)]
    with pytest.raises(ValueError, match="asks for 3 parameters, but 2 moved"):
        Ticket.select(deltas, 0.6, base="toy")
    assert pairs(Ticket.select(deltas, 0.6, base="toy", allow_unmoved=True).indices)[0] == ("a", 0)


@pytest.mark.parametrize(
    "density, message",
    [
        (20, r"density must be in \(0, 1\], got 20; did you mean 0\.20\?"),
        (1.5, r"got 1\.5; did you mean 0\.015\?"),
        (100, r"got 100; did you mean 1\.00\?"),
        (100.5, r"got 100\.5$"),
        (101, r"got 101$"),
        (2.5, r"got 2\.5; did you mean 0\.025\?"),
        (0, r"got 0$"),
        (-0.2, r"got -0\.2$"),
        (float("nan"), r"got nan$"),
        (1e-9, "less than one"),
    ],
)
def test_density_out_of_bounds(density, message):
    with pytest.raises(ValueError, match=message):
        Ticket.select({"a": torch.ones(10)}, density, base="toy")


@given(
    st.dictionaries(st.text("abcde", min_size=1, max_size=3), st.integers(0, 30), min_size=1),
    st.floats(0, 1),
)
def test_quotas_are_shares_and_together_the_whole(sizes, density):
    found = quotas(sizes, density, group=lambda name: name[0])
    assert [name for names, _ in found for name in names] == sorted(sizes)
    assert sum(k for _, k in found) == round(density * sum(sizes.values()))
    for names, k in found:
        assert len({name[0] for name in names}) == 1
        own = sum(sizes[name] for name in names)
        assert 0 <= k <= own and abs(k - density * own) <= 1
