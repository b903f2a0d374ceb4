"""Run a chapter again when the code it imports has changed.

MyST-NB's cache knows a chapter's cells, not the package `course` that they import.
This extension keeps one cache folder for each state of that package, so that an
edit in `book/course` executes the chapters anew and an undo finds the old results.
"""

import hashlib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

PACKAGE = Path(__file__).resolve().parents[1] / "course"


def digest(folder: Path) -> str:
    """Return a short hash of every file below `folder`, but compiled ones."""
    sha = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            sha.update(str(path.relative_to(folder)).encode())
            sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


def choose_cache(app: Sphinx, config: Config) -> None:
    """Point MyST-NB to the cache folder of the package's present state."""
    config.course_digest = digest(PACKAGE)
    folder = Path(app.outdir).parent / ".jupyter_cache" / config.course_digest
    config.nb_execution_cache_path = str(folder)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx; a new digest makes every page be read again."""
    app.add_config_value("course_digest", "", "env", str)
    app.connect("config-inited", choose_cache, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
