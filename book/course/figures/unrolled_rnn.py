"""The recurrent network as a loop, and the same loop unrolled over the steps."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from ..style import INK, MODEL, figure

ALT = (
    "Left: one recurrent cell whose state loops back into it. Right: the same cell "
    "drawn once per step, input below, scores above, and the state passed from left "
    "to right."
)
MIDDLE = 1.45
"""Height of the cells' centres."""


def unrolled_rnn(steps: int = 4) -> Figure:
    """Draw the loop at the left and `steps` copies of its cell at the right."""
    fig, ax = figure(ALT, height=2.5)
    end = 2.6 + 1.1 * steps
    ax.set(xlim=(-0.7, end + 0.25), ylim=(-0.1, 3.0), aspect="equal")
    ax.axis("off")
    _cell(ax, 0, "t")
    _loop(ax)
    ax.text(1.35, MIDDLE, "=", ha="center", va="center", fontsize=16)
    for i in range(steps + 1):
        x = 2.6 + 1.1 * i
        _arrow(ax, (x - 0.75, MIDDLE), (x - 0.38, MIDDLE))
        ax.text(x - 0.56, MIDDLE + 0.14, f"$h_{i}$", ha="center", va="bottom")
        if i < steps:
            _cell(ax, x, str(i + 1))
    return fig


ARROW = {"arrowstyle": "-|>", "mutation_scale": 9, "linewidth": 1.1, "color": INK}


def _loop(ax: Axes) -> None:
    """Lead the state out of the cell at the right and back in from below."""
    corners = [(0.36, MIDDLE), (0.85, MIDDLE), (0.85, 0.75), (0.18, 0.75), (0.18, 1.08)]
    ax.add_patch(FancyArrowPatch(path=Path(corners), **ARROW))
    ax.text(0.92, 0.75, "$h_{t-1}$", ha="left", va="center")


def _arrow(ax: Axes, start: tuple, end: tuple) -> None:
    ax.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, **ARROW))


def _cell(ax: Axes, x: float, step: str) -> None:
    """Draw one cell with its input below and its scores above."""
    box = FancyBboxPatch(
        (x - 0.3, MIDDLE - 0.3),
        0.6,
        0.6,
        boxstyle="round,pad=0.05",
        facecolor=MODEL["rnn"]["color"] + "40",
        edgecolor=MODEL["rnn"]["color"],
        linewidth=1.5,
    )
    ax.add_patch(box)
    for height, symbol in [
        (MIDDLE, "tanh"),
        (0.1, f"$x_{step}$"),
        (2.8, f"$y_{step}$"),
    ]:
        size = 9 if symbol == "tanh" else 12
        ax.text(x, height, symbol, ha="center", va="center", fontsize=size)
    _arrow(ax, (x, 0.32), (x, 1.08))
    _arrow(ax, (x, 1.82), (x, 2.58))
