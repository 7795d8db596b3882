"""Made-up data for the explorers."""

import json
from itertools import product

import numpy as np
import pytest
import torch
from bs4 import BeautifulSoup

from ltp_book import explorers
from ltp_book.explorers.sketch import sketch
from ltp_core.measure import per_language as draws
from tests.support.figures import a_sweep

MODULES = {
    "attention.self.query": 2304,
    "attention.self.key": 2304,
    "attention.self.value": 2304,
    "attention.output.dense": 2304,
    "attention.output.LayerNorm": 96,
    "intermediate.dense": 9216,
    "output.dense": 9216,
    "output.LayerNorm": 96,
}


DARK_CARD = "#202126"


def deltas(kind="even", layers=12, seed=0):
    """Movements of an encoder: all cells alike, or some farther, with few far ones, or bf16."""
    chance = torch.Generator().manual_seed(seed)
    moved = {}
    for n, (c, (module, size)) in product(range(layers), enumerate(MODULES.items())):
        delta = 1e-4 * torch.randn(size, generator=chance)
        if kind != "even":
            delta *= 1.5 ** np.sin(n + c)
        if kind == "heavy":
            delta *= torch.rand(size, generator=chance) ** -0.7
        moved[f"encoder.layer.{n}.{module}.weight"] = delta
    return moved


MANY = ["en", "de", "hi", "zh", "sw", "am", "cy", "ha", "km", "qu", "so", "zu"]


def some_sketches(base="b"):
    stages = ((["en"], 40), (["en"], 400), (["sw"], 400), (["en", "sw"], 400), (MANY, 400))
    return [
        sketch(deltas("uneven", seed=steps), languages=languages, steps=steps, base=base)
        for languages, steps in stages
    ]


def with_specs(found):
    """The rows of `a_sweep` as `ltp sweep` writes them, with the spec of each run."""
    stage = {"ltp": {"text": ["en"], "steps": 400}}
    for row in found.rows:
        ticket = row["method"] in ("ltp", "random_ticket")
        spec = {"density": 0.2 if ticket else None, "ticket": stage.get(row["method"], {})}
        row["spec"] = json.dumps(spec)
    return found


def a_trace():
    names = ("prompt only", "LTP")
    looks = [0, 8, 16]
    runs = [
        {
            "name": name,
            "trained": 99,
            "loss": [1.0 / (i + 1) for i in range(16)],
            "at": looks,
            "prompt": [0.0, 0.02, 0.03],
            "weights": [0.0, 1e-4, 2e-4] if name == "LTP" else [None] * 3,
            "right": {"en": [2, 10, 20 + n], "qu": [1, 5, 9]},
        }
        for n, name in enumerate(names)
    ]
    return {
        "format": 1,
        "languages": ["en", "qu"],
        "items": {"en": 40, "qu": 20},
        "trained_on": "en",
        "runs": runs,
    }


def sweep():
    return with_specs(a_sweep({"prompt_only": 0.3, "ltp": 0.6, "random_ticket": 0.58, "full": 0.7}))


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(draws, "DRAWS", 60)


def all_three():
    found = sweep()
    return {
        "which_layers": explorers.layers(some_sketches(), found),
        "step_by_step": explorers.training(a_trace()),
        "who_gains": explorers.languages(found),
    }


def data_of(explorer) -> dict:
    """What a browser would find in the page's JSON."""
    soup = BeautifulSoup(explorer.html, "html.parser")
    return json.loads(soup.find("script", type="application/json").string)
