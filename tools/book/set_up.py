"""The first lines of every chapter's first code cell, from one source.

They do nothing where the book is installed. Elsewhere they install it: in Colab this package only,
since Colab has the rest; in a bare Jupyter also what draws figures and moves sliders, which is the
extra `figures` in pyproject.toml. torch and numpy stay as they are wherever they are there.

    python -m tools.book.set_up        write them into every chapter

What follows them in the cell is the chapter's own. A test holds all chapters to `lines`.
"""

import json

from ..site import set_repository
from .chapters import chapters

LINES = """\
#@title Set-up {{display-mode: "form"}}
try:
    import ipywidgets  # noqa: F401
    import matplotlib  # noqa: F401

    import ltp_core as ltp
except ModuleNotFoundError:  # in Colab: this package only; torch and numpy stay as they are
    %pip install --quiet "ltp-core[figures] @ git+{address}"
    import ltp_core as ltp
"""


def lines(address: str) -> str:
    """The lines, with the address of the repository.

    >>> lines("https://github.com/you/ltp").splitlines()[-2].strip()
    '%pip install --quiet "ltp-core[figures] @ git+https://github.com/you/ltp"'
    """
    return LINES.format(address=address)


def renewed(source: str, head: str) -> str:
    r"""A first cell with `head` in place of its own first lines, which end before a blank line and
    an import that is not indented.

    >>> renewed("#@title Old\ntry:\n    import a\n\nimport b\n", "new\n")
    'new\n\nimport b\n'
    """
    rest = source.splitlines(keepends=True)
    first = next(i for i, line in enumerate(rest) if line.startswith(("import ", "from ")))
    return head + "\n" + "".join(rest[first:])


def main() -> None:
    """Write the lines into every chapter; name those that changed."""
    head = lines(set_repository.current())
    for path in chapters():
        before = path.read_text(encoding="utf-8")
        notebook = json.loads(before)
        cell = next(c for c in notebook["cells"] if c["cell_type"] == "code")
        cell["source"] = renewed("".join(cell["source"]), head).splitlines(keepends=True)
        after = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        if after != before:
            path.write_text(after, encoding="utf-8", newline="\n")
            print(f"  {path.name}")


if __name__ == "__main__":
    main()
