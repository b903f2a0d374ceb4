"""The reader's and the student's desk: the book with live cells, beside JupyterLab.

`python -m desk book` and `python -m desk lab` start one Jupyter server on this machine
alone. It serves the built book, JupyterLab and the check of an exercise notebook.
Nothing of it is in the built book: what makes a page live is put in on the way out.
"""

from pathlib import Path


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "desk"}]


def _load_jupyter_server_extension(app: object) -> None:
    from .handlers import handlers

    app.web_app.add_handlers(".*$", handlers(app.base_url, Path(app.root_dir)))
