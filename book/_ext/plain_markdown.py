"""Write the text of a page as plain Markdown, which every Jupyter shows.

sphinx-markdown-builder was looked at and declined: it leaves out admonitions and the
numbers of equations, and does not guard `<`, `$` and `|`; little of it would stay.

A node is written as its class says, a section as its heading; one of an unknown class
fails the build. Where Jupyters differ, the plainer form is taken: no formula and no
code in a summary, links only to headings that all of them can reach, and no HTML but
what folds.
"""

import posixpath
import re
from functools import singledispatchmethod

from docutils import nodes
from mathematics import source
from quiz import WORDS
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

SPECIAL = re.compile(r"([\\`*_<$|~]|\](?=\())")
START = re.compile(r"^(\d+(?=[.)]\s)|(?=[#>+-]\s))")
"""What would begin a list, a heading or a quotation."""

UNTIL_ADDRESS = re.compile(r".*?(?=\s(?:doi|arXiv|URL):|$)", re.DOTALL)
"""What a bibliography says of a publication before it says where it is."""

REACHED = re.compile(r"[\w .,:?!'/-]+", re.ASCII)
"""Headings whose anchor is the heading itself, with hyphens for spaces."""


def addresses(env: BuildEnvironment) -> dict[tuple[str, str], str]:
    """Return where each cited publication is found, by its page and its id there."""
    cite = env.get_domain("cite")
    found = {}
    for one in cite.citations:
        fields = cite.bibdata.data.entries[one.key].fields
        doi = f"https://doi.org/{fields['doi']}" if "doi" in fields else ""
        place = one.bibliography_key.docname, one.citation_id
        found[place] = doi or fields.get("url", "")
    return found


def indented(text: str, first: str, rest: str) -> str:
    """Return a text with `first` before its first line and `rest` before the others."""
    lines = [(rest + line).rstrip() for line in text.split("\n")]
    return first + "\n".join(lines)[len(rest) :]


def folded(summary: str, text: str) -> str:
    """Return a text that is shown on a click."""
    return f"<details><summary>{summary}</summary>\n\n{text}\n\n</details>"


def above(node: nodes.Node, kind: type[nodes.Element]) -> list[nodes.Element]:
    """Return the nodes of one kind that a node is in."""
    found = []
    while (node := node.parent) is not None:
        if isinstance(node, kind):
            found.append(node)
    return found


