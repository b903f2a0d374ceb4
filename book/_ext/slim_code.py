"""Write code in fewer elements: words in the text's own colour need no mark.

Names, punctuation and spaces are most of the words of a program, and the themes for
code, light and dark, show them in the colour of plain text. A test holds them to it.
"""

import re

from sphinx.application import Sphinx

PLAIN = ["n", "p", "w", "nn"]
MARK = re.compile(rf'<span class="(?:{"|".join(PLAIN)})">([^<]*)</span>')


def unmark(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Take the marks of plain words out of a page's text."""
    context["body"] = MARK.sub(r"\1", context.get("body", ""))


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("html-page-context", unmark)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
