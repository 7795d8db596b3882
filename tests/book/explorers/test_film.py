"""The film of training: every method is in it, and the explorer accepts it."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from datasets import Dataset

from ltp_book import explorers

FOLDER = Path(__file__).resolve().parents[3] / "benchmarks"
TEXTS = ["rice", "the bread", "a soup", "tea", "cat", "the dog", "a bird", "big child"]


def rows(code):
    columns = {"text": TEXTS, "label": [0] * 4 + [1] * 4, "language": [code] * 8}
    return Dataset.from_dict(columns)


def test_the_film_is_whole(lm, ticket, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import film as tool

    lm.model.save_pretrained(tmp_path / "lm")
    lm.tokenizer.save_pretrained(tmp_path / "lm")
    ticket.save(tmp_path / "x.ticket.safetensors")
    task = SimpleNamespace(
        words=("food", "animals"), test=rows, few_shot=lambda *_, **__: rows("en")
    )
    monkeypatch.setattr(tool.ltp.tasks, "emoji", lambda: task)
    monkeypatch.setattr(tool, "LANGUAGES", ["en", "qu"])
    tool.main(
        [
            *("--out", str(tmp_path / "trace.json"), "--backbone", str(tmp_path / "lm")),
            *("--ticket", str(tmp_path / "x.ticket.safetensors"), "--items", "5"),
            *("--epochs", "8", "--every", "4"),
        ]
    )
    film = json.loads((tmp_path / "trace.json").read_text())
    assert film["items"] == {"en": 5, "qu": 5} and film["trained_on"] == "en"
    names = [run["name"] for run in film["runs"]]
    assert names == ["prompt only", "LTP", "random ticket", "full + prompt"]
    assert all(run["at"] == [0, 4, 8] and len(run["loss"]) == 8 for run in film["runs"])
    assert "LTP" in explorers.training(film).html


def test_rows_are_spread_evenly(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import film as tool

    assert tool.spread(307, 100)[-1] == 303 and len(set(tool.spread(307, 100))) == 100
    with pytest.raises(SystemExit):
        tool.main(["--items", "many"])
