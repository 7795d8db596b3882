"""The emoji task and tasks of one's own: splits, few-shot samples, errors."""

from collections import Counter

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel
from hypothesis import given, settings
from hypothesis import strategies as st

from ltp_core import tasks
from ltp_core.data.languages import TASK_LANGUAGES
from ltp_core.data.paths import data_dir


@pytest.fixture(params=["random", "subgroup"])
def task(request):
    return tasks.emoji(request.param)


def test_shape_of_the_task(task):
    assert task.languages == TASK_LANGUAGES and len(task.labels) == len(task.words) == 8
    rows = task.train("en")
    assert rows.column_names == ["id", "text", "label", "language"]
    assert rows.features["label"] == ClassLabel(names=list(task.labels))
    assert task.name in ("emoji", "emoji-subgroup")


def test_sizes_of_the_random_split():
    task = tasks.emoji()
    sizes = [d.num_rows for d in (task.train("en"), task.dev("en"), task.test("en"))]
    assert sizes == [948, 158, 474]


def test_splits_are_disjoint_by_emoji_over_all_languages(task):
    parts = {"train": set(), "dev": set(), "test": set()}
    for language in task.languages:
        rows = task.read(language)
        assert len({row["id"] for row in rows}) == len(rows) > 1200
        for row in rows:
            parts[row["split"]].add(row["id"])
    assert sum(len(part) for part in parts.values()) == len(set().union(*parts.values())) == 1580


def test_no_text_of_a_language_stands_in_two_splits(task):
    for language in task.languages:
        texts = [row["text"].casefold() for row in task.read(language)]
        assert len(set(texts)) == len(texts)


def test_subgroups_are_held_out_whole():
    for code in ("en", "xh"):
        path = data_dir() / "emoji" / f"{code}.parquet"
        sides = {}
        for row in pq.read_table(path).to_pylist():
            sides.setdefault(row["subgroup"], set()).add(row["split_subgroup"])
        assert all(len(side) == 1 for side in sides.values())


def test_test_joins_languages_and_takes_all_by_default(task):
    both = task.test("qu", "sw")
    assert both["language"] == ["qu"] * len(task.test("qu")) + ["sw"] * len(task.test("sw"))
    assert set(task.test()["language"]) == set(task.languages)


@settings(max_examples=25, deadline=None)
@given(
    language=st.sampled_from(TASK_LANGUAGES), k=st.integers(1, 40), seed=st.integers(0, 2**63 - 1)
)
def test_few_shot_has_k_of_each_class_from_train(language, k, seed):
    task = tasks.emoji()
    shots = task.few_shot(language, k, seed)
    assert Counter(shots["label"]) == dict.fromkeys(range(8), k)
    assert len(set(shots["id"])) == 8 * k
    assert set(shots["id"]) <= set(task.train(language)["id"])


def test_few_shot_is_seeded_nested_and_parallel(task):
    first = task.few_shot("en", 16, seed=3)
    assert first.to_list() == task.few_shot("en", 16, seed=3).to_list()
    assert set(first["id"]) != set(task.few_shot("en", 16, seed=4)["id"])
    assert set(task.few_shot("en", 4, seed=3)["id"]) < set(first["id"])
    assert set(first["id"]) == set(task.few_shot("de", 16, seed=3)["id"])


@pytest.mark.parametrize("k", [0, -1, 41, 1000])
def test_k_out_of_bounds(k):
    with pytest.raises(ValueError, match=f"between 1 and 40, .*'activities' in .*'xh', got {k}$"):
        tasks.emoji().few_shot("xh", k)


@pytest.mark.parametrize("method", ["train", "dev", "test", "few_shot"])
def test_unknown_language(method):
    with pytest.raises(ValueError, match="unknown language 'Quechua'; did you mean 'qu'"):
        getattr(tasks.emoji(), method)("Quechua")


def test_unknown_split():
    with pytest.raises(ValueError, match="split must be 'random' or 'subgroup', got 'rand'"):
        tasks.emoji("rand")


