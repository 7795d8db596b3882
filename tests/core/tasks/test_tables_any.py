"""Any strings, written by a program that knows the format, are read as they stand."""

import csv
import json
import tempfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ltp_core.tasks.tables import read

# A text is not empty, and holds no NUL and no half of a character; everything else may stand in it.
odd = st.sampled_from(['"', '""', ",", "\n", "\r\n", "\r", "\t", "\\", "\u2028", "\x85", "\x1c"])
letters = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
text = st.lists(odd | letters, max_size=5).map("".join).filter(str.strip)
word = st.sampled_from(["true", "None", "1", "007", "نعم", "לא", "é", "nan", "2024-05-01", "-"])
rows = st.lists(
    st.fixed_dictionaries(
        {"text": text, "label": word, "split": st.sampled_from(["train", "dev", "test"])}
        | {"id": text, "more": letters}
    ),
    min_size=1,
    max_size=5,
)


def as_csv(file, rows, quoting):
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]), quoting=quoting)
        writer.writeheader()
        writer.writerows(rows)


WRITERS = {
    "a.csv": lambda file, rows: as_csv(file, rows, csv.QUOTE_MINIMAL),
    "b.csv": lambda file, rows: as_csv(file, rows, csv.QUOTE_ALL),
    "a.jsonl": lambda file, rows: file.write_text(
        "\n".join(map(json.dumps, rows)), encoding="utf-8"
    ),
    "b.jsonl": lambda file, rows: file.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    ),
    "a.parquet": lambda file, rows: pq.write_table(pa.Table.from_pylist(rows), file),
}


@pytest.mark.second
@settings(max_examples=60)
@given(rows)
@pytest.mark.parametrize("name", WRITERS)
def test_what_is_written_is_read(name, rows):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, name)
        WRITERS[name](file, rows)
        found = read(file).rows
    wanted = ("text", "label", "split", "id")
    assert found == [{column: row[column] for column in wanted} for row in rows]


@pytest.mark.slow
def test_no_flipped_bit_of_a_parquet_with_checksums_changes_a_value(tmp_path):
    """Each of 8,840. Its frame, the names and sizes at its end, has no checksum of its own."""
    texts, labels, splits = ["rice", "dog"] * 5, [1, 2] * 5, ["train", "test"] * 5
    rows = [
        {"text": text, "label": str(label), "split": split}
        for text, label, split in zip(texts, labels, splits, strict=True)
    ]
    file = tmp_path / "a.parquet"
    table = pa.table({"text": texts, "label": labels, "split": splits})
    how = dict(compression="none", use_dictionary=False, write_page_checksum=True)
    pq.write_table(table, file, **how)
    data = file.read_bytes()
    frame = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    for at in range(len(data)):
        for bit in range(8):
            file.write_bytes(data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :])
            try:
                assert read(file).rows == rows or at >= frame
            except ValueError as error:
                assert str(error).startswith(str(file)) and "\n" not in str(error)


plain = text.filter(lambda value: not set(value) & set("\t\n\r"))


@pytest.mark.second
@settings(max_examples=60)
@given(st.lists(st.tuples(plain, word), min_size=1, max_size=5))
def test_a_tsv_holds_every_string_without_tabs_and_line_breaks(rows):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "a.tsv")
        lines = ["text\tlabel\tsplit", *(f"{text}\t{label}\ttrain" for text, label in rows)]
        file.write_bytes("\n".join(lines).encode())
        assert [(row["text"], row["label"]) for row in read(file).rows] == rows


@pytest.mark.second
@settings(max_examples=150)
@given(st.binary(max_size=60), st.sampled_from(["csv", "tsv", "jsonl", "parquet"]))
def test_any_bytes_are_rows_or_one_sentence(data, ending):
    """With a right header before them, so that it comes to the rows."""
    start = {"csv": b"text,label,split\n", "tsv": b"text\tlabel\tsplit\n"}.get(ending, b"")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"a.{ending}")
        file.write_bytes(start + data)
        try:
            found = read(file).rows
        except ValueError as error:
            assert str(error).startswith(str(file)) and "\n" not in str(error)
        else:
            assert all(isinstance(value, str) and value for row in found for value in row.values())
