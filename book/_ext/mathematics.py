"""Typeset the mathematics when the book is built, not when a page is read.

MathJax runs here, inside V8. A page then carries finished formulas, and needs no
script and no wait. TeX that MathJax cannot read is a warning, so it fails the build.
"""

import shutil
from functools import cache
from importlib.metadata import files
from pathlib import Path

from docutils import nodes
from py_mini_racer import JSEvalException, MiniRacer
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.ext import mathjax
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

PARTS = [
    "loader.js",
    "core.js",
    "adaptors/liteDOM.js",
    "input/tex-full.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
    "a11y/assistive-mml.js",
]
"""What a formula passes through on its way from TeX to HTML, in order of loading."""

FONTS = "output/chtml/fonts/woff-v2"
STYLE = "mathematics.css"


@cache
def mathjax_folder() -> Path:
    """Return where the package that brings MathJax has put it."""
    listed = files("sphinx-mathjax-offline")
    core = next(file for file in listed if file.match("mathjax/core.js"))
    return Path(core.locate()).parent


@cache
def engine() -> MiniRacer:
    """Return V8 with MathJax loaded."""
    engine = MiniRacer()
    for part in PARTS:
        engine.eval((mathjax_folder() / part).read_text(encoding="utf-8") + ";0")
    engine.eval((Path(__file__).parent / "typeset.js").read_text(encoding="utf-8"))
    return engine


@cache
def typeset(tex: str, display: bool) -> str:
    """Return a formula as HTML; raise ValueError where it is not TeX."""
    try:
        return engine().call("typeset", tex, display)
    except JSEvalException as error:
        raise ValueError(str(error).splitlines()[0]) from None


def source(node: nodes.math | nodes.math_block) -> str:
    """Return the TeX of a node, several equations of a block in one alignment."""
    if isinstance(node, nodes.math) or node.get("nowrap"):
        return node.astext()
    parts = [part for part in node.astext().split("\n\n") if part.strip()]
    rows = [rf"\begin{{split}}{p}\end{{split}}" if r"\\" in p else p for p in parts]
    if len(rows) == 1:
        return rows[0]
    return r"\begin{aligned}" + r"\\".join(rows) + r"\end{aligned}"


def drawn(node: nodes.math | nodes.math_block) -> str:
    """Return a node's formula as HTML, or its TeX with a warning."""
    try:
        return typeset(source(node), isinstance(node, nodes.math_block))
    except ValueError as error:
        logger.warning("cannot typeset %r: %s", source(node), error, location=node)
        return f"<code>{source(node)}</code>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula in a sentence."""
    start = self.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    self.body.append(f"{start}{drawn(node)}</span>")
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write an equation, with its number and the link to it."""
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        number = mathjax.get_node_equation_number(self, node)
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append(f"{drawn(node)}</div>\n")
    raise nodes.SkipNode


def write_style(app: Sphinx, env: BuildEnvironment) -> None:
    """Typeset every formula of the book, and write the one style sheet for them."""
    if app.builder.format != "html":
        return
    for name in sorted(env.found_docs):
        for node in env.get_doctree(name).findall(
            lambda node: isinstance(node, nodes.math | nodes.math_block)
        ):
            drawn(node)
    static = Path(app.outdir, "_static")
    shutil.copytree(
        mathjax_folder() / FONTS, static / "mathematics", dirs_exist_ok=True
    )
    (static / STYLE).write_text(engine().call("style"), encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.add_html_math_renderer("typeset", (visit_inline, None), (visit_block, None))
    app.add_css_file(STYLE)
    app.connect("env-updated", write_style)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
