"""A figure that answers in the page itself: markup, style, script and data in one piece of HTML.

The notebook stores this piece as an output. It asks no kernel and no server, so it works in the
built book, in JupyterLab, in Colab's frame and in VS Code. It is made of

    <name>.html     the controls and, in its <script>, one function (root, data, kit)
    <name>.js       its arithmetic, where there is more than a little
    shared.css      one look, light and dark; it lies in a shadow root, so no page's style reaches
                    in and ours does not reach out
    shared.js       the kit: elements, marks, axes, numbers in words
    data            JSON; the script puts it on the page as text, never as markup
    a picture       shown where no script runs

Nothing has an id and nothing is global, so one page may hold many explorers, and the same data give
the same bytes. Light or dark is the choice of the page (the book's, Jupyter's, Colab's, VS Code's
switch), else that of the reader's system. Browsers since the spring of 2024 can draw it.

Reading order: `Explorer`, `explorer`, `look`. What this file does not do: know what is shown.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .. import looks

HERE = Path(__file__).parent
LIMIT = 400_000  # bytes of one explorer

PAGE = """\
<div class="ltp-explorer" data-explorer="{name}">
<style>
{outside}</style>
<template><style>
{inside}</style>
{markup}</template>
<script type="application/json">{data}</script>
<noscript>{picture}</noscript>
</div>
<script>
(() => {{
"use strict";
{kit}const explorer = {script};
const waiting = '.ltp-explorer[data-explorer="{name}"]:not([data-ready])';
for (const host of document.querySelectorAll(waiting)) {{
  host.dataset.ready = "";
  const root = host.attachShadow({{mode: "open"}});
  root.append(host.querySelector("template").content.cloneNode(true));
  explorer(root, JSON.parse(host.querySelector('[type="application/json"]').textContent), kit);
}}
}})();
</script>
"""


@dataclass(frozen=True)
class Explorer:
    """A piece of HTML that a notebook shows; `html` is all of it.

    >>> Explorer("languages", "<p>hello</p>")
    Explorer(languages, 12 bytes)
    """

    name: str
    html: str = field(repr=False)

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Explorer({self.name}, {len(self.html.encode()):,} bytes)"


def explorer(name: str, data: dict, picture: str) -> Explorer:
    """Put the template `name`.html, its data and its still picture (SVG) together.

    A ValueError tells what to leave out if the page would have to carry too much.
    """
    markup, _, script = (HERE / f"{name}.html").read_text(encoding="utf-8").partition("<script>")
    outside, _, inside = (HERE / "shared.css").read_text(encoding="utf-8").partition("/* inside */")
    parts = [HERE / "shared.js", HERE / f"{name}.js"]
    html = PAGE.format(
        name=name,
        outside=outside,
        inside=inside,
        markup=markup,
        data=as_json(data),
        picture=picture,
        kit="".join(p.read_text(encoding="utf-8") for p in parts if p.exists()),
        script=script.partition("</script>")[0].strip().removesuffix(";"),
    )
    if (size := len(html.encode())) > LIMIT:
        raise ValueError(
            f"the explorer {name!r} has {size:,} bytes, the bound is {LIMIT:,}; show fewer "
            f"languages, examples or stages"
        )
    return Explorer(name, html)


def as_json(data: dict) -> str:
    """JSON that may stand inside a <script>: no character of it can end the element.

    >>> as_json({"text": "</script>", "n": 1})
    '{"text":"\\\\u003c/script>","n":1}'
    """
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def look(names: Sequence[str]) -> list[dict]:
    """For each method its name, colours and marker: those of the figures.

    "LTP: 16 English" has LTP's colour, and one marker with all that had the same lesson.

    >>> look(["LTP", "something new"])[0]
    {'name': 'LTP', 'light': '#0063a6', 'dark': '#74b9f2', 'marker': 's'}
    """
    parts = {name: name.partition(": ") for name in names}
    of = looks.series(dict.fromkeys(method for method, _, _ in parts.values()))
    lessons = list(dict.fromkeys(lesson for _, _, lesson in parts.values()))

    def one(name: str) -> dict:
        method, _, lesson = parts[name]
        own = of[method]._replace(name=name)
        number = lessons.index(lesson) % len(looks.SERIES)
        marker = looks.SERIES[number].marker if lesson else own.marker
        return own._replace(marker=marker)._asdict()

    return [one(name) for name in names]