def test_missing_data_file(monkeypatch, tmp_path):
    monkeypatch.setenv("LTP_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="en.parquet is missing; get it back"):
        tasks.emoji().train("en")


def test_labels_and_words_must_pair():
    with pytest.raises(ValueError, match="needs distinct labels and one word for each"):
        tasks.Task("t", ("a", "b"), ("x",), ("en",), lambda _: [])


ROWS = {
    "text": ["allin", "mana allin", "kusa"],
    "label": ["good", "bad", "good"],
    "split": ["train", "train", "test"],
}


def write(folder, kind, columns):
    table = pa.table(columns)
    if kind == "csv":
        pa.csv.write_csv(table, folder / "qu.csv")
    elif kind == "tsv":
        lines = ["\t".join(row) for row in [columns, *zip(*columns.values(), strict=True)]]
        (folder / "qu.tsv").write_text("\n".join(lines) + "\n")
    elif kind == "jsonl":
        lines = [str(row).replace("'", '"') for row in table.to_pylist()]
        (folder / "qu.jsonl").write_text("\n".join(lines))
    else:
        pq.write_table(table, folder / "qu.parquet")


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_own_task_from_any_format(tmp_path, kind):
    write(tmp_path, kind, ROWS)
    task = tasks.from_folder(tmp_path, words={"good": "great", "bad": "terrible"})
    assert (task.labels, task.words) == (("good", "bad"), ("great", "terrible"))
    assert task.languages == ("qu",) and task.name == tmp_path.name
    assert task.train("qu")["label"] == [0, 1]
    assert task.test("qu")[0] == {"id": "2", "text": "kusa", "label": 0, "language": "qu"}
    assert task.few_shot("qu", k=1).num_rows == 2


def test_own_task_with_pairs_and_a_language_column(tmp_path):
    write(tmp_path, "csv", {**ROWS, "text_pair": ["x", "y", "z"], "language": ["qu", "ay", "ay"]})
    task = tasks.from_folder(tmp_path)
    assert task.languages == ("qu", "ay") and task.labels == task.words == ("bad", "good")
    assert task.test("ay")["text_pair"] == ["z"]
    assert task.dev("ay").num_rows == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"split": None}, "lacks the column 'split'"),
        ({"split": ["train", "validation", "test"]}, "row 2: split must be .* got 'validation'"),
        ({"label": ["good", "so-so", "good"]}, "row 2: label 'so-so' is not among good, bad"),
    ],
)
def test_own_task_errors(tmp_path, change, message):
    columns = {name: column for name, column in (ROWS | change).items() if column}
    write(tmp_path, "csv", columns)
    with pytest.raises(ValueError, match=message):
        tasks.from_folder(tmp_path, words={"good": "great", "bad": "terrible"})


def test_own_task_needs_files(tmp_path):
    with pytest.raises(ValueError, match="no .parquet, .csv, .tsv or .jsonl file"):
        tasks.from_folder(tmp_path)


def test_a_csv_is_read_as_it_stands_there(tmp_path):
    """Nothing is taken for a truth, a number or a date; a text may have a line break."""
    lines = ["id,text,label,split", "007,1.50,true,train", '008,"two\nlines",false,test']
    (tmp_path / "en.csv").write_text("\n".join(lines) + "\n")
    task = tasks.from_folder(tmp_path)
    assert task.labels == ("false", "true")
    rows = [(row["id"], row["text"]) for row in task.read("en")]
    assert rows == [("007", "1.50"), ("008", "two\nlines")]
    (tmp_path / "de.csv").write_text("text,label,split\na,b,train,c\n")
    with pytest.raises(ValueError, match="de.csv is no table with commas: .*Row #2: Expected 3"):
        tasks.from_folder(tmp_path)


def test_a_tsv_quotes_nothing(tmp_path):
    """A quotation mark is a letter, and a comma too; a label may look like a number."""
    lines = ["text\tlabel\tsplit", '"a, b\t1\ttrain', 'she said "c"\t01\ttest']
    (tmp_path / "en.tsv").write_text("\n".join(lines) + "\n")
    rows = [(row["text"], row["label"]) for row in tasks.load(str(tmp_path)).read("en")]
    assert rows == [('"a, b', "1"), ('she said "c"', "01")]
    (tmp_path / "de.tsv").write_text("text\tlabel\tsplit\na\tb\n")
    with pytest.raises(ValueError, match="de.tsv is no table with tabs: .*Expected 3 columns"):
        tasks.from_folder(tmp_path)


def test_words_in_place_of_a_tasks_own(tmp_path):
    words = dict(zip(tasks.EMOJI_WORDS, "abcdefgh", strict=True))
    task = tasks.load("emoji", words=dict(reversed(words.items())))
    assert task.labels == tuple(words) and task.words == tuple("abcdefgh")
    assert task.test("sw").to_list() == tasks.emoji().test("sw").to_list()
    write(tmp_path, "csv", ROWS)
    task = tasks.load(str(tmp_path), words={"good": "great", "bad": "terrible"})
    assert (task.labels, task.words) == (("good", "bad"), ("great", "terrible"))
    for odd in ({"food": "a"}, words | {"more": "i"}):
        with pytest.raises(ValueError, match="'emoji' needs a word for each of its labels smileys"):
            tasks.load("emoji", words=odd)


def test_a_broken_file_is_named(tmp_path):
    (tmp_path / "qu.jsonl").write_text('{"id": "0", "text": "tea"\n')
    with pytest.raises(ValueError, match="qu.jsonl is not one JSON object a line"):
        tasks.from_folder(tmp_path)
