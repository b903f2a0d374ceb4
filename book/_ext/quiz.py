"""Questions in the page: choose or type, check, and read why.

    :::{quiz}
    What is the shape of the state?

    - [x] $(B, H)$

      Why this is right.
    - [ ] $(B, T)$

      Why this is wrong, and where to reread.
    :::

One choice is right; with `:several:` at least two are. With `:number:` the reader
types: the choices are numbers, `:number: 0.01` allows that relative error, and the
last choice, in words, is what any other number gets.

Everything is in the page: the choices as inputs of one fieldset, the reasons folded
below them. `quiz.js` enables the inputs and shows the reasons that were earned;
without it, and in print, question and reasons remain. The parts are ordinary nodes
between pieces of HTML, so other builders show them as text and lists.
"""

import html
from typing import ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective

WORDS = {
    "title": "Quick check.",
    "several": "More than one is right.",
    "check": "Check",
    "number": "Your answer:",
    "answers": "All answers, with reasons",
    "right": "Right.",
    "wrong": "Not quite.",
    "empty": "Give an answer first.",
    "more": "So far so good, but more is right.",
}
"""Every word that the extension adds to a page."""

INPUT = {"one": "radio", "several": "checkbox"}


def as_number(text: str) -> float | None:
    """Return the number that a text is, or None."""
    try:
        return float(text.strip().replace("−", "-").replace(",", ""))
    except ValueError:
        return None


def tolerance(argument: str | None) -> float:
    """Read the option `:number:`, a relative error that is zero if left out."""
    return float(argument or 0)


class Quiz(SphinxDirective):
    """A question with its choices, and a reason for each of them."""

    has_content = True
    option_spec: ClassVar = {"several": directives.flag, "number": tolerance}

    def run(self) -> list[nodes.Node]:
        """Return the question, marked as one, with its list of choices last."""
        kind = next((k for k in ("several", "number") if k in self.options), "one")
        within = self.options.get("number", 0)
        quiz = nodes.container(classes=["quiz"], kind=kind, within=within)
        quiz["serial"] = self.env.new_serialno("quiz") + 1
        self.state.nested_parse(self.content, self.content_offset, quiz)
        items = quiz[-1].children if isinstance(quiz[-1], nodes.bullet_list) else []
        for item in items:
            item["right"] = take_box(item)
        if complaint := complaint_about(kind, len(quiz) - 1, items):
            raise self.error(complaint)
        return [quiz]


def take_box(item: nodes.list_item) -> bool | None:
    """Remove the box that a choice begins with; return whether it is ticked."""
    for box in item.findall(nodes.raw):
        if "checkbox" in box.astext():
            box.parent.remove(box)
            return "checked=" in box.astext()
    return None


def complaint_about(kind: str, asked: int, items: list[nodes.list_item]) -> str:
    """Return what is wrong with a question, or nothing."""
    right = sum(bool(item["right"]) for item in items)
    if not asked or len(items) < 2:
        return "A quiz is a question and a list of at least two choices."
    if any(item["right"] is None or len(item) < 2 for item in items):
        return "A choice begins with [ ] or [x] and has a reason below it."
    if (right < 2) if kind == "several" else (right != 1):
        return "One choice is right, or with :several: at least two."
    values = [as_number(item[0].astext()) for item in items]
    if kind == "number" and (None in values[:-1] or values[-1] is not None):
        return "With :number: the choices are numbers, and the last one is words."
    return ""


def raw(text: str) -> nodes.raw:
    """Return a piece of HTML, which other builders leave out."""
    return nodes.raw("", text, format="html")


def words_of(paragraph: nodes.paragraph) -> nodes.inline:
    """Return a paragraph's content as part of a line."""
    return nodes.inline("", "", *(n.deepcopy() for n in paragraph.children))


def spoken(choice: nodes.paragraph) -> str:
    """Return a name for the input of a choice with mathematics, which has none."""
    if next(choice.findall(nodes.math), None) is None:
        return ""
    return f' aria-label="{html.escape(choice.astext().strip())}"'


def choices(quiz: nodes.container, name: str) -> list[nodes.Node]:
    """Return what the reader chooses from, or types into."""
    if quiz["kind"] == "number":
        field = '<input type="text" inputmode="decimal" autocomplete="off" size="9">'
        return [
            raw(f'<p class="quiz-number"><label>{WORDS["number"]} {field}</label></p>')
        ]
    parts = [raw('<ul class="quiz-choices">')]
    for item in quiz[-1]:
        field = f'<input type="{INPUT[quiz["kind"]]}" name="{name}"{spoken(item[0])}>'
        parts += [raw(f"<li><label>{field} "), words_of(item[0]), raw("</label></li>")]
    return [*parts, raw("</ul>")]


def reason(item: nodes.list_item, kind: str) -> list[nodes.Node]:
    """Return one choice with its verdict and its reason, as an entry of a list."""
    verdict = "right" if item["right"] else "wrong"
    data = f'data-verdict="{verdict}"'
    if kind == "number" and (value := as_number(item[0].astext())) is not None:
        data += f' data-value="{value:.12g}"'
    head = nodes.paragraph("", "", nodes.strong("", WORDS[verdict]), nodes.Text(" "))
    head += words_of(item[0])
    head["classes"].append("quiz-choice")
    return [raw(f"<li {data}>"), head, *item.children[1:], raw("</li>")]


def laid_out(quiz: nodes.container) -> list[nodes.Node]:
    """Return the whole question as nodes between pieces of HTML."""
    name = f"quiz-{quiz['serial']}"
    kept = {key: html.escape(WORDS[key]) for key in ("empty", "more")}
    form = f'<form class="quiz" id="{name}" data-within="{quiz["within"]:g}"'
    form += "".join(f' data-{key}="{word}"' for key, word in kept.items())
    return [
        raw(f"{form}>\n<fieldset disabled>\n<legend>"),
        nodes.strong("", WORDS["title"]),
        nodes.Text(" "),
        words_of(quiz[0]),
        nodes.Text(f" {WORDS['several']}" if quiz["kind"] == "several" else ""),
        raw("</legend>"),
        *quiz.children[1:-1],
        *choices(quiz, name),
        raw(f'<p><button type="submit">{WORDS["check"]}</button></p></fieldset>\n'),
        raw('<div class="quiz-feedback" role="status"></div>\n'),
        raw(f"<details><summary>{WORDS['answers']}</summary>\n<ul>"),
        *(part for item in quiz[-1] for part in reason(item, quiz["kind"])),
        raw("</ul></details></form>"),
    ]


class LayOut(SphinxPostTransform):
    """Lay the questions out, once their references and numbers are filled in."""

    default_priority = 900

    def run(self, **kwargs: object) -> None:
        """Replace each question by its parts."""
        for quiz in list(self.document.findall(nodes.container)):
            if quiz.get("classes") == ["quiz"]:
                quiz.parent.replace(quiz, laid_out(quiz))


def setup(app: Sphinx) -> dict:
    """Register with Sphinx."""
    app.add_directive("quiz", Quiz)
    app.add_post_transform(LayOut)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
