"""How the reference reads a docstring, a signature and a field: what Sphinx's autodoc asks for.

Docstrings are read as the house writes them: plain backticks are code (and a link, where they name
something of ours), an indented block is code, a bar is a bar; a field has the comment beside it. Of
a module only the first paragraph is shown, with a link to the file; of a room, and of the modules
in `api_order.WHOLE`, all that stands before the reading order. The options that a function takes
are a table (`api_options.py`).

Reading order: `as_written`, `read_docstring`, `read_signature`; `lines_on_github`.

What it does not do: say which names there are, or where they stand (`api_pages.py`).
"""

import inspect
import re
import sys
from pathlib import Path
from pkgutil import resolve_name
from typing import TypeVar

from docutils import nodes
from sphinx.application import Sphinx

from tools.site.api_options import kind_of, shortened, with_table
from tools.site.api_order import WHOLE

ROOT = Path(__file__).resolve().parents[2]


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
        lines[:] = [*as_written(shown(name, lines, value)), "", more, ""]
    else:
        own = fields(value) if what == "class" else ()
        lines[:] = with_table([*lines, *own], value, as_written)


def shown(name: str, lines: list[str], module: object) -> list[str]:
    """What is shown of a module's docstring.

    >>> shown("a", ["One.", "", "Two.", "", "Reading order: `b`."], sys)
    ['One.']
    >>> shown("ltp_core.study.spec", ["One.", "", "Two.", "", "Reading order: `b`."], sys)
    ['One.', '', 'Two.', '']
    """
    ends = ("Reading order:", "What it does not do:", "What this file does not do:")
    if name in WHOLE or hasattr(module, "__path__"):
        return lines[: next((i for i, line in enumerate(lines) if line.startswith(ends)), None)]
    return lines[: lines.index("")]


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
    """Called by autodoc for each signature: a default that no code writes so is three dots.

    Options that stand in a table are not told twice, and a `Form` not with all its defaults.
    """
    signature = signature and re.sub(r"<(?:[^<>]|<[^<>]*>)*>", "...", signature)
    signature = signature and re.sub(r"\bForm\([^()]*\)", "Form()", signature)
    return shortened(signature) if signature and kind_of(value) else signature, returns


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
