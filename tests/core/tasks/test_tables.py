"""A value of a row: what may stand in it, and to the letter what is said of what may not."""

import csv
from dataclasses import FrozenInstanceError

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, Features, Value

from ltp_core.tasks.tables import cell, read

CLASSES = ("bad", "good")


@pytest.mark.parametrize(
    "name, value, classes, found",
    [
        ("id", 7, None, "7"),
        ("id", 7, CLASSES, "7"),  # a number of its own, and no class
        ("label", 0, CLASSES, "bad"),
        ("label", 1, CLASSES, "good"),
        ("label", 2, None, "2"),
        ("label", -3, None, "-3"),
        ("label", "1", CLASSES, "1"),
        ("label", "1.5", None, "1.5"),
        ("label", "1.", None, None),
        ("label", "-2.00", None, None),
        ("label", "v1.0", None, "v1.0"),
        ("text", "1.0", None, "1.0"),
        ("text", " a ", None, " a "),
        ("split", "train", CLASSES, "train"),
    ],
)
def test_a_value_is_read_as_it_stands(name, value, classes, found):
    if found is None:
        whole = value.split(".")[0]
        with pytest.raises(ValueError, match=f"is a whole number with a point; write {whole}$"):
            cell(name, value, classes)
    else:
        assert cell(name, value, classes) == found


@pytest.mark.parametrize(
    "name, value, classes, says",
    [
        ("text", None, None, "text is missing; fill it in, or leave the row out"),
        ("label", 2, CLASSES, r"label must be in \[0, 1\], a class's number, got 2"),
        ("label", -1, CLASSES, r"label must be in \[0, 1\], a class's number, got -1"),
        ("label", True, CLASSES, r"label must be a string or a whole number, got True \(bool\)"),
        ("id", 1.0, None, r"id must be a string or a whole number, got 1.0 \(float\)"),
        ("language", 1, None, r"language must be a string, got 1 \(int\)"),
        ("text_pair", 1, CLASSES, r"text_pair must be a string, got 1 \(int\)"),
        ("text", " \t", None, "text is empty; fill it in, or leave the row out"),
        ("text", "a\0", None, "text holds a NUL or half a character"),
        ("text", "\ud800", None, "text holds a NUL or half a character"),
    ],
)
def test_what_is_no_value_is_named(name, value, classes, says):
    with pytest.raises(ValueError, match=f"^{says}"):
        cell(name, value, classes)


def test_a_parquet_with_classes_keeps_the_numbers_of_its_ids(tmp_path):
    kinds = dict(text=Value("string"), label=ClassLabel(names=["no", "yes"]))
    features = Features(**kinds, split=Value("string"), id=Value("int64"), more=Value("float32"))
    rows = {"text": ["a", "b"], "label": [1, 0], "split": ["train", "test"], "id": [5, 0]}
    Dataset.from_dict(rows | {"more": [0.5, None]}, features=features).to_parquet(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "a.parquet")
    found = read(tmp_path / "a.parquet")
    assert found.columns == ["text", "label", "split", "id"] and found.classes == ("no", "yes")
    assert [(row["id"], row["label"]) for row in found.rows] == [("5", "yes"), ("0", "no")]


def test_a_damaged_page_of_a_parquet_with_checksums_is_refused(tmp_path):
    """Without them the word would be read as another, and nobody would know."""
    file = tmp_path / "a.parquet"
    table = pa.table({"text": ["rice", "dog"], "label": ["x", "y"], "split": ["train", "test"]})
    for checksums in (True, False):
        how = dict(compression="none", use_dictionary=False, write_statistics=False)
        pq.write_table(table, file, write_page_checksum=checksums, **how)
        data = file.read_bytes()
        assert data.count(b"rice") == 1
        file.write_bytes(data.replace(b"rice", b"mice"))
        if checksums:
            with pytest.raises(ValueError, match="a.parquet is damaged, or no Parquet"):
                read(file)
        else:
            assert read(file).rows[0]["text"] == "mice"


@pytest.mark.parametrize("ending, between", [("csv", ","), ("tsv", "\t")])
def test_the_longest_value_may_be_nearly_the_whole_file(tmp_path, ending, between):
    usual = csv.field_size_limit()
    header = between.join(["text", "label", "split"])
    file = tmp_path / f"a.{ending}"
    file.write_text(f"{header}\n{between.join(['b' * 300_000, 'x', 'dev'])}\n")
    assert len(read(file).rows[0]["text"]) == 300_000
    file.write_text(f"{header}\n{between.join(['c', 'x'])}\n")
    with pytest.raises(ValueError, match="row 1: 2 values with a") as error:
        read(file)
    assert ("stands in quotes" in str(error.value)) == (ending == "csv")
    assert csv.field_size_limit() == usual


def test_a_mark_in_the_header_that_does_not_end_is_said_of_the_header(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text('"text,label,split\n')
    with pytest.raises(ValueError, match="a.csv, the header: unexpected end of data; a value that"):
        read(file)


def test_names_that_stand_twice_are_named_each_time(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("id,text,label,split,text\na,b,c,train,d\n")
    with pytest.raises(ValueError, match="two columns of one name, 'text': id, text, label, split"):
        read(file)
    lines = tmp_path / "a.jsonl"
    lines.write_text('{"id": 1, "label": "x", "text": "a", "label": "y", "split": "dev"}\n')
    with pytest.raises(ValueError, match="row 1: the key 'label' stands twice among id, label, te"):
        read(lines)


def test_a_table_that_was_read_stays_as_it_was_read(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("text,label,split\na,b,train\n")
    with pytest.raises(FrozenInstanceError):
        read(file).classes = ("a", "b")
