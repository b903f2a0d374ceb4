"""A moving picture: attention walks over the source while the target is written."""

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes

from ..style import INK, MODEL, MUTED, figure

ALT = (
    "Frame by frame, one more target token is written above, and lines of different "
    "thickness lead from it to the source words below that it attends to, mostly: "
    "{walk}."
)


def attention_walk(
    weights: np.ndarray,
    source: list[str],
    target: list[str],
    model: str = "attention",
) -> FuncAnimation:
    """Animate the rows of the weights, one frame a target token.

    Parameters
    ----------
    weights : (T, S) attention weights.
    source, target : S words below, T tokens above.
    model : whose colour the lines have, as in `style.MODEL`.
    """
    best = weights.argmax(axis=1)
    walk = ", ".join(f"{t} from {source[j]}" for t, j in zip(target, best, strict=True))
    alt = ALT.format(walk=walk)
    fig, ax = figure(alt, height=2.3)

    def frame(t: int) -> list:
        ax.clear()
        _draw(ax, weights, source, target, t, MODEL[model]["color"])
        return []

    animation = FuncAnimation(fig, frame, frames=len(target), interval=900)
    animation.alt = alt
    return animation


def _draw(
    ax: Axes,
    weights: np.ndarray,
    source: list[str],
    target: list[str],
    t: int,
    color: str,
) -> None:
    """Draw the words, those written so far, and the weights of step t."""
    ax.set(xlim=(-0.07, 1.07), ylim=(-0.3, 1.25))
    ax.axis("off")
    below = np.linspace(0, 1, len(source))
    above = np.linspace(0, 1, len(target))
    for x, word, weight in zip(below, source, weights[t], strict=True):
        ax.plot([above[t], x], [0.95, 0.12], color=color, linewidth=8 * weight)
        ax.text(x, 0, word, ha="center", va="center", fontsize=9)
        ax.bar(x, -0.16 * weight, width=0.05, bottom=-0.1, color=color)
    for k, token in enumerate(target[: t + 1]):
        ink = INK if k == t else MUTED
        ax.text(above[k], 1.07, token, ha="center", va="center", color=ink, fontsize=10)
