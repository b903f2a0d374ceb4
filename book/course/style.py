"""The look of the book's figures: one style, one colour per model, light and dark.

A figure reaches the page as SVG inside the HTML. Its ink is the page's own text
colour, so one picture serves both colour schemes, and it carries its own alt text.
"""

import html
import re
from importlib import resources
from io import StringIO
from itertools import count

import matplotlib as mpl
import matplotlib.style
from IPython import get_ipython
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#121314"
"""Text, axes and outlines; becomes the page's text colour. As in book.mplstyle."""

MODEL = {
    "rnn": {"color": "#D4622A", "linestyle": "-", "marker": "o"},
    "attention": {"color": "#B06CB0", "linestyle": "--", "marker": "D"},
    "lstm": {"color": "#2F86C9", "linestyle": "-.", "marker": "s"},
    "gru": {"color": "#1B9E77", "linestyle": ":", "marker": "^"},
    "transformer": {"color": "#A08316", "linestyle": (0, (5, 1, 1, 1)), "marker": "v"},
}
"""One colour per model, through the whole book, with a line and a marker of its own
for colour-blind readers. Each keeps a contrast of 3:1 or more on both pages."""


def variant(look: dict) -> dict:
    """Return a model's look for a second version of it: ink, dashed, with a cross."""
    return {**look, "color": INK, "linestyle": "--", "marker": "x"}


GREEN, RED, MUTED = "#178A67", "#D24444", "#808080"
"""Strengthened, weakened, and beside the point."""

PX_PER_INCH = 122
"""How large a figure's inch may grow on a wide screen, in CSS pixels."""

_numbers = count(1)


def use() -> None:
    """Take the book's style, and show figures as SVG in notebooks."""
    mpl.style.use(str(resources.files("course") / "book.mplstyle"))
    shell = get_ipython()
    if shell is not None:
        formatters = shell.display_formatter.formatters
        formatters["text/html"].for_type(Figure, to_html)
        formatters["text/html"].for_type(FuncAnimation, animation_to_html)
        formatters["image/png"].type_printers.pop(Figure, None)


def figure(
    alt: str, height: float = 2.8, rows: int = 1, columns: int = 1, **grid: object
) -> tuple[Figure, Axes]:
    """Return a new figure as wide as the text, and its axes.

    Parameters
    ----------
    alt : one sentence that says what the figure shows, for those who do not see it.
    height : inches; the width is that of the style, 4.7 inches.
    rows, columns, grid : as in `Figure.subplots`.
    """
    fig = Figure(figsize=(mpl.rcParams["figure.figsize"][0], height))
    fig.alt = alt
    return fig, fig.subplots(rows, columns, **grid)


def to_html(fig: Figure) -> str:
    """Return the figure as an SVG element that follows the page's colours."""
    buffer = StringIO()
    fig.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    # Ids must differ between the figures of one page.
    mark = f"f{next(_numbers)}-"
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{mark}", svg)
    width = fig.get_figwidth() * PX_PER_INCH
    label = html.escape(fig.alt, quote=True)
    head = f'<svg class="course-figure" role="img" aria-label="{label}"'
    svg = re.sub(r'<svg(.*?) width="[^"]*"', r"<svg\1", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r' height="[^"]*pt"', "", svg, count=1)
    style = f' style="display:block;margin:auto;width:100%;max-width:{width:.0f}px"'
    return svg.replace("<svg", head + style, 1)


def animation_to_html(animation: FuncAnimation) -> str:
    """Return an animation with its controls; it needs no network.

    Its alt text is the attribute `alt`, which the figure's function sets.
    """
    with mpl.rc_context({"animation.frame_format": "svg"}):
        player = animation.to_jshtml(default_mode="once")
    # Matplotlib takes the buttons' icons from a font on another host.
    player = re.sub(r'<link rel="stylesheet"\s+href="http[^>]*>', "", player)
    for icon, sign in ICONS.items():
        player = player.replace(f'<i class="fa {icon}"></i>', sign)
    # Its ids are random; a page that is built again should be the same.
    random_id = re.search(r"_anim_img(\w{32})", player)[1]
    player = player.replace(random_id, f"f{next(_numbers)}")
    label = html.escape(animation.alt, quote=True)
    player = player.replace("<img id", f'<img alt="{label}" id')
    box = f'<div class="course-animation" role="group" aria-label="{label}">'
    return f"{box}{player}</div>"


ICONS = {
    "fa-minus": "−",
    "fa-fast-backward": "|◂◂",
    "fa-step-backward": "|◂",
    "fa-play fa-flip-horizontal": "◂",
    "fa-pause": "❙❙",
    "fa-play": "▸",
    "fa-step-forward": "▸|",
    "fa-fast-forward": "▸▸|",
    "fa-plus": "+",
}