class Markdown:
    """Writes the nodes of one page, whose references are resolved.

    Parameters
    ----------
    page : the page's document.
    name : its name.
    env : Sphinx's environment, once all pages are read: the numbers are there.
    notebooks : the names of the pages that are notebooks.
    """

    def __init__(
        self,
        page: nodes.document,
        name: str,
        env: BuildEnvironment,
        notebooks: frozenset[str],
    ) -> None:
        self.name, self.notebooks = name, notebooks
        self.home = env.config.html_baseurl
        self.labels = env.config.numfig_format
        self.numbers = env.toc_fignumbers.get(name, {})
        self.sections = env.toc_secnumbers.get(name, {})
        self.cited = addresses(env)
        self.anchors = {
            anchor: self.heading(section)
            for section in page.findall(nodes.section)
            for anchor in section["ids"]
        }

    def words(self, node: nodes.Element) -> str:
        """Return what is in a node, as part of a line."""
        return "".join(self.write(child) for child in node.children)

    def blocks(self, parts: list[nodes.Node]) -> str:
        """Return parts that stand on their own, with blank lines between them."""
        return "\n\n".join(filter(None, (self.write(part) for part in parts)))

    def heading(self, section: nodes.section) -> str:
        """Return a section's title, with its number."""
        number = self.sections.get(f"#{section['ids'][0]}", self.sections.get("", ()))
        shown = "".join(f"{part}." for part in number)
        return f"{shown} {self.words(section[0])}".strip()

    def number(self, kind: str, node: nodes.Element) -> str:
        """Return the number of an equation, a figure or a table."""
        return ".".join(map(str, self.numbers[kind][node["ids"][0]]))

    def caption(self, node: nodes.figure | nodes.table) -> str:
        """Return the number of a figure or table, and what is said of it."""
        kind = "figure" if isinstance(node, nodes.figure) else "table"
        said = next(node.findall(lambda n: isinstance(n, nodes.caption | nodes.title)))
        return f"**{self.labels[kind] % self.number(kind, node)}:** {self.words(said)}"

    @singledispatchmethod
    def write(self, node: nodes.Node) -> str:
        """Return a node as Markdown."""
        logger.warning("no Markdown is known for %s", node.tagname, location=node)
        return ""

    # Parts of a line

    @write.register
    def _(self, node: nodes.Text) -> str:
        return SPECIAL.sub(r"\\\1", " ".join(re.split(r"\s*\n\s*", node.astext())))

    @write.register
    def _(self, node: nodes.inline) -> str:
        return self.words(node)

    @write.register
    def _(self, node: nodes.emphasis) -> str:
        return f"*{self.words(node)}*"

    @write.register
    def _(self, node: nodes.strong) -> str:
        return f"**{self.words(node)}**"

    @write.register
    def _(self, node: nodes.literal) -> str:
        text = node.astext()
        if above(node, nodes.entry):
            text = text.replace("|", r"\|")
        ticks = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
        room = " " if "`" in (text[:1], text[-1:]) else ""
        return f"{ticks}{room}{text}{room}{ticks}"

    @write.register
    def _(self, node: nodes.math) -> str:
        tex = " ".join(node.astext().split())
        if above(node, nodes.entry):
            tex = tex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
        return f"${tex}$"

    @write.register
    def _(self, node: nodes.reference) -> str:
        text = self.words(node)
        uri = node.get("refuri") or f"#{node['refid']}"
        if not node.get("internal", "refid" in node):
            return f"[{text}]({uri})"
        page, _, part = uri.partition("#")
        if not page:
            return self.to_section(text, part)
        name = posixpath.join(posixpath.dirname(self.name), page)
        name = posixpath.normpath(name).removesuffix(".html")
        if (name, part) in self.cited:
            return self.to_publication(node, text, self.cited[name, part])
        return self.to_page(node, text, name)

    def to_section(self, text: str, part: str) -> str:
        """Return words that lead to a section; nothing else has an anchor."""
        heading = self.anchors.get(part, "")
        if not REACHED.fullmatch(heading):
            return text
        return f"[{text}](#{heading.replace(' ', '-')})"

    def to_publication(self, node: nodes.reference, text: str, address: str) -> str:
        """Return words that lead to a publication, and say what it is when hovered."""
        said = UNTIL_ADDRESS.match(node.get("reftitle", ""))[0]
        said = said.rstrip(",").replace('"', "'")
        return f'[{text}]({address} "{said}")' if address else text

    def to_page(self, node: nodes.reference, text: str, name: str) -> str:
        """Return words that lead to another notebook, or the name of a page."""
        if name in self.notebooks:
            return f"[{text}]({name}.ipynb)"
        if self.home:
            return f"[{text}]({self.home.rstrip('/')}/{name}.html)"
        return text if above(node, nodes.emphasis) else f"*{text}*"

    # What stands on its own

    @write.register
    def _(self, node: nodes.section) -> str:
        return f"{'#' * (1 + len(above(node, nodes.section)))} {self.heading(node)}"

    @write.register(nodes.target)
    @write.register(nodes.comment)
    def _(self, node: nodes.Node) -> str:
        return ""

    @write.register
    def _(self, node: nodes.paragraph) -> str:
        return START.sub(r"\1\\", self.words(node).strip())

    @write.register
    def _(self, node: nodes.math_block) -> str:
        numbered = bool(node.get("number"))
        tag = [rf"\tag{{{self.number('displaymath', node)}}}"] if numbered else []
        tex = node.astext().strip()
        tex = tex if tex.startswith(r"\begin") else source(node).strip()
        lines = ["$$", *tex.splitlines(), *tag, "$$"]
        # Marks of a quotation before each line would be read as part of the formula.
        return ("\n" if isinstance(node.parent, nodes.section) else " ").join(lines)

    @write.register
    def _(self, node: nodes.literal_block) -> str:
        return f"```{node.get('language', '')}\n{node.astext()}\n```"

    @write.register
    def _(self, node: nodes.bullet_list) -> str:
        return self.listed(node, ["-"] * len(node))

    @write.register
    def _(self, node: nodes.enumerated_list) -> str:
        first = node.get("start", 1)
        return self.listed(node, [f"{first + k}." for k in range(len(node))])

    def listed(self, node: nodes.Element, marks: list[str]) -> str:
        """Return a list; its items stand apart where one has several parts."""
        apart = "\n\n" if any(len(item) > 1 for item in node) else "\n"
        return apart.join(
            indented(self.blocks(item.children), f"{mark} ", " " * (len(mark) + 1))
            for mark, item in zip(marks, node, strict=True)
        )

    @write.register
    def _(self, node: nodes.block_quote) -> str:
        return indented(self.blocks(node.children), "> ", "> ")

    @write.register
    def _(self, node: nodes.admonition) -> str:
        title = f"**{self.words(node[0])}**"
        return indented(f"{title}\n\n{self.blocks(node[1:])}", "> ", "> ")

    @write.register
    def _(self, node: nodes.table) -> str:
        rows = [[self.cell(entry) for entry in row] for row in node.findall(nodes.row)]
        if next(node.findall(nodes.thead), None) is None:
            rows.insert(0, [" "] * len(rows[0]))
        rows.insert(1, ["---"] * len(rows[0]))
        drawn = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        return f"{self.caption(node)}\n\n{drawn}"

    def cell(self, entry: nodes.entry) -> str:
        """Return what one place of a table holds, on one line."""
        return " ".join(self.words(part) for part in entry)

    @write.register
    def _(self, node: nodes.container) -> str:
        if "quiz" in node["classes"]:
            return self.quiz(node)
        if node.get("design_component") == "dropdown":
            summary = "Answer" if "?" in node[0].astext() else "More"
            title = f"**{self.words(node[0])}**"
            return f"{title}\n\n{folded(summary, self.blocks(node[1:]))}"
        return self.blocks(node.children)

    def quiz(self, node: nodes.container) -> str:
        """Return a question, what to choose from, and the reasons, folded."""
        *more, choices = node[1:]
        several = f" {WORDS['several']}" if node["kind"] == "several" else ""
        asked = f"**{WORDS['title']}** {self.words(node[0])}{several}"
        shown = [] if node["kind"] == "number" else [self.offered(choices)]
        reasons = folded(WORDS["answers"], self.reasons(choices))
        return "\n\n".join([asked, *map(self.write, more), *shown, reasons])

    def offered(self, choices: nodes.bullet_list) -> str:
        """Return the choices of a question, without their reasons."""
        return "\n".join(f"- {self.write(item[0])}" for item in choices)

    def reasons(self, choices: nodes.bullet_list) -> str:
        """Return the choices with a verdict and a reason each."""
        said = []
        for item in choices:
            verdict = WORDS["right" if item["right"] else "wrong"]
            chosen = self.words(item[0]).strip()
            text = f"**{verdict}** {chosen}\n\n{self.blocks(item[1:])}"
            said.append(indented(text, "- ", "  "))
        return "\n\n".join(said)
