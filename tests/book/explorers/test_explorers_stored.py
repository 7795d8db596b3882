"""What data/results holds for the explorers is whole, and shows what two chapters say of it."""

import json

import numpy as np
import pytest

from ltp_book import explorers
from ltp_book.explorers import files, page, which_layers
from ltp_book.explorers.sketch import shares
from ltp_book.verdicts import findings
from tests.support.explorers import a_trace, data_of


def test_what_is_not_stored_is_none_and_the_chapter_says_how_to_make_it(monkeypatch, tmp_path):
    monkeypatch.setenv("LTP_DATA", str(tmp_path))
    for name, maker in files.MAKERS.items():
        assert explorers.stored(name) is None
        assert f"{name}.json is not on this" in files.absent(name) and maker in files.absent(name)
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "trace.json").write_text(json.dumps(a_trace()))
    assert explorers.stored("trace") == a_trace()


def by_layer_and_module(sketch, density):
    """The shares of the layers, (R,), and of the modules, (C,)."""
    sizes = np.array(sketch["sizes"], float)
    cells = np.reshape(list(shares(sketch, density).values()), sizes.shape)
    return [(cells * sizes).sum(axis=a) / sizes.sum(axis=a) for a in (1, 0)]


@pytest.mark.slow
def test_what_choosing_says_of_the_stored_sketches_is_so():
    """If this fails after new runs: book/choosing.ipynb, section 6, says what no longer holds."""
    stages = {(*s["languages"], s["steps"]): s for s in explorers.stored("sketches")}
    many = next(key for key in stages if len(key) > 2)
    assert len(stages) == 6 and len(many) == 13 and many[-1] == 400
    most = [by_layer_and_module(stages["en", n], 0.2)[0].argmax() for n in (100, 400, 1600)]
    assert most == [0, 11, 11]
    (quechua, _), (together, _) = (
        by_layer_and_module(stages[k], 0.02) for k in (("qu", 400), many)
    )
    assert quechua[11] > 1.9 * 0.02 and 0.02 < quechua[0] < 1.1 * 0.02
    assert together.argmax() == 0 and abs(together[11] - 0.02) < 0.1 * 0.02
    for sketch in stages.values():
        modules = [which_layers.looks.MODULES[name] for name in sketch["modules"]]
        for percent in which_layers.DENSITIES:
            density = percent / 100
            share = dict(zip(modules, by_layer_and_module(sketch, density)[1], strict=True))
            assert set(sorted(share, key=share.get)[:2]) == {"norm", "norm 2"}
            assert all(share[name] < density for name in ("value", "out", "down"))
            assert share["up"] > density
            if percent == 20:
                assert all(0.35 < share[name] / 0.2 < 0.65 for name in ("norm", "norm 2"))
    found = [findings.stored(name) for name in ("tickets", "ticket_layers")]
    rows = [row for one in found for row in one.rows]
    explorer = explorers.layers(list(stages.values()), findings.Stored(rows, found[0].items))
    assert len(explorer.html.encode()) < page.LIMIT
    trained = [run for run in data_of(explorer)["runs"] if run["stage"]]
    everywhere = [run for run in trained if len(run["stage"]) == 2 and len(run["rows"]) == 12]
    assert {run["density"] for run in everywhere} == {0.5, 2, 20, 50} and len(everywhere) == 20
    assert all(abs(run["gap"][0]) < 3 for run in everywhere)
    elsewhere = [run for run in trained if len(run["rows"]) < 12]
    assert len(elsewhere) == 6 and max(abs(run["gap"][0]) for run in elsewhere) < 3.5


def test_what_prompt_plus_ticket_says_of_the_film_is_so():
    """If this fails after a new film: book/prompt_plus_ticket.ipynb, section 8."""
    trace = explorers.stored("trace")
    data = data_of(explorers.training(trace))
    names = [method["name"] for method in data["methods"]]
    runs = dict(zip(names, data["runs"], strict=True))
    assert names == ["prompt only", "LTP", "random ticket", "full + prompt"]
    assert runs["LTP"]["at"] == list(range(0, 97, 8)) and set(trace["items"].values()) == {100}
    others = {
        name: np.mean(
            [
                [look[0] for look in run["right"][code]]
                for code in trace["languages"]
                if code != "en"
            ],
            axis=0,
        )
        for name, run in runs.items()
    }

    alone, ltp, drawn = (runs[name] for name in names[:3])
    assert alone["loss"][-1] < 0.25 * alone["loss"][1]
    assert 15 < alone["right"]["en"][-1][0] - alone["right"]["en"][0][0] < 25
    assert 1 < others["prompt only"][-1] - others["prompt only"][0] < 3

    gain = others["LTP"] - others["LTP"][0]
    assert 0.75 < gain[2] / gain[-1] < 0.85 and ltp["at"][2] == 16
    assert 0.4 < ltp["loss"][2] < 0.6 and ltp["loss"][-1] < 0.01

    assert np.allclose(ltp["prompt"], drawn["prompt"], rtol=0.05)
    assert np.allclose(ltp["weights"], drawn["weights"], rtol=0.05)
    assert np.allclose(ltp["loss"][1:], drawn["loss"][1:], atol=0.1)
    assert np.abs(others["LTP"] - others["random ticket"]).max() < 2
    bars = [
        (high - low) / 2
        for run in runs.values()
        for looks in run["right"].values()
        for _, low, high in looks[-1:]
    ]
    assert 6 < min(bars) and max(bars) < 11
