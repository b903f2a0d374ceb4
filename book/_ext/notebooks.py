"""Offer each chapter as a notebook for download, beside its source.

The theme has the button; it looks for a notebook's name in the page's context.
"""

from pathlib import Path

import jupytext
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.application import Sphinx


def offer(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Write the page's cells as a notebook without outputs, and name it."""
    source = Path(app.env.doc2path(page)) if page in app.env.all_docs else None
    if source is None or source.suffix != ".md":
        return
    text = source.read_text(encoding="utf-8")
    if is_myst_markdown_notebook(text):
        target = Path(app.outdir, "_sources", page).with_suffix(".ipynb")
        target.parent.mkdir(parents=True, exist_ok=True)
        jupytext.write(jupytext.reads(text, fmt="md:myst"), target)
        context["ipynb_source"] = page + ".ipynb"


def setup(app: Sphinx) -> dict:
    """Register with Sphinx, before the theme collects its buttons."""
    app.connect("html-page-context", offer, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
