"""*Your language* works for every language of the task, and for a file of one's own."""

import csv
import json
import re
from functools import cache
from types import SimpleNamespace

import pytest

import ltp_core as ltp
from ltp_book import own_language as own
from ltp_core.data.languages import TASK_LANGUAGES
from ltp_core.stage2.prompt import PromptModel
from tests.support.stored import printed
from tools.book.chapters import BOOK

TASK = ltp.tasks.emoji()
CHEROKEE = "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ"


def cells() -> list[str]:
    """The code of the chapter, without the exercises."""
    stored = json.loads((BOOK / "your_language.ipynb").read_text(encoding="utf-8"))
    code = ["".join(c["source"]) for c in stored["cells"] if c["cell_type"] == "code"]
    return [text for text in code if not text.startswith("#@title Exercise")]


@pytest.fixture(scope="module")
def kernel(embedded):
    """What stands in for a kernel: the set-up has run, slow things are cached or left out."""
    space: dict = {}
    exec(cells()[0].replace("%pip", "pass  #"), space)
    drawn, kept = space["drawn"], {}

    def once(rows, items, codes):
        key = rows[0]["method"]
        kept[key] = kept[key] if key in kept else drawn(rows, items, codes)
        return kept[key]

    untrained = PromptModel(embedded, TASK.labels, length=0)
    figures = SimpleNamespace(
        among=lambda *a, **k: None,
        goes_with=lambda *a, **k: None,
        correlation=lambda x, y: (0.0, -1.0, 1.0),  # the page draws 2,000 times
    )
    quick = {
        "nearness": lambda lm, rows: {code: float(len(of[0].text)) for code, of in rows.items()},
        "of_task": cache(lambda task, code: own.of_task(task, code)[:40]),
        "shared": cache(lambda task, code: own.shared(task, code)[:40]),
    }
    names = ("predict", "evaluate", "tasks")
    library = SimpleNamespace(load_backbone=lambda: embedded, **{n: getattr(ltp, n) for n in names})
    return space | {
        "ltp": library,
        "drawn": once,
        "own": SimpleNamespace(**vars(own) | quick),
        "language_figures": figures,
        "own_figures": figures,
        "methods": SimpleNamespace(random_ticket=lambda *a, **k: untrained),
    }


def test_every_language_of_the_task_runs_up_to_the_training(kernel, capsys):
    before = cells()[2:7]
    assert "goes_with" in before[-1]
    for language in TASK_LANGUAGES:
        space = dict(kernel) | {"LANGUAGE": language, "OWN_FILE": ""}
        for text in before:
            exec(text, space)
        said = capsys.readouterr().out
        assert own.name_of(language) in said and "can spell" in said, language
        assert language in space["around"]


@pytest.mark.slow
def test_a_file_of_ones_own_runs_to_the_end_and_an_unknown_language_is_told(
    kernel, tmp_path, capsys
):
    path = filled(tmp_path / "chr.csv", CHEROKEE)
    whole = SimpleNamespace(**vars(kernel["own"]) | {"of_task": own.of_task})  # the file's emoji
    space = dict(kernel) | {"LANGUAGE": "chr", "OWN_FILE": str(path), "own": whole}
    for text in cells()[2:]:
        exec(text, space)
    said = capsys.readouterr().out
    assert "The model does not know this language: 100.0 % of its pieces are unknown." in said
    assert "chr was not measured" in said and "chr" in space["live"]


def test_a_language_that_needs_a_file_is_told():
    with pytest.raises(ValueError, match="chr"):
        own.of_task(TASK, "chr")


def test_what_nobody_can_read_is_unknown_from_end_to_end(embedded):
    spell = embedded.tokenizer
    assert own.spelling(spell, [CHEROKEE]).unknown == 1.0
    assert own.spelling(spell, ["limun; fruta"]).unknown == 0.0
    half = own.spelling(spell, ["lemon ᏣᎳᎩ"])
    assert half.unknown == 0.5 and half.pieces == 1.5  # lemon | ▁ | <unk>


