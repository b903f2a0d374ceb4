"""The five shapes of sequence problems."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Five small diagrams of boxes, inputs below, states in the middle, outputs on "
    "top: one input and one output; one input and three outputs; three inputs and "
    "one output; three inputs, then three outputs that begin with the last input; "
    "three inputs with an output at each."
)
SHAPES = [
    ("one\nto one", [0], [0], 1),
    ("one\nto many", [0], [0, 1, 2], 3),
    ("many\nto one", [0, 1, 2], [2], 3),
    ("many to many,\nafter", [0, 1, 2], [2, 3, 4], 5),
    ("many to many,\nin step", [0, 1, 2], [0, 1, 2], 3),
]
"""Title, steps with an input, steps with an output, steps."""
GAP = 1.05
"""Between two diagrams, in steps."""
ARROW = {"arrowstyle": "-|>", "mutation_scale": 6, "linewidth": 0.9, "color": INK}


def five_shapes() -> Figure:
    """Draw inputs, states and outputs of the five shapes side by side."""
    fig, ax = figure(ALT, height=2.0)
    left = 0.0
    for number, (title, inputs, outputs, steps) in enumerate(SHAPES, start=1):
        for t in range(steps):
            _box(ax, left + t, 1, MODEL["rnn"]["color"])
            if t:
                _arrow(ax, (left + t - 0.72, 1.25), (left + t - 0.28, 1.25))
        for t in inputs:
            _box(ax, left + t, 0, MUTED)
            _arrow(ax, (left + t, 0.5), (left + t, 1.0))
        for t in outputs:
            _box(ax, left + t, 2, INK)
            _arrow(ax, (left + t, 1.5), (left + t, 2.0))
        middle = left + (steps - 1) / 2
        ax.text(middle, 2.8, title, ha="center", va="bottom", fontsize=8)
        ax.text(middle, -0.35, f"({number})", ha="center", va="top", fontsize=8)
        left += steps + GAP
    for height, label in [(0.25, "input"), (1.25, "state"), (2.25, "output")]:
        ax.text(-0.6, height, label, ha="right", va="center", fontsize=8)
    ax.set(xlim=(-2.5, left - GAP - 0.2), ylim=(-0.8, 3.8))
    ax.axis("off")
    return fig


def _box(ax: Axes, x: float, y: float, color: str) -> None:
    look = {"facecolor": color + "50", "edgecolor": color, "linewidth": 1.1}
    box = "round,pad=0,rounding_size=0.1"
    ax.add_patch(FancyBboxPatch((x - 0.27, y), 0.54, 0.5, boxstyle=box, **look))


def _arrow(ax: Axes, start: tuple, end: tuple) -> None:
    ax.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, **ARROW))
