"""Kinds of names: who is where, that English gives nothing away, that the file can be rebuilt."""

from collections import Counter, defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ltp_core import tasks
from ltp_core.data.languages import HIGH, LOW
from ltp_core.data.paths import data_dir
from ltp_core.model import tokens
from ltp_core.tasks import KINDS, kinds
from tools.datasets import build_kinds
from tools.datasets import kinds as data_kinds

ROOT = Path(__file__).resolve().parents[3]

FOLDER = data_dir() / "kinds"


@pytest.fixture(params=["random", "subgroup"])
def task(request):
    return kinds(request.param)


@pytest.fixture(scope="module")
def stored():
    return pq.read_table(FOLDER / "kinds.parquet").to_pylist()


def test_shape_of_the_task(task):
    assert task.name in ("kinds", "kinds-subgroup")
    assert task.labels == task.words == KINDS == ("country", "language", "money", "unit")
    assert [len([c for c in group if c in task.languages]) for group in (HIGH, LOW)] == [20, 21]
    assert task.languages == tuple(c for c in HIGH + LOW if c in task.languages)
    assert task.train("sw").column_names == ["id", "text", "label", "language"]
    with pytest.raises(ValueError, match="split must be 'random' or 'subgroup', got 'odd'"):
        kinds("odd")


def test_names_that_everybody_can_check():
    expected = {
        "en": ("Germany", "Swahili", "Kenyan Shilling", "kilometers"),
        "sw": ("Ujerumani", "Kiswahili", "Shilingi ya Kenya", "kilomita"),
        "de": ("Deutschland", "Suaheli", "Kenia-Schilling", "Kilometer"),
        "zh": ("德国", "斯瓦希里语", "肯尼亚先令", "公里"),
    }
    for language, names in expected.items():
        rows = {row["id"]: (row["label"], row["text"]) for row in kinds().read(language)}
        found = [rows[code] for code in ("DE", "sw", "KES", "length-kilometer")]
        assert found == list(zip(KINDS, names, strict=True))


def test_each_concept_is_on_one_side_in_all_languages(task):
    sides = defaultdict(set)
    for language in task.languages:
        rows = task.read(language)
        assert len({row["id"] for row in rows}) == len(rows)
        for row in rows:
            sides[row["id"]].add((row["split"], row["label"]))
    assert len(sides) == 772 and {len(side) for side in sides.values()} == {1}


def test_sizes_of_the_splits(task):
    sizes = Counter((row["label"], row["split"]) for row in task.read("en"))
    for kind in KINDS:
        train, dev, test = (sizes[kind, part] for part in ("train", "dev", "test"))
        whole = train + dev + test
        assert abs(train - 0.6 * whole) <= 1 and abs(dev - 0.1 * whole) <= 1, kind
        assert abs(test - 0.3 * whole) <= 1, kind


@pytest.mark.slow
def test_sixteen_examples_a_class_can_be_drawn_everywhere():
    for language in kinds().languages:
        assert Counter(kinds().few_shot(language, 16)["label"]) == dict.fromkeys(range(4), 16)
        tested = Counter(kinds().test(language)["label"])
        assert len(tested) == 4 and min(tested.values()) >= 11, language


def test_siblings_are_held_out_together(stored):
    sides = defaultdict(set)
    for row in stored:
        sides[row["kind"], row["subgroup"]].add(row["split_subgroup"])
    assert {len(side) for side in sides.values()} == {1}
    assert sides["money", "franc"] == {"test"} and sides["money", "dollar"] == {"train"}


@pytest.mark.slow
def test_english_gives_no_name_away(stored):
    english = {row["id"]: row["name"] for row in stored if row["language"] == "en"}
    for row in stored:
        if row["language"] != "en":
            assert not data_kinds.has_words(row["name"], english[row["id"]]), row
            assert row["name"].casefold() != row["id"].casefold()


def test_no_name_stands_for_two_concepts(stored):
    times = Counter((row["language"], row["name"].casefold()) for row in stored)
    assert set(times.values()) == {1}


def test_units_are_written_out(stored):
    for row in stored:
        assert row["name"] == " ".join(row["name"].split()) != ""
        assert row["kind"] != "unit" or not data_kinds.SYMBOLS.search(row["name"]), row


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("i-Germany", "Germany", True),
        ("CHAD", "Chad", True),
        ("isiSwahili", "Swahili", False),
        ("Nigeria", "Niger", False),
        ("Myanmar (Burma)", "Myanmar (Burma)", True),
    ],
)
def test_words_that_stand_in_a_name(text, words, there):
    assert data_kinds.has_words(text, words) is there


@pytest.mark.slow
def test_the_embedded_model_can_say_each_label_and_read_the_names(stored, embedded):
    tokenizer = embedded.tokenizer
    assert [len(ids) for ids in tokens.pieces(tokenizer, KINDS)] == [1] * 4
    rows = tokens.pieces(tokenizer, [row["name"] for row in stored])
    unknown = sum(ids.count(tokenizer.unk_token_id) for ids in rows)
    assert unknown < 0.001 * sum(map(len, rows)) and max(map(len, rows)) < 40


def test_it_is_a_task_like_the_others():
    assert tasks.load("kinds", "subgroup").name == "kinds-subgroup"
    assert tasks.load("kinds").test("am").to_list() == kinds().test("am").to_list()


def test_a_missing_file_says_where_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setenv("LTP_DATA", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="kinds.parquet is missing; get it back"):
        kinds()


def test_the_folder_is_small_and_has_its_licence():
    assert sorted(path.name for path in FOLDER.iterdir()) == sorted(build_kinds.FILES)
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_000_000
    assert "SPDX-License-Identifier: Unicode-3.0" in (FOLDER / "LICENSE-cldr.txt").read_text()


@pytest.mark.slow
def test_the_builder_makes_the_stored_rows(stored):
    """The rows and not the bytes: another pyarrow may pack them in another way."""
    babel = pytest.importorskip("babel")
    if babel.__version__ != build_kinds.VERSION:
        pytest.skip(f"Babel is {babel.__version__}, the names are those of {build_kinds.VERSION}")
    tables = data_kinds.kinds_tables()
    assert [row for table in tables.values() for row in table.to_pylist()] == stored
    card = build_kinds.kinds_card(tables, babel.__version__, babel.core.get_cldr_version())
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == card
