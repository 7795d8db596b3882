"""What version 0.1.0 saved still loads, and answers as it did.

The folders were written by 0.1.0 over `base`, a small model; `scores.json` holds what each model
then answered.
"""

import json
from pathlib import Path

import pytest
import torch

from ltp_core import load, load_backbone
from ltp_core.ticket.ticket import Ticket

FOLDER = Path(__file__).with_name("saved_by_0_1")
SCORES = json.loads((FOLDER / "scores.json").read_text())


@pytest.fixture(scope="module")
def base():
    return load_backbone(FOLDER / "base")


@pytest.mark.parametrize("name", SCORES)
def test_a_trained_folder_loads_and_answers_as_before(base, name):
    model = load(FOLDER / name, base)
    with torch.no_grad():
        scores = model(model.batch(model.encode(["a house", "the cat eats rice"])))
    torch.testing.assert_close(scores, torch.tensor(SCORES[name]), rtol=1e-4, atol=1e-5)
    config = json.loads((FOLDER / name / "config.json").read_text())
    assert (model.trains, model.history) == (config["trains"], config["history"])


def test_a_ticket_loads_on_its_model_and_is_the_one_that_was_trained(base):
    ticket = Ticket.load(FOLDER / "found.ticket.safetensors", base.model)
    assert ticket == load(FOLDER / "ticket", base).ticket
    assert ticket.made["by"] == "masked-LM movement"
