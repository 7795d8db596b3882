"""A run is named by its settings: every stored result still has the name of its own run."""

import json

import pytest

from ltp_core.data.paths import data_dir
from ltp_core.measure import results
from ltp_core.study.spec import Run

FILES = sorted(
    path
    for path in (data_dir() / "results").glob("*.parquet")
    if not path.name.endswith(".items.parquet")
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_stored_runs_keep_their_names(path):
    rows = results.read(path)
    if "spec" not in rows[0]:
        pytest.skip("no sweep wrote this file")
    named = {row["run"]: json.loads(row["spec"]) for row in rows}
    for name, settings in named.items():
        assert Run(**settings).name == name
    assert named
