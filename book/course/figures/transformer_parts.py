"""The Transformer's parts and how they are joined, with pre-norm."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Left, the encoder layer: self-attention and feed-forward, each with a layer norm "
    "before it and a path around it. Right, the decoder layer: causal self-attention, "
    "attention to the encoder's output, and feed-forward, built in the same way."
)
PARTS = {"self-attention", "causal self-attention", "cross-attention", "feed-forward"}


def transformer_parts() -> Figure:
    """Draw the encoder's layer at the left and the decoder's at the right."""
    fig, ax = figure(ALT, height=5.2)
    ax.set(xlim=(-1.75, 5.6), ylim=(-1.6, 9.4))
    ax.axis("off")
    _stack(ax, 0, ["self-attention", "feed-forward"], "source tokens")
    top = 2 * STEP + 0.55
    ax.plot([0, 0], [2 * STEP - 0.25, top - 0.25], color=INK, linewidth=1)
    _box(ax, 0, top, "layer norm", MUTED)
    parts = ["causal self-attention", "cross-attention", "feed-forward"]
    _stack(ax, 3.7, parts, "target tokens")
    _box(ax, 3.7, 3 * STEP + 0.2, "layer norm", MUTED)
    _box(ax, 3.7, 3 * STEP + 1.0, "linear → scores", INK)
    ax.plot([3.7, 3.7], [3 * STEP - 0.25, 3 * STEP - 0.05], color=INK, linewidth=1)
    ax.plot([3.7, 3.7], [3 * STEP + 0.45, 3 * STEP + 0.75], color=INK, linewidth=1)
    height = STEP + 1.25
    corners = [(0, top + 0.25), (0, top + 0.6), (1.75, top + 0.6)]
    corners += [(1.75, height), (2.45, height)]
    _arrow(ax, corners)
    ax.text(1.66, 4.6, "keys, values", rotation=90, ha="right", va="center", fontsize=8)
    return fig


STEP = 2.35
"""Height of one part with its layer norm and its sum."""


def _stack(ax: Axes, x: float, parts: list[str], tokens: str) -> None:
    """Draw one layer from below: each part with its norm, its path and its sum."""
    _box(ax, x, -0.75, "embedding + position", INK)
    ax.text(x, -1.25, tokens, ha="center", va="top", fontsize=9)
    for k, part in enumerate(parts):
        low = k * STEP
        ax.plot(
            [x, x], [low - 0.5 if not k else low - 0.25, low + 0.2], color=INK, lw=1
        )
        _box(ax, x, low + 0.45, "layer norm", MUTED)
        ax.plot([x, x], [low + 0.7, low + 1.0], color=INK, linewidth=1)
        _box(ax, x, low + 1.25, part, MODEL["transformer"]["color"])
        _arrow(ax, [(x, low + 1.5), (x, low + 1.83)])
        around = x - 1.55
        corners = [(x, low - 0.1), (around, low - 0.1), (around, low + 1.97)]
        _arrow(ax, [*corners, (x - 0.15, low + 1.97)])
        ax.text(x, low + 1.95, "+", ha="center", va="center", fontsize=13)


def _box(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    """Draw a labelled box around a point."""
    box = FancyBboxPatch(
        (x - 1.25, y - 0.2),
        2.5,
        0.4,
        boxstyle="round,pad=0.05",
        facecolor=color + "30",
        edgecolor=color,
        linewidth=1.2,
    )
    ax.add_patch(box)
    ax.text(x, y - 0.02, text, ha="center", va="center", fontsize=9)


def _arrow(ax: Axes, corners: list[tuple[float, float]]) -> None:
    """Lead a line through corners, with a head at its end."""
    look = {"arrowstyle": "-|>", "mutation_scale": 8, "linewidth": 1, "color": INK}
    ax.add_patch(FancyArrowPatch(path=Path(corners), **look))
