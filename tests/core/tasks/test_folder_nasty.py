"""Files as they come from other programs, other alphabets and broken disks.

Each is read with its strings as they stand, or refused in one short sentence that names the file.
"""

import io
import json
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ltp_core import cli, tasks

HEADER = "text,label,split\n"
ROWS = "rice,food,train\ndog,animals,train\ntea,food,test\n"
PLAIN = HEADER + ROWS
COLUMNS = {"text": ["rice", "dog"], "label": ["food", "animals"], "split": ["train", "test"]}
WIDE = [f"c{i}" for i in range(20_000)]


def parquet(columns, **options):
    file = io.BytesIO()
    pq.write_table(columns if isinstance(columns, pa.Table) else pa.table(columns), file, **options)
    return file.getvalue()


def strings(*values):
    """A Parquet column of strings from bytes that nobody has checked."""
    ends = np.cumsum([0, *map(len, values)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(b"".join(values))]
    return pa.Array.from_buffers(pa.string(), len(values), buffers)


def put(folder, name, data):
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())


TWINS = pa.Table.from_arrays([pa.array(["a"])] * 4, names=["text", "label", "split", "text"])
FLIPPED = bytearray(parquet(COLUMNS, compression="none", use_dictionary=False))
FLIPPED[40] ^= 255
NONE = {name: pa.array([], pa.string()) for name in COLUMNS}
STATED = {"info": {"features": {"label": {"names": ["food", ""], "_type": "ClassLabel"}}}}
BAD = {  # what -> the file, its bytes, how the sentence goes on after the name of the file
    "two marks at the start": ("en.csv", "\ufeff\ufeff" + PLAIN, r" lacks .* has '\\ufefftext', "),
    "two files in one": ("en.csv", PLAIN + PLAIN, ", row 4: split must be .* got 'split'"),
    "semicolons": ("en.csv", PLAIN.replace(",", ";"), " lacks .* it has text;label;split"),
    "spaces after commas": ("en.csv", PLAIN.replace(",", ", "), " lacks the column 'label'; it ha"),
    "single quotes": ("en.csv", HEADER + "'a, b',x,train\n", ", row 1: 4 values .* in quotes"),
    "a line break in the header": ("en.csv", 'text,label,"sp\nlit"\n', r" lacks .* 'sp\\nlit'"),
    "only a header": ("en.csv", HEADER, " has no rows; fill it, or take it out of the folder"),
    "nothing": ("en.csv", "", " is empty"),
    "a line of spaces": ("en.csv", HEADER + "   \n" + ROWS, ", row 1: 1 values with a comma"),
    "a line of commas": ("en.csv", HEADER + ",,\n" + ROWS, ", row 1: text is empty"),
    "a split twice": ("en.csv", "text,label,split,split\n", " has two columns .*, 'split': text"),
    "CR in a TSV": ("en.tsv", HEADER.replace(",", "\t") + "a\rb\tx\ttrain\n", ", row 1: 1 values"),
    "NUL": ("en.csv", HEADER + "a\0b,x,train\n", r" holds a NUL \(line 2\)"),
    "Latin-1": ("en.csv", "mañana".encode("latin-1"), r" is not UTF-8 \(line 1, byte 0xf1\)"),
    "half a character": ("en.csv", "tést".encode()[:2], r" is not UTF-8 \(line 1, byte 0xc3\)"),
    "a surrogate": ("en.csv", b"\xed\xa0\x80", r" is not UTF-8 \(line 1, byte 0xed\)"),
    "too many bytes": ("en.csv", b"\n\xc0\xaf", r" is not UTF-8 \(line 2, byte 0xc0\)"),
    "a zip": ("en.csv", b"PK\3\4\xff", " is not UTF-8"),
    "JSON in a CSV": ("en.csv", json.dumps(COLUMNS), " lacks the column 'text'"),
    "CSV in a Parquet": ("en.parquet", PLAIN, " is damaged, or no Parquet"),
    "one JSON list": ("en.jsonl", json.dumps([COLUMNS]), " is not one JSON .* row 1: it is a list"),
    "a row over lines": ("en.jsonl", json.dumps(COLUMNS, indent=1), " .* row 1: Expecting"),
    "a mark within": ("en.jsonl", "\n\ufeff{}", " .* row 1: Unexpected UTF-8 BOM"),
    "wide, no split": ("en.csv", ",".join(["text", "label", *WIDE]), " lacks .* c5 and 19994 more"),
    "wide, a short row": ("en.csv", ",".join([*COLUMNS, *WIDE]) + "\na,x,train\n", ", row 1: 3 va"),
    "wide, twins": ("en.csv", ",".join([*WIDE, *WIDE]), " has two columns of one name, 'c0': c0, "),
    "a long split": ("en.csv", HEADER + f"a,x,{'s' * 50_000}\n", ", row 1: split must be .*sss…"),
    "a huge number": ("en.jsonl", '{"label": ' + "1" * 5000 + "}", " .* row 1: Exceeds the limit"),
    "no column": ("en.parquet", parquet({}), " is empty"),
    "no row": ("en.parquet", parquet(NONE), " has no rows"),
    "two texts": ("en.parquet", parquet(TWINS), " has two columns of one name, 'text'"),
    "an end cut off": ("en.parquet", parquet(COLUMNS)[:-9], " is damaged, or no Parquet"),
    "a flipped byte": ("en.parquet", bytes(FLIPPED), " is damaged, or no Parquet"),
    "Parquet, no UTF-8": (
        "en.parquet",
        parquet(COLUMNS | {"text": strings(b"rice", b"d\xffg")}),
        ", row 2: text cannot be read .*0xff",
    ),
    "a day after the last": (
        "en.parquet",
        parquet(COLUMNS | {"text": pa.array([1, 2**40], pa.timestamp("s"))}),
        ", row 2: text cannot be read",
    ),
    "a name of a column, no UTF-8": (
        "en.parquet",
        parquet(COLUMNS, use_dictionary=False).replace(b"text", b"te\xffxt"[:4]),
        " is damaged, or no Parquet",
    ),
    "a class without a name": (
        "en.parquet",
        parquet(
            pa.table(COLUMNS | {"label": [0, 1]}).replace_schema_metadata(
                {"huggingface": json.dumps(STATED)}
            )
        ),
        ", row 2: label is empty",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_file_is_refused_in_one_short_sentence(tmp_path, capsys, what):
    name, data, says = BAD[what]
    put(tmp_path, name, data)
    with pytest.raises(ValueError, match=f"{name}{says}") as error:
        tasks.from_folder(tmp_path)
    said = str(error.value)
    assert said.startswith(str(tmp_path)) and len(said) - len(str(tmp_path)) < 250
    assert "\n" not in said
    for verb in ("train", "evaluate"):  # nothing else is done before: no model is loaded
        words = ("--save", tmp_path / "m") if verb == "train" else (tmp_path / "m",)
        assert cli.main([verb, *map(str, words), "--task", str(tmp_path), "--backbone", "no"]) == 2
        assert capsys.readouterr() == ("", f"ltp {verb}: {' '.join(said.split())}\n")


GOOD = {
    "CRLF": PLAIN.replace("\n", "\r\n"),
    "CR": PLAIN.replace("\n", "\r"),
    "LF and CR": PLAIN.replace("\n", "\n\r"),
    "mixed": PLAIN.replace("\n", "\r\n", 2),
    "empty lines": "\n\n" + HEADER + "\n" + ROWS + "\n\n",
    "a mark": "\ufeff" + PLAIN,
    "wide": "".join(
        f"{line},{','.join(WIDE if line == HEADER.strip() else ['0'] * len(WIDE))}\n"
        for line in PLAIN.splitlines()
    ),
}


@pytest.mark.parametrize("what", GOOD)
def test_a_good_file_is_the_same_in_every_form(tmp_path, what):
    put(tmp_path, "en.csv", GOOD[what])
    task = tasks.from_folder(tmp_path)
    assert [row["text"] for row in task.read("en")] == ["rice", "dog", "tea"]
    assert task.labels == ("animals", "food")


@pytest.mark.parametrize("kind", [pa.large_string(), pa.dictionary(pa.int8(), pa.string())])
def test_every_kind_of_string_in_parquet_is_a_string(tmp_path, kind):
    columns = {name: pa.array(column).cast(kind) for name, column in COLUMNS.items()}
    put(tmp_path, "en.parquet", parquet(columns | {"text.x": [1, 2]}))
    assert [row["text"] for row in tasks.from_folder(tmp_path).read("en")] == ["rice", "dog"]


def test_digits_without_end_are_a_label(tmp_path):
    put(tmp_path, "en.csv", HEADER + f"a,{'1' * 5000},train\nb,2,test\n")
    assert tasks.from_folder(tmp_path).labels == ("1" * 5000, "2")


@pytest.mark.parametrize(
    ("first", "second"),
    [("caf\u00e9", "cafe\u0301"), ("food", "food\u200b"), ("big food", "big\u00a0food")],
)
def test_labels_and_languages_that_look_alike_are_refused(tmp_path, first, second):
    put(tmp_path, "en.csv", HEADER + f"a,{first},train\nb,{second},test\n")
    with pytest.raises(ValueError, match="has the labels .* what cannot be seen; .* `words`$"):
        tasks.from_folder(tmp_path)
    assert tasks.from_folder(tmp_path, words={first: "a", second: "b"}).labels == (first, second)
    put(tmp_path, "en.csv", f"language,{HEADER}{first},a,x,train\n{second},b,y,test\n")
    with pytest.raises(ValueError, match="has the languages .* cannot be seen; write one of them$"):
        tasks.from_folder(tmp_path)


def test_a_file_of_each_capital_is_one_language_twice(tmp_path):
    put(tmp_path, "en.csv", PLAIN)
    put(tmp_path, "EN.jsonl", "\n".join(json.dumps(row) for row in pa.table(COLUMNS).to_pylist()))
    with pytest.raises(ValueError, match="has the languages 'EN' and 'en'"):
        tasks.from_folder(tmp_path)


@pytest.mark.parametrize("name", [b" .csv", b"\xff.csv"])
def test_a_file_whose_name_is_no_language(tmp_path, name):
    with open(os.path.join(os.fsencode(tmp_path), name), "w") as file:
        file.write(PLAIN)
    with pytest.raises(ValueError, match="names no language; rename it") as error:
        tasks.from_folder(tmp_path)
    assert str(error.value).isprintable()


def test_links_are_followed_and_what_is_no_file_is_named(tmp_path):
    folder, elsewhere = tmp_path / "task", tmp_path / "elsewhere.csv"
    folder.mkdir()
    elsewhere.write_text(PLAIN)
    (folder / "en.csv").symlink_to(elsewhere)
    assert tasks.from_folder(folder).languages == ("en",)
    for make, what in (
        (lambda file: file.symlink_to("nowhere.csv"), "a link to nothing"),
        (lambda file: file.symlink_to(file), "a link to nothing"),
        (lambda file: file.symlink_to(tmp_path), "a folder"),
        (os.mkfifo, "no plain file"),
    ):
        make(folder / "qu.csv")
        with pytest.raises(ValueError, match=f"qu.csv is {what} and would not be read"):
            tasks.from_folder(folder)
        (folder / "qu.csv").unlink()
    for path in (elsewhere, tmp_path / "nowhere"):
        with pytest.raises(ValueError, match=f"{path.name} is no folder; give the folder"):
            tasks.from_folder(path)


def test_two_words_for_one_label_are_refused(tmp_path):
    put(tmp_path, "en.csv", HEADER + "a,1,train\nb,2,test\n")
    with pytest.raises(ValueError, match="`words` names a label twice: 1, '1', 2"):
        tasks.from_folder(tmp_path, words={1: "one", "1": "uno", 2: "two"})


def test_a_language_is_asked_once(tmp_path):
    """Else each row would count twice, and every interval would be too narrow."""
    put(tmp_path, "en.csv", PLAIN)
    with pytest.raises(ValueError, match="a language stands twice among en, en; name each once"):
        tasks.from_folder(tmp_path).test("en", "en")
