"""A folder of one's own: every format, each kind of fault, and sizes far from the usual."""

import csv
import json
import time

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from datasets import ClassLabel, Dataset, Features, Value

from ltp_core import tasks

ROWS = {
    "text": ["allin", "mana allin", "kusa"],
    "label": ["good", "bad", "good"],
    "split": ["train", "train", "test"],
}


def write(folder, kind, columns):
    table = pa.table(columns)
    if kind == "csv":
        pyarrow.csv.write_csv(table, folder / "qu.csv")
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
    with pytest.raises(ValueError, match="de.csv, row 1: 4 values with a comma .* 3 columns, text"):
        tasks.from_folder(tmp_path)


def test_a_tsv_quotes_nothing(tmp_path):
    """A quotation mark is a letter, and a comma too; a label may look like a number."""
    lines = ["text\tlabel\tsplit", '"a, b\t1\ttrain', 'she said "c"\t01\ttest']
    (tmp_path / "en.tsv").write_text("\n".join(lines) + "\n")
    rows = [(row["text"], row["label"]) for row in tasks.load(str(tmp_path)).read("en")]
    assert rows == [('"a, b', "1"), ('she said "c"', "01")]
    (tmp_path / "de.tsv").write_text("text\tlabel\tsplit\na\tb\n")
    with pytest.raises(ValueError, match="de.tsv, row 1: 2 values with a tab .* are 3 columns, te"):
        tasks.from_folder(tmp_path)


# --- nothing is guessed, filled in, or left out -----------------------------------------------


def folder(tmp_path, **files):
    """A folder with these files: `en__csv` is en.csv."""
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("lines", "where"),
    [
        (
            '"oh no,bad,train\nfine,good,train\nalso fine,good,test\n"yes,good,test',
            "row 1: .*expec",
        ),
        ('fine,good,train\n"oh no,bad,train\nyes,good,test', "row 2: unexpected end of data"),
        ('"oh no,bad,train\n' + "fine,good,train\n" * 9000, "row 1: unexpected end of data"),
        ('fine,good,train\n"a" b,good,test', "row 2: .*expected after"),
        ('"a \\"b\\" c",good,test', "row 1: .*expected after"),
        ("fine,good,train\n\nshort,bad", "row 2: 2 values .* 3 columns"),
        ("fine,good,train\na,b,bad,train", "row 2: 4 values .* stands in quotes"),
        (",good,train", "row 1: text is empty"),
        ("fine, ,train", "row 1: label is empty"),
        ("fine,1.0,train", r"row 1: label '1.0' is a whole number with a point; write 1"),
    ],
)
def test_a_csv_is_strict(tmp_path, lines, where):
    folder(tmp_path, en__csv=f"text,label,split\n{lines}\n")
    with pytest.raises(ValueError, match=f"en.csv, {where}") as error:
        tasks.from_folder(tmp_path)
    assert "\n" not in str(error.value)


def test_quotes_that_fit_are_read(tmp_path):
    lines = ['"a, ""b""",x,train', 'say "hi",y,train', '"c\r\nd",x,test', ""]
    (tmp_path / "en.csv").write_bytes("\r\n".join(["text,label,split", *lines]).encode())
    found = [row["text"] for row in tasks.from_folder(tmp_path).read("en")]
    assert found == ['a, "b"', 'say "hi"', "c\r\nd"]