def test_both_chapters_print_the_same_numbers():
    here, there = ("\n".join(printed(chapter)) for chapter in ("your_language", "crossing"))
    quechua = re.search(r"nearness of Quechua: (\S+),", here)[1]
    assert re.search(rf"Quechua: number \d+ of 50, {quechua};", there)
    spanish = re.search(r"Spanish +\S+% +\S+ +(0\.\d+)\n", here)[1]
    assert re.search(rf"Spanish: number \d+ of 50, {spanish};", there)
    for name in ("English", "Quechua"):
        pieces = re.search(rf"{name} +\d+\.\d% +(\S+)\n", here)[1]
        assert re.search(rf"{name} +{pieces} +\d\.\d\d +\d+\.\d%", there)


def test_nearness_is_that_of_one_text_after_the_other(embedded):
    rows = own.shared(TASK, "qu")[:5]

    def alone(text):
        return own.vectors(embedded, [text])[0]

    cosine = [[float(alone(a.text) @ alone(b.english)) for b in rows] for a in rows]
    right = [cosine[n][n] for n in range(5)]
    other = [cosine[i][j] for i in range(5) for j in range(5) if i != j]
    slow = sum(right) / 5 - sum(other) / 20
    assert own.nearness(embedded, {"qu": rows})["qu"] == pytest.approx(slow, abs=1e-4)


# --- the file --------------------------------------------------------------------------------


def filled(path, text: str = "limun", rows: int = own.ROWS, change=lambda row: row, between=","):
    """A blank file with a text in each of its first rows, each row then changed."""
    own.write_blank(path, TASK)
    with path.open(newline="", encoding="utf-8-sig") as file:
        head, *lines = csv.reader(file)
    lines = [change([*line[:3], text]) for line in lines[:rows]]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, delimiter=between).writerows([head, *lines])
    return path


def test_a_blank_file_has_thirty_rows_of_all_classes_and_is_not_written_over(tmp_path):
    own.write_blank(tmp_path / "a.csv", TASK)
    rows = own._rows(tmp_path / "a.csv")
    assert len(rows) == len({row.id for row in rows}) == 30
    counts = [[row.label for row in rows].count(label) for label in TASK.labels]
    assert max(counts) - min(counts) <= 1
    trained = {row["id"] for row in TASK.read("en") if row["split"] != "test"}
    assert not trained & {row.id for row in rows}
    with pytest.raises(FileExistsError):
        own.write_blank(tmp_path / "a.csv", TASK)


@pytest.mark.parametrize("between", [",", ";"])
def test_a_file_as_spreadsheets_save_it_is_read(tmp_path, between):
    path = filled(tmp_path / "a.csv", "limun; fruta", between=between)
    assert own.faults(path, TASK) == []
    assert {row.text for row in own.read(path, TASK)} == {"limun; fruta"}


@pytest.mark.parametrize(
    "change, said",
    [
        (lambda row: [*row[:3], ""], "0 rows are filled in"),
        (lambda row: ["x", *row[1:]], "no test emoji of the task"),
        (lambda row: [row[0], row[1], "food", row[3]], "in another class than in the task"),
        (lambda row: [*row[:3], row[1]], "word for word the English text"),
        (lambda row: ["🍋", "lemon", "food", "limun"], "there twice"),
    ],
)
def test_each_fault_is_told(tmp_path, change, said):
    path = filled(tmp_path / "a.csv", change=change)
    assert any(said in fault for fault in own.faults(path, TASK))
    with pytest.raises(ValueError):
        own.read(path, TASK)


def test_a_lost_first_line_is_told(tmp_path):
    (tmp_path / "a.csv").write_text("🍋,lemon,food,limun\n", encoding="utf-8")
    assert own.faults(tmp_path / "a.csv", TASK) == [
        "the column 'id' is missing; keep the first line as it was"
    ]
