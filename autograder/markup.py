"""Text of anyone as HTML that can do nothing: no script, no request to another host.

Nothing is let through that could be harmful: HTML in the text is shown as text, and
what remains is made here. Formulas become MathML, which browsers show by themselves.
"""

import base64
import binascii
import html
import re

from docutils.utils.math.latex2mathml import tex2mathml
from markupsafe import Markup
from mistune import HTMLRenderer
from mistune.util import safe_entity
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

PICTURES = ("image/png", "image/jpeg")
LIKE = {r"\dots": r"\ldots", r"\mathrel": "", r"\tfrac": r"\frac"}
"""TeX that docutils does not know, and what says about the same."""


FOLDS = re.compile("&lt;(/?(?:details|summary))&gt;")
"""The one HTML that is kept: exercises fold their hints with it."""


def markdown(source: str) -> Markup:
    """Markdown with formulas as HTML.

    HTML in it is shown as text, but for `<details>` and `<summary>`.
    """
    source = FOLDS.sub(r"<\1>", source)
    return Markup(MarkdownWithMath(renderer=_Inert()).render(source))


def code(source: str) -> Markup:
    """Python code as coloured spans; put it into `<pre>`."""
    formatter = HtmlFormatter(nowrap=True)
    return Markup(highlight(source, PythonLexer(stripnl=False), formatter))


def code_style(selector: str, style: str) -> str:
    """The style sheet for `code` under a selector, in one of Pygments' styles."""
    rules = HtmlFormatter(style=style).get_style_defs(selector).splitlines()
    return "\n".join(rule for rule in rules if rule.startswith(selector + " ."))


def output(item: NotebookNode) -> Markup:
    """An output of a cell: a picture, formatted text or plain text."""
    if item.output_type == "stream":
        return _plain(item.text)
    if item.output_type == "error":
        return _plain("\n".join(item.traceback))
    for kind in PICTURES:
        if (source := _picture(kind, item.data.get(kind))) is not None:
            return Markup('<img src="{}" alt="Picture drawn by this cell">').format(
                source
            )
    if "text/markdown" in item.data:
        return markdown(_joined(item.data["text/markdown"]))
    return _plain(_joined(item.data.get("text/plain", "")))


def formula(tex: str, block: bool = False) -> str:
    """A formula as MathML; as its TeX where it cannot be converted."""
    tex = html.unescape(tex).strip()
    simple = re.sub(r"\\[A-Za-z]+", lambda m: LIKE.get(m[0], m[0]), tex)
    try:
        return tex2mathml(simple, as_block=block)
    except Exception:  # the converter meets TeX of all kinds
        return f"<code>{html.escape(tex)}</code>"


def _plain(text: str) -> Markup:
    return Markup('<pre tabindex="0">{}</pre>').format(strip_ansi(_joined(text)))


def _joined(text: str | list[str]) -> str:
    return "".join(text) if isinstance(text, list) else str(text)


def _picture(kind: str, data: object) -> str | None:
    """The data address of a picture; None for what is none."""
    try:
        content = base64.b64decode(_joined(data or ""), validate=False)
    except (binascii.Error, ValueError):
        return None
    return (
        f"data:{kind};base64,{base64.b64encode(content).decode()}" if content else None
    )


class _Inert(HTMLRenderer):
    """Renders Markdown that may be anyone's.

    `feedback.Inert` has escaped the HTML in the source already, so entities are kept
    as they are.
    """

    def __init__(self) -> None:
        super().__init__(escape=True)

    def text(self, text: str) -> str:
        return safe_entity(text)

    def inline_html(self, html: str) -> str:
        return FOLDS.sub(r"<\1>", safe_entity(html))

    def block_html(self, html: str) -> str:
        return self.inline_html(html)

    def codespan(self, text: str) -> str:
        return f"<code>{safe_entity(text)}</code>"

    def block_code(self, code: str, info: str | None = None) -> str:
        return f'<pre tabindex="0">{safe_entity(code)}</pre>\n'

    def heading(self, text: str, level: int, **attrs: object) -> str:
        """One level lower: the page has a heading of its own."""
        return f"<h{min(level + 1, 6)}>{text}</h{min(level + 1, 6)}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The picture if it is in the text itself, else its description."""
        if url.lower().startswith(self.GOOD_DATA_PROTOCOLS):
            return super().image(text, url, title)
        return f"[{text or 'picture'}]"

    def inline_math(self, text: str) -> str:
        return formula(text)

    def block_math(self, text: str) -> str:
        return formula(text, block=True)

    def latex_environment(self, name: str, body: str) -> str:
        return formula(rf"\begin{{{name}}}{body}\end{{{name}}}", block=True)