GOOD = {"text": "a", "label": "x", "split": "train"}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"text": None}, "row 2: text is missing"),
        ({"label": None}, "row 2: label is missing"),
        ({"id": None}, "row 1: id is missing"),
        ({"text_pair": "b"}, "row 1: text_pair is missing"),
        ({"text": ""}, "row 2: text is empty"),
        ({"text": 7}, r"row 2: text must be a string, got 7 \(int\)"),
        ({"text": ["a"]}, r"row 2: text must be a string, got \['a'\] \(list\)"),
        ({"text": "a" * 9 + "\0"}, "row 2: text holds a NUL"),
        ({"text": "\ud800"}, "row 2: text holds .*half a character"),
        ({"label": 1.0}, r"row 2: label must be a string or a whole number, got 1.0 \(float\)"),
        ({"label": True}, r"row 2: label must be a string or a whole number, got True \(bool\)"),
        ({"label": float("nan")}, r"row 2: label must be .* got nan \(float\)"),
        ({"split": 1}, r"row 2: split must be a string, got 1"),
    ],
)
def test_a_value_that_is_missing_or_of_another_kind_is_refused(tmp_path, row, says):
    lines = [json.dumps(GOOD), "", json.dumps(GOOD | row)]  # an empty line is no row
    folder(tmp_path, en__jsonl="\n".join(lines))
    with pytest.raises(ValueError, match=f"en.jsonl,? ?({says})"):
        tasks.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"text": "tea"', "one JSON object a line; row 2: Expecting"),
        ('["tea"]', "one JSON object a line; row 2: it is a list"),
        (
            '{"text": "a", "text": "b", "label": "x", "split": "dev"}',
            "the key 'text' stands twice",
        ),
        ("[" * 100_000, "one JSON object a line; row 2: "),
        ('{"text": "a", "split": "dev"}', "row 2: label is missing"),
    ],
)
def test_a_line_that_is_no_row_is_refused(tmp_path, line, says):
    folder(tmp_path, en__jsonl=f"{json.dumps(GOOD)}\n{line}\n")
    with pytest.raises(ValueError, match=f"en.jsonl.*{says}"):
        tasks.from_folder(tmp_path)


