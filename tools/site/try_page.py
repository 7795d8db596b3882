"""A Sphinx directive, `{try-it}`: the explorer that asks the embedded model, on a page of text.

    ```{try-it}
    a dog that brings the newspaper
    ```

The text stands in the explorer at first; without it there is one of its own. What the explorer
loads is laid into the site after the build: `python -m tools.site.model --lay`.
"""

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from ltp_book.explorers import try_it


class TryIt(Directive):
    """The directive; its content is the first text."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """One piece of HTML."""
        shown = try_it.try_it(*filter(None, [" ".join(self.content)]))
        return [nodes.raw("", shown.html, format="html")]


def setup(app: Sphinx) -> dict:
    """Called by Sphinx."""
    app.add_directive("try-it", TryIt)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
