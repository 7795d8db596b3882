"""The pages of the library's reference: a page a room, each public name with its own docstring.

    python -m tools.site.api_pages     write the pages book/api*.rst, each a title and a directive

Sphinx's autodoc fills them from the package itself when the site is built, so they cannot be out of
date. Which rooms, modules and names there are is found by walking the package. This file is the
Sphinx extension too:

    .. front-door:: ltp_core        all that `ltp_core.__all__` names; the modules in no room
    .. room:: ltp_core.ticket       the modules of a room, and what each defines for others

A name at the front door is told there and nowhere else. Docstrings are read as the house writes
them: plain backticks are code (and a link, where they name something of ours), an indented block is
code, a bar is a bar; a field has the comment beside it. Of a module only the first paragraph is
shown, with a link to the file.

What it does not do: hold the pages to the package. tests/site/test_api_pages.py does.
"""

import inspect
import re
import sys
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules, resolve_name
from types import ModuleType
from typing import TypeVar

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import nested_parse_with_titles

ROOT = Path(__file__).resolve().parents[2]
BOOK = ROOT / "book"
PACKAGE = "ltp_core"
FIRST = "api"  # the page of the front door; a room's page is api_<room>


def parts(package: str) -> tuple[list[str], list[str]]:
    """The public modules directly in a package, and its public sub-packages: its rooms.

    >>> parts("ltp_core.stage1")
    (['ltp_core.stage1.find', 'ltp_core.stage1.mlm', 'ltp_core.stage1.scores'], [])
    """
    found = iter_modules(import_module(package).__path__, f"{package}.")
    found = [part for part in found if not part.name.rpartition(".")[2].startswith("_")]
    return [p.name for p in found if not p.ispkg], [p.name for p in found if p.ispkg]


def public(module: ModuleType) -> list[str]:
    """The functions and classes a module defines for others, in the order of the file.

    >>> public(import_module("ltp_core.arrays.topk"))[:3]
    ['Chosen', 'top_k', 'bounds']
    """
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isfunction(value) or inspect.isclass(value))
        and value.__module__ == module.__name__
    ]


def front_door() -> dict[str, object]:
    """What `ltp_core.__all__` names.

    >>> front_door()["Ticket"]
    <class 'ltp_core.ticket.ticket.Ticket'>
    """
    package = import_module(PACKAGE)
    return {name: getattr(package, name) for name in package.__all__}


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
    lines = [
        "``import ltp_core as ltp`` brings what stands here. The rooms behind it:",
        "",
        *(f"- :doc:`{page_of(room)}`: {summary(room)}" for room in parts(package)[1]),
        "",
        f".. py:module:: {package}",
        "",
    ]
    for name, value in front_door().items():
        full = f"{package}.{name}"
        if inspect.isclass(value):
            lines += [f".. autoclass:: {full}", "   :members:", ""]
        elif inspect.isroutine(value):
            lines += [f".. autofunction:: {full}", ""]
        elif inspect.ismodule(value):
            told = f"The module :py:mod:`{value.__name__}`."
            lines += [f".. py:data:: {name}", "   :no-index:", "", f"   {told}", ""]
        else:
            keys = ", ".join(f"``{key}``" for key in value)
            lines += [f".. py:data:: {name}", "", f"   {type(value).__name__}: {keys}.", ""]
    return lines + [line for module in parts(package)[0] for line in section(module)]


def in_the_room(room: str) -> list[str]:
    """The lines of a room: what it defines itself, then its modules."""
    return members(room) + [line for module in parts(room)[0] for line in section(module)]


def section(name: str) -> list[str]:
    """A module under its own title."""
    title = name.rpartition(".")[2]
    return [title, "-" * len(title), "", *members(name)]


def members(name: str) -> list[str]:
    """A module's first paragraph, and every public name of it that is not told at the front door.

    >>> members("ltp_core.measure.overlap")
    ['.. automodule:: ltp_core.measure.overlap', '   :members: Overlap', '', \
'At the front door: :py:obj:`~ltp_core.overlap`.', '']
    """
    module = import_module(name)
    values = [vars(module)[own] for own in public(module)]
    doors = front_door().items()
    there = [f":py:obj:`~{PACKAGE}.{door}`" for door, value in doors if value in values]
    here = [value.__name__ for value in values if value not in dict(doors).values()]
    lines = [f".. automodule:: {name}"]
    if here:
        lines.append(f"   :members: {', '.join(here)}")
    if there:
        lines += ["", f"At the front door: {', '.join(there)}."]
    return [*lines, ""]


def summary(name: str) -> str:
    """The first paragraph of a module's docstring, on one line.

    >>> summary("ltp_core.stage2")
    'Stage 2: a soft prompt and a ticket, trained on a task.'
    """
    return " ".join((import_module(name).__doc__ or "").split("\n\n")[0].split())


