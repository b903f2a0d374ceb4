"""Leave out what would ask another host: the scripts of live cells.

Jupyter Book always loads sphinx-thebe, which writes the address of a script on
another host into every page, twice. Nothing on the pages uses it.
"""

from sphinx.application import Sphinx


def drop_thebe(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Take sphinx-thebe's two scripts out of a page."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "THEBE_JS_URL" not in (script.attributes.get("body") or "")
        and "sphinx-thebe.js" not in str(script.filename)
    ]


def setup(app: Sphinx) -> dict:
    """Register with Sphinx, after every extension that adds scripts."""
    app.connect("html-page-context", drop_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
