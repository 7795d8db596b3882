"""XNLI and AmericasNLI, read from a small folder of the same form with rows of our own."""

import json

import pytest

from ltp_core import tasks
from ltp_core.tasks.inference import SPANISH, americasnli, bench_dir, nli, xnli

LABELS = ("entailment", "neutral", "contradiction")


def line(language, number):
    """Premise, hypothesis and label: three hypotheses a premise."""
    premise, hypothesis = f"{language} premise {number // 3}", f"{language} hypothesis {number}"
    return premise, hypothesis, LABELS[number % 3]


def table(path, head, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "\n".join("\t".join(map(str, row)) for row in [head, *rows])
    path.write_text(text + "\n", encoding="utf-8")


def sample(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    names = ("lang", "file_idx", "sentence1", "sentence2", "gold")
    text = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")


@pytest.fixture
def bench(tmp_path, monkeypatch):
    xnli_folder, rows = tmp_path / "xnli", range(30)
    for code in ("en", "de"):
        table(
            xnli_folder / "dev" / f"{code}.tsv",
            ("genre", "premise", "hypothesis", "label"),
            [("fiction", *line(code, n)) for n in rows],
        )
    for k in (1, 2):
        shots = [("en", f"{k}{n}", *line("shot", n)) for n in range(3 * k)]
        sample(xnli_folder / "fewshot/train/en" / f"train_split,{k}.jsonl", shots)
    dev = [("en", f"9{n}", *line("en", n)) for n in range(3)]
    sample(xnli_folder / "fewshot/dev/en/dev_split,16.jsonl", dev)
    names = ("id", "language", "premise", "hypothesis", "label")
    quechua = [(SPANISH + n, "quy", *line("quy", n)) for n in rows]
    table(tmp_path / "americasnli/dev/quy.tsv", names, quechua)
    monkeypatch.setenv("LTP_BENCH", str(tmp_path))
    return tmp_path


def test_splits_never_meet(bench):
    task = xnli()
    assert task.labels == LABELS and task.words == ("yes", "maybe", "no")
    assert len(task.train("en")) == 9 and len(task.train("de")) == 0  # 3 of k = 1, 6 of k = 2
    for code in ("en", "de"):
        dev, test = set(task.dev(code)["id"]), set(task.test(code)["id"])
        assert (len(dev), len(test)) == (3, 27) and not dev & test
    assert task.dev("de")["id"] == task.dev("en")["id"]
    row = task.test("de")[0]
    assert (row["text"], row["text_pair"]) == ("de premise 1", "de hypothesis 3")


def test_published_and_random_samples(bench):
    published = xnli("published")
    assert sorted(published.few_shot("en", k=2, seed=0)["id"]) == [f"mnli-2{n}" for n in range(6)]
    with pytest.raises(ValueError, match="no sample of k=3 was published for 'en'; there are 1, 2"):
        published.few_shot("en", k=3, seed=0)
    drawn = xnli("random").few_shot("en", k=3, seed=0)
    assert len(drawn) == 9 and sorted(drawn["label"]) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


def test_rows_of_the_americas_are_rows_of_xnli(bench):
    task = americasnli()
    assert set(task.languages) == {"en", "quy"} and len(task.test("en")) == 0
    assert task.dev("quy")["id"] == xnli().dev("en")["id"] and len(task.test("quy")) == 27
    pooled = americasnli(pool=2)
    train, test = set(pooled.train("quy")["id"]), set(pooled.test("quy")["id"])
    assert len(train) == 6 and not train & test and len(test) == 21
    premises = [{item.split("|")[0] for item in ids} for ids in (train, test)]
    assert not premises[0] & premises[1]
    with pytest.raises(ValueError, match="pool must leave rows for the test; 'quy' has 9 rows"):
        americasnli(pool=10).train("quy")


def test_wrong_and_missing_files_are_told(bench, monkeypatch):
    table(
        bench / "americasnli/dev/aym.tsv",
        ("id", "language", "premise", "hypothesis", "label"),
        [(7, "aym", *line("aym", 0))],
    )
    with pytest.raises(ValueError, match="'aym': row 7 is not the row -12443 of XNLI dev"):
        americasnli().test("aym")
    with pytest.raises(ValueError, match="split"):
        xnli("third")
    (bench / "xnli/fewshot/dev/en/dev_split,16.jsonl").unlink()
    with pytest.raises(FileNotFoundError, match="dev_split,16.jsonl is missing; get the original"):
        xnli().test("de")
    monkeypatch.setenv("LTP_BENCH", str(bench / "nowhere"))
    with pytest.raises(FileNotFoundError, match="their licences keep them out"):
        bench_dir()


def test_both_as_one_task_have_the_rows_of_each(bench):
    both, first, second = nli(dev_k=16), xnli(), americasnli()
    assert both.languages == ("en", "de", "quy")
    assert both.train("en")["id"] == first.train("en")["id"]
    for code, one in (("en", first), ("de", first), ("quy", second)):
        assert both.test(code).to_list() == one.test(code).to_list() and len(both.test(code))
    with pytest.raises(FileNotFoundError, match="dev_split,64.jsonl is missing"):
        nli().dev("de")


def test_they_have_names(bench):
    assert tasks.load("nli").name == "nli"
    assert tasks.load("xnli").languages == ("en", "de")
    assert "quy" in tasks.load("americasnli").languages


def test_what_one_language_is_taught_no_language_is_asked(bench):
    """One with few rows is taught its first premises; those stand in the others' tests."""
    names = ("id", "language", "premise", "hypothesis", "label")
    few = [(SPANISH + n, "oto", *line("oto", n)) for n in range(30) if n // 3 != 6]
    table(bench / "americasnli/dev/oto.tsv", names, few)
    pooled, plain = americasnli(pool=2), americasnli()
    premises = {
        split: {code: {i.split("|")[0] for i in rows(code)["id"]} for code in ("oto", "quy")}
        for split, rows in (("train", pooled.train), ("test", pooled.test))
    }
    taught = set.union(*premises["train"].values())
    assert premises["train"]["oto"] != premises["train"]["quy"]
    assert not any(asked & taught for asked in premises["test"].values())
    kept = {i for i in plain.test("quy")["id"] if i.split("|")[0] not in taught}
    assert set(pooled.test("quy")["id"]) == kept