class Filled(SphinxDirective):
    """A directive that is replaced by lines of reStructuredText about one package."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        make = {"front-door": at_the_door, "room": in_the_room}[self.name]
        inner = nodes.Element()
        text = StringList(make(self.arguments[0]), source=self.name)
        nested_parse_with_titles(self.state, text, inner)
        return inner.children


# --- how a docstring is read ----------------------------------------------------------------


def as_written(text: list[str]) -> list[str]:
    """A docstring of the house as reStructuredText: indented blocks are code, bars are bars.

    >>> as_written(["The norm |g|:", "", "    |g| = 1", "", "Args:", "    g: a vector"])
    ['The norm \\\\|g\\\\|:', '', '::', '', '    |g| = 1', '', 'Args:', '    g: a vector']
    """
    lines: list[str] = []
    code = False
    for line in text:
        after_gap = not lines or not lines[-1].strip()
        if line.startswith("    ") and after_gap and not code:
            lines += ["::", ""]
            code = True
        elif line.strip() and not line.startswith(" "):
            code = False
        lines.append(line if code else line.replace("|", r"\|"))
    return lines


def read_docstring(app: Sphinx, what: str, name: str, value, options, lines: list[str]) -> None:
    """Called by autodoc for each docstring, before the sections (Args:, Raises:) are read."""
    if what == "module":
        file = Path(value.__file__).relative_to(ROOT).as_posix()
        more = f"More in `{file} <{on_github(app, file)}>`__."
        lines[:] = [*as_written(lines[: lines.index("")]), "", more, ""]
    else:
        lines[:] = as_written([*lines, *(fields(value) if what == "class" else ())])


def fields(owner: type) -> list[str]:
    """The fields of a class as a section of its docstring, each with the comment in its line.

    >>> from ltp_core.measure.bootstrap import Interval
    >>> fields(Interval)
    []
    >>> from ltp_core.arrays.topk import Chosen
    >>> fields(Chosen)[:3]
    ['Attributes:', '    indices: name -> (k,) int64 flat indices, sorted', \
'    least: the bits of the k-th largest']
    """
    text = inspect.getsource(owner)
    found = [
        re.search(rf"^ +({name}): .*?  # (.+)$", text, re.M)
        for name in vars(owner).get("__annotations__", ())
    ]
    listed = [f"    {match[1]}: {match[2]}" for match in found if match]
    return ["Attributes:", *listed, ""] if listed else []


def is_field(app: Sphinx, what: str, name: str, value, skip: bool, options) -> bool | None:
    """Called by autodoc for each member: a field of a tuple stands in the signature already."""
    return True if (value.__doc__ or "").startswith("Alias for field number") else None


def read_signature(app: Sphinx, what: str, name: str, value, options, signature, returns):
    """Called by autodoc for each signature: a default that no code writes so is three dots."""
    return signature and re.sub(r"<(?:[^<>]|<[^<>]*>)*>", "...", signature), returns


def is_type_variable(app: Sphinx, env, node, shown: nodes.Node) -> nodes.Node | None:
    """Called by Sphinx for a name that leads nowhere: a type variable has no place of its own."""
    module, _, name = node.get("reftarget", "").rpartition(".")
    value = getattr(sys.modules.get(module), name, None)
    return shown if isinstance(value, TypeVar) else None


def on_github(app: Sphinx, path: str) -> str:
    """The address of a file of the repository."""
    theme = app.config.html_theme_options
    return f"{theme['repository_url']}/blob/{theme['repository_branch']}/{path}"


def lines_on_github(app: Sphinx, module: str, name: str) -> str | None:
    """The address of the lines that define a name."""
    owner, _, last = f"{module}.{name}".rpartition(".")
    value = getattr(resolve_name(owner), last, None)  # None: a field
    value = inspect.unwrap(getattr(value, "fget", value))  # of a property its function
    if not inspect.isclass(value) and not inspect.isroutine(value):
        return None
    lines, first = inspect.getsourcelines(value)
    file = Path(inspect.getsourcefile(value)).relative_to(ROOT).as_posix()
    return on_github(app, f"{file}#L{first}-L{first + len(lines) - 1}")


def configure(app: Sphinx, config) -> None:
    """Called by Sphinx when _config.yml has been read."""
    config.linkcode_resolve = lambda domain, what: lines_on_github(
        app, what["module"], what["fullname"]
    )


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    for extension in ("autodoc", "napoleon", "linkcode"):
        app.setup_extension(f"sphinx.ext.{extension}")
    app.add_directive("front-door", Filled)
    app.add_directive("room", Filled)
    app.connect("config-inited", configure)
    app.connect("autodoc-process-docstring", read_docstring, priority=400)
    app.connect("autodoc-process-signature", read_signature)
    app.connect("autodoc-skip-member", is_field)
    app.connect("missing-reference", is_type_variable)
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