def test_json_is_read_as_it_stands(tmp_path):
    large = 2**80 + 1
    rows = [
        {"id": "2021-03-04", "text": "2024-05-01", "label": 1, "split": "train", "more": None},
        {"id": large, "text": "a\u2028b\u0085c", "label": 0, "split": "test", "more": [1]},
    ]
    folder(tmp_path, en__jsonl="\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    found = tasks.from_folder(tmp_path)
    assert found.labels == ("0", "1")
    assert found.read("en") == [
        dict(id="2021-03-04", language="en", text="2024-05-01", label="1", split="train"),
        dict(id=str(large), language="en", text="a\u2028b\u0085c", label="0", split="test"),
    ]


@pytest.mark.parametrize(
    ("column", "says"),
    [
        ({"text": [b"a", b"b"]}, r"row 1: text must be a string, got b'a' \(bytes\)"),
        ({"text": [1, 2]}, r"row 1: text must be a string, got 1 \(int\)"),
        ({"text": ["a", None]}, "row 2: text is missing"),
        ({"label": [1.0, None]}, r"row 1: label must be .* got 1.0 \(float\)"),
        ({"label": [True, False]}, r"row 1: label must be .* got True \(bool\)"),
    ],
)
def test_parquet_is_read_by_its_own_types(tmp_path, column, says):
    good = {"text": ["a", "b"], "label": ["x", "y"], "split": ["train", "test"]}
    pq.write_table(pa.table(good | column), tmp_path / "en.parquet")
    with pytest.raises(ValueError, match=f"en.parquet, {says}"):
        tasks.from_folder(tmp_path)


def test_a_damaged_parquet_is_named_and_so_are_twins_among_columns(tmp_path):
    (tmp_path / "en.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="en.parquet is damaged, or no Parquet"):
        tasks.from_folder(tmp_path)
    (tmp_path / "en.parquet").unlink()
    folder(tmp_path, en__csv="text,label,split,text\na,x,train,b\n")
    with pytest.raises(ValueError, match="en.csv has two columns of one name, 'text': text, label"):
        tasks.from_folder(tmp_path)


def test_a_whole_number_is_one_label_in_every_format(tmp_path):
    folder(
        tmp_path,
        en__csv="text,label,split\na,10,train\nb,1,test\n",
        de__jsonl='{"text": "a", "label": 1, "split": "train"}\n'
        '{"text": "b", "label": 2, "split": "train"}\n',
        sw__tsv="text\tlabel\tsplit\na\t0\ttrain\n",
    )
    columns = {"text": ["a", "b"], "label": pa.array([1, 0], pa.int8()), "split": ["train", "test"]}
    pq.write_table(pa.table(columns), tmp_path / "qu.parquet")
    task = tasks.from_folder(tmp_path)
    assert task.labels == ("0", "1", "2", "10")
    assert [int(task.labels[i]) for i in task.train("qu")["label"]] == [1]
    words = {0: "none", 1: "one", 10: "ten", 2: "two"}
    named = tasks.from_folder(tmp_path, words=words)
    assert named.labels == ("0", "1", "10", "2") and named.words == tuple(words.values())


@pytest.mark.parametrize("labels", [("True", "true"), ("good", "good ")])
def test_labels_that_look_alike_are_refused_unless_both_are_named(tmp_path, labels):
    first, second = labels
    folder(tmp_path, en__csv=f"text,label,split\na,{first},train\nb,{second},test\n")
    with pytest.raises(ValueError, match="differ in capitals, spaces or what cannot be"):
        tasks.from_folder(tmp_path)
    assert tasks.from_folder(tmp_path, words={first: "a", second: "b"}).labels == labels


def test_the_class_names_of_a_parquet_file_are_kept(tmp_path):
    features = Features(
        text=Value("string"), label=ClassLabel(names=["pos", "neg"]), split=Value("string")
    )

    def write(name, labels):
        rows = {"text": ["a", "b"], "label": labels, "split": ["train", "test"]}
        Dataset.from_dict(rows, features=features).to_parquet(tmp_path / name)

    write("en.parquet", [1, 0])
    folder(tmp_path, qu__csv="text,label,split\nc,neg,train\n")
    task = tasks.from_folder(tmp_path)
    assert task.labels == task.words == ("pos", "neg")
    assert (task.train("en")["label"], task.train("qu")["label"]) == ([1], [1])
    assert tasks.from_folder(tmp_path, words={"neg": "bad", "pos": "good"}).labels[0] == "neg"
    write("de.parquet", [0, -1])  # as benchmarks hide the labels of a test
    with pytest.raises(ValueError, match=r"de.parquet, row 2: label must be in \[0, 1\].* got -1"):
        tasks.from_folder(tmp_path)
    features["label"] = ClassLabel(names=["neg", "pos"])
    write("de.parquet", [0, 1])
    with pytest.raises(ValueError, match="de.parquet names .* neg, pos, but .*en.parquet pos, neg"):
        tasks.from_folder(tmp_path)


PLAIN = "text,label,split\na,x,train\nb,y,test\n"


def test_a_file_that_would_not_be_read_is_named(tmp_path):
    folder(tmp_path, QU__CSV=PLAIN, README__md="", LICENSE="", __DS_Store="", readme__txt="")
    (tmp_path / ".ipynb_checkpoints").mkdir()
    assert tasks.from_folder(tmp_path).languages == ("QU",)
    for name in ("de.json", "de.ndjson", "de.xlsx", ".de.csv", ".x", "notes.txt", "de"):
        (tmp_path / name).write_text(PLAIN)
        with pytest.raises(ValueError, match=f"{name} is .*would not be read; move it"):
            tasks.from_folder(tmp_path)
        (tmp_path / name).unlink()
    (tmp_path / "more.csv").mkdir()
    with pytest.raises(ValueError, match="more.csv is a folder"):
        tasks.from_folder(tmp_path)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_a_text_file_is_utf8_or_refused_by_name(tmp_path, ending):
    file = tmp_path / f"es.{ending}"
    lines = PLAIN.replace(",", "\t" if ending == "tsv" else ",")
    if ending == "jsonl":
        lines = "\n".join(json.dumps(GOOD | {"label": label}) for label in "xy")
    file.write_bytes(lines.encode("utf-8-sig"))
    assert tasks.from_folder(tmp_path).labels == ("x", "y")
    file.write_bytes(lines.replace("a", "ñ").encode("latin-1"))
    with pytest.raises(ValueError, match=rf"es.{ending} is not UTF-8 \(line [12], byte 0xf1\)"):
        tasks.from_folder(tmp_path)
    file.write_bytes(lines.encode("utf-16"))
    with pytest.raises(ValueError, match=f"es.{ending} is not UTF-8"):
        tasks.from_folder(tmp_path)
    file.write_bytes(lines.encode("utf-16-le"))
    with pytest.raises(ValueError, match=f"es.{ending} holds a NUL"):
        tasks.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "en.csv is empty"),
        ("\n\n", "en.csv is empty"),
        ("text,label,split\n", "en.csv has no rows; fill it, or take it out of the folder"),
        (
            "text,label,split\na,x,train\nb,x,test\n",
            "has one label, 'x'; a task needs at least two",
        ),
    ],
)
def test_a_task_has_two_classes_at_least(tmp_path, text, says):
    folder(tmp_path, en__csv=text)
    with pytest.raises(ValueError, match=says):
        tasks.from_folder(tmp_path)


