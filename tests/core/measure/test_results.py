"""Result rows: one setting at a time, families together, no language lost."""

import json

import numpy as np
import pytest

from ltp_core.data.digest import digest
from ltp_core.data.items import families
from ltp_core.measure import results
from ltp_core.measure.bootstrap import macro_interval

ITEMS = {"qu": ["0|a", "0|b", "1|a", "1|b"], "gn": ["0|a", "1|a"]}


def row(code, bits, method="ltp", seed=0, **spec):
    right = results.pack(np.array(bits, dtype=bool))
    return dict(
        method=method,
        seed=seed,
        language=code,
        n=len(bits),
        correct=right,
        spec=json.dumps(spec | {"method": method, "seed": seed}),
    )


def test_two_settings_of_one_method_are_never_mixed():
    rows = [row("qu", [1, 1, 0, 0], k=1), row("qu", [0, 0, 0, 0], k=4)]
    with pytest.raises(ValueError, match="two rows measure ltp in 'qu' with seed 0; keep the rows"):
        results.summary(rows, ITEMS)
    arms = results.arms(rows)
    means = {name: results.summary(mine, ITEMS)["ltp"]["low"].mean for name, mine in arms.items()}
    assert means == {"ltp k=1": 0.5, "ltp k=4": 0.0}


def test_arms_name_what_differs_and_nothing_else():
    rows = [
        row(code, [1, 0], m, seed, language=code, languages=[code], train=train, **more)
        for code in ("qu", "gn")
        for seed in (0, 1)
        for m, train, more in (
            ("ltp", {"epochs": 9}, {"ticket": {"name": "a"}}),
            ("ltp", {}, {"ticket": {"name": "b"}}),
            ("full", {"epochs": 9}, {}),
        )
    ]
    arms = results.arms(rows)
    assert list(arms) == [
        "ltp ticket.name=a train.epochs=9",
        "ltp ticket.name=b train.epochs=default",
        "full",
    ]
    assert {len(mine) for mine in arms.values()} == {4}  # two seeds, each in its own two languages


def test_means_and_their_intervals_are_drawn_by_families():
    rows = [row("qu", bits, seed=seed) for seed, bits in enumerate(([1, 1, 0, 0], [1, 1, 1, 0]))]
    rows += [row("gn", [1, 0], seed=seed) for seed in (0, 1)]
    table = results.summary(rows, ITEMS)["ltp"]
    assert set(table) == {"low", "other"}, "a language of no group is not lost"
    numbers = families(sorted(ITEMS["qu"]))
    for group, codes in (("low", ["qu"]), ("other", ["gn"])):
        cube = results.correctness(rows, ITEMS, codes)
        assert table[group] == macro_interval(cube, families=numbers)
    assert table["low"] != macro_interval(results.correctness(rows, ITEMS, ["qu"]))
    with pytest.raises(ValueError, match="group must be low, high, en, other or all"):
        results.languages_in_group("middle", ["qu"])


@pytest.mark.second
def test_a_changed_name_or_number_is_noticed(tmp_path):
    """Parquet has no digest of its own: a flipped bit may change a name or a number in silence."""
    rows = [{"language": code, "accuracy": 0.5, "n": 9} for code in ("en", "qu")]
    results.write(path := tmp_path / "a.parquet", rows)
    good, accepted = path.read_bytes(), 0
    for place in range(len(good)):
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        try:
            accepted += results.read(path) != rows
        except ValueError as error:
            assert "is damaged" in str(error)
    assert not accepted


def test_a_seal_of_before_is_still_known(tmp_path, monkeypatch):
    """Until version 0.2 it was that of `repr`, which writes é as it is."""
    rows = [{"language": "fr", "ids": ["é"]}]
    monkeypatch.setattr(results, "digest", lambda rows: digest(rows, repr))
    results.write(tmp_path / "old.parquet", rows)
    monkeypatch.undo()
    results.write(tmp_path / "new.parquet", rows)
    assert results.read(tmp_path / "old.parquet") == results.read(tmp_path / "new.parquet") == rows
    assert (tmp_path / "old.parquet").read_bytes() != (tmp_path / "new.parquet").read_bytes()
