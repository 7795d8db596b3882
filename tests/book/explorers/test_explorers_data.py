"""What the explorers show is what the library computed, and what they cannot show they refuse."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

import ltp_core as ltp
from ltp_book import explorers
from ltp_book.explorers import step_by_step, which_layers, who_gains
from ltp_book.explorers.sketch import shares
from ltp_book.verdicts import across_files, findings
from ltp_core.measure import per_language as draws
from ltp_core.measure import results
from ltp_core.measure.bootstrap import macro_interval
from ltp_core.measure.evaluate import wilson
from ltp_core.model.toy import toy_backbone
from tests.support.explorers import a_trace, data_of, quick, some_sketches, sweep
from tests.support.figures import a_sweep

__all__ = ["quick"]  # a fixture

# --- which layers -----------------------------------------------------------------------------


def test_only_runs_of_this_ticket_on_this_model_are_shown(quick):
    found, stages = sweep(), some_sketches()
    shown = data_of(explorers.layers(stages, found))
    assert [run["name"] for run in shown["runs"]] == list(findings.NAMES.values())
    ours = shown["runs"][2]
    assert ours["density"] == 20 and ours["stage"] == [["en"], 400] and ours["draws"] == 3
    assert ours["rows"] == list(range(12)) and ours["columns"] == list(range(8))
    assert shown["stage"] == 1 and shown["elsewhere"] == 0  # the stage that was trained comes first
    other = data_of(explorers.layers(some_sketches(base="another"), found))
    assert other["runs"] == [] and other["elsewhere"] == 12 and other["stage"] == 0
    assert (shown["prompt"], other["prompt"]) == (3840, 0) and other["full"] == other["base_total"]


def test_measured_accuracy_is_that_of_the_library():
    found = sweep()
    runs = which_layers.measured(found, some_sketches()[0])
    summary = results.summary(found.rows, found.items)
    for run, method in zip(runs, findings.NAMES, strict=True):
        for group, values in run["right"].items():
            assert values == pytest.approx([100 * x for x in summary[method][group]], abs=1e-4)
    gap = findings.difference(found, "ltp", "random_ticket")
    assert runs[2]["gap"] == pytest.approx([100 * x for x in gap], abs=1e-4)
    assert [("gap" in run) for run in runs] == [False, False, True, False]


def test_steps_go_upwards_and_the_still_picture_is_the_first_view(quick):
    en40, en400, *others = some_sketches()
    explorer = explorers.layers([en400, *others, en40], sweep())
    shown = data_of(explorer)
    keys = [stage["key"] for stage in shown["stages"]]
    assert keys[:3] == [[["en"], 40], [["en"], 400], [["sw"], 400]] and shown["stage"] == 1
    still = BeautifulSoup(explorer.html, "html.parser").noscript
    cells = [f"{100 * share:.0f}" for share in shares(en400, 0.2).values()]
    assert "after 400 steps of English" in still.p.text
    seen = [text.string for text in still.find_all("text", attrs={"text-anchor": "middle"})]
    assert seen[8:] == cells


def test_a_random_ticket_of_some_layers_has_read_nothing():
    sketch, spec = some_sketches()[0], {"density": 0.2, "ticket": {"layers": [4, 5]}}
    chance = {"method": "random_ticket", "spec": json.dumps(spec)}
    setting = which_layers._setting(chance, sketch)
    assert setting["stage"] is None and setting["rows"] == [4, 5]
    spec["ticket"] |= {"text": ["qu"], "steps": 9}
    setting = which_layers._setting(chance | {"method": "ltp", "spec": json.dumps(spec)}, sketch)
    assert setting["stage"] == [["qu"], 9] and setting["rows"] == [4, 5]


def test_a_stage_made_in_another_way_is_not_that_of_a_sketch(quick):
    found = sweep()
    spec = {"density": 0.2, "ticket": {"text": ["en"], "steps": 400, "name": "x", "seed": 0}}
    for row in list(found.of("ltp")):
        other = {"ticket": spec["ticket"] | {"name": "en-sgd", "optimizer": "sgd"}}
        row["spec"] = json.dumps(spec)
        found.rows.append(row | {"spec": json.dumps(spec | other), "run": "sgd"})
    runs = which_layers.measured(found, some_sketches()[0])
    stages = [run["stage"] for run in runs if run["name"] == "LTP"]
    assert stages == [[["en"], 400], [["en"], 400, {"optimizer": "sgd"}]]


def test_sketches_that_do_not_belong_together_are_refused(quick):
    stages = some_sketches()
    with pytest.raises(ValueError, match="there is no sketch to show; make one"):
        explorers.layers([])
    with pytest.raises(ValueError, match="differ in base; show those of one base model"):
        explorers.layers([stages[0], stages[1] | {"base": "another"}])
    with pytest.raises(ValueError, match=r"two sketches are of 40 steps in en; show one"):
        explorers.layers([stages[0], stages[0]])
    with pytest.raises(ValueError, match=r"density must be in \(0, 1\], got 20"):
        explorers.layers(stages, density=20)
    found = sweep()
    with pytest.raises(ValueError, match="two rows measure .* in 'en' with seed 0; keep the rows"):
        explorers.layers(stages, found._replace(rows=found.rows * 2))


# --- step by step -----------------------------------------------------------------------------


def test_a_trace_becomes_means_and_percents():
    data = data_of(explorers.training(a_trace()))
    run = data["runs"][1]
    loss = a_trace()["runs"][1]["loss"]
    assert run["loss"] == [None, round(np.mean(loss[:8]), 4), round(np.mean(loss[8:]), 4)]
    assert run["right"]["en"][2] == [round(100 * x, 1) for x in (21 / 40, *wilson(21, 40))]


def test_a_trace_that_is_not_whole_is_refused():
    with pytest.raises(ValueError, match="this is no trace, it lacks 'format'"):
        explorers.training({"runs": []})
    with pytest.raises(ValueError, match="has format 2 and 2 runs; format 1 and at least one"):
        explorers.training(a_trace() | {"format": 2})
    for damage in ({"loss": [1.0]}, {"at": []}, {"weights": [0.0]}, {"right": {"en": [1, 2, 3]}}):
        trace = a_trace()
        trace["runs"][0] |= damage
        with pytest.raises(ValueError, match="'prompt only' of this trace is not whole; record it"):
            step_by_step.check(trace)


def movement(model, lm, ticket) -> float:
    """The slow reference: root mean square of what changed, in the ticket or everywhere."""
    if ticket is None:
        pairs = zip(model.lm.parameters(), lm.model.parameters(), strict=True)
        moved = [(after - before).flatten() for after, before in pairs]
    else:
        after, before = model.lm.base_model, lm.model.base_model
        moved = [
            (after.get_parameter(name) - before.get_parameter(name))[ticket.mask(name)]
            for name in ticket.shapes
        ]
    return torch.cat(moved).double().square().mean().sqrt().item()


def test_looking_at_a_training_changes_no_bit_and_sees_what_is_there():
    lm, task = toy_backbone(), SimpleNamespace(words=("food", "animals"))
    rows = {
        "text": ["bread", "soup", "a dog", "the cat"],
        "label": [0, 0, 1, 1],
        "language": ["en", "en", "en", "qu"],
    }
    ticket = ltp.Ticket.by_magnitude(lm.model, 0.2)
    options = dict(task=task, prompt_length=4, epochs=4, batch_size=2, dropout=True, progress=False)
    runs = {"LTP": {"ticket": ticket}, "full + prompt": {"full": True}, "prompt only": {}}
    trace = explorers.record(lm, rows, rows, runs, every=3, **options)
    assert trace["items"] == {"en": 3, "qu": 1} and trace["trained_on"] == "en"
    for film, own in zip(trace["runs"], runs.values(), strict=True):
        model = ltp.train(lm, rows, **options, **own)
        assert film["at"] == [0, 3, 6, 8] and film["trained"] == model.trained_parameters
        assert film["loss"] == [round(loss, 4) for loss in model.history]
        right = {c: int(x.sum()) for c, x in ltp.evaluate(model, rows).correct.items()}
        assert {code: seen[-1] for code, seen in film["right"].items()} == right
        if not own:
            assert film["weights"] == [None] * 4
            continue
        rms = movement(model, lm, own.get("ticket"))
        assert film["weights"][0] == 0 and film["weights"][-1] == pytest.approx(rms, rel=1e-3)
    with pytest.raises(ValueError, match="every must be at least 1 step, got 0"):
        explorers.record(lm, rows, rows, runs, every=0, **options)


# --- who gains --------------------------------------------------------------------------------


def test_intervals_are_those_of_the_library_language_by_language():
    found = a_sweep({"ltp": 0.6, "prompt_only": 0.3}, items=60)
    found.rows[:] = [row for row in found.rows if (row["method"], row["seed"]) != ("ltp", 2)]
    codes = ["en", "de", "qu"]
    (gaps,) = who_gains.differences(found, ["ltp", "prompt_only"], codes).values()
    for code, gap in zip(codes, gaps, strict=True):
        parts = [
            results.correctness([r for r in found.of(m) if r["seed"] < 2], found.items, [code])
            for m in ("ltp", "prompt_only")
        ]
        assert gap == pytest.approx([100 * x for x in macro_interval(*parts)], abs=1e-3)
    drawn = draws.drawn(found.of("ltp"), found.items, codes)
    for n, code in enumerate(codes):
        alone = macro_interval(results.correctness(found.of("ltp"), found.items, [code]))
        assert draws.interval(drawn[:, n]) == pytest.approx(alone)


def test_corrected_verdicts_are_those_of_the_chapter_that_counts_languages():
    """As `across_files.by_language`: one p-value, so one verdict in figure and explorer."""
    found = a_sweep({"ltp": 0.55, "prompt_only": 0.4}, items=60)
    data = data_of(explorers.languages(found, holm=True))
    (gaps,) = data["gaps"].values()  # prompt only minus LTP
    told = across_files.by_language(across_files.paired(found, "prompt_only", "ltp"))
    assert data["holm"] and len(gaps) == len(told) == 3
    for about, gap in zip(data["languages"], gaps, strict=True):
        assert gap[3] == pytest.approx(told[about["code"]].p, abs=1e-4)
    plain = data_of(explorers.languages(found))
    assert not plain["holm"] and [gap[:3] for gap in gaps] == next(iter(plain["gaps"].values()))


def test_examples_are_the_rows_of_one_draw(quick):
    found = a_sweep({"ltp": 0.6, "prompt_only": 0.3}, items=20)
    texts = [{"id": f"{i:03}", "label": i % 2, "text": f"word {i}"} for i in range(20)]
    task = SimpleNamespace(labels=("a", "b"), test=lambda code: texts)
    data = data_of(explorers.languages(found, task, each=3))
    assert data["seed"] == 0 and data["shown"] == sorted(data["shown"][:3]) + data["shown"][3:]
    assert [data["label"][n] for n in data["shown"]] == [0, 0, 0, 1, 1, 1]
    assert data["texts"][0] == [f"word {n}" for n in data["shown"]]
    for m, method in enumerate(("prompt_only", "ltp")):
        row = next(r for r in found.of(method) if r["seed"] == 0 and r["language"] == "qu")
        place_ = [about["code"] for about in data["languages"]].index("qu")
        assert data["had"][place_][m] == who_gains._bits(
            np.flatnonzero(np.unpackbits(np.frombuffer(row["correct"], np.uint8))[:20]), 20
        )


def test_results_that_cannot_be_shown_are_refused():
    with pytest.raises(ValueError, match="there are no result rows to show; and ltp sweep"):
        explorers.languages(findings.Stored([], {}))
    with pytest.raises(ValueError, match="no rows of method 'magic'; there are prompt_only, ltp"):
        explorers.languages(a_sweep({"ltp": 0.5, "prompt_only": 0.5}), a="magic")
