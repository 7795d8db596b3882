"""Intervals of means over languages, against slow references."""

import numpy as np
import pytest

from ltp_core.measure.bootstrap import interval, macro_draws, macro_interval, p_value


def drawn(seeds=5, languages=4, items=100, share=0.6, seed=0):
    return (np.random.default_rng(seed).random((seeds, languages, items)) < share).astype(float)


@pytest.mark.second
def test_bootstrap_equals_a_slow_reference():
    cube = drawn(3, 2, 20)
    cube[:, 1, :5] = np.nan
    chance, slow = np.random.default_rng(0), []
    for _ in range(4000):
        seeds, items = chance.integers(3, size=3), chance.integers(20, size=20)
        slow.append(np.nanmean(cube[seeds][:, :, items], axis=(0, 2)).mean())
    mean, low, high = macro_interval(cube)
    assert mean == pytest.approx(np.nanmean(cube, axis=(0, 2)).mean())
    assert (low, high) == pytest.approx(np.quantile(slow, (0.025, 0.975)), abs=0.01)


@pytest.mark.second
def test_bootstrap_is_seeded_and_pairs():
    a = drawn()
    b = np.where(drawn(seed=1) < 0.5, a, 1.0)  # never worse than a
    assert macro_interval(a, seed=3) == macro_interval(a, seed=3)
    paired = macro_interval(b, a)
    assert 0 < paired.low <= paired.mean <= paired.high
    alone = macro_interval(a)
    assert paired.mean == pytest.approx(macro_interval(b).mean - alone.mean)
    with pytest.raises(ValueError, match="both methods need one shape"):
        macro_interval(a, a[:2])


def test_shared_items_widen_the_interval_and_more_languages_do_not_narrow_it():
    items = (np.random.default_rng(0).random(100) < 0.6).astype(float)
    few, many = (np.broadcast_to(items, (5, n, 100)).copy() for n in (2, 40))
    assert macro_interval(few) == pytest.approx(macro_interval(many))
    own = macro_interval(drawn(5, 40, 100))
    assert (own.high - own.low) < 0.6 * (macro_interval(many).high - macro_interval(many).low)


@pytest.mark.second
def test_a_family_is_drawn_whole_as_a_slow_reference_draws_it():
    cube, family = drawn(2, 2, 12), np.repeat([0, 1, 2, 3], 3)
    chance, slow = np.random.default_rng(0), []
    for _ in range(4000):
        seeds, chosen = chance.integers(2, size=2), chance.integers(4, size=4)
        items = np.concatenate([np.flatnonzero(family == f) for f in chosen])
        slow.append(cube[seeds][:, :, items].mean(axis=(0, 2)).mean())
    _, low, high = macro_interval(cube, families=family)
    assert (low, high) == pytest.approx(np.quantile(slow, (0.025, 0.975)), abs=0.02)


@pytest.mark.second
def test_tickets_are_drawn_as_a_slow_reference_draws_them():
    shares = np.array([0.3, 0.5, 0.7])[:, None, None, None]
    ours = (np.random.default_rng(0).random((3, 4, 2, 30)) < shares).astype(float)
    theirs = drawn(4, 2, 30, seed=1)
    chance, slow = np.random.default_rng(2), []
    for _ in range(4000):
        own, seeds, items = (chance.integers(n, size=n) for n in (3, 4, 30))
        taken = ours[own][:, seeds][:, :, :, items].mean(axis=(0, 1, 3)).mean()
        slow.append(taken - theirs[seeds][:, :, items].mean(axis=(0, 2)).mean())
    mean, low, high = macro_interval(ours, theirs)
    assert mean == pytest.approx(ours.mean() - theirs.mean())
    assert (low, high) == pytest.approx(np.quantile(slow, (0.025, 0.975)), abs=0.02)


def test_one_ticket_is_as_good_as_no_level_of_tickets():
    cube = drawn()
    assert macro_interval(cube[None]) == macro_interval(cube)


def test_copies_of_an_item_in_one_family_tell_nothing_new():
    once = drawn(3, 2, 30)
    thrice = np.repeat(once, 3, axis=2)
    together = macro_interval(thrice, families=np.repeat(np.arange(30), 3))
    assert tuple(together) == pytest.approx(tuple(macro_interval(once)))
    apart = macro_interval(thrice)
    assert apart.high - apart.low < together.high - together.low


@pytest.mark.parametrize("gain", [0.0, 0.02, 0.05, 0.2])
def test_p_agrees_with_the_interval(gain):
    worse = drawn(5, 3, 150)
    better = np.maximum(worse, drawn(5, 3, 150, share=gain, seed=1))
    draws = macro_draws(better, worse)
    gap, p = interval(draws), p_value(draws)
    assert (gap.low > 0) == (p < 0.05) and 0 < p <= 1
    assert p_value(-draws) == p


@pytest.mark.second
@pytest.mark.parametrize("seeds, least, most", [(3, 0.70, 0.85), (5, 0.79, 0.91), (30, 0.92, 0.98)])
def test_how_often_the_interval_covers_the_truth(seeds, least, most):
    """Where draws differ more than items do: too seldom with few draws, as the module says."""
    chance, repeats, truth, covered = np.random.default_rng(0), 300, 0.4, 0
    for _ in range(repeats):
        of_a_draw = truth + 0.1 * chance.standard_normal((seeds, 1, 1))
        cube = (chance.random((seeds, 2, 150)) < of_a_draw).astype(float)
        _, low, high = macro_interval(cube, draws=300)
        covered += low <= truth <= high
    print(f"{seeds} draws: {100 * covered / repeats:.0f} of 100 intervals cover the truth")
    assert least < covered / repeats < most
