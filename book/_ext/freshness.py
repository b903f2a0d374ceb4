"""Make pages anew when what shapes them has changed, not only their text.

Sphinx compares the text and its settings. A style sheet, a template or an extension
that changed would stay out of the pages until somebody empties the build folder. So
digests of those files are settings.
"""

from pathlib import Path

from execution_cache import digest
from sphinx.application import Sphinx
from sphinx.config import Config


def look(app: Sphinx, config: Config) -> None:
    """Set the digests, before Sphinx compares the settings with those of last time."""
    source = Path(app.srcdir)
    config.extensions_digest = digest(source / "_ext")
    config.pages_digest = digest(source / "_static") + digest(source / "_templates")


def setup(app: Sphinx) -> dict:
    """Register with Sphinx; extensions read every page again, styles write it again."""
    app.add_config_value("extensions_digest", "", "env", str)
    app.add_config_value("pages_digest", "", "html", str)
    app.connect("config-inited", look, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
