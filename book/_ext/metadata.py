"""Say in a page's head what the page is, for search engines and shared links.

`make book URL=https://…` tells the address under which the book will stand; without
one, links in the head are relative, and the book can stand anywhere.
"""

import os
import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

LENGTH = 160
"""Characters of a description that result pages show."""
OTHER = "From RNNs to Transformers: {}."


def first_words(doctree: nodes.document) -> str:
    """Return the first paragraph of a page's running text, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        if isinstance(paragraph.parent, nodes.section):
            text = " ".join(paragraph.astext().split())
            break
    else:
        return ""
    if len(text) <= LENGTH:
        return text
    sentences = re.findall(r".+?[.?!](?= |$)", text[:LENGTH])
    whole = "".join(sentences).strip()
    return whole if len(whole) > LENGTH / 2 else text[:LENGTH].rsplit(" ", 1)[0] + " …"


def describe(
    app: Sphinx,
    page: str,
    template: str,
    context: dict,
    doctree: nodes.document | None,
) -> None:
    """Give the page's description to its template."""
    title = re.sub("<[^>]*>", "", context.setdefault("title", page.capitalize()))
    words = first_words(doctree) if doctree else ""
    context["description"] = words or OTHER.format(title)


def stand(app: Sphinx, config: Config) -> None:
    """Take the book's address from the environment."""
    config.html_baseurl = os.environ.get("BOOK_URL", "")


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("config-inited", stand, priority=100)
    app.connect("html-page-context", describe)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
