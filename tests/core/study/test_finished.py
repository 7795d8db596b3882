"""What a sweep finds finished counts while its rows and its items are what they were."""

import subprocess
import sys

import pytest

from ltp_core.measure import results
from ltp_core.study import sweep as experiment
from ltp_core.study.finished import check_items, items_beside
from ltp_core.study.run_rows import digests, rows_of
from ltp_core.study.spec import Run
from tests.support.sweeps import write

ROWS = """id,text,label,split
0,rice,food,train
1,bread,food,train
2,cat,animals,train
3,dog,animals,train
4,soup,food,test
5,a bird,animals,test
"""
SPEC = """methods = ["template_zero"]
task = "mine"
k = [1, 2]
words = {food = "rice", animals = "dog"}
"""


@pytest.fixture
def swept(tmp_path, backbone_folder, monkeypatch):
    """A sweep of two runs over a folder of one's own, done once, and how to call it again."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "en.csv").write_text(ROWS)
    spec = write(tmp_path, SPEC)

    def sweep(out="out", **options):
        how = dict(backbone=backbone_folder, progress=False)
        return experiment.sweep(spec, tmp_path / out, **how | options)

    sweep()
    return tmp_path, sweep


@pytest.mark.second
@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows.replace("a bird,animals,test", "a dog,animals,test"),
        lambda rows: rows.replace("a bird,animals,test", "a bird,food,test"),
        lambda rows: rows + "6,a cat,animals,test\n",
        lambda rows: rows.replace("5,a bird", "7,a bird"),
        lambda rows: rows.replace("rice,food", "tea,food").replace("bread,food", "milk,food"),
    ],
    ids=["text", "label", "more", "id", "examples"],
)
def test_other_rows_are_refused_until_the_runs_are_deleted(swept, change):
    folder, sweep = swept
    before = {file.name: file.read_bytes() for file in (folder / "out" / "runs").iterdir()}
    (folder / "mine" / "en.csv").write_text(change(ROWS))
    with pytest.raises(ValueError, match="'mine' has now, and so 1 more .*; delete .*k1-.*--out"):
        sweep()
    with pytest.raises(ValueError, match="was done on other rows"):
        sweep(only=["template_zero-k2"])  # the table would mix them
    after = {file.name: file.read_bytes() for file in (folder / "out" / "runs").iterdir()}
    assert before == after
    for file in (folder / "out" / "runs").glob("*.parquet"):
        if not file.name.endswith(".items.parquet"):
            file.unlink()
    assert results.read(sweep()) != [] and results.read(sweep("another")) != []


@pytest.mark.second
def test_what_is_not_read_may_change(swept):
    folder, sweep = swept
    lines = [f"{line},{i}" for i, line in enumerate(ROWS.splitlines())]
    lines += ["8,tea,food,dev,x"]  # the sweep asks the test rows
    (folder / "mine" / "en.csv").write_text("\n".join(lines) + "\n")
    sweep()


@pytest.mark.second
def test_another_language_is_another_test(swept):
    folder, sweep = swept
    (folder / "mine" / "qu.csv").write_text(ROWS)
    with pytest.raises(ValueError, match="was done on other rows"):
        sweep()


def test_runs_stored_without_a_digest_count_as_they_are(swept):
    folder, sweep = swept
    for file in (folder / "out" / "runs").glob("*.parquet"):
        rows = [{k: v for k, v in row.items() if k != "data"} for row in results.read(file)]
        results.write(file, rows)
    (folder / "mine" / "en.csv").write_text(ROWS.replace("a bird,animals", "a dog,animals"))
    sweep()
    # Where the items differ it shows all the same: the bits of two runs would not mean the same.
    (folder / "mine" / "en.csv").write_text(ROWS.replace("5,a bird", "7,a bird"))
    next((folder / "out" / "runs").glob("*k2*[0-9a-f].parquet")).unlink()
    with pytest.raises(ValueError, match="were asked other items in language 'en'; delete"):
        sweep()


@pytest.mark.second
def test_rows_with_a_digest_of_before_still_count(swept):
    """Until version 0.2 it was that of `repr`, which writes é as it is."""
    folder, sweep = swept
    (folder / "mine" / "en.csv").write_text(ROWS.replace("5,a bird", "é,a bird"), encoding="utf-8")
    sweep("old")
    files = [f for f in (folder / "old" / "runs").glob("*.parquet") if "items" not in f.name]
    for file in files:
        words = {"food": "rice", "animals": "dog"}
        run = Run("template_zero", 0, k=1 if "k1" in file.name else 2, task="mine", words=words)
        before, now = (digests(rows_of(run), text) for text in (repr, ascii))
        rows = results.read(file)
        assert [row["data"] for row in rows] == [now["en"]] != [before["en"]]
        results.write(file, [row | {"data": before["en"]} for row in rows])
    after = {file: file.read_bytes() for file in files}
    sweep("old")
    assert after == {file: file.read_bytes() for file in files}


def test_bits_and_items_fit(swept):
    folder, sweep = swept
    file = next((folder / "out" / "runs").glob("*k1*[0-9a-f].parquet"))
    beside = items_beside(file)
    check_items([file])
    results.write(beside, [{"language": "en", "ids": ["4"]}])
    with pytest.raises(ValueError, match="has 2 answers in language 'en', but .* names 1 items"):
        sweep()
    with pytest.raises(ValueError, match="2 answers in language 'en', but 1 items"):
        results.summary(results.read(file), {"en": ["4"]})
    beside.unlink()
    with pytest.raises(FileNotFoundError, match="no results at .*items.parquet"):
        sweep()


def test_a_digest_knows_the_order_of_the_classes(tmp_path):
    (tmp_path / "en.csv").write_text(ROWS)
    run = Run("full", seed=0, k=1, task=str(tmp_path), words={"food": "rice", "animals": "dog"})
    turned = Run("full", seed=0, k=1, task=str(tmp_path), words={"animals": "dog", "food": "rice"})
    assert digests(rows_of(run)) == digests(rows_of(run)) != digests(rows_of(turned))


@pytest.mark.process
def test_a_sweep_sweeps_up_what_a_killed_one_left(swept):
    folder, sweep = swept
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    living = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        runs = folder / "out" / "runs"
        names = [f"a.parquet.{done.pid}.part", f"b.parquet.{living.pid}.part", "c.part", "d.x.part"]
        for name in names:
            (runs / name).write_text("half")
        sweep()
        assert [name for name in names if (runs / name).exists()] == names[1:]
    finally:
        living.communicate()
