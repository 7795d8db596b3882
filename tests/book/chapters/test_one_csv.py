"""*Your model, your task*, sections 1 and 2, cell by cell, on a small model of random numbers.

The book's ticket fits the book's model only, so a small one is found in its place; stage 1 of the
sweep is cut to two steps.
"""

from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

import ltp_core as ltp
from ltp_book import own_task
from ltp_core import cli
from ltp_core.measure.results import read
from tests.support import lessons
from tools.book import chapters as book

PAGE = book.BOOK / "your_model.ipynb"
SECTIONS = ("1. From one CSV to a trained ticket", "2. Does a ticket help here?")
METHODS = {"ltp", "random_ticket", "template_ltp", "template_full", "template_zero"}
OPTIONAL = "Optional: a ticket from your own text, with a verdict"


def code(section: str) -> str:
    """The code of a section, but for what only draws and what leads into the folder."""
    cells = lessons.named(PAGE, section).cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    lines = "\n".join(text for text in sources if "difference_figures" not in text).splitlines()
    return "\n".join(it for it in lines if not it.startswith(("folder =", "os.chdir")))


@pytest.fixture
def page(tmp_path, monkeypatch, embedded):
    """What the cells find: a small model in place of the book's, and its ticket."""
    from transformers import XLMRobertaConfig, XLMRobertaForMaskedLM

    monkeypatch.chdir(tmp_path)
    sizes = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32)
    config = XLMRobertaConfig(vocab_size=len(embedded.tokenizer), pad_token_id=1, **sizes)
    XLMRobertaForMaskedLM(config).save_pretrained("small")
    embedded.tokenizer.save_pretrained("small")
    small = ltp.load_backbone("small")
    monkeypatch.setattr(ltp, "load_backbone", lambda: small)

    def book_ticket(place):
        if place.endswith(".safetensors"):
            found = ltp.find_ticket(small, {"text": ["limau", "sokwe"]}, steps=2, progress=False)
            found.save(place)

    def shell(line):
        assert cli.main([*line.split(), "--backbone", "small"]) == 0, line

    space = {"ltp": ltp, "results_table": lambda *cells: cells, "shell": shell}
    space["own_task"] = SimpleNamespace(**vars(own_task) | {"book_ticket": book_ticket})
    exec("from collections import Counter\nfrom pathlib import Path", space)
    return space


@pytest.mark.slow
def test_the_shell_trains_what_python_trains_and_the_sweep_gives_a_verdict(page, tmp_path):
    exec(code(SECTIONS[0]), page)
    here, there = page["model"], ltp.load("model-xyz", page["lm"])
    pairs = zip(here.parameters(), there.parameters(), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)
    assert ltp.predict(here, page["test"]).tolist() == ltp.predict(there, page["test"]).tolist()
    assert len(here.history) == 8

    second = code(SECTIONS[1])
    assert second.count("steps = 400") == 1
    exec(second.replace("steps = 400", "steps = 2"), page)
    assert [one.rival for one in page["compared"]] == [
        "LTP − random ticket",
        "LTP − (template + ticket)",
        "(template + ticket) − (template + full)",
        "(template + ticket) − untrained template",
    ]
    runs = read("results/compare.parquet")
    done = {(row["method"], row["seed"]) for row in runs}
    assert done == {(method, seed) for method in METHODS for seed in range(5)}
    asked = {row["method"]: "It is" in row["spec"] for row in runs}
    assert asked == {m: m.startswith("template") for m in METHODS}


@pytest.mark.slow
def test_a_ticket_from_own_text_ends_in_a_verdict(page, capsys):
    own_task.one_csv("xyz-task")
    page |= {"lm": ltp.load_backbone(), "task": ltp.tasks.from_folder("xyz-task")}
    Path("lines.txt").write_text("limau\nsokwe\n", encoding="utf-8")
    text = lessons.text(lessons.named(PAGE, OPTIONAL))
    lines = text.split("```python\n")[1].split("```")[0]
    assert "density=0.20)" in lines and "progress=False," in lines
    lines = lines.replace("density=0.20)", "density=0.20, steps=2, progress=False)")
    exec(lines.replace("progress=False,", "progress=False, epochs=1,", 1), page)
    assert "rival='random_ticket'" in capsys.readouterr().out
    assert len(page["rows"]) == 10


def test_the_book_s_ticket_lies_where_the_sweep_of_the_page_looks(tmp_path, monkeypatch):
    """Else the page would find one itself, for minutes."""
    from ltp_core.study import shared_tickets
    from ltp_core.study.spec import read_spec

    (spec,) = [part for part in code(SECTIONS[1]).split('"""') if "[ticket]" in part]
    (tmp_path / "compare.toml").write_text(spec, encoding="utf-8")
    run = next(run for run in read_spec(tmp_path / "compare.toml") if run.method == "ltp")
    asked = []
    monkeypatch.setattr(shared_tickets.Ticket, "load", lambda path, model: asked.append(path))
    own_task.book_ticket(tmp_path / "tickets")
    shared_tickets.shared_ticket(SimpleNamespace(model=None), run, tmp_path / "tickets")
    assert [path.name for path in asked] == [own_task.TICKET]


def test_each_draw_of_the_page_takes_other_rows(tmp_path):
    own_task.one_csv(tmp_path / "xyz-task")
    task = ltp.tasks.from_folder(tmp_path / "xyz-task")
    first, second = (set(task.few_shot("xyz", seed=seed)["text"]) for seed in (0, 1))
    assert len(first - second) > 8


def test_the_folder_of_three_languages_is_split_by_item(tmp_path):
    task = ltp.tasks.from_folder(own_task.three_languages(tmp_path / "my-task"))
    assert set(task.languages) == {"en", "qu", "sw"}
    homes = {}
    for language in task.languages:
        assert len(task.train(language)) == 4 * len(own_task.CLASSES)
        for row in task.read(language):
            homes.setdefault(row["id"], set()).add(row["split"])
    assert all(len(found) == 1 for found in homes.values())
