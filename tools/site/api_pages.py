"""The pages of the library's reference: a page a room, each public name with its own docstring.

    python -m tools.site.api_pages     write the pages book/api*.rst, each a title and a directive

Sphinx's autodoc fills them from the package itself when the site is built, so they cannot be out of
date. Which rooms, modules and names there are is found by walking the package. This file is the
Sphinx extension too:

    .. front-door:: ltp_core        all that `ltp_core.__all__` names; the modules in no room
    .. room:: ltp_core.ticket       the modules of a room, and what each defines for others

A name at the front door is told there and nowhere else; a room's page begins with links to those of
its own. What no reader calls stands at the end of its page (`api_order.py`).

Reading order: `pages`, `at_the_door`, `in_the_room`; then `api_reading.py`, `api_options.py`,
`api_tables.py`.

What it does not do: hold the pages to the package. tests/site/test_api_pages.py does.
"""

import inspect
from importlib import import_module

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

from tools.site import api_reading, api_tables
from tools.site.api_names import (
    PACKAGE,
    first_words,
    front_door,
    is_inside,
    names,
    parts,
    summary,
)

BOOK = api_reading.ROOT / "book"
FIRST = "api"  # the page of the front door; a room's page is api_<room>


def pages() -> dict[str, str]:
    """The text of every page by its name, the front door first."""
    asked = {FIRST: ("The library", f"front-door:: {PACKAGE}")}
    for room in parts(PACKAGE)[1]:
        asked[page_of(room)] = (room, f"room:: {room}")
    return {
        name: f"{title}\n{'=' * len(title)}\n\n.. {filled}\n"
        for name, (title, filled) in asked.items()
    }


def page_of(room: str) -> str:
    """The name of a room's page.

    >>> page_of("ltp_core.ticket")
    'api_ticket'
    """
    return f"{FIRST}_{room.rpartition('.')[2]}"


# --- what the directives put on a page ------------------------------------------------------


def at_the_door(package: str) -> list[str]:
    """The lines of the front door."""
    modules, rooms = parts(package)
    lines = ["``import ltp_core as ltp`` brings what stands here.", "", *api_tables.calls()]
    lines += ["The modules behind it:", ""]
    lines += [*(f"- :doc:`{page_of(room)}`: {summary(room)}" for room in rooms), ""]
    lines += [f".. py:module:: {package}", "", *title("All names")]
    lines += ["In the signatures stand these types:", "", *api_tables.types()]
    for name, value in front_door().items():
        full = f"{package}.{name}"
        if inspect.isclass(value) or inspect.isroutine(value):
            lines += told(full, value)
        elif inspect.ismodule(value):
            lines += [f".. py:data:: {name}", "   :no-index:", ""]
            lines += [f"   The module :py:mod:`{value.__name__}`.", ""]
        else:
            lines += [f".. py:data:: {name}", "", f"   {METHODS}", ""]
            lines += [f"   {line}".rstrip() for line in api_tables.methods()]
    lines += [*title("The command ltp"), *api_tables.commands()]
    return [*lines, *in_modules(modules)]


def in_the_room(room: str) -> list[str]:
    """The lines of a room: what it defines itself, then its modules."""
    modules, _ = parts(room)
    values = [getattr(import_module(name), own) for name in modules for own in names(name)]
    doors = [(door, value) for door, value in front_door().items() if value in values]
    lines = members(room, names(room))
    if doors:
        lines += ["On the page :doc:`api`:", ""]
        lines += [f"- :py:obj:`~{PACKAGE}.{door}`: {first_words(value)}" for door, value in doors]
        lines += [""]
    if room == "ltp_core.stage1":
        lines += ["What a ticket can rank by:", "", *api_tables.scores()]
    return [*lines, *in_modules(modules)]


def in_modules(modules: list[str]) -> list[str]:
    """The lines of some modules, each under its own title; what is inside comes at the end."""
    lines, inside = [], []
    for name in modules:
        own, short = names(name), name.rpartition(".")[2]
        hidden = [one for one in own if is_inside(name, one)]
        if is_inside(name):
            inside += [*title(short, "~"), *members(name, own)]
            continue
        lines += [*title(short), *members(name, [one for one in own if one not in hidden])]
        if hidden:
            inside += [f".. rubric:: {short}", ""]
        for one in hidden:
            inside += told(f"{name}.{one}", getattr(import_module(name), one))
    return [*lines, *title("Inside"), INSIDE, "", *inside] if inside else lines


METHODS = (
    "The methods of the book, by name. A method is called as "
    '``METHODS["ltp"](lm, shots, task=task, ticket=ticket)``; other keywords go on to `train`.'
)
INSIDE = "What the library itself needs; to use it, nobody has to call these."


def title(text: str, line: str = "-") -> list[str]:
    """A title of a part of the page."""
    return [text, line * len(text), ""]


def told(full: str, value: object) -> list[str]:
    """The lines that tell a function or a class by its full name."""
    if inspect.isclass(value):
        return [f".. autoclass:: {full}", "   :members:", ""]
    return [f".. autofunction:: {full}", ""]


def members(name: str, own: list[str]) -> list[str]:
    """What a module says of itself, and these names of it, unless they are at the front door.

    >>> members("ltp_core.measure.overlap", ["Overlap", "overlap"])
    ['.. automodule:: ltp_core.measure.overlap', '   :members: Overlap', '', \
'On the page :doc:`api`: :py:obj:`~ltp_core.overlap`.', '']
    """
    values = {one: getattr(import_module(name), one) for one in own}
    doors = front_door()
    there = [f":py:obj:`~{PACKAGE}.{d}`" for d, value in doors.items() if value in values.values()]
    here = [one for one, value in values.items() if value not in doors.values()]
    lines = [f".. automodule:: {name}"]
    if here:
        lines.append(f"   :members: {', '.join(here)}")
    if there:
        lines += ["", f"On the page :doc:`api`: {', '.join(there)}."]
    return [*lines, ""]


class Filled(SphinxDirective):
    """A directive that is replaced by lines of reStructuredText about one package."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        make = {"front-door": at_the_door, "room": in_the_room}[self.name]
        inner = nodes.Element()
        text = StringList(make(self.arguments[0]), source=self.name)
        nested_parse_with_titles(self.state, text, inner)
        return inner.children


def configure(app: Sphinx, config) -> None:
    """Called by Sphinx when _config.yml has been read."""
    config.linkcode_resolve = lambda domain, what: api_reading.lines_on_github(
        app, what["module"], what["fullname"]
    )


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    for extension in ("autodoc", "napoleon", "linkcode"):
        app.setup_extension(f"sphinx.ext.{extension}")
    app.add_directive("front-door", Filled)
    app.add_directive("room", Filled)
    app.connect("config-inited", configure)
    app.connect("autodoc-process-docstring", api_reading.read_docstring, priority=400)
    app.connect("autodoc-process-signature", api_reading.read_signature)
    app.connect("autodoc-skip-member", api_reading.is_field)
    app.connect("missing-reference", api_reading.is_type_variable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def main() -> None:
    """Write the pages, and remove those of rooms that are gone."""
    wanted = pages()
    for old in BOOK.glob(f"{FIRST}*.rst"):
        if old.stem not in wanted:
            old.unlink()
    for name, text in wanted.items():
        (BOOK / f"{name}.rst").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
