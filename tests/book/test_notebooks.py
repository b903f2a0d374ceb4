"""Each chapter can be taken home as a notebook, with what it needs."""

import ast
import re
import subprocess
import zipfile

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from markdown_it import MarkdownIt

from .conftest import BOOK, CHAPTERS, ROOT

ARCHIVE = "_sources/notebooks.zip"
MYST = re.compile(
    r"""
    ^\s*[>\s]*(:::|```+\{|%|:\w+:)  # a directive, its options, a comment
    | ^\([\w-]+\)=               # a label
    | \{[\w:-]+\}`              # a role
    | \{\{ | \[\]\(              # a substitution, a link that Sphinx fills
    """,
    re.MULTILINE | re.VERBOSE,
)
PARSER = MarkdownIt("commonmark").enable("table")


@pytest.fixture(scope="module")
def folder(html, tmp_path_factory):
    """The archive of all notebooks, unpacked in a fresh place."""
    place = tmp_path_factory.mktemp("notebooks")
    zipfile.ZipFile(html / ARCHIVE).extractall(place)
    return place / "from-rnns-to-transformers-notebooks"


@pytest.fixture
def offered(chapter, html):
    """The notebook of a chapter."""
    path = html / "_sources" / f"{chapter[0].stem}.ipynb"
    return nbformat.read(path, as_version=4)


@pytest.fixture
def article(chapter, html):
    """What the page of a chapter says."""
    page = (html / f"{chapter[0].stem}.html").read_text(encoding="utf-8")
    page = re.sub(r"<(svg|script).*?</\1>", "", page, flags=re.DOTALL)
    return BeautifulSoup(page, "html.parser").find("article")


def texts_of(notebook):
    return [c.source for c in notebook.cells if c.cell_type == "markdown"]


def tokens_of(text):
    """The parts of a Markdown text, those within a line included."""
    for token in PARSER.parse(text):
        yield token
        yield from token.children or []


def test_the_page_offers_its_notebook(chapter, offered, article, html):
    path, _ = chapter
    nbformat.validate(offered)
    assert "`notebooks.zip`" in offered.cells[0].source
    assert offered.metadata.kernelspec.name == "python3"
    page = (html / f"{path.stem}.html").read_text(encoding="utf-8")
    assert f'href="_sources/{path.stem}.ipynb"' in page
    assert f'href="{ARCHIVE}"' in page


def test_code_is_the_chapters_own_and_stands_where_it_stood(chapter, offered):
    _, source = chapter
    of_source, of_offered = (
        [(c.source, c.metadata.get("tags", [])) for c in nb.cells if "outputs" in c]
        for nb in (source, offered)
    )
    assert of_offered == of_source
    texts = [c for c in offered.cells[1:] if not c.source.startswith("**Fig. ")]
    assert [c.cell_type for c in texts] == [c.cell_type for c in source.cells]
    assert not any(c.get("outputs") for c in offered.cells)
    assert [c.id for c in offered.cells] == [
        f"cell-{n}" for n in range(len(offered.cells))
    ]


def test_text_is_plain_markdown(offered):
    for text in texts_of(offered):
        assert not MYST.search(re.sub(r"\$[^$]+\$", "", text)), text
        for token in tokens_of(text):
            if token.type in ("html_block", "html_inline"):
                rest = re.sub(r"</?(details|summary)>", "", token.content)
                assert "<" not in rest, text


def test_equations_figures_and_tables_have_the_numbers_of_the_page(offered, article):
    text = "\n".join(texts_of(offered))
    tags = [f"({number})" for number in re.findall(r"\\tag\{([\d.]+)\}", text)]
    assert tags == [n.text.rstrip("#") for n in article.select(".eqno")]
    captions = re.findall(r"^\*\*((?:Fig\.|Table) [\d.]+):\*\* \w", text, re.MULTILINE)
    on_page = [number.text.strip() for number in article.select(".caption-number")]
    assert captions == on_page
    assert len(tags) > 4
    assert len(captions) > 8


FORMULA = "ƒ"


def squeezed(text):
    """A text without the space in it."""
    return re.sub(r"\s", "", text)


def read_aloud(notebook):
    """All words of a notebook as they are shown, with a sign for each formula."""
    text = "\n\n".join(texts_of(notebook)[1:])
    text = re.sub(r"\$\$.*?\$\$|\$[^$]+\$", FORMULA, text, flags=re.DOTALL)
    return squeezed(BeautifulSoup(PARSER.render(text), "html.parser").text)


def test_the_notebook_says_what_the_page_says(offered, article):
    """With its references, citations and measured values, paragraph by paragraph."""
    values = len(article.select(".pasted-text"))
    for unsaid in article.select(".cell_output > :not(figure), .headerlink"):
        unsaid.decompose()
    for formula in article.select(".math"):
        formula.replace_with(FORMULA)
    for label in article.select(".caption-number"):
        label.string = label.text.strip() + ":"
    said = read_aloud(offered)
    blocks = article.select(
        "h1, h2, h3, p:not(summary *, .quiz-number), figcaption, td"
    )
    blocks = [b for b in blocks if not b.find("button")]
    missing = [b.text for b in blocks if squeezed(b.text) not in said]
    assert missing == []
    assert len(blocks) > 100
    assert values > 40


def anchors_of(notebook):
    """Where a link within a notebook can lead: Jupyter's ids of its headings."""
    titles = re.findall(r"^#+ (.*)$", "\n".join(texts_of(notebook)), re.MULTILINE)
    return {f"#{title.replace(' ', '-')}" for title in titles}


def test_links_lead_to_headings_notebooks_and_publications(chapter, offered, folder):
    tokens = [t for text in texts_of(offered) for t in tokens_of(text)]
    links = {t.attrGet("href") for t in tokens if t.type == "link_open"}
    within = {link for link in links if link.startswith("#")}
    assert within
    assert within <= anchors_of(offered)
    others = {link for link in links - within if not re.match("https?://", link)}
    assert others <= {path.name for path in folder.glob("*.ipynb")}
    assert others or chapter[0].stem == "ch0_sequences"
    assert len(links - within - others) > 5


def test_code_that_the_page_does_not_show_is_folded(offered, article):
    cells = [c for c in offered.cells if c.cell_type == "code"]
    folded = [c for c in cells if c.metadata.get("jupyter", {}).get("source_hidden")]
    shown = article.select("div.cell:not(.tag_hide-input) > .cell_input")
    assert len(cells) - len(folded) == len(shown)
    assert any("glue(" in c.source for c in folded)


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
