"""The menus of a lab: one for each part of a `Choice`, readable and settable by name.

Menus, not sliders: core sliders have no name that a screen reader could say, and a density of 0.2
is easier met in a list. A value that is in no list is refused in one sentence.

Reading order: `Controls`. What this file does not do: react (`lab`).
"""

from __future__ import annotations

import ipywidgets as w

from .choice import Bench, Choice
from .view import language

DENSITIES = [("no ticket", 0.0)] + [(f"{n} %", n / 100) for n in (1, 2, 5, 10, 20, 50)]
RATES = [("÷ 10", 0.1), ("÷ 3", 1 / 3), ("as in the package", 1.0), ("× 3", 3.0), ("× 10", 10.0)]
CHOSEN = [("moved most", "movement"), ("drawn by chance", "chance")]
VECTORS = (0, 1, 2, 5, 10, 20)
DRAWS = range(10)


class Controls:
    """The menus, and what they say.

    >>> from types import SimpleNamespace
    >>> bench = SimpleNamespace(layers=[0, 1, 2], task=SimpleNamespace(languages=("en", "qu")))
    >>> menus = Controls(bench, languages=("en",))
    >>> menus.choose(density=0.02, first_layer=1, prompt_length=0)
    >>> menus.choice().what
    '2 % of layers 1–2'
    >>> menus.choose(density=0.03)
    Traceback (most recent call last):
    ValueError: density must be one of 0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, got 0.03
    """

    def __init__(self, bench: Bench, languages: tuple[str, ...]):
        layers = [(str(n), n) for n in bench.layers]
        codes = [(language(code), code) for code in bench.task.languages]
        self.menus = {
            "density": menu("density", DENSITIES, 0.2),
            "chosen": menu("its weights", CHOSEN, "movement"),
            "first_layer": menu("from layer", layers, bench.layers[0]),
            "last_layer": menu("to layer", layers, bench.layers[-1]),
            "prompt_length": menu("prompt vectors", [(str(n), n) for n in VECTORS], 10),
            "rate": menu("rate", RATES, 1.0),
            "draw": menu("draw", [(str(n), n) for n in DRAWS], 0),
            "languages": menu("look at", codes, tuple(languages), w.SelectMultiple, rows=4),
        }
        self._all = bench.layers[0], bench.layers[-1]
        self._first = {name: it.value for name, it in self.menus.items()}

    def choose(self, **chosen) -> None:
        """Set menus by name: all, or none if a name or a value does not exist."""
        for name, value in chosen.items():
            if name not in self.menus:
                raise ValueError(f"there is no {name!r} to choose, only {', '.join(self.menus)}")
            values = [value for _, value in self.menus[name].options]
            wanted = value if name == "languages" else (value,)
            if strange := [one for one in wanted if one not in values]:
                some = ", ".join(map(str, values[:8])) + (" ..." if len(values) > 8 else "")
                raise ValueError(f"{name} must be one of {some}, got {strange[0]!r}")
        for name, value in chosen.items():
            self.menus[name].value = value

    def reset(self) -> None:
        """As in the beginning."""
        self.choose(**self._first)

    def choice(self) -> Choice:
        """What the menus say. Raises ValueError if that cannot be trained."""
        values = {name: it.value for name, it in self.menus.items()}
        layers = values.pop("first_layer"), values.pop("last_layer")
        return Choice(layers=None if layers == self._all else layers, **values)


def menu(words: str, options: list[tuple[str, object]], value, kind=w.Dropdown, **more):
    """A menu with its name to the left.

    >>> menu("draw", [("0", 0), ("1", 1)], 1).label
    '1'
    """
    return kind(
        options=options,
        value=value,
        description=words,
        layout=w.Layout(width="280px"),
        style={"description_width": "115px"},
        **more,
    )
