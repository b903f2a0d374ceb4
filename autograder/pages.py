"""Self-contained HTML pages: one file, no script, no request to another host.

A page says so itself in its content security policy, which a browser enforces
whatever a student's text holds.
"""

import html
import re
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from nbformat import NotebookNode

from . import markup

TEMPLATES = Path(__file__).parent / "templates"
LIGHT, DARK = "default", "github-dark"
"""Pygments' styles for code; both keep a contrast of 4.5:1 on the pages' grounds."""


MAX_MARKDOWN, ALL_MARKDOWN = 20_000, 100_000  # characters, of one text and of all
MAX_OPENED = 100  # formulas of several lines in one text
OPENED = re.compile(r"\\begin|\\\\[\[(]")
MAX_SHOWN, ALL_SHOWN = 200_000, 2_000_000  # characters of other texts
ALL_COLOURED, MAX_LINE = 100_000, 500  # characters that are coloured
CUT = "[The rest is not shown: it is too long.]"
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, which a terminal may obey, and halves of characters."""


class Typesetter:
    """Sets a student's texts for one page, the long and the odd ones plainly.

    Markdown and Pygments know patterns on which they take a time that grows with the
    square of the text, or of a line: what they get is limited for each text, and the
    sum for the page, as a notebook may have any number of cells.
    """

    def __init__(self) -> None:
        self._markdown = ALL_MARKDOWN
        self._shown = ALL_SHOWN
        self._coloured = ALL_COLOURED

    def markdown(self, source: str) -> Markup:
        """Markdown that `feedback.Inert` has cleaned, as HTML."""
        if not self._affords(source):
            return self.plain(source)
        return markup.markdown(source)

    def plain(self, source: str) -> Markup:
        """A text that `feedback.Inert` has cleaned, as it was before."""
        text = self._cut(html.unescape(source))
        return Markup('<pre tabindex="0">{}</pre>').format(text)

    def code(self, source: str) -> Markup:
        """Python code; put it into `<pre>`."""
        source = self._cut(source)
        # Blank lines with spaces in them are one of Pygments' slow patterns.
        lines = [line.rstrip() for line in source.split("\n")]
        if len(source) > self._coloured or max(map(len, lines)) > MAX_LINE:
            return escape(source)
        self._coloured -= len(source)
        return markup.code("\n".join(lines))

    def output(self, item: NotebookNode) -> Markup:
        """An output of a cell."""
        text = item.get("data", {}).get("text/markdown")
        if text is None or self._affords("".join(text)):
            return markup.output(item)
        data = {kind: item.data.get(kind) for kind in markup.PICTURES}
        data["text/plain"] = self._cut(html.unescape("".join(text)))
        return markup.output(NotebookNode(item, data=data))

    def _affords(self, source: str) -> bool:
        """Whether Markdown is short and simple enough; if so, it is counted."""
        if (
            len(source) > min(MAX_MARKDOWN, self._markdown)
            or len(OPENED.findall(source)) > MAX_OPENED
        ):
            return False
        self._markdown -= len(source)
        return True

    def _cut(self, text: str) -> str:
        """The text, or its beginning and a line that says so."""
        most = min(MAX_SHOWN, self._shown)
        self._shown -= min(len(text), most)
        return text if len(text) <= most else f"{text[:most]}\n{CUT}"


def render(template: str, **values: object) -> str:
    """A page from one of the templates; what is put in is escaped."""
    page = _environment().get_template(template).render(**values)
    return UNSEEN.sub("", re.sub("\r\n?", "\n", page))


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": markup.markdown,
        "number": number,
        "count": counted,
    }
    environment.globals["code_styles"] = {
        "light": markup.code_style(".code", LIGHT),
        "dark": markup.code_style(".code", DARK),
    }
    return environment


def number(value: float) -> str:
    """Points as people write them: 2, 1.5, 0.33."""
    return f"{round(value, 2):g}"


def counted(number: float, noun: str) -> str:
    """A number with its noun: 1 student, 2 students."""
    return f"{number:g} {noun}" if number == 1 else f"{number:g} {noun}s"
