"""The recurrent network as a loop, and the same loop unrolled over the steps."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from ..style import INK, MODEL, figure

ALT = (
    "Left: one recurrent cell whose state loops back into it. Right: the same cell "
    "drawn once per step, input below, scores above, and the state passed from left "
    "to right."
)


def unrolled_rnn(steps: int = 4) -> Figure:
    """Draw the loop at the left and `steps` copies of its cell at the right."""
    fig, ax = figure(ALT, height=2.7)
    ax.set(xlim=(-0.75, steps + 1.45), ylim=(-0.15, 3.1), aspect="equal")
    ax.axis("off")
    _cell(ax, 0, "t")
    # The loop leaves the cell at the right and comes back from the left.
    loop = FancyArrowPatch(
        (0.38, 1.62), (-0.38, 1.62), connectionstyle="arc3,rad=1.1", **ARROW
    )
    ax.add_patch(loop)
    ax.text(0.52, 2.42, r"$h_{t-1}$", ha="left", va="center")
    ax.text(1.0, 1.45, "=", ha="center", va="center", fontsize=16)
    for i in range(steps):
        x = 2.0 + i
        _cell(ax, x, str(i + 1))
        _arrow(ax, (x - 0.62, 1.45), (x - 0.38, 1.45))
        ax.text(x - 0.5, 1.62, f"$h_{i}$", ha="center", va="bottom", fontsize=9)
    end = 1.0 + steps
    _arrow(ax, (end + 0.38, 1.45), (end + 0.62, 1.45))
    ax.text(end + 0.5, 1.62, f"$h_{steps}$", ha="center", va="bottom", fontsize=9)
    return fig


ARROW = {"arrowstyle": "-|>", "mutation_scale": 9, "linewidth": 1.1, "color": INK}


def _arrow(ax: Axes, start: tuple, end: tuple) -> None:
    ax.add_patch(FancyArrowPatch(start, end, shrinkA=0, shrinkB=0, **ARROW))


def _cell(ax: Axes, x: float, step: str) -> None:
    """One cell with its input below and its scores above."""
    box = FancyBboxPatch(
        (x - 0.3, 1.15),
        0.6,
        0.6,
        boxstyle="round,pad=0.05",
        facecolor=MODEL["rnn"]["color"] + "40",
        edgecolor=MODEL["rnn"]["color"],
        linewidth=1.5,
    )
    ax.add_patch(box)
    ax.text(x, 1.45, f"$h_{step}$", ha="center", va="center", fontsize=12)
    ax.text(x, 0.1, f"$x_{step}$", ha="center", va="center", fontsize=12)
    ax.text(x, 2.8, f"$y_{step}$", ha="center", va="center", fontsize=12)
    _arrow(ax, (x, 0.35), (x, 1.08))
    _arrow(ax, (x, 1.82), (x, 2.55))
