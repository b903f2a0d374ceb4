"""How a notebook's words are written, and when; what no chapter has is tried here."""

import importlib
import os
from types import SimpleNamespace

import pytest
from docutils import nodes
from markdown_it import MarkdownIt

from .conftest import BOOK


@pytest.fixture
def extension(monkeypatch):
    """A function: one of the extensions of the build."""
    monkeypatch.syspath_prepend(str(BOOK / "_ext"))
    return importlib.import_module


@pytest.fixture
def markdown(extension):
    """A function: the writer of an empty page of a book with nothing but this page."""

    def make(home=""):
        config = SimpleNamespace(html_baseurl=home, numfig_format={})
        cite = SimpleNamespace(citations=[])
        env = SimpleNamespace(
            config=config,
            toc_fignumbers={},
            toc_secnumbers={},
            get_domain={"cite": cite}.__getitem__,
        )
        page = nodes.section()
        return extension("plain_markdown").Markdown(page, "page", env, frozenset())

    return make


def test_a_bar_does_not_end_a_place_of_a_table(markdown):
    code, formula = nodes.literal("", "a | b"), nodes.math("", r"\|x\| | y")
    entry = nodes.entry("", nodes.paragraph("", "c | ", code, formula))
    assert markdown().cell(entry) == r"c \| `a \| b`$\Vert x\Vert  \vert  y$"


def test_text_that_looks_like_markdown_is_guarded(markdown):
    said = markdown().write(nodes.paragraph("", "1. *a* `b` <c> [d](e)"))
    assert MarkdownIt().render(said) == "<p>1. *a* `b` &lt;c&gt; [d](e)</p>\n"


def test_a_formula_in_a_quotation_is_on_one_line(markdown):
    box = nodes.admonition("", nodes.title("", "T"), nodes.math_block("", "a\n= b"))
    assert markdown().write(box) == "> **T**\n>\n> $$ a = b $$"


@pytest.mark.parametrize(
    ("home", "shown"), [("", "*N*"), ("https://b.org", "[N](https://b.org/n.html)")]
)
def test_a_page_of_the_book_is_named_or_linked(markdown, home, shown):
    link = nodes.reference("", "N", refuri="n.html", internal=True)
    assert markdown(home).write(nodes.paragraph("", "", link)) == shown


def test_what_cannot_be_written_fails_the_build(extension, markdown, monkeypatch):
    warned = []
    logger = extension("plain_markdown").logger
    monkeypatch.setattr(logger, "warning", lambda *a, **k: warned.append(a[0] % a[1:]))
    assert markdown().write(nodes.image()) == ""
    assert warned == ["no Markdown is known for image"]


def test_a_missing_or_outdated_notebook_is_written_again(extension, tmp_path):
    find = extension("notebooks").find
    builder = SimpleNamespace(format="html")
    app = SimpleNamespace(outdir=tmp_path, builder=builder)
    env = SimpleNamespace(all_docs=["ch1_rnn", "index"])
    env.doc2path = lambda name: BOOK / f"{name}.md"
    assert find(app, env) == ["ch1_rnn"]
    made = tmp_path / "_sources/ch1_rnn.ipynb"
    made.touch()
    assert find(app, env) == []
    os.utime(made, (0, 0))
    assert find(app, env) == ["ch1_rnn"]
