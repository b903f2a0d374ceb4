"""The report's pictures: SVG in the page's own colours, with alt text."""

import html
import re
from collections.abc import Sequence
from io import StringIO

import matplotlib as mpl
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from .statistics import VERDICTS, TaskStatistics

INK = "#121314"  # becomes the page's text colour
STYLE = {
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.facecolor": "none",
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "grid.color": "#808080",
    "grid.alpha": 0.25,
    "font.family": "DejaVu Sans",
    "font.size": 10,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.fonttype": "path",
    "svg.hashsalt": "report",
}
"""As in the book's figures."""

BLUE = "#2F86C9"
LOOK = {
    "correct": {"color": "#1B9E77"},
    "wrong": {"color": "#D4622A"},
    "error": {"color": "#B06CB0", "hatch": "///"},
    "timeout": {"color": "#A08316", "hatch": "..."},
    "crashed": {"color": "#2F86C9", "hatch": "xxx"},
    "not attempted": {"color": "none", "hatch": ""},
}
"""A colour, and a hatch for those who see the colours alike."""


def score_distribution(scores: Sequence[float], max_score: float) -> Markup:
    """How many notebooks earned how many points; at most 20 bars."""
    step = max(1, int(np.ceil(max_score / 20)))
    edges = np.arange(0, max_score + 2 * step, step) - step / 2
    counts, _ = np.histogram(scores, edges)
    alt = (
        f"Histogram of {len(scores)} scores out of {max_score:g} points. "
        + "; ".join(
            f"{centre:g} points: {number}"
            for centre, number in zip(edges + step / 2, counts, strict=False)
            if number
        )
    )
    with mpl.rc_context(STYLE):
        figure, axes = _figure(2.4)
        axes.bar(edges[:-1] + step / 2, counts, width=0.9 * step, color=BLUE)
        axes.set_xlim(-step, max_score + step)
        axes.set_xlabel("Points")
        axes.set_ylabel("Notebooks")
        axes.yaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y")
        return _svg(figure, alt, "scores")


def verdicts_by_task(tasks: Sequence[TaskStatistics]) -> Markup:
    """What became of each task, as a row of parts."""
    number = sum(tasks[0].verdicts.values())
    alt = f"Verdicts of {number} notebooks, task by task; the table has the numbers."
    with mpl.rc_context(STYLE):
        figure, axes = _figure(1.0 + 0.42 * len(tasks))
        left = np.zeros(len(tasks))
        for verdict in VERDICTS:
            width = np.array([task.verdicts.get(verdict, 0) for task in tasks])
            if width.any():
                look = LOOK[verdict] | {"edgecolor": INK, "linewidth": 0.5}
                axes.barh(range(len(tasks)), width, 0.45, left, label=verdict, **look)
            left += width
        for row, task in enumerate(tasks):  # above its bar: names can be long
            axes.text(0.006 * number, row - 0.29, task.task, va="bottom", fontsize=9)
        axes.set_yticks([])
        axes.set_ylim(len(tasks) - 0.6, -0.75)
        axes.set_xlim(0, number)
        axes.set_xlabel("Notebooks")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.legend(loc="outside upper left", ncols=3)
        return _svg(figure, alt, "verdicts")


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(4.2, height), layout="constrained")
    return figure, figure.subplots()


def _svg(figure: Figure, alt: str, name: str) -> Markup:
    """The figure as an SVG element; its ids begin with `name`."""
    buffer = StringIO()
    nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
    figure.savefig(buffer, format="svg", metadata=nothing)
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK.lower(), "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r'<svg(.*?) width="[^"]*"', r"<svg\1", svg, count=1, flags=re.DOTALL)
    svg = re.sub(r' height="[^"]*pt"', "", svg, count=1)
    label = html.escape(alt, quote=True)
    return Markup(svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1))
