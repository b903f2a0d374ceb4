"""Mend what others' HTML lacks for readers who hear a page or use the keyboard."""

from sphinx.application import Sphinx

MENDED = {
    # docutils: a list may only hold list items.
    'role="doc-biblioentry"': 'role="listitem"',
    # Matplotlib: the slider of a moving picture has no name.
    '<input id="_anim_slider': '<input aria-label="Frame" id="_anim_slider',
}


def mend(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Replace the fragments above in a page's text."""
    for found, better in MENDED.items():
        context["body"] = context.get("body", "").replace(found, better)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("html-page-context", mend)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
