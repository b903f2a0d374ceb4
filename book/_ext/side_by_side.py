"""Execute changed chapters side by side, one a core, before the pages are read.

MyST-NB executes one chapter after another while it reads them. Here jupyter-cache's
own parallel executor fills the cache first, and MyST-NB then finds the results there.
A chapter that fails is left to MyST-NB, which executes it again and reports it.
"""

from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.executors import load_executor
from myst_nb.core.read import is_myst_markdown_notebook
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)
READER = {"type": "plugin", "name": "myst_nb_md"}


def chapters(paths: list[Path]) -> list[Path]:
    """Return the paths that are notebooks, in Markdown, with something to execute."""
    return [
        path
        for path in paths
        if path.suffix == ".md"
        and "{code-cell}" in (text := path.read_text(encoding="utf-8"))
        and is_myst_markdown_notebook(text)
    ]


def execute(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    """Fill the cache with the results of those chapters that are not in it."""
    changed = chapters([Path(env.doc2path(name)) for name in docnames])
    if not changed:
        return
    cache = get_cache(app.config.nb_execution_cache_path)
    # The last chapters take longest, so they come first.
    records = [
        cache.add_nb_to_project(str(path), read_data=READER)
        for path in sorted(changed, reverse=True)
    ]
    logger.info("executing changed chapters side by side ...")
    load_executor("temp-parallel", cache).run_and_cache(
        filter_pks=[record.pk for record in records],
        timeout=app.config.nb_execution_timeout,
    )


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.connect("env-before-read-docs", execute)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