# --- sizes and scripts --------------------------------------------------------------------------


def test_a_thousand_classes_long_texts_and_a_split_without_rows(tmp_path):
    rows = [f"{'long ' * 10_000 if i == 0 else i},{i},train" for i in range(1000)]
    folder(tmp_path, en__csv="text,label,split\n" + "\n".join(rows) + "\n")
    task = tasks.from_folder(tmp_path)
    assert task.labels == tuple(map(str, range(1000)))
    assert task.few_shot("en", k=1).num_rows == 1000 and len(task.train("en")["text"][0]) == 50_000
    assert task.dev("en").num_rows == task.test("en").num_rows == 0
    assert task.test("en").features["label"].num_classes == 1000
    with pytest.raises(ValueError, match="row 9: label '8' is not among 0, 1, .* 7$"):
        tasks.from_folder(tmp_path, words={i: f"w{i}" for i in range(8)})


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_a_text_may_be_longer_than_the_csv_module_allows(tmp_path, ending):
    write(tmp_path, ending, ROWS | {"text": ["a", "b" * 200_000, "c"]})
    usual = csv.field_size_limit()
    assert len(tasks.from_folder(tmp_path).train("qu")[1]["text"]) == 200_000
    assert csv.field_size_limit() == usual


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet"])
def test_every_script_comes_back_as_it_was(tmp_path, ending):
    texts = ["שלום, world", "مرحبا 'بك'", "\u202babc\u202c", "नमस्ते", "👩‍👩‍👧", "e\u0301", "ß ﬁ"]
    columns = {"text": texts, "label": ["نعم", "לא"] * 3 + ["نعم"], "split": ["test"] * 7}
    write(tmp_path, ending, columns) if ending != "jsonl" else folder(
        tmp_path,
        qu__jsonl="\n".join(json.dumps(row) for row in pa.table(columns).to_pylist()),
    )
    task = tasks.from_folder(tmp_path)
    assert task.test("qu")["text"] == texts and task.labels == tuple(sorted({"نعم", "לא"}))


@pytest.mark.slow
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_a_hundred_thousand_rows_are_there_in_five_seconds(tmp_path, ending):
    """Seconds of the processor, so that it does not mind what runs beside it."""
    n = 100_000
    rows = {
        "text": [f"a text with some words, number {i}" for i in range(n)],
        "label": [f"class {i % 7}" for i in range(n)],
        "split": ["train", "test"] * (n // 2),
    }
    write(tmp_path, ending, rows)
    took = []
    for _ in range(2):
        start = time.process_time()
        task = tasks.from_folder(tmp_path)
        assert task.train("qu").num_rows == task.test("qu").num_rows == n // 2
        took.append(time.process_time() - start)
    assert min(took) < 5
