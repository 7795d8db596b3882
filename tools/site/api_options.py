"""The tables of options in the reference: a row for each keyword that a function takes.

A keyword is a field of a kind of options (`ltp_core.keywords`): its default, type and bounds are
the field's. Its meaning is what is written of it, in this order, under Args in the docstring of the
function; under Args in the docstring of the kind that has the field; or in the field itself, the
sentence for `--help`. A field without any of them stops the build.

Reading order: `kind_of`, `rows`, `with_table`.

What it does not do: say where a table stands on a page (`api_pages.py`).
"""

import inspect
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, Field, fields

from ltp_core.keywords import KINDS, Options
from ltp_core.training.options import Form

HEADS = ("keyword", "default", "allowed", "meaning")
FORMS = {"PromptModel": Form}  # what a class takes as `form`, told at the class, too
AFTER = re.compile(r"(?:Returns|Yields|Raises|Attributes):$|>>>")  # what a table stands before
ENTRY = re.compile(r"    (\w+(?:, \w+)*): (.+)")  # one or several names under Args


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], style: str = "options") -> list[str]:
    """A table as reStructuredText; its style is a class in site.css.

    >>> table(["a", "b"], [["1", ""]])[-4:]
    ['     - b', '   * - 1', '     -', '']
    """
    lines = [".. list-table::", "   :header-rows: 1", f"   :class: {style}", ""]
    for row in (heads, *rows):
        lines += [f"{'     -' if i else '   * -'} {cell}".rstrip() for i, cell in enumerate(row)]
    return [*lines, ""]


def kind_of(value: object) -> type[Options] | None:
    """The kind of options that a function takes as keywords, or a kind itself; else None.

    >>> from ltp_core.stage1.find import Finding, find_ticket
    >>> kind_of(find_ticket) is kind_of(Finding) is Finding, kind_of(rows)
    (True, None)
    """
    if inspect.isclass(value):
        return value if issubclass(value, Options) and value is not Options else None
    plain = inspect.unwrap(value) if inspect.isfunction(value) else value
    if plain is value:  # `takes` wraps the function that it decorates
        return None
    *_, last = inspect.signature(plain).parameters.values()
    found = vars(sys.modules[plain.__module__]).get(last.annotation)
    return found if inspect.isclass(found) and issubclass(found, Options) else None


def told(value: object) -> dict[str, str]:
    """What a docstring says under Args of each name; names told together have one text.

    >>> told(with_table)["value"]
    'what is told of.'
    """
    found: dict[str, str] = {}
    names: list[str] = []
    lines = inspect.cleandoc(value.__doc__ or "").splitlines()
    for line in lines[lines.index("Args:") + 1 :] if "Args:" in lines else ():
        if line and not line.startswith(" "):
            break
        if entry := ENTRY.match(line):
            names = entry[1].split(", ")
            found |= dict.fromkeys(names, entry[2])
        elif line:
            found |= {name: f"{found[name]} {line.strip()}" for name in names}
    return found


def allowed(field: Field) -> str:
    """The values that a field may have, in words.

    >>> [allowed(f) for f in fields(Form) if f.name in ("prompt_place", "mlp_width", "template")]
    ["``'start'``, ``'hole'``", 'a whole number, at least 0', 'a string or None']
    """
    bounds = dict(field.metadata.get("bounds", {}))
    if "one_of" in bounds:
        return ", ".join(f"``{value!r}``" for value in bounds["one_of"])
    kinds = str(field.type).split(" | ")
    known = set(kinds) <= KINDS.keys()
    words = " or ".join(KINDS[kind] for kind in kinds) if known else f"``{field.type}``"
    return ", ".join([words, *(f"{name.replace('_', ' ')} {of}" for name, of in bounds.items())])


def rows(kind: type[Options], of: object = None, *, own: bool = False) -> list[list[str]]:
    """The table of a kind, its own fields first; with `own` these alone.

    Args:
        of: the function that takes the options, if it is told there.

    >>> from ltp_core.training.options import Stage1Options
    >>> rows(Stage1Options, own=True)[0]
    ['``steps``', '``400``', 'a whole number, at least 1', \
'how many steps of masked-LM training there are.']
    """
    known = {field.name: field for field in fields(kind)}
    line = [one for one in kind.__mro__ if one is not Options and issubclass(one, Options)]
    here = [kind] if own else line
    names = dict.fromkeys(n for one in here for n in vars(one).get("__annotations__", ()))
    texts: dict[str, str] = {}
    for one in (of, *line):
        texts = (told(one) if one is not None else {}) | texts
    found = []
    for name in names:
        field = known[name]
        text = texts.get(name) or field.metadata.get("about")
        if not text:
            raise ValueError(f"{kind.__name__}.{name} has no meaning; tell it under Args")
        default = "required" if field.default is MISSING else f"``{field.default!r}``"
        meaning = text.replace("|", r"\|").rstrip(".") + "."
        found.append([f"``{name}``", default, allowed(field), meaning])
    return found


def with_table(
    lines: list[str], value: object, written: Callable[[list[str]], list[str]]
) -> list[str]:
    """A docstring with its table of options, if it has one, in place of their lines under Args.

    Args:
        value: what is told of.
        written: makes reStructuredText of a docstring.
    """
    kind, form = kind_of(value), None
    if inspect.isclass(value):
        form = FORMS.get(value.__name__)
        kind = kind if "Args:" in lines else None  # else its function tells the fields
    if kind is None and form is None:
        return written(lines)
    end = next((i for i, line in enumerate(lines) if AFTER.match(line)), len(lines))
    made = rows(form) if form else rows(kind, value, own=inspect.isclass(value))
    before, keywords = lines[:end], [row[0].strip("`") for row in made]
    if "Args:" in before:
        begin = before.index("Args:")
        kept = without(before[begin + 1 :], keywords)
        before[begin:] = ["Args:", *kept] if any(kept) else []
    wider = [one for one in kind.__bases__ if one is not Options] if kind else []
    also = " and ".join(f"`{one.__name__}`" for one in wider) if inspect.isclass(value) else ""
    more = [f"The fields of {also} belong to it, too.", ""] if also else []
    return [*written(before), "", *table(HEADS, made), *more, *written(lines[end:])]


def without(args: list[str], names: Iterable[str]) -> list[str]:
    """Lines under Args, without the entries of some names.

    >>> without(["    a: one", "        more", "    b: two"], ["a"])
    ['    b: two']
    """
    kept, keep = [], True
    for line in args:
        if entry := ENTRY.match(line):
            keep = not set(entry[1].split(", ")) <= set(names)
        kept += [line] if keep else []
    return kept


def shortened(signature: str) -> str:
    """A signature in which one word stands for all keywords that have a default.

    >>> shortened("(lm: Backbone, *, task: Words, ticket: dict[str, int] | None = None, k=1)")
    '(lm: Backbone, *, task: Words, **options)'
    """
    parts, depth = [""], 0
    for letter in signature[1:-1]:
        depth += (letter in "[({") - (letter in "])}")
        if letter == "," and not depth:
            parts.append("")
        else:
            parts[-1] += letter
    parts = [part.strip() for part in parts]
    if "*" not in parts:
        return signature
    star = parts.index("*")
    needed = [part for part in parts[star + 1 :] if "=" not in part]
    return f"({', '.join([*parts[:star], *(['*', *needed] if needed else []), '**options'])})"
