"""Which names the reference tells: the package walked, room by room, and what is inside.

    rooms and modules   `parts`, in the order of `api_order.FIRST`
    names               what a module defines for others, `public`
    the front door      what `ltp_core.__all__` names, in the order of the table of calls

What it does not do: write a line of a page, but for the first words of a docstring.
"""

import inspect
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from tools.site import api_order, api_tables

PACKAGE = "ltp_core"


def parts(package: str) -> tuple[list[str], list[str]]:
    """The public modules directly in a package, as its page has them, and its rooms.

    >>> parts("ltp_core.stage1")
    (['ltp_core.stage1.find', 'ltp_core.stage1.mlm', 'ltp_core.stage1.scores'], [])
    """
    found = iter_modules(import_module(package).__path__, f"{package}.")
    found = [part for part in found if not part.name.rpartition(".")[2].startswith("_")]
    first = [f"{package}.{name}" for name in api_order.FIRST.get(package, ())]
    modules = [part.name for part in found if not part.ispkg]
    rest = [name for name in modules if name not in first]
    return [*first, *rest], [part.name for part in found if part.ispkg]


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
    """What `ltp_core.__all__` names, in the order of the table of calls.

    >>> front_door()["Ticket"]
    <class 'ltp_core.ticket.ticket.Ticket'>
    """
    package = import_module(PACKAGE)
    called = [name.partition(".")[0] for _, _, name in api_tables.CALLS]
    names = dict.fromkeys([*called, *package.__all__])
    return {name: getattr(package, name) for name in names if name in package.__all__}


def is_inside(module: str, name: str = "") -> bool:
    """Is a module, or a name of it, among what no reader calls?

    >>> is_inside("ltp_core.keywords"), is_inside("ltp_core.stage1.find", "find_ticket")
    (True, False)
    """
    short = module.removeprefix(f"{PACKAGE}.")
    if not name:
        return short in api_order.MODULES
    return name in api_order.NAMES.get(short, ())


def names(module: str) -> list[str]:
    """The public names that a module defines."""
    return public(import_module(module))


def summary(name: str) -> str:
    """The first paragraph of a module's docstring, on one line.

    >>> summary("ltp_core.stage2")
    'Stage 2: a soft prompt and a ticket, trained on a task.'
    """
    return first_words(import_module(name))


def first_words(value: object) -> str:
    """The first paragraph of a docstring, on one line."""
    words = " ".join((inspect.getdoc(value) or "").split("\n\n")[0].split())
    return words.replace("|", r"\|")
