"""Each chapter can be taken home as a notebook, with what it needs."""

import ast
import subprocess
import zipfile

import nbformat
import pytest
import yaml

from .conftest import BOOK, CHAPTERS, ROOT

ARCHIVE = "_sources/notebooks.zip"


@pytest.fixture(scope="module")
def folder(html, tmp_path_factory):
    """The archive of all notebooks, unpacked in a fresh place."""
    place = tmp_path_factory.mktemp("notebooks")
    zipfile.ZipFile(html / ARCHIVE).extractall(place)
    return place / "from-rnns-to-transformers-notebooks"


def test_the_page_offers_its_cells_as_a_notebook(chapter, html):
    path, notebook = chapter
    offered = nbformat.read(html / "_sources" / f"{path.stem}.ipynb", as_version=4)
    nbformat.validate(offered)
    sources = [c.source for c in offered.cells]
    assert sources[1:] == [c.source for c in notebook.cells]
    assert "`notebooks.zip`" in sources[0]
    assert offered.metadata.kernelspec.name == "python3"
    page = (html / f"{path.stem}.html").read_text(encoding="utf-8")
    assert f'href="_sources/{path.stem}.ipynb"' in page
    assert f'href="{ARCHIVE}"' in page


@pytest.mark.parametrize("page", ["index", "glossary", "guides/instructor"])
def test_a_page_without_code_offers_no_notebook(html, page):
    text = (html / f"{page}.html").read_text(encoding="utf-8")
    assert f"_sources/{page}.md" in text
    assert ".ipynb" not in text.split("<article")[0]
    assert "notebooks.zip" not in text


def test_the_archive_holds_the_notebooks_and_what_they_need(folder, html):
    assert {path.name for path in folder.iterdir()} == {
        *("README.md", "requirements.txt", "course"),
        *(f"{path.stem}.ipynb" for path in CHAPTERS),
    }
    for path in CHAPTERS:
        alone = html / "_sources" / f"{path.stem}.ipynb"
        assert (folder / alone.name).read_bytes() == alone.read_bytes()
    package = {p.relative_to(BOOK) for p in (BOOK / "course").rglob("*.*")}
    package = {p for p in package if "__pycache__" not in p.parts}
    packed = {p.relative_to(folder) for p in (folder / "course").rglob("*.*")}
    assert packed == package


def imports_of(path) -> list[str]:
    """Every import of a notebook, and the first lines that set its style."""
    cells = nbformat.read(path, as_version=4).cells
    trees = [ast.parse(c.source) for c in cells if c.cell_type == "code"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    found = [n for n in nodes if isinstance(n, ast.Import | ast.ImportFrom)]
    return [ast.unparse(node) for node in found]


@pytest.fixture(scope="module")
def python(folder, python_with):
    """A Python with the packages of the archive's requirements, and no others."""
    return python_with(folder / "requirements.txt")


def test_every_import_is_found_beside_the_notebooks_or_among_the_requirements(
    folder, python
):
    lines = sorted({line for p in folder.glob("*.ipynb") for line in imports_of(p)})
    assert "from course import datasets, figures, style" in lines
    modules = [p.relative_to(folder) for p in (folder / "course").rglob("*.py")]
    names = [".".join(m.with_suffix("").parts) for m in modules]
    lines += [f"import {name.removesuffix('.__init__')}" for name in sorted(names)]
    lines += ["style.use()", "datasets.python_help()", "print(figures.__file__)"]
    done = subprocess.run(
        [python, "-E", "-c", "\n".join(lines)],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(folder))


def test_the_pythons_own_packages_hold_nothing_of_the_project(folder, python):
    done = subprocess.run(
        [python, "-E", "-c", "import course"],
        cwd=folder.parent,
        capture_output=True,
        text=True,
    )
    assert "No module named 'course'" in done.stderr


def test_chapters_are_executed_away_from_the_book():
    """So that the build proves that no cell needs a file beside it."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["execute"]["run_in_temp"] is True
    source = (ROOT / "book/_ext/side_by_side.py").read_text(encoding="utf-8")
    assert '"temp-parallel"' in source
